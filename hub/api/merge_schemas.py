"""The shapes of merges as the OpenAPI document shows them."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from hub.api.schemas import ByIdno, ByRid
from hub.api.shapes import Shape
from hub.rights.wording import MOST_CHARACTERS

_Reason = Annotated[str, Field(min_length=1, max_length=MOST_CHARACTERS, pattern=r"\S")]


class _Strict(Shape):
    model_config = ConfigDict(extra="forbid")


class MergeRequest(_Strict):
    """Two files that are one person's: the one that goes on, and the one it takes in."""

    subject: ByIdno | ByRid
    duplicate: ByIdno | ByRid
    reason: _Reason


class MergeDecision(_Strict):
    """What the register says."""

    decision: Literal["approve", "deny"]
    reason: _Reason


class SeparationRequest(_Strict):
    """Why two files that were made one are two people's."""

    reason: _Reason


class MergedFile(Shape):
    """One of the two, as the register knows them: by its own pairwise id, with name, number, birth date and grid."""

    rid: str
    values: dict[str, Any]


class MergeBody(Shape):
    """A merge as it stands; `files` are shown to the register while it has to decide."""

    id: str
    state: Literal["pending", "refused", "merged", "separating", "separated"]
    proposed_by: str
    proposed: str
    files: list[MergedFile]


class MergesBody(Shape):
    """A page of merges."""

    items: list[MergeBody]
    next: str | None
