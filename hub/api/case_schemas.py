"""The shapes of cases as the OpenAPI document shows them."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from hub.access.purpose import MOST_NAME, MOST_REASON
from hub.api.schemas import ByIdno, ByRid
from hub.api.shapes import Shape
from hub.model.case import MOST_PARTIES

CaseState = Literal["open", "closed", "expired"]


class _Strict(Shape):
    model_config = ConfigDict(extra="forbid")


class CaseRequest(_Strict):
    """A case that an office opens for some people."""

    purpose: Annotated[str, Field(min_length=1, max_length=MOST_NAME, examples=["MEDIATE"])]
    number: Annotated[str, Field(min_length=1, max_length=MOST_NAME, description="the office's own")]
    parties: Annotated[list[ByIdno | ByRid], Field(min_length=1, max_length=MOST_PARTIES)]
    duration: Annotated[str | None, Field(examples=["P30D"], pattern=r"^P.+$", description="ISO 8601")] = None


class ClosureRequest(_Strict):
    """Why a case is closed."""

    reason: Annotated[str | None, Field(max_length=MOST_REASON)] = None


class Party(Shape):
    """A party, by the office's own pairwise id."""

    rid: str


class CaseBody(Shape):
    """A case; `parties` is empty for a party, who is told only how many there are."""

    id: str
    number: str
    state: CaseState
    purpose: str
    parties: list[Party]
    parties_count: int
    opened_by: str
    opened: str
    until: str
    closed: str | None


class CasesBody(Shape):
    """A page of cases."""

    items: list[CaseBody]
    next: str | None
