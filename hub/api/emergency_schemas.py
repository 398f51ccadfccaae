"""The shapes of alarms, emergencies and orders as the OpenAPI document shows them."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from hub.access.purpose import MOST_REASON
from hub.api.schemas import ByIdno, ByRid
from hub.api.shapes import Shape

_Kind = Annotated[str, Field(pattern="^[a-z][a-z_]{1,31}$", examples=["fall"])]
_Number = Annotated[str | None, Field(pattern="^[0-9A-Za-z][0-9A-Za-z-]{0,39}$", description="of a call")]
_Id = Annotated[str, Field(min_length=1, max_length=64)]
_Reason = Annotated[str, Field(min_length=1, max_length=MOST_REASON)]
_Verdict = Literal["justified", "unjustified"]
ReviewState = Literal["unreviewed", "justified", "unjustified"]


class _Strict(Shape):
    model_config = ConfigDict(extra="forbid")


class AlarmRequest(_Strict):
    """What a device or the call centre reports."""

    subject: ByIdno | ByRid
    kind: _Kind
    number: _Number = None


class AlarmBody(Shape):
    """An alarm on record."""

    id: str
    kind: str
    at: str


class ByAlarm(_Strict):
    """An alarm about the person."""

    alarm: _Id


class ByCall(_Strict):
    """A call that another person entered, by its id or number."""

    call: _Id


class ByOrder(_Strict):
    """An order over the person's area."""

    order: _Id


class EmergencyRequest(_Strict):
    """An emergency; without a trigger that holds, it opens name, address and emergency contact only."""

    subject: ByIdno | ByRid
    trigger: ByAlarm | ByCall | ByOrder | None = None
    reason: _Reason


class InDanger(Shape):
    """The person in danger, by the caller's own pairwise id."""

    rid: str


class ReviewBody(Shape):
    """What somebody else found."""

    by: str
    standing: Annotated[str, Field(alias="as")]
    note: str
    at: str


class EmergencyBody(Shape):
    """An emergency as it stands."""

    id: str
    state: ReviewState
    open: bool
    verified: bool
    subject: InDanger
    trigger: dict[str, str] | None
    reason: str
    opened_by: str
    opened_at: str
    until: str
    due: str
    review: ReviewBody | None


class ListedEmergency(EmergencyBody):
    """The same in a list, with whether its review is late."""

    overdue: bool


class EmergenciesBody(Shape):
    """A page of emergencies."""

    items: list[ListedEmergency]
    next: str | None


class ReviewRequest(_Strict):
    """A review."""

    verdict: _Verdict
    note: _Reason


class OrderRequest(_Strict):
    """An order for an area, because of an event."""

    area: Annotated[str, Field(pattern="^[1-9][0-9]{1,14}$", examples=["339999001"])]
    citation: _Reason
    until: Annotated[str, Field(examples=["2026-11-23T00:00:00Z"])]


class ClosureRequest(_Strict):
    """The end of an order."""

    hold: Annotated[
        str | None, Field(max_length=MOST_REASON, description="cite what demands that evidence is kept; else destroyed")
    ] = None


class OrderBody(Shape):
    """An order as it stands."""

    id: str
    state: Literal["open", "expired", "closed"]
    area: str
    citation: str
    issued_by: str
    issued_at: str
    until: str
    closed_at: str | None
    hold: str | None


class OrdersBody(Shape):
    """A page of orders."""

    items: list[OrderBody]
    next: str | None
