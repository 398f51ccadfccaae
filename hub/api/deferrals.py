"""`/v1/audit/deferrals` and `/v1/transparency`: notices that a law lets come later, and how many there are."""

import re
from datetime import date
from typing import Any

import msgspec
from starlette.types import Receive, Scope

from hub.access.flow import Road
from hub.api.body import parse, read
from hub.api.me import CREATED, answered, asking
from hub.api.paging import Paging, paged, read_paging
from hub.api.reply import Reply, json_reply
from hub.api.requests import verdict
from hub.api.routes import Routes
from hub.errors import BadInput
from hub.model.instant import day_of, timestamp
from hub.rights.deferrals import KIND, ask_deferral, decide_deferral, deferrals, in_force
from hub.rights.desk import Asked
from hub.rights.wording import worded

routes = Routes()
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


class DeferralClaim(msgspec.Struct, forbid_unknown_fields=True):
    """The body of a deferral asked for, as sent."""

    index: int
    citation: str
    until: str


class DecisionClaim(msgspec.Struct, forbid_unknown_fields=True):
    """The body of a decision, as sent."""

    decision: str
    reason: str


_claim = msgspec.json.Decoder(DeferralClaim)
_decision = msgspec.json.Decoder(DecisionClaim)


@routes.post("/v1/audit/deferrals", "askDeferral")
async def _ask(road: Road, scope: Scope, receive: Receive) -> Reply:
    asked = await asking(road, scope)
    claim = parse(_claim, await read(receive))
    if not 0 <= claim.index < 1 << 53:
        raise BadInput("index", "must be that of an entry")
    citation, until = worded("citation", claim.citation), _day(claim.until)
    return await answered(ask_deferral(road, asked, claim.index, citation, until), asked, CREATED)


@routes.post("/v1/audit/deferrals/{id}/decision", "decideDeferral")
async def _decide(road: Road, scope: Scope, receive: Receive) -> Reply:
    asked = await asking(road, scope)
    claim = parse(_decision, await read(receive))
    approve, reason = verdict(claim.decision), worded("reason", claim.reason)
    name = scope["path_params"]["id"]
    return await answered(decide_deferral(road, asked, name, approve=approve, reason=reason), asked)


@routes.get("/v1/audit/deferrals", "deferrals")
async def _list(road: Road, scope: Scope, _receive: Receive) -> Reply:
    asked = await asking(road, scope)
    return await answered(_listed(road, asked, read_paging(scope)), asked)


async def _listed(road: Road, asked: Asked, paging: Paging) -> dict[str, Any]:
    return paged(await deferrals(road, asked), paging)


@routes.get("/v1/transparency/deferrals", "transparency")
async def _count(road: Road, _scope: Scope, _receive: Receive) -> Reply:
    road.turn.begin()
    now = road.clock()
    deferred = len(in_force(road.reader.control(KIND), day_of(now)))
    return json_reply({"deferred": deferred, "as_of": timestamp(now)})


def _day(text: str) -> date:
    try:
        # Python would read week dates, too.
        return date.fromisoformat(text if _DAY.fullmatch(text) else "")
    except ValueError:
        raise BadInput("until", "must be a day, YYYY-MM-DD") from None
