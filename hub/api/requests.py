"""`/v1/requests`: what residents have asked for, and who decides about it."""

from typing import Any

import msgspec
from starlette.types import Receive, Scope

from hub.access.flow import Road
from hub.api.body import parse, read
from hub.api.me import answered, asking
from hub.api.paging import Paging, paged, read_paging
from hub.api.reply import Reply
from hub.api.routes import Routes
from hub.errors import BadInput
from hub.rights.decisions import decide_request, pending
from hub.rights.desk import Asked
from hub.rights.wording import worded

routes = Routes()


class DecisionClaim(msgspec.Struct, forbid_unknown_fields=True):
    """The body of a decision, as sent."""

    decision: str
    reason: str
    citation: str | None = None


_claim = msgspec.json.Decoder(DecisionClaim)


def verdict(decision: str) -> bool:
    """Whether a decision says yes. Raises BadInput."""
    if decision not in ("approve", "deny"):
        raise BadInput("decision", "must be `approve` or `deny`")
    return decision == "approve"


@routes.get("/v1/requests", "requests")
async def _requests(road: Road, scope: Scope, _receive: Receive) -> Reply:
    asked = await asking(road, scope)
    return await answered(_listed(road, asked, read_paging(scope)), asked)


async def _listed(road: Road, asked: Asked, paging: Paging) -> dict[str, Any]:
    return paged(await pending(road, asked), paging)


@routes.post("/v1/requests/{id}/decision", "decideRequest")
async def _decide(road: Road, scope: Scope, receive: Receive) -> Reply:
    asked = await asking(road, scope)
    claim = parse(_claim, await read(receive))
    approve, reason = verdict(claim.decision), worded("reason", claim.reason)
    citation = worded("citation", claim.citation, required=False)
    name = scope["path_params"]["id"]
    return await answered(decide_request(road, asked, name, approve=approve, reason=reason, citation=citation), asked)
