"""`/v1/newcomers`: people at the door whom the store does not know, and the register's word on them."""

from typing import Any

import msgspec
from starlette.types import Receive, Scope

from hub.access.flow import Road
from hub.api.body import parse, read
from hub.api.me import answered, asking
from hub.api.paging import Paging, paged, read_paging
from hub.api.reply import Reply
from hub.api.requests import verdict
from hub.api.routes import Routes
from hub.observations.newcomers import decide_newcomer, newcomers
from hub.rights.desk import Asked
from hub.rights.wording import worded

routes = Routes()


class DecisionClaim(msgspec.Struct, forbid_unknown_fields=True):
    """The body of the register's decision, as sent."""

    decision: str
    reason: str | None = None


_claim = msgspec.json.Decoder(DecisionClaim)


@routes.get("/v1/newcomers", "newcomers")
async def _list(road: Road, scope: Scope, _receive: Receive) -> Reply:
    asked = await asking(road, scope)
    return await answered(_page(road, asked, read_paging(scope)), asked)


async def _page(road: Road, asked: Asked, paging: Paging) -> dict[str, Any]:
    return paged(await newcomers(road, asked), paging)


@routes.post("/v1/newcomers/{id}/decision", "decideNewcomer")
async def _decide(road: Road, scope: Scope, receive: Receive) -> Reply:
    asked = await asking(road, scope)
    claim = parse(_claim, await read(receive))
    confirm, reason = verdict(claim.decision), worded("reason", claim.reason, required=False)
    name = scope["path_params"]["id"]
    return await answered(decide_newcomer(road, asked, name, confirm=confirm, reason=reason), asked)
