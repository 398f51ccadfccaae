"""The shapes of approvals and deputies as the OpenAPI document shows them."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from hub.access.purpose import MOST_FIELDS, MOST_NAME, MOST_REASON
from hub.api.schemas import ByIdno, ByRid
from hub.api.shapes import Shape

_Name = Annotated[str, Field(min_length=1, max_length=MOST_NAME)]
_Fields = Annotated[list[_Name] | None, Field(min_length=1, max_length=MOST_FIELDS)]
_Duration = Annotated[str | None, Field(examples=["PT24H"], pattern=r"^P.+$", description="ISO 8601")]
_Reason = Annotated[str | None, Field(max_length=MOST_REASON)]


class _Strict(Shape):
    model_config = ConfigDict(extra="forbid")


class ApprovalRequest(_Strict):
    """What is asked for, about one person for one purpose, or about the minors of a grid."""

    subject: ByIdno | ByRid | None = None
    grid: Annotated[str | None, Field(pattern="^[1-9][0-9]{14}$", description="in place of `subject`")] = None
    purpose: Annotated[str, Field(min_length=1, max_length=MOST_NAME, examples=["VISIT"])]
    reason: Annotated[str, Field(min_length=1, max_length=MOST_REASON)]
    fields: _Fields = None
    duration: _Duration = None


class ApprovalDecisionRequest(_Strict):
    """A decision; what is left out stays as it was asked for."""

    decision: Literal["approve", "deny"]
    reason: _Reason = None
    fields: _Fields = None
    duration: _Duration = None


class RevocationRequest(_Strict):
    """Why an approval ends."""

    reason: _Reason = None


class DecisionBody(Shape):
    """One person's decision."""

    by: str
    # `as` is a keyword of the language, but the word of the answer.
    standing: Annotated[str, Field(alias="as")]
    reason: str
    at: str
    decision: Literal["approve", "deny"]


class Whom(Shape):
    """The person an approval is about, by the caller's own pairwise id."""

    rid: str


class ApprovalBody(Shape):
    """An approval as it stands."""

    id: str
    state: Literal["pending", "approved", "denied", "expired", "revoked"]
    subject: Whom | None = None
    grid: str | None = None
    purpose: str
    purpose_name: dict[str, str] | None
    fields: list[str]
    approval: str
    reason: str
    duration: str
    requested_by: str
    requested_at: str
    until: str | None
    decisions: list[DecisionBody]


class Considered(Shape):
    """Whom somebody decides about."""

    rid: str
    name: str | None
    ageband: str | None


class ConsideredBody(ApprovalBody):
    """An approval for somebody who may decide about it."""

    person: Considered


class ApprovalsBody(Shape):
    """A page of approvals."""

    items: list[ApprovalBody]
    next: str | None


class DeputyRequest(_Strict):
    """Who stands in, from when until when."""

    deputy: Annotated[str, Field(min_length=1, max_length=200, examples=["clerk:339999001001#wang"])]
    since: Annotated[str, Field(alias="from", examples=["2026-11-22T00:00:00Z"])]
    until: Annotated[str, Field(examples=["2026-12-06T00:00:00Z"])]


class DeputyBody(Shape):
    """A deputy as named."""

    id: str
    deputy: str
    community: str
    since: Annotated[str, Field(alias="from")]
    until: str


class DeputiesBody(Shape):
    """Those who stand in."""

    items: list[DeputyBody]
    next: str | None
