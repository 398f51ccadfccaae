"""The shapes of what residents ask and are told, as the OpenAPI document shows them."""

from datetime import date
from typing import Any, Literal

from pydantic import ConfigDict, Field

from hub.api.shapes import Shape
from hub.rights.wording import MOST_CHARACTERS


class _Strict(Shape):
    model_config = ConfigDict(extra="forbid")


class DisputeRequest(_Strict):
    """One access that is objected to."""

    index: int = Field(ge=0, lt=1 << 53, description="of its entry, as `GET /v1/me/accesses` tells it")
    reason: str = Field(min_length=1, max_length=MOST_CHARACTERS, pattern=r"\S")


class WishRequest(_Strict):
    """A freeze or an erasure that one asks for."""

    reason: str | None = Field(default=None, max_length=MOST_CHARACTERS)


class DecisionRequest(_Strict):
    """What is decided about a resident's request."""

    decision: Literal["approve", "deny"]
    reason: str = Field(min_length=1, max_length=MOST_CHARACTERS, pattern=r"\S")
    citation: str | None = Field(default=None, max_length=MOST_CHARACTERS, description="the article that decides it")


class RequestBody(Shape):
    """A resident's request; members that do not apply are left out."""

    id: str
    state: str
    filed: str
    entry: int
    index: int | None = None
    extent: Literal["wished", "held"] | None = None
    citation: str | None = None
    due: str | None = Field(default=None, description="the last day for an answer")
    overdue: bool | None = None


class OwnRequest(RequestBody):
    """One of one's own."""

    kind: Literal["dispute", "freeze", "erasure_request"]


class OwnRequestsBody(Shape):
    """What one has disputed, frozen and asked to erase."""

    items: list[OwnRequest]
    next: str | None


class ListedRequest(RequestBody):
    """A request that waits for a decision."""

    kind: Literal["dispute", "erasure_request"]
    subject: str


class RequestsBody(Shape):
    """The requests that wait for a decision the caller may make."""

    items: list[ListedRequest]
    next: str | None


class OwnReceipt(Shape):
    """Proof that an entry about oneself is in the log, with all three of its parts shown.

    A part that does not open any more comes as its commitment alone.
    """

    origin: str
    index: int
    leaf: str
    act: dict[str, Any]
    act_salt: str
    subject: dict[str, Any] | None = None
    subject_salt: str | None = None
    subject_commitment: str | None = None
    ordinal: dict[str, Any] | None = None
    ordinal_salt: str | None = None
    ordinal_commitment: str | None = None


class DeferredNotice(Shape):
    """That one is told only now, by which law, and since when one may be told."""

    citation: str
    until: date


class AccessBody(Shape):
    """One entry about oneself; every `_name` has the words in `zh` and `en`."""

    index: int
    kind: str
    when: str
    who: str
    operator: str | None
    role: str
    role_name: dict[str, str]
    department: str | None
    department_name: dict[str, str] | None
    purpose: str | None
    purpose_name: dict[str, str] | None
    fields: list[str]
    field_names: dict[str, dict[str, str]]
    basis: str | None
    basis_name: dict[str, str] | None
    outcome: str
    outcome_name: dict[str, str]
    reasons: list[str]
    receipt: OwnReceipt
    deferred: DeferredNotice | None = None


class TotalBody(Shape):
    """How many entries there were before this look; the receipt's ordinal is one more."""

    count: int
    receipt: OwnReceipt


class AccessesBody(Shape):
    """A page of the entries about oneself."""

    items: list[AccessBody]
    next: str | None
    total: TotalBody
    withheld_ordinals: list[int] = Field(description="entries whose notice is deferred by law, see `/v1/transparency`")


class OwnMerge(Shape):
    """A file that is one's own, too."""

    id: str
    since: str


class OwnMergesBody(Shape):
    """Files that were merged with one's own."""

    items: list[OwnMerge]
    next: str | None


class NoticeBody(Shape):
    """What one was to be told."""

    id: str
    matter: Literal["telephone_changes", "emergency_opened", "emergency_to_review", "deferred_access", "mandate_code"]
    text: dict[str, str]
    at: str
    state: Literal["waiting", "handed_over", "given_up"]
    handed_over: str | None


class NoticesBody(Shape):
    """A page of notices."""

    items: list[NoticeBody]
    next: str | None


class DeferralRequest(_Strict):
    """A notice that is to come later."""

    index: int = Field(ge=0, lt=1 << 53, description="of the entry")
    citation: str = Field(
        min_length=1, max_length=MOST_CHARACTERS, pattern=r"\S", description="the article that demands secrecy"
    )
    until: date = Field(description="the day in China from which on the person is told; at most 366 days ahead")


class DeferralDecision(_Strict):
    """What another person says to a deferral."""

    decision: Literal["approve", "deny"]
    reason: str = Field(min_length=1, max_length=MOST_CHARACTERS, pattern=r"\S")


class DeferralBody(Shape):
    """A deferral; `by` is the person who asked for it."""

    id: str
    state: Literal["pending", "approved", "denied"]
    filed: str
    index: int
    citation: str
    until: date
    by: str


class DeferralsBody(Shape):
    """The deferrals of an area."""

    items: list[DeferralBody]
    next: str | None


class TransparencyBody(Shape):
    """How many notices are deferred now."""

    deferred: int
    as_of: str
