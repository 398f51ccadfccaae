"""`/v1/namings`: who is named to read what a law seals about one person."""

from datetime import timedelta

import msgspec
from starlette.types import Receive, Scope

from hub.access.flow import Road
from hub.access.purpose import MOST_NAME, SubjectClaim, state_subject
from hub.api.body import parse, read
from hub.api.me import CREATED, answered, asking
from hub.api.paging import paged, read_query
from hub.api.reply import Reply, json_reply
from hub.api.requests import verdict
from hub.api.routes import Routes
from hub.cases.officers import Wanted, decide_naming, name_officers, namings, revoke_naming
from hub.errors import BadInput
from hub.model.duration import parse_duration
from hub.model.naming import State
from hub.rights.wording import worded

routes = Routes()
_USUAL = timedelta(days=90)


class NamingClaim(msgspec.Struct, forbid_unknown_fields=True):
    """The body of a naming, as sent."""

    subject: SubjectClaim
    purpose: str
    officers: list[str]
    reference: str
    reason: str
    duration: str | None = None


class DecisionClaim(msgspec.Struct, forbid_unknown_fields=True):
    """The body of a decision, as sent."""

    decision: str
    reason: str


class EndClaim(msgspec.Struct, forbid_unknown_fields=True):
    """The body that ends one, as sent; there need be none."""

    reason: str | None = None


_naming_claim = msgspec.json.Decoder(NamingClaim)
_decision_claim = msgspec.json.Decoder(DecisionClaim)
_end_claim = msgspec.json.Decoder(EndClaim)


@routes.post("/v1/namings", "nameOfficers")
async def _name(road: Road, scope: Scope, receive: Receive) -> Reply:
    asked = await asking(road, scope)
    claim = parse(_naming_claim, await read(receive))
    subject, reference = state_subject(claim.subject), worded("reference", claim.reference)
    if len(reference) > MOST_NAME:
        raise BadInput("reference", f"must have at most {MOST_NAME} characters")
    duration = _USUAL if claim.duration is None else parse_duration("duration", claim.duration)
    reason = worded("reason", claim.reason)
    wanted = Wanted(subject, claim.purpose, claim.officers, reference, reason, duration)
    return await answered(name_officers(road, asked, wanted), asked, CREATED)


@routes.get("/v1/namings", "namings")
async def _list(road: Road, scope: Scope, _receive: Receive) -> Reply:
    asked = await asking(road, scope)
    paging, said = read_query(scope, frozenset({"state"}))
    text = said.get("state")
    if text is not None and text not in State.__members__.values():
        raise BadInput("state", f"must be one of {', '.join(State)}")
    return json_reply(paged(namings(road, asked, None if text is None else State(text)), paging))


@routes.post("/v1/namings/{id}/decision", "decideNaming")
async def _decide(road: Road, scope: Scope, receive: Receive) -> Reply:
    asked = await asking(road, scope)
    claim = parse(_decision_claim, await read(receive))
    approve, reason = verdict(claim.decision), worded("reason", claim.reason)
    return await answered(decide_naming(road, asked, scope["path_params"]["id"], reason, approve=approve), asked)


@routes.post("/v1/namings/{id}/revocation", "revokeNaming")
async def _revoke(road: Road, scope: Scope, receive: Receive) -> Reply:
    asked = await asking(road, scope)
    body = await read(receive)
    claim = parse(_end_claim, body) if body else EndClaim()
    reason = worded("reason", claim.reason, required=False)
    return await answered(revoke_naming(road, asked, scope["path_params"]["id"], reason), asked)
