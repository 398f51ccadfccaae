"""`/v1/approvals` and `/v1/deputies`: asking for more than a purpose shows by itself, and deciding about it."""

from datetime import timedelta

import msgspec
from starlette.types import Receive, Scope

from hub.access.flow import Road
from hub.access.purpose import SubjectClaim, state_subject
from hub.api.body import parse, read
from hub.api.me import CREATED, answered, asking
from hub.api.paging import Paging, paged, read_paging, read_query
from hub.api.reply import Reply
from hub.api.requests import verdict
from hub.api.routes import Routes
from hub.approvals.considering import consider
from hub.approvals.deputies import deputies, name_deputy, revoke_deputy
from hub.approvals.minors import Wish as StandingWish
from hub.approvals.minors import ask_standing, decide_standing, is_standing, revoke_standing
from hub.approvals.requests import Verdict, Wish, approvals, ask, decide_approval, revoke_approval
from hub.errors import BadInput
from hub.model.approval import State
from hub.model.duration import parse_duration
from hub.rights.desk import Asked
from hub.rights.wording import worded

routes = Routes()
USUAL = timedelta(hours=24)
_USUALLY_LISTED = 50


class ApprovalClaim(msgspec.Struct, forbid_unknown_fields=True):
    """The body of a request, as sent."""

    purpose: str
    subject: SubjectClaim | None = None
    grid: str | None = None
    reason: str | None = None
    fields: list[str] | None = None
    duration: str | None = None


class DecisionClaim(msgspec.Struct, forbid_unknown_fields=True):
    """The body of a decision, as sent."""

    decision: str
    reason: str | None = None
    fields: list[str] | None = None
    duration: str | None = None


class RevocationClaim(msgspec.Struct, forbid_unknown_fields=True):
    """The body of a revocation, as sent; there need be none."""

    reason: str | None = None


class DeputyClaim(msgspec.Struct, forbid_unknown_fields=True, rename={"since": "from"}):
    """The body that names a deputy, as sent."""

    deputy: str
    since: str
    until: str


class Nothing(msgspec.Struct, forbid_unknown_fields=True):
    """A body that says nothing."""


_claim = msgspec.json.Decoder(ApprovalClaim)
_decision_claim = msgspec.json.Decoder(DecisionClaim)
_revocation_claim = msgspec.json.Decoder(RevocationClaim)
_deputy_claim = msgspec.json.Decoder(DeputyClaim)
_nothing = msgspec.json.Decoder(Nothing)


@routes.post("/v1/approvals", "askApproval")
async def _ask(road: Road, scope: Scope, receive: Receive) -> Reply:
    asked = await asking(road, scope)
    claim = parse(_claim, await read(receive))
    duration = USUAL if claim.duration is None else parse_duration("duration", claim.duration)
    if (claim.subject is None) == (claim.grid is None):
        raise BadInput("subject", "must be named, or else the `grid` whose minors it is about")
    if claim.grid is not None:
        if claim.fields is not None:
            raise BadInput("fields", "do not go with `grid`: what the purpose shows is what it shows of minors")
        standing = StandingWish(claim.grid, claim.purpose, claim.reason or "", duration)
        return await answered(ask_standing(road, asked, standing), asked, CREATED)
    subject = state_subject(claim.subject or SubjectClaim())
    wish = Wish(subject, claim.purpose, claim.fields, claim.reason or "", duration)
    return await answered(ask(road, asked, wish), asked, CREATED)


@routes.get("/v1/approvals", "approvals")
async def _list(road: Road, scope: Scope, _receive: Receive) -> Reply:
    asked = await asking(road, scope)
    paging, said = read_query(scope, frozenset({"state"}))
    text = said.get("state")
    if text is not None and text not in State.__members__.values():
        raise BadInput("state", f"must be one of {', '.join(State)}")
    state = None if text is None else State(text)
    return await answered(approvals(road, asked, state, paging.cursor or "", paging.limit or _USUALLY_LISTED), asked)


@routes.get("/v1/approvals/{id}", "considerApproval")
async def _consider(road: Road, scope: Scope, _receive: Receive) -> Reply:
    asked = await asking(road, scope)
    return await answered(consider(road, asked, scope["path_params"]["id"]), asked)


@routes.post("/v1/approvals/{id}/decision", "decideApproval")
async def _decide(road: Road, scope: Scope, receive: Receive) -> Reply:
    asked = await asking(road, scope)
    claim = parse(_decision_claim, await read(receive))
    if claim.fields is not None and not claim.fields:
        raise BadInput("fields", "must name a field, or be left out")
    said = Verdict(
        verdict(claim.decision),
        worded("reason", claim.reason, required=False),
        claim.fields,
        None if claim.duration is None else parse_duration("duration", claim.duration),
    )
    name = scope["path_params"]["id"]
    if is_standing(name):
        if said.fields is not None:
            raise BadInput("fields", "do not go with an approval for a grid")
        approve, reason, duration = said.approve, said.reason, said.duration
        decision = decide_standing(road, asked, name, approve=approve, reason=reason, duration=duration)
        return await answered(decision, asked)
    return await answered(decide_approval(road, asked, name, said), asked)


@routes.post("/v1/approvals/{id}/revocation", "revokeApproval")
async def _revoke(road: Road, scope: Scope, receive: Receive) -> Reply:
    asked = await asking(road, scope)
    body = await read(receive)
    claim = parse(_revocation_claim, body) if body else RevocationClaim()
    reason = worded("reason", claim.reason, required=False)
    name = scope["path_params"]["id"]
    if is_standing(name):
        return await answered(revoke_standing(road, asked, name), asked)
    return await answered(revoke_approval(road, asked, name, reason), asked)


@routes.post("/v1/deputies", "nameDeputy")
async def _deputy(road: Road, scope: Scope, receive: Receive) -> Reply:
    asked = await asking(road, scope)
    claim = parse(_deputy_claim, await read(receive))
    return await answered(name_deputy(road, asked, claim.deputy, claim.since, claim.until), asked, CREATED)


@routes.get("/v1/deputies", "deputies")
async def _deputies(road: Road, scope: Scope, _receive: Receive) -> Reply:
    asked = await asking(road, scope)
    return await answered(_page_of_deputies(road, asked, read_paging(scope)), asked)


async def _page_of_deputies(road: Road, asked: Asked, paging: Paging) -> dict[str, object]:
    return paged(await deputies(road, asked), paging)


@routes.post("/v1/deputies/{id}/revocation", "revokeDeputy")
async def _revoke_deputy(road: Road, scope: Scope, receive: Receive) -> Reply:
    asked = await asking(road, scope)
    if body := await read(receive):
        parse(_nothing, body)
    return await answered(revoke_deputy(road, asked, scope["path_params"]["id"]), asked)
