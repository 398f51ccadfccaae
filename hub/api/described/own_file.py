"""How the document describes `/v1/me/file`, `/v1/me/export`, `/v1/me/corrections`."""

from typing import Annotated, Literal

from fastapi import Query

from hub.api.describing import Described
from hub.api.me import CREATED
from hub.api.own_file import routes
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
from hub.api.schemas import BEARER, CURSOR, LIMIT, MANDATE, problems

described = Described(routes, tags=["me"], dependencies=BEARER, responses=problems(401, 403, 422, 503))
_NAME = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{43}$"}}
_STATE = Literal["pending", "confirmed", "refused"]


@described("ownFile", response_model=FileBody, responses=problems(404))
def file() -> None:
    """One's own whole file by tier, each value with its source; what a law seals is left out for everybody alike."""


@described("ownExport", response_model=ExportBody, responses=problems(404))
def whole_export() -> None:
    """A copy in a machine-readable bundle: the file, consents, wishes, corrections, and who looked how often."""


@described("askCorrection", response_model=CorrectionBody, status_code=CREATED, responses=problems(404, 429))
def ask_correction(body: CorrectionRequest, on_behalf_of: MANDATE = None) -> None:
    """Say that a value of one's own file is wrong, and what it should be; it waits for the department it comes from."""


@described("ownCorrections", response_model=OwnCorrectionsBody, responses=problems(404))
def list_own_corrections(cursor: CURSOR = None, limit: LIMIT = None, on_behalf_of: MANDATE = None) -> None:
    """The corrections one has asked for, newest first."""


@described("corrections", response_model=CorrectionsBody)
def list_corrections(
    state: Annotated[_STATE | None, Query()] = None, cursor: CURSOR = None, limit: LIMIT = None
) -> None:
    """The corrections that the caller's department answers, in its area, oldest first."""


@described(
    "answerCorrection",
    response_model=AnsweredCorrectionBody,
    openapi_extra={"parameters": [_NAME]},
    responses=problems(404, 409),
)
def answer(body: CorrectionAnswer) -> None:
    """Confirm a correction, which writes the value as an import of the department would, or refuse it with a reason."""
