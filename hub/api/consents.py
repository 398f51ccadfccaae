"""`/v1/me/consents` and `/v1/consents/requests`: agreeing, refusing, taking back, and being asked."""

from typing import Any

import msgspec
from starlette.types import Receive, Scope

from hub.access.flow import Road
from hub.access.purpose import SubjectClaim, state_subject
from hub.api.body import parse, read
from hub.api.consent_schemas import (
    ConsentAskedBody,
    ConsentAskedRequest,
    ConsentBody,
    ConsentRequest,
    ConsentsBody,
)
from hub.api.documented import Routes, served_by
from hub.api.me import CREATED, answered, asking
from hub.api.paging import Paging, paged, read_paging
from hub.api.reply import Reply
from hub.api.schemas import BEARER, CURSOR, LIMIT, MANDATE, problems
from hub.errors import BadInput
from hub.model.duration import parse_duration
from hub.rights.consent_requests import ask_consent
from hub.rights.consents import ROUTES, Answer, answer, consents, withdraw
from hub.rights.desk import Asked
from hub.rights.wording import worded

router = Routes(tags=["me"], dependencies=BEARER, responses=problems(401, 403, 422, 503))
_NAME = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{43}$"}}
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


async def _list(road: Road, scope: Scope, _receive: Receive) -> Reply:
    asked = await asking(road, scope, ROUTES)
    return await answered(_listed(road, asked, read_paging(scope)), asked)


async def _listed(road: Road, asked: Asked, paging: Paging) -> dict[str, Any]:
    found = await consents(road, asked)
    return found | paged(found["items"], paging)


async def _withdraw(road: Road, scope: Scope, _receive: Receive) -> Reply:
    asked = await asking(road, scope, ROUTES)
    return await answered(withdraw(road, asked, scope["path_params"]["id"]), asked)


async def _ask(road: Road, scope: Scope, receive: Receive) -> Reply:
    asked = await asking(road, scope)
    claim = parse(_asked_claim, await read(receive))
    reason = worded("reason", claim.reason, required=False)
    return await answered(ask_consent(road, asked, state_subject(claim.subject), claim.purpose, reason), asked, CREATED)


@router.get("/v1/me/consents", response_model=ConsentsBody, operation_id="consents", responses=problems(404))
@served_by(_list)
def list_consents(cursor: CURSOR = None, limit: LIMIT = None, on_behalf_of: MANDATE = None) -> None:
    """What one agreed to, refused and is asked, newest first, and the texts of what one may agree to."""


@router.post(
    "/v1/me/consents",
    response_model=ConsentBody,
    operation_id="consent",
    status_code=CREATED,
    responses=problems(404),
)
@served_by(_answer)
def consent(body: ConsentRequest, on_behalf_of: MANDATE = None) -> None:
    """Agree to a purpose, or refuse: for one recipient or for whoever may request it.

    A refusal keeps everybody from asking again for 30 days. Where the purpose changes, an agreement no longer stands.
    """


@router.post(
    "/v1/me/consents/{id}/withdrawal",
    response_model=ConsentBody,
    operation_id="withdrawConsent",
    openapi_extra={"parameters": [_NAME]},
    responses=problems(404, 409),
)
@served_by(_withdraw)
def withdraw_consent(on_behalf_of: MANDATE = None) -> None:
    """Take an agreement back: from the next read on it stands for nothing; what was read before stays valid."""


@router.post(
    "/v1/consents/requests",
    response_model=ConsentAskedBody,
    operation_id="askConsent",
    status_code=CREATED,
    responses=problems(409),
)
@served_by(_ask)
def ask(body: ConsentAskedRequest) -> None:
    """Ask a resident to agree to a purpose; nobody asks again while a question waits or soon after a refusal."""
