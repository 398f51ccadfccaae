"""`/v1/me/file`, `/v1/me/export`, `/v1/me/corrections`: one's own data, a copy of it, and what is wrong in it."""

from typing import Annotated, Any, Literal

import msgspec
from fastapi import Query
from starlette.types import Receive, Scope

from hub.access.flow import Road
from hub.api.body import parse, read
from hub.api.documented import Routes, served_by
from hub.api.me import CREATED, answered, asking
from hub.api.own_file_schemas import (
    AnsweredCorrectionBody,
    CorrectionAnswer,
    CorrectionBody,
    CorrectionRequest,
    CorrectionsBody,
    ExportBody,
    FileBody,
    OwnCorrectionsBody,
)
from hub.api.paging import paged, read_paging, read_query
from hub.api.reply import Reply
from hub.api.requests import verdict
from hub.api.schemas import BEARER, CURSOR, LIMIT, MANDATE, problems
from hub.approvals.corrections import answer_correction, corrections
from hub.errors import BadInput
from hub.model.correction import State
from hub.rights.corrections import Wish, correct, own_corrections
from hub.rights.export import export
from hub.rights.own_file import own_file
from hub.rights.wording import worded

router = Routes(tags=["me"], dependencies=BEARER, responses=problems(401, 403, 422, 503))
_USUALLY_LISTED = 50
_MOST_FIELD = 64
_MATTER = "corrections"
"""What a mandate is for where somebody acts for a resident; never for the whole file or its copy."""
_ATTACHED = (b"content-disposition", b'attachment; filename="resident-file.json"')
_NAME = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{43}$"}}
_STATE = Literal["pending", "confirmed", "refused"]


class CorrectionClaim(msgspec.Struct, forbid_unknown_fields=True):
    """The body of a correction, as sent."""

    field: str
    value: Any
    reason: str | None = None


class AnswerClaim(msgspec.Struct, forbid_unknown_fields=True):
    """The body of a department's answer, as sent."""

    decision: str
    reason: str


_correction_claim = msgspec.json.Decoder(CorrectionClaim)
_answer_claim = msgspec.json.Decoder(AnswerClaim)


async def _file(road: Road, scope: Scope, _receive: Receive) -> Reply:
    asked = await asking(road, scope)
    return await answered(own_file(road, asked), asked)


async def _export(road: Road, scope: Scope, _receive: Receive) -> Reply:
    asked = await asking(road, scope)
    reply = await answered(export(road, asked), asked)
    return reply._replace(headers=(*reply.headers, _ATTACHED)) if reply.status < 300 else reply  # noqa: PLR2004


async def _correct(road: Road, scope: Scope, receive: Receive) -> Reply:
    asked = await asking(road, scope, _MATTER)
    claim = parse(_correction_claim, await read(receive))
    if not 0 < len(claim.field) <= _MOST_FIELD:
        raise BadInput("field", f"must have 1 to {_MOST_FIELD} characters")
    wish = Wish(claim.field, claim.value, worded("reason", claim.reason, required=False))
    return await answered(correct(road, asked, wish), asked, CREATED)


async def _own_corrections(road: Road, scope: Scope, _receive: Receive) -> Reply:
    asked = await asking(road, scope, _MATTER)
    paging = read_paging(scope)

    async def listed() -> dict[str, Any]:
        return paged(await own_corrections(road, asked), paging)

    return await answered(listed(), asked)


async def _corrections(road: Road, scope: Scope, _receive: Receive) -> Reply:
    asked = await asking(road, scope)
    paging, said = read_query(scope, frozenset({"state"}))
    text = said.get("state")
    if text is not None and text not in State.__members__.values():
        raise BadInput("state", f"must be one of {', '.join(State)}")
    state = None if text is None else State(text)
    limit = paging.limit or _USUALLY_LISTED
    return await answered(corrections(road, asked, state, paging.cursor or "", limit), asked)


async def _answer(road: Road, scope: Scope, receive: Receive) -> Reply:
    asked = await asking(road, scope)
    claim = parse(_answer_claim, await read(receive))
    confirm, reason = verdict(claim.decision), worded("reason", claim.reason)
    return await answered(answer_correction(road, asked, scope["path_params"]["id"], reason, confirm=confirm), asked)


@router.get("/v1/me/file", response_model=FileBody, operation_id="ownFile", responses=problems(404))
@served_by(_file)
def file() -> None:
    """One's own whole file by tier, each value with its source; what a law seals is left out for everybody alike."""


@router.get("/v1/me/export", response_model=ExportBody, operation_id="ownExport", responses=problems(404))
@served_by(_export)
def whole_export() -> None:
    """A copy in a machine-readable bundle: the file, consents, wishes, corrections, and who looked how often."""


@router.post(
    "/v1/me/corrections",
    response_model=CorrectionBody,
    operation_id="askCorrection",
    status_code=CREATED,
    responses=problems(404, 429),
)
@served_by(_correct)
def ask_correction(body: CorrectionRequest, on_behalf_of: MANDATE = None) -> None:
    """Say that a value of one's own file is wrong, and what it should be; it waits for the department it comes from."""


@router.get(
    "/v1/me/corrections", response_model=OwnCorrectionsBody, operation_id="ownCorrections", responses=problems(404)
)
@served_by(_own_corrections)
def list_own_corrections(cursor: CURSOR = None, limit: LIMIT = None, on_behalf_of: MANDATE = None) -> None:
    """The corrections one has asked for, newest first."""


@router.get("/v1/corrections", response_model=CorrectionsBody, operation_id="corrections")
@served_by(_corrections)
def list_corrections(
    state: Annotated[_STATE | None, Query()] = None, cursor: CURSOR = None, limit: LIMIT = None
) -> None:
    """The corrections that the caller's department answers, in its area, oldest first."""


@router.post(
    "/v1/corrections/{id}/decision",
    response_model=AnsweredCorrectionBody,
    operation_id="answerCorrection",
    openapi_extra={"parameters": [_NAME]},
    responses=problems(404, 409),
)
@served_by(_answer)
def answer(body: CorrectionAnswer) -> None:
    """Confirm a correction, which writes the value as an import of the department would, or refuse it with a reason."""
