"""The shapes of rosters of approvals as the OpenAPI document shows them."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from hub.access.purpose import MOST_FIELDS, MOST_NAME, MOST_REASON
from hub.api.approval_schemas import Considered
from hub.api.schemas import ByIdno, ByRid
from hub.api.shapes import Shape
from hub.approvals.rosters import MOST_MEMBERS

_Name = Annotated[str, Field(min_length=1, max_length=MOST_NAME)]
_Fields = Annotated[list[_Name] | None, Field(min_length=1, max_length=MOST_FIELDS)]
_Duration = Annotated[str | None, Field(examples=["PT24H"], pattern=r"^P.+$", description="ISO 8601")]


class _Strict(Shape):
    model_config = ConfigDict(extra="forbid")


class RosterRequest(_Strict):
    """What is asked for, about many people for one purpose."""

    subjects: Annotated[list[ByIdno | ByRid], Field(min_length=1, max_length=MOST_MEMBERS)]
    purpose: Annotated[_Name, Field(examples=["VISIT"])]
    reason: Annotated[str, Field(min_length=1, max_length=MOST_REASON)]
    fields: _Fields = None
    duration: _Duration = None


class RosterDecisionRequest(_Strict):
    """A decision about everybody but those excluded; what is left out stays as it was asked for."""

    decision: Literal["approve", "deny"]
    reason: Annotated[str | None, Field(max_length=MOST_REASON)] = None
    excluded: Annotated[list[ByIdno | ByRid] | None, Field(max_length=MOST_MEMBERS)] = None
    fields: _Fields = None
    duration: _Duration = None


class Member(Shape):
    """Somebody on a roster, by the caller's own pairwise id."""

    rid: str


class RosterBody(Shape):
    """A roster as it stands; once approved, each person's approval is one of its own."""

    id: str
    state: Literal["pending", "approved", "denied", "expired", "revoked"]
    subjects: list[Member]
    excluded: list[Member]
    purpose: str
    purpose_name: dict[str, str] | None
    fields: list[str]
    approval: str
    reason: str
    duration: str
    requested_by: str
    requested_at: str
    until: str | None


class ConsideredRosterBody(RosterBody):
    """A roster for somebody who may decide about it."""

    people: list[Considered]


class RostersBody(Shape):
    """A page of rosters."""

    items: list[RosterBody]
    next: str | None
