"""`/v1/audit/deferrals` and `/v1/transparency`: notices that a law lets come later, and how many there are."""

import re
from datetime import date
from typing import Any

import msgspec
from starlette.types import Receive, Scope

from hub.access.flow import Road
from hub.api.body import parse, read
from hub.api.documented import Routes, served_by
from hub.api.me import CREATED, answered, asking
from hub.api.paging import Paging, paged, read_paging
from hub.api.reply import Reply, json_reply
from hub.api.requests import verdict
from hub.api.rights_schemas import (
    DeferralBody,
    DeferralDecision,
    DeferralRequest,
    DeferralsBody,
    TransparencyBody,
)
from hub.api.schemas import BEARER, CURSOR, LIMIT, problems
from hub.errors import BadInput
from hub.model.instant import day_of, timestamp
from hub.rights.deferrals import KIND, ask_deferral, decide_deferral, deferrals, in_force
from hub.rights.desk import Asked
from hub.rights.wording import worded

router = Routes(tags=["deferrals"], responses=problems(503))
_NAME = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "pattern": "^[0-9a-f]{24}$"}}
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


async def _ask(road: Road, scope: Scope, receive: Receive) -> Reply:
    asked = await asking(road, scope)
    claim = parse(_claim, await read(receive))
    if not 0 <= claim.index < 1 << 53:
        raise BadInput("index", "must be that of an entry")
    citation, until = worded("citation", claim.citation), _day(claim.until)
    return await answered(ask_deferral(road, asked, claim.index, citation, until), asked, CREATED)


async def _decide(road: Road, scope: Scope, receive: Receive) -> Reply:
    asked = await asking(road, scope)
    claim = parse(_decision, await read(receive))
    approve, reason = verdict(claim.decision), worded("reason", claim.reason)
    name = scope["path_params"]["id"]
    return await answered(decide_deferral(road, asked, name, approve=approve, reason=reason), asked)


async def _list(road: Road, scope: Scope, _receive: Receive) -> Reply:
    asked = await asking(road, scope)
    return await answered(_listed(road, asked, read_paging(scope)), asked)


async def _listed(road: Road, asked: Asked, paging: Paging) -> dict[str, Any]:
    return paged(await deferrals(road, asked), paging)


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


@router.post(
    "/v1/audit/deferrals",
    response_model=DeferralBody,
    operation_id="askDeferral",
    status_code=CREATED,
    dependencies=BEARER,
    responses=problems(401, 403, 404, 422),
)
@served_by(_ask)
def ask(body: DeferralRequest) -> None:
    """Ask that a person be told later of one access to their file, where a law demands secrecy; another must agree."""


@router.post(
    "/v1/audit/deferrals/{id}/decision",
    response_model=DeferralBody,
    operation_id="decideDeferral",
    dependencies=BEARER,
    openapi_extra={"parameters": [_NAME]},
    responses=problems(401, 403, 404, 409, 422),
)
@served_by(_decide)
def decide(body: DeferralDecision) -> None:
    """Consent to a deferral or refuse it, once; by another person than the one who asks."""


@router.get(
    "/v1/audit/deferrals",
    response_model=DeferralsBody,
    operation_id="deferrals",
    dependencies=BEARER,
    responses=problems(401, 403, 422),
)
@served_by(_list)
def listed(cursor: CURSOR = None, limit: LIMIT = None) -> None:
    """Deferrals in the caller's area, whatever became of them, oldest first."""


@router.get("/v1/transparency/deferrals", response_model=TransparencyBody, operation_id="transparency")
@served_by(_count)
def transparency() -> None:
    """How many notices are deferred now in the whole hub; no token needed."""
