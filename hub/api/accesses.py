"""`/v1/accesses`: what the caller has done themselves."""

from starlette.types import Receive, Scope

from hub.access.flow import Road
from hub.api.audit import place
from hub.api.paging import read_paging
from hub.api.problems import problem_reply
from hub.api.reply import Reply, json_reply
from hub.api.routes import Routes, caller_of
from hub.supervision.desk import Asked, Refused
from hub.supervision.own_acts import own_acts

routes = Routes()
_USUALLY_LISTED = 50


@routes.get("/v1/accesses", "ownActs")
async def _list(road: Road, scope: Scope, _receive: Receive) -> Reply:
    asked = Asked(await caller_of(road, scope), scope["state"]["trace_id"])
    cursor, limit = read_paging(scope)
    try:
        return json_reply(await own_acts(road, asked, place(cursor), limit or _USUALLY_LISTED))
    except Refused as refusal:
        return problem_reply(403, [refusal.reason.value], asked.trace_id)
