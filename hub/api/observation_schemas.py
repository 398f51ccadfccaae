"""The shapes of observations as the OpenAPI document shows them."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from hub.access.purpose import MOST_NAME, MOST_REASON
from hub.api.schemas import ByIdno, ByRid
from hub.api.shapes import Shape
from hub.observations.values import MOST_VALUES

ObservationState = Literal["pending", "confirmed", "refused"]
_Name = Annotated[str, Field(min_length=1, max_length=MOST_NAME)]
_Text = Annotated[str | None, Field(max_length=MOST_REASON)]


class _Strict(Shape):
    model_config = ConfigDict(extra="forbid")


class ObservationRequest(_Strict):
    """What was seen of one person."""

    subject: ByIdno | ByRid
    purpose: Annotated[_Name, Field(examples=["WALK"])]
    values: Annotated[dict[_Name, Any], Field(min_length=1, max_length=MOST_VALUES, examples=[{"tel": "15400000901"}])]
    note: _Text = None


class ObservationDecisionRequest(_Strict):
    """What a source says of it; about all of its fields where none is named."""

    decision: Literal["approve", "deny"]
    reason: _Text = None
    fields: Annotated[list[_Name] | None, Field(min_length=1, max_length=MOST_VALUES)] = None


class Observed(Shape):
    """The person, by the caller's own pairwise id."""

    rid: str


class RecordedObservation(Shape):
    """An observation that was just made; of a newcomer there is no id yet."""

    id: str
    state: ObservationState
    subject: Observed | None
    purpose: str
    fields: list[str]


class SourceDecision(Shape):
    """What one source said."""

    by: str
    fields: list[str]
    reason: str
    at: str
    decision: Literal["approve", "deny"]


class ObservationBody(Shape):
    """An observation as it stands."""

    id: str
    state: ObservationState
    subject: Observed
    purpose: str
    fields: dict[str, ObservationState]
    observed_by: str
    observed_at: str
    decisions: list[SourceDecision]


class ListedObservation(ObservationBody):
    """The same in a list, with the values that wait for the caller's word."""

    values: dict[str, Any]


class ObservationsBody(Shape):
    """A page of observations."""

    items: list[ListedObservation]
    next: str | None


class Newcomer(Shape):
    """Somebody whom the store does not know, as they were observed."""

    id: str
    state: ObservationState
    idno: str
    grid: str
    values: dict[str, Any]
    observed_by: str
    observed_at: str


class NewcomersBody(Shape):
    """A page of newcomers."""

    items: list[Newcomer]
    next: str | None


class NewcomerDecisionRequest(_Strict):
    """What the register says."""

    decision: Literal["approve", "deny"]
    reason: _Text = None


class NewcomerBody(Shape):
    """What became of a report."""

    id: str
    state: ObservationState
