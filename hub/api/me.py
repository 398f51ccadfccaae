"""`/v1/me`: what residents may know and ask about themselves."""

from collections.abc import Awaitable
from typing import Any

import msgspec
from starlette.types import Receive, Scope

from hub.access.flow import Road
from hub.api.admission import admit
from hub.api.body import parse, read
from hub.api.paging import Paging, paged, read_paging, read_query
from hub.api.problems import problem_reply
from hub.api.reply import Reply, json_reply
from hub.api.routes import ON_BEHALF_OF, Routes, caller_of, entered, header_of
from hub.approvals.mandates import acting
from hub.errors import BadInput, Reason
from hub.model.mandate import ERASURE
from hub.rights import accesses as looking
from hub.rights import notices
from hub.rights import requests as asked_for
from hub.rights.desk import Asked, Refused
from hub.rights.wording import worded

routes = Routes()
_USUALLY_LISTED = 50
_STATUS = {Reason.NOT_FOUND: 404, Reason.ALREADY_DECIDED: 409, Reason.STILL_OPEN: 409, Reason.RATE_LIMITED: 429}
CREATED = 201


class DisputeClaim(msgspec.Struct, forbid_unknown_fields=True):
    """The body of a dispute, as sent."""

    index: int
    reason: str


class WishClaim(msgspec.Struct, forbid_unknown_fields=True):
    """The body of a freeze or an erasure asked for, as sent."""

    reason: str | None = None


_dispute_claim = msgspec.json.Decoder(DisputeClaim)
_wish_claim = msgspec.json.Decoder(WishClaim)


async def asking(road: Road, scope: Scope, *matters: str) -> Asked:
    """Who asks, for the rooms behind this one.

    Args:
        road: the road's means.
        scope: of the request.
        matters: for which mandates count here; where there is none, nobody may speak on behalf of somebody else.

    Raises:
        Refused: the role may never call this route, or the mandate does not count here; recorded.
        Unauthenticated, NotAllowed, TrailUnavailable: as `caller_of` and `admit` say.
    """
    trace_id, mandate = scope["state"]["trace_id"], header_of(scope, ON_BEHALF_OF)
    if mandate is None or not matters:
        asked = Asked(await caller_of(road, scope), trace_id)
    else:
        agent = await entered(road, scope)
        asked = await acting(road, Asked(agent, trace_id), mandate, *matters)
    await admit(road, scope, asked)
    return asked


async def answered(answer: Awaitable[Any], asked: Asked, status: int = 200) -> Reply:
    """An answer, or the refusal that is in the trail already."""
    try:
        return json_reply(await answer, status)
    except Refused as refusal:
        return problem_reply(_STATUS.get(refusal.reason, 403), [refusal.reason.value], asked.trace_id)


@routes.get("/v1/me/accesses", "accesses")
async def _accesses(road: Road, scope: Scope, _receive: Receive) -> Reply:
    asked = await asking(road, scope, "accesses")
    (cursor, limit), said = read_query(scope, frozenset({"merge"}))
    merge = said.get("merge", "")
    return await answered(looking.accesses(road, asked, cursor or "", limit or _USUALLY_LISTED, merge), asked)


@routes.get("/v1/me/merges", "ownMerges")
async def _merges(road: Road, scope: Scope, _receive: Receive) -> Reply:
    asked = await asking(road, scope, "accesses")
    return await answered(_own_merges(road, asked, read_paging(scope)), asked)


async def _own_merges(road: Road, asked: Asked, paging: Paging) -> dict[str, Any]:
    return paged(await looking.own_merges(road, asked), paging)


@routes.get("/v1/me/notices", "ownNotices")
async def _notices(road: Road, scope: Scope, _receive: Receive) -> Reply:
    asked = await asking(road, scope)
    return await answered(_own_notices(road, asked, read_paging(scope)), asked)


async def _own_notices(road: Road, asked: Asked, paging: Paging) -> dict[str, Any]:
    return paged(await notices.own_notices(road, asked), paging)


@routes.get("/v1/me/requests", "ownRequests")
async def _requests(road: Road, scope: Scope, _receive: Receive) -> Reply:
    asked = await asking(road, scope, "disputes", "freezes", ERASURE)
    return await answered(_own_requests(road, asked, read_paging(scope)), asked)


async def _own_requests(road: Road, asked: Asked, paging: Paging) -> dict[str, Any]:
    return paged(await asked_for.own_requests(road, asked), paging)


@routes.post("/v1/me/disputes", "dispute")
async def _dispute(road: Road, scope: Scope, receive: Receive) -> Reply:
    asked = await asking(road, scope, "disputes")
    claim = parse(_dispute_claim, await read(receive))
    if not 0 <= claim.index < 1 << 53:
        raise BadInput("index", "must be that of an entry")
    reason = worded("reason", claim.reason)
    return await answered(asked_for.dispute(road, asked, claim.index, reason), asked, CREATED)


@routes.post("/v1/me/freezes", "freeze")
async def _freeze(road: Road, scope: Scope, receive: Receive) -> Reply:
    asked = await asking(road, scope, "freezes")
    return await answered(asked_for.freeze(road, asked, await _wish(receive)), asked, CREATED)


@routes.post("/v1/me/freezes/{id}/withdrawal", "withdrawFreeze")
async def _thaw(road: Road, scope: Scope, _receive: Receive) -> Reply:
    asked = await asking(road, scope, "freezes")
    return await answered(asked_for.thaw(road, asked, scope["path_params"]["id"]), asked)


@routes.post("/v1/me/erasure", "askErasure")
async def _erasure(road: Road, scope: Scope, receive: Receive) -> Reply:
    asked = await asking(road, scope, ERASURE)
    return await answered(asked_for.ask_erasure(road, asked, await _wish(receive)), asked, CREATED)


async def _wish(receive: Receive) -> str:
    claim = parse(_wish_claim, await read(receive))
    return worded("reason", claim.reason, required=False)
