"""How the document describes `/v1/mandates`."""

from hub.api.describing import Described
from hub.api.mandate_schemas import (
    HTML,
    ConfirmationRequest,
    ConsideredMandateBody,
    MandateBody,
    MandateRequest,
    MandatesBody,
    SlipBody,
)
from hub.api.mandates import routes
from hub.api.me import CREATED
from hub.api.schemas import BEARER, CURSOR, LIMIT, problems

described = Described(routes, tags=["mandates"], dependencies=BEARER, responses=problems(401, 403, 422, 503))
_NAME = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{43}$"}}


@described("openMandate", response_model=MandateBody, status_code=CREATED)
def open_one(body: MandateRequest) -> None:
    """Open a mandate for one matter and half an hour; its id then goes into the header `On-Behalf-Of`.

    A clerk needs a form's number, or a second person who confirms what the resident said. A guardian on record needs
    nothing more. A near relative of somebody who died, by the register, states a reason, and may see the accesses, ask
    for corrections or for erasure. A resident may let another resident act for up to 90 days.
    """


@described("mandates", response_model=MandatesBody)
def list_mandates(cursor: CURSOR = None, limit: LIMIT = None) -> None:
    """The mandates in force that the caller acts on, or is to confirm as the second person; newest first.

    Nobody's name is told. `offered` are the purposes whose form a clerk may fill in with a resident.
    """


@described(
    "considerMandate",
    response_model=ConsideredMandateBody,
    openapi_extra={"parameters": [_NAME]},
    responses=problems(404),
)
def consider() -> None:
    """One of them with the name of the resident, to be sure before confirming; the resident finds that one looked."""


@described(
    "confirmMandate", response_model=MandateBody, openapi_extra={"parameters": [_NAME]}, responses=problems(404, 409)
)
def confirm(body: ConfirmationRequest | None = None) -> None:
    """Confirm as the second person that the resident gave a mandate by word of mouth, or enter the code they were sent.

    A wrong code leaves the mandate pending; the third one ends it.
    """


@described(
    "endMandate", response_model=MandateBody, openapi_extra={"parameters": [_NAME]}, responses=problems(404, 409)
)
def end() -> None:
    """End a mandate at once, as whoever acts on it or as the resident."""


@described("slip", response_model=SlipBody, openapi_extra={"parameters": [_NAME]}, responses={**HTML, **problems(404)})
def show_slip() -> None:
    """What was done on a mandate, to be printed for the resident: in large type where the caller accepts HTML."""
