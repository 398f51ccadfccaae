"""`/v1/me/visibility` and `/v1/protections`: who may not see what, by a resident's wish or for their safety."""

from typing import Annotated, Literal

import msgspec
from fastapi import Query
from starlette.types import Receive, Scope

from hub.access.flow import Road
from hub.access.purpose import SubjectClaim, state_subject
from hub.api.body import parse, read
from hub.api.documented import Routes, served_by
from hub.api.me import CREATED, answered, asking
from hub.api.paging import read_query
from hub.api.privacy_schemas import (
    LiftingRequest,
    ProtectionBody,
    ProtectionDecision,
    ProtectionRequest,
    ProtectionsBody,
    VisibilityBody,
    VisibilityRequest,
)
from hub.api.reply import Reply
from hub.api.requests import verdict
from hub.api.schemas import BEARER, CURSOR, LIMIT, MANDATE, problems
from hub.approvals import protections as safety
from hub.errors import BadInput
from hub.model.protection import State
from hub.model.visibility import Rule
from hub.rights.visibility import choose, visibility
from hub.rights.wording import worded

router = Routes(tags=["privacy"], dependencies=BEARER, responses=problems(401, 403, 422, 503))
_USUALLY_LISTED = 50
_MATTER = "visibility"
"""What a mandate is for where somebody acts for a resident."""
_NAME = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{43}$"}}
_PARAMETERS = {"parameters": [_NAME]}
_STATE = Literal["pending", "denied", "in_force", "lifting", "lifted"]


class RuleClaim(msgspec.Struct, forbid_unknown_fields=True):
    """One wish, as sent."""

    group: str
    audience: str
    visible: bool


class VisibilityClaim(msgspec.Struct, forbid_unknown_fields=True):
    """The body of a change, as sent."""

    rules: list[RuleClaim]


class ProtectionClaim(msgspec.Struct, forbid_unknown_fields=True):
    """The body that asks for a protection, as sent."""

    subject: SubjectClaim
    reason: str


class DecisionClaim(msgspec.Struct, forbid_unknown_fields=True):
    """The body of a decision, as sent."""

    decision: str
    reason: str


class LiftingClaim(msgspec.Struct, forbid_unknown_fields=True):
    """The body that asks for a lifting, as sent."""

    reason: str


_visibility_claim = msgspec.json.Decoder(VisibilityClaim)
_protection_claim = msgspec.json.Decoder(ProtectionClaim)
_decision_claim = msgspec.json.Decoder(DecisionClaim)
_lifting_claim = msgspec.json.Decoder(LiftingClaim)


async def _visibility(road: Road, scope: Scope, _receive: Receive) -> Reply:
    asked = await asking(road, scope, "visibility")
    return await answered(visibility(road, asked), asked)


async def _choose(road: Road, scope: Scope, receive: Receive) -> Reply:
    asked = await asking(road, scope, "visibility")
    claim = parse(_visibility_claim, await read(receive))
    rules = [Rule(each.group, each.audience, each.visible) for each in claim.rules]
    return await answered(choose(road, asked, rules), asked)


async def _protect(road: Road, scope: Scope, receive: Receive) -> Reply:
    asked = await asking(road, scope)
    claim = parse(_protection_claim, await read(receive))
    subject, reason = state_subject(claim.subject), worded("reason", claim.reason)
    return await answered(safety.protect(road, asked, subject, reason), asked, CREATED)


async def _decide(road: Road, scope: Scope, receive: Receive) -> Reply:
    asked = await asking(road, scope)
    claim = parse(_decision_claim, await read(receive))
    approve, reason = verdict(claim.decision), worded("reason", claim.reason)
    name = scope["path_params"]["id"]
    return await answered(safety.decide_protection(road, asked, name, reason, approve=approve), asked)


async def _lift(road: Road, scope: Scope, receive: Receive) -> Reply:
    asked = await asking(road, scope)
    claim = parse(_lifting_claim, await read(receive))
    reason = worded("reason", claim.reason)
    return await answered(safety.lift(road, asked, scope["path_params"]["id"], reason), asked)


async def _decide_lifting(road: Road, scope: Scope, receive: Receive) -> Reply:
    asked = await asking(road, scope)
    claim = parse(_decision_claim, await read(receive))
    approve, reason = verdict(claim.decision), worded("reason", claim.reason)
    name = scope["path_params"]["id"]
    return await answered(safety.decide_lifting(road, asked, name, reason, approve=approve), asked)


async def _list(road: Road, scope: Scope, _receive: Receive) -> Reply:
    asked = await asking(road, scope)
    paging, said = read_query(scope, frozenset({"state"}))
    text = said.get("state")
    if text is not None and text not in State.__members__.values():
        raise BadInput("state", f"must be one of {', '.join(State)}")
    state = None if text is None else State(text)
    limit = paging.limit or _USUALLY_LISTED
    return await answered(safety.protections(road, asked, state, paging.cursor or "", limit), asked)


@router.get("/v1/me/visibility", response_model=VisibilityBody, operation_id="visibility", responses=problems(404))
@served_by(_visibility)
def own_visibility(on_behalf_of: MANDATE = None) -> None:
    """Which audience may see which group of one's own data; what the law lets them see all the same, and why."""


@router.put(
    "/v1/me/visibility", response_model=VisibilityBody, operation_id="changeVisibility", responses=problems(404)
)
@served_by(_choose)
def change_visibility(body: VisibilityRequest, on_behalf_of: MANDATE = None) -> None:
    """Change the rules that are named, from the next read on; rules that are not named stay as they are."""


@router.post(
    "/v1/protections",
    response_model=ProtectionBody,
    operation_id="protect",
    status_code=CREATED,
    responses=problems(409),
)
@served_by(_protect)
def protect(body: ProtectionRequest) -> None:
    """Ask that somebody's address and telephone be kept from family, counter and lists, for their safety."""


@router.get("/v1/protections", response_model=ProtectionsBody, operation_id="protections")
@served_by(_list)
def list_protections(
    state: Annotated[_STATE | None, Query()] = None, cursor: CURSOR = None, limit: LIMIT = None
) -> None:
    """The protections of the caller's area, for officers and auditors, newest first."""


@router.post(
    "/v1/protections/{id}/decision",
    response_model=ProtectionBody,
    operation_id="decideProtection",
    openapi_extra=_PARAMETERS,
    responses=problems(404, 409),
)
@served_by(_decide)
def decide(body: ProtectionDecision) -> None:
    """Another person's yes or no to a protection."""


@router.post(
    "/v1/protections/{id}/lifting",
    response_model=ProtectionBody,
    operation_id="liftProtection",
    openapi_extra=_PARAMETERS,
    responses=problems(404, 409),
)
@served_by(_lift)
def lift(body: LiftingRequest) -> None:
    """Ask that a protection be lifted; it goes on until another person has agreed."""


@router.post(
    "/v1/protections/{id}/lifting/decision",
    response_model=ProtectionBody,
    operation_id="decideLifting",
    openapi_extra=_PARAMETERS,
    responses=problems(404, 409),
)
@served_by(_decide_lifting)
def decide_lifting(body: ProtectionDecision) -> None:
    """Another person's yes or no to the lifting of a protection."""
