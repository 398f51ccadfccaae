"""`/v1/newcomers`: people at the door whom the store does not know, and the register's word on them."""

from typing import Any

import msgspec
from starlette.types import Receive, Scope

from hub.access.flow import Road
from hub.api.body import parse, read
from hub.api.documented import Routes, served_by
from hub.api.me import answered, asking
from hub.api.observation_schemas import NewcomerBody, NewcomerDecisionRequest, NewcomersBody
from hub.api.paging import Paging, paged, read_paging
from hub.api.reply import Reply
from hub.api.requests import verdict
from hub.api.schemas import BEARER, CURSOR, LIMIT, problems
from hub.observations.newcomers import decide_newcomer, newcomers
from hub.rights.desk import Asked
from hub.rights.wording import worded

router = Routes(tags=["observations"], dependencies=BEARER, responses=problems(401, 403, 422, 503))
_NAME = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "pattern": "^[0-9a-f]{24}$"}}


class DecisionClaim(msgspec.Struct, forbid_unknown_fields=True):
    """The body of the register's decision, as sent."""

    decision: str
    reason: str | None = None


_claim = msgspec.json.Decoder(DecisionClaim)


async def _list(road: Road, scope: Scope, _receive: Receive) -> Reply:
    asked = await asking(road, scope)
    return await answered(_page(road, asked, read_paging(scope)), asked)


async def _page(road: Road, asked: Asked, paging: Paging) -> dict[str, Any]:
    return paged(await newcomers(road, asked), paging)


async def _decide(road: Road, scope: Scope, receive: Receive) -> Reply:
    asked = await asking(road, scope)
    claim = parse(_claim, await read(receive))
    confirm, reason = verdict(claim.decision), worded("reason", claim.reason, required=False)
    name = scope["path_params"]["id"]
    return await answered(decide_newcomer(road, asked, name, confirm=confirm, reason=reason), asked)


@router.get("/v1/newcomers", response_model=NewcomersBody, operation_id="newcomers")
@served_by(_list)
def list_newcomers(cursor: CURSOR = None, limit: LIMIT = None) -> None:
    """Newcomers of the register's area that wait for it, oldest first; for the police."""


@router.post(
    "/v1/newcomers/{id}/decision",
    response_model=NewcomerBody,
    operation_id="decideNewcomer",
    openapi_extra={"parameters": [_NAME]},
    responses=problems(404, 409),
)
@served_by(_decide)
def decide(body: NewcomerDecisionRequest) -> None:
    """Take a newcomer into the store, or not."""
