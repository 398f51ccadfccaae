"""The shapes of changes of rules, as the OpenAPI document shows them."""

from datetime import date
from typing import Annotated, Literal

from fastapi import Query
from pydantic import ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

from hub.api.shapes import Shape
from hub.rights.wording import MOST_CHARACTERS

DIGEST = "^[0-9a-f]{64}$"
State = Literal["pending", "in_force", "denied", "expired", "superseded"]
STATE = Annotated[State | SkipJsonSchema[None], Query()]


class AppointmentWish(Shape):
    """Who shall hold a role, from when until when."""

    model_config = ConfigDict(extra="forbid")

    principal: str = Field(min_length=1, max_length=256, examples=["grid_worker:339999001001001#li"])
    valid_from: date | None = None
    valid_until: date | None = None
    revoked: bool = False


class ChangeRequest(Shape):
    """What shall be otherwise: a whole set of rules, or appointments; exactly one of the two."""

    model_config = ConfigDict(extra="forbid")

    files: dict[str, str] | None = Field(
        default=None, description="every file of the rules: `policies/…`, `issuers.toml`, `calendar.toml`"
    )
    principals: list[AppointmentWish] | None = Field(default=None, min_length=1, max_length=1000)
    reason: str = Field(min_length=1, max_length=MOST_CHARACTERS, pattern=r"\S")


class ChangeDecision(Shape):
    """What another person says to a change, which they name by its digest."""

    model_config = ConfigDict(extra="forbid")

    decision: Literal["approve", "deny"]
    digest: str = Field(pattern=DIGEST)
    reason: str = Field(min_length=1, max_length=MOST_CHARACTERS, pattern=r"\S")


class DifferenceLine(Shape):
    """One thing that would be otherwise."""

    effect: Literal["widens", "narrows", "changes"]
    text: str


class Yes(Shape):
    """Who has approved, and when."""

    by: str
    at: str


class ChangeBody(Shape):
    """A change of rules as it stands; `how` it took effect, once it has."""

    id: str
    state: State
    matter: Literal["rules", "principals"]
    digest: str
    base: str
    difference: list[DifferenceLine]
    reason: str
    proposed_by: str
    proposed_at: str
    expires_at: str
    approvals: list[Yes]
    how: Literal["approval", "narrowing", "founding"] | None
    decided_at: str | None


class TextDifference(Shape):
    """One file, line by line."""

    path: str
    diff: str


class WholeChangeBody(ChangeBody):
    """The same with the files, line by line."""

    texts: list[TextDifference]


class ChangesBody(Shape):
    """Changes, newest first."""

    items: list[ChangeBody]
    next: str | None
