"""The shapes of filings as the OpenAPI document shows them."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from hub.access.purpose import MOST_NAME
from hub.api.shapes import Shape
from hub.model.filing_request import USUAL_VOLUME
from hub.policy.filings import MOST_TEXT, MOST_VOLUME

STATES = Literal["pending", "approved", "denied", "withdrawn", "expired", "replaced"]
_Text = Annotated[str, Field(min_length=1, max_length=MOST_TEXT)]
_Reason = Annotated[str | None, Field(max_length=MOST_TEXT)]


class _Strict(Shape):
    model_config = ConfigDict(extra="forbid")


class FilingRequest(_Strict):
    """What a department or organisation files it will use resident data for."""

    purpose: Annotated[str, Field(min_length=1, max_length=MOST_NAME, examples=["OLDCARD"])]
    basis: Annotated[str, Field(examples=["statutory"], description="one that the purpose lets the caller stand on")]
    citation: _Text
    scenario: _Text
    scope: Annotated[str, Field(pattern="^[1-9][0-9]{1,14}$", examples=["339999001"])]
    volume: Annotated[int, Field(ge=1, le=MOST_VOLUME, description="distinct people a day")] = USUAL_VOLUME
    valid_until: Annotated[str, Field(examples=["2027-06-30"], description="the last day, in China")]


class FilingDecisionRequest(_Strict):
    """A decision for the caller's side; a refusal says why."""

    decision: Literal["approve", "deny"]
    reason: _Reason = None


class FilingWithdrawalRequest(_Strict):
    """Why a filing ends."""

    reason: _Reason = None


class FilingDecisionBody(Shape):
    """One person's decision; `side` is `security` or the code of a source department."""

    by: str
    side: str
    reason: str
    at: str
    decision: Literal["approve", "deny"]


class FilingBody(Shape):
    """A filing as it stands; one accepted on paper was filed by nobody here and is never due."""

    id: str
    state: STATES
    requester: str
    purpose: str
    basis: str
    citation: str
    scenario: str
    scope: str
    volume: int
    valid_until: str
    filed_by: str | None
    filed_at: str | None
    sources: dict[str, list[str]]
    awaits: list[str]
    due: str | None
    overdue: bool
    ended_at: str | None
    decisions: list[FilingDecisionBody]


class FilingsBody(Shape):
    """A page of filings."""

    items: list[FilingBody]
    next: str | None


class PerDay(Shape):
    """Distinct people on a day on which there were any."""

    max: int
    mean: float


class FilingUseBody(Shape):
    """Filed use against actual use."""

    id: str
    state: STATES
    requester: str
    purpose: str
    scope: str
    volume: int
    valid_until: str
    expiring: bool
    since: str
    until: str
    complete: bool
    reads: int
    days: int
    subjects_per_day: PerDay
    fields: dict[str, int]
    fields_never_used: list[str]
    over_asks: dict[str, int]
    unknown_fields: int
    refusals: dict[str, int]
