"""How the document describes `/v1/alarms` and `/v1/emergencies`."""

from typing import Annotated

from fastapi import Query

from hub.api.describing import Described
from hub.api.emergencies import routes
from hub.api.emergency_schemas import (
    AlarmBody,
    AlarmRequest,
    EmergenciesBody,
    EmergencyBody,
    EmergencyRequest,
    ReviewRequest,
    ReviewState,
)
from hub.api.me import CREATED
from hub.api.schemas import BEARER, CURSOR, LIMIT, problems

described = Described(routes, tags=["emergencies"], dependencies=BEARER, responses=problems(401, 403, 422, 503))
_NAME = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{43}$"}}


@described("raiseAlarm", response_model=AlarmBody, status_code=CREATED)
def alarm(body: AlarmRequest) -> None:
    """Report an alarm about a person; for devices' organisations and the call centre, calls also for the counter."""


@described("openEmergency", response_model=EmergencyBody, status_code=CREATED)
def open_(body: EmergencyRequest) -> None:
    """Open a person's emergency fields for the caller for an hour; somebody else reviews it within a day."""


@described("emergencies", response_model=EmergenciesBody)
def list_(state: Annotated[ReviewState | None, Query()] = None, cursor: CURSOR = None, limit: LIMIT = None) -> None:
    """Emergencies the caller may review, opened, or is the subject of, newest first."""


@described(
    "reviewEmergency", response_model=EmergencyBody, openapi_extra={"parameters": [_NAME]}, responses=problems(404, 409)
)
def review(body: ReviewRequest) -> None:
    """Say whether breaking the glass was justified, once; one that was not ends at once."""
