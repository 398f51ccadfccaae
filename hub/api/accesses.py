"""`/v1/accesses`: what the caller has done themselves."""

from starlette.types import Receive, Scope

from hub.access.flow import Road
from hub.api.audit import place
from hub.api.documented import Routes, caller_of, served_by
from hub.api.paging import read_paging
from hub.api.problems import problem_reply
from hub.api.reply import Reply, json_reply
from hub.api.schemas import BEARER, CURSOR, LIMIT, problems
from hub.api.shapes import Shape
from hub.supervision.desk import Asked, Refused
from hub.supervision.own_acts import own_acts

router = Routes(tags=["accesses"], dependencies=BEARER, responses=problems(401, 403, 422, 503))
_USUALLY_LISTED = 50


class OwnActBody(Shape):
    """One thing the caller did, about whoever has this pairwise id."""

    index: int
    time: str | None
    kind: str | None
    purpose: str | None
    outcome: str | None
    approval: str | None
    fields: list[str]
    reasons: list[str]
    rid: str | None


class OwnActsBody(Shape):
    """What the caller did, newest first; a page may be short and still have a next one."""

    items: list[OwnActBody]
    next: str | None


async def _list(road: Road, scope: Scope, _receive: Receive) -> Reply:
    asked = Asked(await caller_of(road, scope), scope["state"]["trace_id"])
    cursor, limit = read_paging(scope)
    try:
        return json_reply(await own_acts(road, asked, place(cursor), limit or _USUALLY_LISTED))
    except Refused as refusal:
        return problem_reply(403, [refusal.reason.value], asked.trace_id)


@router.get("/v1/accesses", response_model=OwnActsBody, operation_id="ownActs")
@served_by(_list)
def accesses(cursor: CURSOR = None, limit: LIMIT = None) -> None:
    """What the caller has read, asked for and decided, as the trail has it; for staff of every kind."""
