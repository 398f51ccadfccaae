"""The shapes of looks at the trail and of re-identification, as the OpenAPI document shows them."""

from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

from hub.api.audit import NAME, PSEUDONYM
from hub.api.shapes import Shape
from hub.rights.wording import MOST_CHARACTERS

_ACTOR = r"^(hub|resident|[a-z_]{1,32}:[A-Za-z0-9_@]{1,96}(#[A-Za-z0-9_.-]{1,64})?)$"
_TIME = "RFC 3339, with a zone, or a day in China"
Actor = Annotated[str, Field(pattern=_ACTOR)]
_Pseudonym = Annotated[str, Field(pattern=PSEUDONYM)]
_Name = Annotated[str, Field(pattern=NAME)]
Time = Annotated[str, Field(json_schema_extra={"anyOf": [{"format": "date-time"}, {"format": "date"}]})]
ACTOR = Annotated[Actor | SkipJsonSchema[None], Query(description="a principal's id, `hub`, or `resident` for any")]
SUBJECT = Annotated[_Pseudonym | SkipJsonSchema[None], Query(description="a pseudonym, as items have it")]
OVER_ASKED = Annotated[
    Literal["true"] | SkipJsonSchema[None], Query(description="only those that asked for more than the purpose needs")
]
WORD = Annotated[_Name | SkipJsonSchema[None], Query()]
SINCE = Annotated[Time | SkipJsonSchema[None], Query(description=f"the earliest time; {_TIME}")]
UNTIL = Annotated[Time | SkipJsonSchema[None], Query(description=f"the first time too late, or the last day; {_TIME}")]
State = Literal["pending", "approved", "denied", "read", "expired"]
STATE = Annotated[State | SkipJsonSchema[None], Query()]


class EventBody(Shape):
    """An entry of the trail, without any value of a field."""

    index: int
    time: str | None
    kind: str | None
    actor: str | None
    role: str | None
    department: str | None
    subject: str | None
    purpose: str | None
    basis: str | None
    fields: list[str]
    outcome: str | None
    reasons: list[str]
    approval: Any
    case: Any
    kin: Any
    on_behalf_of: Any
    trace_id: str | None
    role_name: dict[str, str] | None
    department_name: dict[str, str] | None
    purpose_name: dict[str, str] | None
    field_names: dict[str, dict[str, str]]
    basis_name: dict[str, str] | None


class ProvenEventBody(EventBody):
    """One entry with its proof: C2SP tlog-proof, and the size of the tree it was found in; None before a checkpoint."""

    withheld: list[list[str]]
    receipt: dict[str, Any]
    proof: str | None
    verified: int | None


class EventsBody(Shape):
    """Entries, newest first; a page may be short and still have a next one."""

    items: list[EventBody]
    next: str | None


class ReidentificationRequest(Shape):
    """Whose pseudonym is it, and why must that be known."""

    model_config = ConfigDict(extra="forbid")

    subject: str = Field(pattern=PSEUDONYM)
    reason: str = Field(min_length=1, max_length=MOST_CHARACTERS, pattern=r"\S")


class ReidentificationDecision(Shape):
    """What another person says to it."""

    model_config = ConfigDict(extra="forbid")

    decision: Literal["approve", "deny"]
    reason: str = Field(min_length=1, max_length=MOST_CHARACTERS, pattern=r"\S")


class Identity(Shape):
    """Who it is."""

    name: str | None
    idno: str | None


class ReidentificationBody(Shape):
    """A request as it stands; `identity` is there once, when its requester reads it after the approval."""

    id: str
    state: State
    subject: str
    reason: str
    requested_by: str
    requested_at: str
    decided_by: str | None
    decided_at: str | None
    decision_reason: str | None
    read_at: str | None
    identity: Identity | None = None


class ReidentificationsBody(Shape):
    """Requests, newest first."""

    items: list[ReidentificationBody]
    next: str | None
