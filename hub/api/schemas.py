"""The shapes of requests and answers as the OpenAPI document shows them."""

from typing import Annotated, Any, Literal

from fastapi import Depends, Header, Query
from fastapi.security import HTTPBearer
from pydantic import ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

from hub.access.purpose import MOST_FIELDS, MOST_NAME, MOST_REASON, MOST_RID
from hub.api.paging import MOST_CURSOR, MOST_LISTED
from hub.api.shapes import Shape
from hub.errors import Reason

BEARER = [Depends(HTTPBearer(auto_error=False, bearerFormat="JWT", description="a token of a configured issuer"))]
"""Documents that a route needs a token; the road checks it."""

# A query has no null, so the document speaks of the other type alone.
_Cursor = Annotated[str, Field(max_length=MOST_CURSOR)]
_Limit = Annotated[int, Field(ge=1, le=MOST_LISTED)]
CURSOR = Annotated[_Cursor | SkipJsonSchema[None], Query(description="`next` of the page before")]
LIMIT = Annotated[_Limit | SkipJsonSchema[None], Query(description="how many items at most")]

_Mandate = Annotated[str, Field(pattern="^[A-Za-z0-9_-]{43}$")]
MANDATE = Annotated[
    _Mandate | SkipJsonSchema[None],
    Header(alias="On-Behalf-Of", description="id of the mandate on which one acts for a resident"),
]

_Name = Annotated[str, Field(min_length=1, max_length=MOST_NAME)]
_Purpose = Annotated[str, Field(min_length=1, max_length=MOST_NAME, examples=["OLDCARD"])]
_Fields = Annotated[
    list[_Name] | None,
    Field(
        min_length=1,
        max_length=MOST_FIELDS,
        examples=[["name", "idno"]],
        description="left out: all the purpose allows without an approval",
    ),
]
_Reason = Annotated[
    str | None, Field(max_length=MOST_REASON, description="required where the purpose says so; never about a number")
]


class _Strict(Shape):
    model_config = ConfigDict(extra="forbid")


class ByIdno(_Strict):
    """A person by identity number."""

    idno: str = Field(examples=["339999194303120020"], min_length=5, max_length=64)


class ByRid(_Strict):
    """A person by the caller's own pairwise id."""

    rid: str = Field(min_length=1, max_length=MOST_RID)


class DisclosureRequest(_Strict):
    """One read of one person's file for one purpose."""

    subject: ByIdno | ByRid
    purpose: _Purpose
    fields: _Fields = None
    reason: _Reason = None


class OneOfMany(_Strict):
    """A person of a batch, named in one of the two ways; one who is named wrongly gets a problem of their own."""

    idno: str | None = None
    rid: str | None = None


class BatchRequest(_Strict):
    """The same read of many people's files."""

    subjects: list[OneOfMany] = Field(min_length=1, max_length=1000, examples=[[{"idno": "339999194303120020"}]])
    purpose: _Purpose
    fields: _Fields = None
    reason: _Reason = None


class SearchRequest(_Strict):
    """The roster of a grid."""

    grid: str = Field(pattern="^[1-9][0-9]{14}$", examples=["339999001001001"])
    q: str | None = Field(default=None, max_length=50, description="part of a name")
    tag: Literal["tag.alone"] | None = Field(default=None, description="only who has it, for the purpose it belongs to")
    cursor: str | None = Field(default=None, max_length=MOST_CURSOR)
    limit: int | None = Field(default=None, ge=1, le=MOST_LISTED)


class WithheldField(Shape):
    """A field that is not given, and why."""

    field: str
    reason: Reason


class ReceiptBody(Shape):
    """Proof that the outcome is in the log: `leaf` is recomputed from act, salt and the two commitments."""

    origin: str
    index: int
    leaf: str
    act: dict[str, Any]
    act_salt: str
    subject_commitment: str
    ordinal_commitment: str


class DisclosureBody(Shape):
    """What is disclosed."""

    id: str
    rid: str
    purpose: str
    basis: str
    fields: dict[str, Any]
    withheld: list[WithheldField]
    expires: str
    receipt: ReceiptBody


class FieldError(Shape):
    """Which member is wrong, and the rule it breaks."""

    member: str
    rule: str


class Problem(Shape):
    """RFC 9457, with the hub's reason codes."""

    type: str
    title: str
    status: int
    reasons: list[Reason]
    trace_id: str
    detail: str | None = None
    errors: list[FieldError] | None = None
    id: str | None = None
    withheld: list[WithheldField] | None = None
    receipt: ReceiptBody | None = None


class BatchBody(Shape):
    """One answer or problem per subject, in order."""

    items: list[DisclosureBody | Problem]


class SearchBody(Shape):
    """People of a grid, basic fields only."""

    items: list[DisclosureBody]
    next: str | None


class PurposeBody(Shape):
    """A purpose the caller may use."""

    id: str
    name: dict[str, str]
    basis: list[str]
    citation: str
    fields: list[str]
    on_approval: list[str]
    approval: str
    reason_required: bool
    retention: str
    offered: bool


class PurposesBody(Shape):
    """The caller's part of the catalogue."""

    items: list[PurposeBody]
    next: str | None


class Health(Shape):
    """Whether the process is up, or ready."""

    status: Literal["up", "ready"]


_PROBLEMS = {
    401: ("no valid token", "WWW-Authenticate"),
    403: ("refused; `reasons` says why, and a refused disclosure has its own receipt", ""),
    404: ("there is no such thing", ""),
    409: ("it was decided before", ""),
    422: ("shape, format, checksum or an unknown member, named", ""),
    429: ("too many questions about people who are not there to be found", "Retry-After"),
    503: ("the trail cannot be written; nothing was disclosed", "Retry-After"),
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What the OpenAPI document says of refusals.

    Args:
        statuses: those a route answers with.
    """
    # `model` would document them as application/json, which they are not.
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    documented: dict[int | str, dict[str, Any]] = {}
    for status in statuses:
        text, header = _PROBLEMS[status]
        documented[status] = {"description": text, "content": content}
        if header:
            documented[status]["headers"] = {header: {"schema": {"type": "string"}}}
    return documented
