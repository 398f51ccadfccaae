"""The shapes of one's own file, its copy and its corrections as the OpenAPI document shows them."""

from datetime import date
from typing import Any, Literal

from pydantic import ConfigDict, Field

from hub.api.shapes import Shape
from hub.rights.wording import MOST_CHARACTERS


class _Strict(Shape):
    model_config = ConfigDict(extra="forbid")


class ValueBody(Shape):
    """One value with where it comes from; of guardians recorded by their files, the value is how many there are."""

    value: Any
    source: str
    source_name: dict[str, str] | None
    collected: str
    basis: str
    basis_name: dict[str, str] | None
    verified: bool
    keep_until: str | None
    flags: list[str]


class OwnFieldBody(ValueBody):
    """A field: the value in force, and what other sources say."""

    field: str
    title: dict[str, str]
    others: list[ValueBody]


class TierBody(Shape):
    """The fields of one tier that the file has a value of."""

    tier: str
    tier_name: dict[str, str]
    fields: list[OwnFieldBody]


class FileBody(Shape):
    """One's own file; `sealed` says the same to everybody, `entry` is the look's own place in the trail."""

    tiers: list[TierBody]
    sealed: dict[str, str]
    entry: int


class WishBody(Shape):
    """A wish as it is."""

    group: str
    audience: str
    visible: bool


class CorrectionRequest(_Strict):
    """What is wrong, and what it should be."""

    field: str = Field(min_length=1, max_length=64, examples=["tel"])
    value: Any = Field(examples=["15400000001"])
    reason: str | None = Field(default=None, max_length=MOST_CHARACTERS)


class CorrectionAnswer(_Strict):
    """What the source says."""

    decision: Literal["approve", "deny"]
    reason: str = Field(min_length=1, max_length=MOST_CHARACTERS, pattern=r"\S")


class _Correction(Shape):
    id: str
    state: Literal["pending", "confirmed", "refused"]
    field: str
    value: Any
    reason: str
    filed: str
    due: date
    decided: str | None
    answer: str
    overdue: bool


class CorrectionBody(_Correction):
    """A correction as the person sees it; lists have the value while it waits, then it is in the file or nowhere."""

    department: str


class OwnCorrectionsBody(Shape):
    """A page of one's own corrections."""

    items: list[CorrectionBody]
    next: str | None


class CorrectedPerson(Shape):
    """The person, by the caller's own pairwise id."""

    rid: str


class AnsweredCorrectionBody(_Correction):
    """A correction as the department sees it."""

    subject: CorrectedPerson
    as_of: str


class CorrectionsBody(Shape):
    """A page of corrections that a department answers."""

    items: list[AnsweredCorrectionBody]
    next: str | None


class OwnApprovalBody(Shape):
    """An approval about oneself."""

    id: str
    requester: str
    purpose: str
    fields: list[str]
    asked: str
    state: str
    until: str | None


class AccessCount(Shape):
    """How often somebody did something, and when last."""

    kind: str
    role: str
    department: str
    purpose: str
    outcome: str
    count: int
    latest: str


class AccessSummary(Shape):
    """The latest entries about oneself, counted; `complete` is whether these are all."""

    entries: int
    complete: bool
    by: list[AccessCount]


class ExportBody(Shape):
    """A copy of everything the hub holds that the person may have."""

    format: str
    made_at: str
    file: FileBody
    consents: list[dict[str, Any]]
    visibility: list[WishBody]
    corrections: list[CorrectionBody]
    approvals: list[OwnApprovalBody]
    accesses: AccessSummary
