"""How the document describes `/v1/audit`."""

from hub.api.audit import routes
from hub.api.audit_schemas import (
    ACTOR,
    OVER_ASKED,
    SINCE,
    STATE,
    SUBJECT,
    UNTIL,
    WORD,
    EventsBody,
    ProvenEventBody,
    ReidentificationBody,
    ReidentificationDecision,
    ReidentificationRequest,
    ReidentificationsBody,
)
from hub.api.describing import Described
from hub.api.schemas import BEARER, CURSOR, LIMIT, problems

described = Described(routes, tags=["audit"], dependencies=BEARER, responses=problems(401, 403, 422, 503))
_ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "pattern": "^[0-9a-f]{24}$"}}
_INDEX = {"name": "index", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 0}}


@described("auditEvents", response_model=EventsBody)
def events(
    actor: ACTOR = None,
    subject: SUBJECT = None,
    purpose: WORD = None,
    kind: WORD = None,
    outcome: WORD = None,
    department: WORD = None,
    over_asked: OVER_ASKED = None,
    since: SINCE = None,
    until: UNTIL = None,
    cursor: CURSOR = None,
    limit: LIMIT = None,
) -> None:
    """Search the trail of the caller's area, newest first; for security officers and auditors. The look is recorded."""


@described(
    "auditEvent", response_model=ProvenEventBody, openapi_extra={"parameters": [_INDEX]}, responses=problems(404)
)
def event() -> None:
    """One entry of the caller's area with its receipt and its proof, verified."""


@described("askReidentification", response_model=ReidentificationBody, status_code=201, responses=problems(404))
def ask_reidentification(body: ReidentificationRequest) -> None:
    """Ask whose pseudonym it is; another person decides."""


@described("reidentifications", response_model=ReidentificationsBody)
def reidentifications(state: STATE = None, cursor: CURSOR = None, limit: LIMIT = None) -> None:
    """Requests for re-identification about people of the caller's area."""


@described(
    "decideReidentification",
    response_model=ReidentificationBody,
    openapi_extra={"parameters": [_ID]},
    responses=problems(404, 409),
)
def decide_reidentification(body: ReidentificationDecision) -> None:
    """Approve or deny another person's request, once."""


@described(
    "reidentification",
    response_model=ReidentificationBody,
    openapi_extra={"parameters": [_ID]},
    responses=problems(404),
)
def reidentification_of() -> None:
    """A request as it stands; its requester reads the identity here, once, within 24 hours of the approval."""
