"""`/v1/observations`: what staff see at the door, and what the sources of the fields say to it."""

from typing import Annotated, Any

import msgspec
from fastapi import Query
from starlette.types import Receive, Scope

from hub.access.flow import Road
from hub.access.purpose import SubjectClaim, state_subject
from hub.api.body import parse, read
from hub.api.documented import Routes, served_by
from hub.api.me import CREATED, answered, asking
from hub.api.observation_schemas import (
    ObservationBody,
    ObservationDecisionRequest,
    ObservationRequest,
    ObservationsBody,
    ObservationState,
    RecordedObservation,
)
from hub.api.paging import read_query
from hub.api.reply import Reply
from hub.api.requests import verdict
from hub.api.schemas import BEARER, CURSOR, LIMIT, problems
from hub.errors import BadInput
from hub.model.observation import State
from hub.observations.deciding import Verdict, decide_observation, observations
from hub.observations.recording import observe
from hub.rights.wording import worded

router = Routes(tags=["observations"], dependencies=BEARER, responses=problems(401, 403, 422, 503))
_USUALLY_LISTED = 50
_NAME = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{43}$"}}


class ObservationClaim(msgspec.Struct, forbid_unknown_fields=True):
    """The body of an observation, as sent."""

    subject: SubjectClaim
    purpose: str
    values: dict[str, Any]
    note: str | None = None


class DecisionClaim(msgspec.Struct, forbid_unknown_fields=True):
    """The body of a source's decision, as sent."""

    decision: str
    reason: str | None = None
    fields: list[str] | None = None


_claim = msgspec.json.Decoder(ObservationClaim)
_decision_claim = msgspec.json.Decoder(DecisionClaim)


async def _observe(road: Road, scope: Scope, receive: Receive) -> Reply:
    asked = await asking(road, scope)
    claim = parse(_claim, await read(receive))
    note = worded("note", claim.note, required=False)
    subject = state_subject(claim.subject)
    return await answered(observe(road, asked, subject, claim.purpose, claim.values, note), asked, CREATED)


async def _list(road: Road, scope: Scope, _receive: Receive) -> Reply:
    asked = await asking(road, scope)
    paging, said = read_query(scope, frozenset({"state"}))
    text = said.get("state")
    if text is not None and text not in State.__members__.values():
        raise BadInput("state", f"must be one of {', '.join(State)}")
    state = None if text is None else State(text)
    return await answered(observations(road, asked, state, paging.cursor or "", paging.limit or _USUALLY_LISTED), asked)


async def _decide(road: Road, scope: Scope, receive: Receive) -> Reply:
    asked = await asking(road, scope)
    claim = parse(_decision_claim, await read(receive))
    if claim.fields is not None and not claim.fields:
        raise BadInput("fields", "must name a field, or be left out")
    said = Verdict(verdict(claim.decision), worded("reason", claim.reason, required=False), claim.fields)
    return await answered(decide_observation(road, asked, scope["path_params"]["id"], said), asked)


@router.post("/v1/observations", response_model=RecordedObservation, operation_id="observe", status_code=CREATED)
@served_by(_observe)
def observe_(body: ObservationRequest) -> None:
    """Write down what was seen of a person; it is in force when the source of each field has confirmed it.

    A visit (`visit.log` for the purpose VISIT) is on record at once: who was at the door is its source.
    """


@router.get("/v1/observations", response_model=ObservationsBody, operation_id="observations")
@served_by(_list)
def list_(
    state: Annotated[ObservationState | None, Query()] = None, cursor: CURSOR = None, limit: LIMIT = None
) -> None:
    """Observations that the caller is a source for or made, newest first; values go to sources alone."""


@router.post(
    "/v1/observations/{id}/decision",
    response_model=ObservationBody,
    operation_id="decideObservation",
    openapi_extra={"parameters": [_NAME]},
    responses=problems(404, 409),
)
@served_by(_decide)
def decide(body: ObservationDecisionRequest) -> None:
    """Confirm fields of which the caller is a source, or refuse them."""
