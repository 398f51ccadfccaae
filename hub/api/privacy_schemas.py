"""The shapes of visibility and protection as the OpenAPI document shows them."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from hub.api.schemas import ByIdno, ByRid
from hub.api.shapes import Shape
from hub.rights.visibility import MOST_RULES
from hub.rights.wording import MOST_CHARACTERS

_Group = Literal["contact", "family", "care", "medical", "financial", "utility_anomaly", "activity"]
_Audience = Annotated[
    str,
    Field(
        examples=["grid_worker"],
        description="`grid_worker`, `secretary`, `clerk`, `department:CODE`, `organisation` or `family`",
    ),
]
_Reason = Annotated[str, Field(min_length=1, max_length=MOST_CHARACTERS, pattern=r"\S")]


class _Strict(Shape):
    model_config = ConfigDict(extra="forbid")


class VisibilityRule(_Strict):
    """Whether an audience may see a group."""

    group: _Group
    audience: _Audience
    visible: bool


class VisibilityRequest(_Strict):
    """The rules that shall change."""

    rules: list[VisibilityRule] = Field(max_length=MOST_RULES)


class SeenByLaw(Shape):
    """A purpose that shows the group whatever one wishes, and the article behind it."""

    purpose: str
    purpose_name: dict[str, str]
    basis: Literal["statutory", "emergency"]
    citation: str
    fields: list[str]


class VisibilityRuleBody(Shape):
    """A rule as it is; `changeable` is false where the law alone lets this audience see the group."""

    group: _Group
    group_name: dict[str, str]
    audience: str
    audience_name: dict[str, str]
    visible: bool
    changeable: bool
    still_visible_for: list[SeenByLaw]
    why: dict[str, str] | None


class VisibilityBody(Shape):
    """Every group and audience."""

    rules: list[VisibilityRuleBody]


class ProtectionRequest(_Strict):
    """Who is to be protected, and why."""

    subject: ByIdno | ByRid
    reason: _Reason


class ProtectionDecision(_Strict):
    """What another person says."""

    decision: Literal["approve", "deny"]
    reason: _Reason


class LiftingRequest(_Strict):
    """Why a protection is to end."""

    reason: _Reason


class ProtectionStep(Shape):
    """What one person did."""

    step: Literal["ask", "approve", "deny", "lift"]
    by: str
    reason: str
    at: str


class ProtectedPerson(Shape):
    """The person, by the caller's own pairwise id."""

    rid: str


class ProtectionBody(Shape):
    """A protection as it stands."""

    id: str
    state: Literal["pending", "denied", "in_force", "lifting", "lifted"]
    in_force: bool
    subject: ProtectedPerson
    pseudonym: str
    asked: str
    steps: list[ProtectionStep]


class ProtectionsBody(Shape):
    """A page of protections."""

    items: list[ProtectionBody]
    next: str | None
