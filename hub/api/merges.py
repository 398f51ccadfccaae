"""`/v1/merges`: two files that are one person's, and two that were taken for one."""

from typing import Any

import msgspec
from starlette.types import Receive, Scope

from hub.access.flow import Road
from hub.access.purpose import SubjectClaim, state_subject
from hub.api.body import parse, read
from hub.api.documented import Routes, served_by
from hub.api.me import CREATED, answered, asking
from hub.api.merge_schemas import MergeBody, MergeDecision, MergeRequest, MergesBody, SeparationRequest
from hub.api.paging import Paging, paged, read_paging
from hub.api.reply import Reply
from hub.api.requests import verdict
from hub.api.schemas import BEARER, CURSOR, LIMIT, problems
from hub.merging import merges as merging
from hub.rights.desk import Asked
from hub.rights.wording import worded

router = Routes(tags=["merges"], dependencies=BEARER, responses=problems(401, 403, 422, 503))
_NAME = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "pattern": "^[0-9a-f]{24}$"}}
_PARAMETERS = {"parameters": [_NAME]}


class MergeClaim(msgspec.Struct, forbid_unknown_fields=True):
    """The body that proposes a merge, as sent."""

    subject: SubjectClaim
    duplicate: SubjectClaim
    reason: str


class DecisionClaim(msgspec.Struct, forbid_unknown_fields=True):
    """The body of a decision, as sent."""

    decision: str
    reason: str


class SeparationClaim(msgspec.Struct, forbid_unknown_fields=True):
    """The body that proposes a separation, as sent."""

    reason: str


_merge_claim = msgspec.json.Decoder(MergeClaim)
_decision_claim = msgspec.json.Decoder(DecisionClaim)
_separation_claim = msgspec.json.Decoder(SeparationClaim)


async def _propose(road: Road, scope: Scope, receive: Receive) -> Reply:
    asked = await asking(road, scope)
    claim = parse(_merge_claim, await read(receive))
    subject, duplicate = state_subject(claim.subject), state_subject(claim.duplicate)
    reason = worded("reason", claim.reason)
    return await answered(merging.propose(road, asked, subject, duplicate, reason), asked, CREATED)


async def _list(road: Road, scope: Scope, _receive: Receive) -> Reply:
    asked = await asking(road, scope)
    return await answered(_page(road, asked, read_paging(scope)), asked)


async def _page(road: Road, asked: Asked, paging: Paging) -> dict[str, Any]:
    return paged(await merging.merges(road, asked), paging)


async def _decide(road: Road, scope: Scope, receive: Receive) -> Reply:
    asked = await asking(road, scope)
    claim = parse(_decision_claim, await read(receive))
    approve, reason = verdict(claim.decision), worded("reason", claim.reason)
    return await answered(merging.decide(road, asked, scope["path_params"]["id"], reason, approve=approve), asked)


async def _separate(road: Road, scope: Scope, receive: Receive) -> Reply:
    asked = await asking(road, scope)
    claim = parse(_separation_claim, await read(receive))
    reason = worded("reason", claim.reason)
    return await answered(merging.propose_separation(road, asked, scope["path_params"]["id"], reason), asked)


async def _decide_separation(road: Road, scope: Scope, receive: Receive) -> Reply:
    asked = await asking(road, scope)
    claim = parse(_decision_claim, await read(receive))
    approve, reason = verdict(claim.decision), worded("reason", claim.reason)
    name = scope["path_params"]["id"]
    return await answered(merging.decide_separation(road, asked, name, reason, approve=approve), asked)


@router.post(
    "/v1/merges",
    response_model=MergeBody,
    operation_id="proposeMerge",
    status_code=CREATED,
    responses=problems(409, 429),
)
@served_by(_propose)
def propose(body: MergeRequest) -> None:
    """Say that two files of the caller's area are one person's; the register decides."""


@router.get("/v1/merges", response_model=MergesBody, operation_id="merges")
@served_by(_list)
def list_merges(cursor: CURSOR = None, limit: LIMIT = None) -> None:
    """Merges that the register has to decide about and those that stand; for others, those they proposed."""


@router.post(
    "/v1/merges/{id}/decision",
    response_model=MergeBody,
    operation_id="decideMerge",
    openapi_extra=_PARAMETERS,
    responses=problems(404, 409),
)
@served_by(_decide)
def decide(body: MergeDecision) -> None:
    """The register's word on a merge; another person than who proposed it."""


@router.post(
    "/v1/merges/{id}/separation",
    response_model=MergeBody,
    operation_id="proposeSeparation",
    openapi_extra=_PARAMETERS,
    responses=problems(404, 409),
)
@served_by(_separate)
def separate(body: SeparationRequest) -> None:
    """Say that two files that were made one are two people's; the merge goes on until the register has decided."""


@router.post(
    "/v1/merges/{id}/separation/decision",
    response_model=MergeBody,
    operation_id="decideSeparation",
    openapi_extra=_PARAMETERS,
    responses=problems(404, 409),
)
@served_by(_decide_separation)
def decide_separation(body: MergeDecision) -> None:
    """The register's word on a separation: both files are as they were, with what has been written since."""
