"""How the document describes `/v1/observations`."""

from typing import Annotated

from fastapi import Query

from hub.api.describing import Described
from hub.api.me import CREATED
from hub.api.observation_schemas import (
    ObservationBody,
    ObservationDecisionRequest,
    ObservationRequest,
    ObservationsBody,
    ObservationState,
    RecordedObservation,
)
from hub.api.observations import routes
from hub.api.schemas import BEARER, CURSOR, LIMIT, problems

described = Described(routes, tags=["observations"], dependencies=BEARER, responses=problems(401, 403, 422, 503))
_NAME = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{43}$"}}


@described("observe", response_model=RecordedObservation, status_code=CREATED)
def observe_(body: ObservationRequest) -> None:
    """Write down what was seen of a person; it is in force when the source of each field has confirmed it.

    A visit (`visit.log` for the purpose VISIT) is on record at once: who was at the door is its source.
    """


@described("observations", response_model=ObservationsBody)
def list_(
    state: Annotated[ObservationState | None, Query()] = None, cursor: CURSOR = None, limit: LIMIT = None
) -> None:
    """Observations that the caller is a source for or made, newest first; values go to sources alone."""


@described(
    "decideObservation",
    response_model=ObservationBody,
    openapi_extra={"parameters": [_NAME]},
    responses=problems(404, 409),
)
def decide(body: ObservationDecisionRequest) -> None:
    """Confirm fields of which the caller is a source, or refuse them."""
