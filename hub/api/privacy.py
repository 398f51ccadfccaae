"""`/v1/me/visibility` and `/v1/protections`: who may not see what, by a resident's wish or for their safety."""

import msgspec
from starlette.types import Receive, Scope

from hub.access.flow import Road
from hub.access.purpose import SubjectClaim, state_subject
from hub.api.body import parse, read
from hub.api.me import CREATED, answered, asking
from hub.api.paging import read_query
from hub.api.reply import Reply
from hub.api.requests import verdict
from hub.api.routes import Routes
from hub.approvals import protections as safety
from hub.errors import BadInput
from hub.model.protection import State
from hub.model.visibility import Rule
from hub.rights.visibility import choose, visibility
from hub.rights.wording import worded

routes = Routes()
_USUALLY_LISTED = 50
_MATTER = "visibility"
"""What a mandate is for where somebody acts for a resident."""


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


@routes.get("/v1/me/visibility", "visibility")
async def _visibility(road: Road, scope: Scope, _receive: Receive) -> Reply:
    asked = await asking(road, scope, "visibility")
    return await answered(visibility(road, asked), asked)


@routes.put("/v1/me/visibility", "changeVisibility")
async def _choose(road: Road, scope: Scope, receive: Receive) -> Reply:
    asked = await asking(road, scope, "visibility")
    claim = parse(_visibility_claim, await read(receive))
    rules = [Rule(each.group, each.audience, each.visible) for each in claim.rules]
    return await answered(choose(road, asked, rules), asked)


@routes.post("/v1/protections", "protect")
async def _protect(road: Road, scope: Scope, receive: Receive) -> Reply:
    asked = await asking(road, scope)
    claim = parse(_protection_claim, await read(receive))
    subject, reason = state_subject(claim.subject), worded("reason", claim.reason)
    return await answered(safety.protect(road, asked, subject, reason), asked, CREATED)


@routes.post("/v1/protections/{id}/decision", "decideProtection")
async def _decide(road: Road, scope: Scope, receive: Receive) -> Reply:
    asked = await asking(road, scope)
    claim = parse(_decision_claim, await read(receive))
    approve, reason = verdict(claim.decision), worded("reason", claim.reason)
    name = scope["path_params"]["id"]
    return await answered(safety.decide_protection(road, asked, name, reason, approve=approve), asked)


@routes.post("/v1/protections/{id}/lifting", "liftProtection")
async def _lift(road: Road, scope: Scope, receive: Receive) -> Reply:
    asked = await asking(road, scope)
    claim = parse(_lifting_claim, await read(receive))
    reason = worded("reason", claim.reason)
    return await answered(safety.lift(road, asked, scope["path_params"]["id"], reason), asked)


@routes.post("/v1/protections/{id}/lifting/decision", "decideLifting")
async def _decide_lifting(road: Road, scope: Scope, receive: Receive) -> Reply:
    asked = await asking(road, scope)
    claim = parse(_decision_claim, await read(receive))
    approve, reason = verdict(claim.decision), worded("reason", claim.reason)
    name = scope["path_params"]["id"]
    return await answered(safety.decide_lifting(road, asked, name, reason, approve=approve), asked)


@routes.get("/v1/protections", "protections")
async def _list(road: Road, scope: Scope, _receive: Receive) -> Reply:
    asked = await asking(road, scope)
    paging, said = read_query(scope, frozenset({"state"}))
    text = said.get("state")
    if text is not None and text not in State.__members__.values():
        raise BadInput("state", f"must be one of {', '.join(State)}")
    state = None if text is None else State(text)
    limit = paging.limit or _USUALLY_LISTED
    return await answered(safety.protections(road, asked, state, paging.cursor or "", limit), asked)
