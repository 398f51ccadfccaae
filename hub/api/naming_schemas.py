"""The shapes of namings as the OpenAPI document shows them."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from hub.access.purpose import MOST_NAME, MOST_REASON
from hub.api.schemas import ByIdno, ByRid
from hub.api.shapes import Shape
from hub.model.naming import MOST_OFFICERS

NamingState = Literal["pending", "in_force", "denied", "revoked", "expired"]
_Reason = Annotated[str, Field(min_length=1, max_length=MOST_REASON)]


class _Strict(Shape):
    model_config = ConfigDict(extra="forbid")


class NamingRequest(_Strict):
    """Officers to be named for one person's case."""

    subject: ByIdno | ByRid
    purpose: Annotated[str, Field(min_length=1, max_length=MOST_NAME, examples=["CORR"])]
    officers: Annotated[
        list[str], Field(min_length=1, max_length=MOST_OFFICERS, description="principals, with persons")
    ]
    reference: Annotated[str, Field(min_length=1, max_length=MOST_NAME, description="of the document that orders it")]
    reason: _Reason
    duration: Annotated[str | None, Field(examples=["P90D"], pattern=r"^P.+$", description="ISO 8601")] = None


class NamingDecision(_Strict):
    """A security officer's word on it."""

    decision: Literal["approve", "deny"]
    reason: _Reason


class NamingEnd(_Strict):
    """Why a naming ends."""

    reason: Annotated[str | None, Field(max_length=MOST_REASON)] = None


class NamedFor(Shape):
    """Whose record it is, by the office's own pairwise id."""

    rid: str


class NamingBody(Shape):
    """A naming; `subject` is null for whoever only decides about it."""

    id: str
    state: NamingState
    purpose: str
    subject: NamedFor | None
    officers: list[str]
    reference: str
    duration: str
    asked_by: str
    asked_at: str
    decided_by: str | None
    until: str | None


class NamingsBody(Shape):
    """A page of namings."""

    items: list[NamingBody]
    next: str | None
