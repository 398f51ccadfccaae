"""`/v1/observations`: what staff see at the door, and what the sources of the fields say to it."""

from typing import Any

import msgspec
from starlette.types import Receive, Scope

from hub.access.flow import Road
from hub.access.purpose import SubjectClaim, state_subject
from hub.api.body import parse, read
from hub.api.me import CREATED, answered, asking
from hub.api.paging import read_query
from hub.api.reply import Reply
from hub.api.requests import verdict
from hub.api.routes import Routes
from hub.errors import BadInput
from hub.model.observation import State
from hub.observations.deciding import Verdict, decide_observation, observations
from hub.observations.recording import observe
from hub.rights.wording import worded

routes = Routes()
_USUALLY_LISTED = 50


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


@routes.post("/v1/observations", "observe")
async def _observe(road: Road, scope: Scope, receive: Receive) -> Reply:
    asked = await asking(road, scope)
    claim = parse(_claim, await read(receive))
    note = worded("note", claim.note, required=False)
    subject = state_subject(claim.subject)
    return await answered(observe(road, asked, subject, claim.purpose, claim.values, note), asked, CREATED)


@routes.get("/v1/observations", "observations")
async def _list(road: Road, scope: Scope, _receive: Receive) -> Reply:
    asked = await asking(road, scope)
    paging, said = read_query(scope, frozenset({"state"}))
    text = said.get("state")
    if text is not None and text not in State.__members__.values():
        raise BadInput("state", f"must be one of {', '.join(State)}")
    state = None if text is None else State(text)
    return await answered(observations(road, asked, state, paging.cursor or "", paging.limit or _USUALLY_LISTED), asked)


@routes.post("/v1/observations/{id}/decision", "decideObservation")
async def _decide(road: Road, scope: Scope, receive: Receive) -> Reply:
    asked = await asking(road, scope)
    claim = parse(_decision_claim, await read(receive))
    if claim.fields is not None and not claim.fields:
        raise BadInput("fields", "must name a field, or be left out")
    said = Verdict(verdict(claim.decision), worded("reason", claim.reason, required=False), claim.fields)
    return await answered(decide_observation(road, asked, scope["path_params"]["id"], said), asked)
