"""`/v1/me/consents` and `/v1/consents/requests`: agreeing, refusing, taking back, and being asked."""

from typing import Any

import msgspec
from starlette.types import Receive, Scope

from hub.access.flow import Road
from hub.access.purpose import SubjectClaim, state_subject
from hub.api.body import parse, read
from hub.api.me import CREATED, answered, asking
from hub.api.paging import Paging, paged, read_paging
from hub.api.reply import Reply
from hub.api.routes import Routes
from hub.errors import BadInput
from hub.model.duration import parse_duration
from hub.rights.consent_requests import ask_consent
from hub.rights.consents import ROUTES, Answer, answer, consents, withdraw
from hub.rights.desk import Asked
from hub.rights.wording import worded

routes = Routes()
_DECISIONS = {"give": True, "refuse": False}


class ConsentClaim(msgspec.Struct, forbid_unknown_fields=True):
    """The body of an answer, as sent."""

    purpose: str
    recipient: str | None = None
    decision: str = "give"
    separate: bool = True
    basis: str | None = None
    version: str | None = None
    duration: str | None = None


class AskedClaim(msgspec.Struct, forbid_unknown_fields=True):
    """The body of a question, as sent."""

    subject: SubjectClaim
    purpose: str
    reason: str | None = None


_claim = msgspec.json.Decoder(ConsentClaim)
_asked_claim = msgspec.json.Decoder(AskedClaim)


@routes.post("/v1/me/consents", "consent")
async def _answer(road: Road, scope: Scope, receive: Receive) -> Reply:
    asked = await asking(road, scope, ROUTES)
    claim = parse(_claim, await read(receive))
    if claim.decision not in _DECISIONS:
        raise BadInput("decision", "must be `give` or `refuse`")
    said = Answer(
        claim.purpose,
        _DECISIONS[claim.decision],
        claim.recipient or "",
        claim.separate,
        claim.basis,
        claim.version,
        None if claim.duration is None else parse_duration("duration", claim.duration),
    )
    return await answered(answer(road, asked, said), asked, CREATED)


@routes.get("/v1/me/consents", "consents")
async def _list(road: Road, scope: Scope, _receive: Receive) -> Reply:
    asked = await asking(road, scope, ROUTES)
    return await answered(_listed(road, asked, read_paging(scope)), asked)


async def _listed(road: Road, asked: Asked, paging: Paging) -> dict[str, Any]:
    found = await consents(road, asked)
    return found | paged(found["items"], paging)


@routes.post("/v1/me/consents/{id}/withdrawal", "withdrawConsent")
async def _withdraw(road: Road, scope: Scope, _receive: Receive) -> Reply:
    asked = await asking(road, scope, ROUTES)
    return await answered(withdraw(road, asked, scope["path_params"]["id"]), asked)


@routes.post("/v1/consents/requests", "askConsent")
async def _ask(road: Road, scope: Scope, receive: Receive) -> Reply:
    asked = await asking(road, scope)
    claim = parse(_asked_claim, await read(receive))
    reason = worded("reason", claim.reason, required=False)
    return await answered(ask_consent(road, asked, state_subject(claim.subject), claim.purpose, reason), asked, CREATED)
