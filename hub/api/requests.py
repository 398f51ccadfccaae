"""`/v1/requests`: what residents have asked for, and who decides about it."""

from typing import Any

import msgspec
from starlette.types import Receive, Scope

from hub.access.flow import Road
from hub.api.body import parse, read
from hub.api.documented import Routes, served_by
from hub.api.me import answered, asking
from hub.api.paging import Paging, paged, read_paging
from hub.api.reply import Reply
from hub.api.rights_schemas import DecisionRequest, RequestBody, RequestsBody
from hub.api.schemas import BEARER, CURSOR, LIMIT, problems
from hub.errors import BadInput
from hub.rights.decisions import decide_request, pending
from hub.rights.desk import Asked
from hub.rights.wording import worded

router = Routes(tags=["requests"], dependencies=BEARER, responses=problems(401, 403, 422, 503))
_NAME = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "pattern": "^[0-9a-f]{24}$"}}


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


async def _requests(road: Road, scope: Scope, _receive: Receive) -> Reply:
    asked = await asking(road, scope)
    return await answered(_listed(road, asked, read_paging(scope)), asked)


async def _listed(road: Road, asked: Asked, paging: Paging) -> dict[str, Any]:
    return paged(await pending(road, asked), paging)


async def _decide(road: Road, scope: Scope, receive: Receive) -> Reply:
    asked = await asking(road, scope)
    claim = parse(_claim, await read(receive))
    approve, reason = verdict(claim.decision), worded("reason", claim.reason)
    citation = worded("citation", claim.citation, required=False)
    name = scope["path_params"]["id"]
    return await answered(decide_request(road, asked, name, approve=approve, reason=reason, citation=citation), asked)


@router.get("/v1/requests", response_model=RequestsBody, operation_id="requests")
@served_by(_requests)
def requests(cursor: CURSOR = None, limit: LIMIT = None) -> None:
    """Disputes and erasures asked for by residents of the caller's area that wait for a decision, oldest first."""


@router.post(
    "/v1/requests/{id}/decision",
    response_model=RequestBody,
    operation_id="decideRequest",
    openapi_extra={"parameters": [_NAME]},
    responses=problems(404, 409),
)
@served_by(_decide)
def decide(body: DecisionRequest) -> None:
    """Decide about a resident's request, once: uphold or dismiss a dispute, erase or keep.

    An approved erasure freezes the file at once; `hub erase` carries it out once nothing about the person is open.
    """
