"""The shapes of requests and answers as the OpenAPI document shows them."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ByIdno(_Strict):
    """A person by identity number."""

    idno: str = Field(examples=["339999194303120020"], max_length=64)


class ByRid(_Strict):
    """A person by the caller's own pairwise id."""

    rid: str = Field(min_length=1, max_length=128)


class DisclosureRequest(_Strict):
    """One read of one person's file for one purpose."""

    subject: ByIdno | ByRid
    purpose: str = Field(examples=["OLDCARD"], min_length=1, max_length=64)
    fields: list[str] | None = Field(
        default=None, examples=[["name", "idno"]], description="left out: all the purpose allows"
    )
    reason: str | None = Field(default=None, max_length=500, description="required where the purpose says so")


class BatchRequest(_Strict):
    """The same read of many people's files."""

    subjects: list[ByIdno | ByRid] = Field(min_length=1, max_length=1000)
    purpose: str = Field(min_length=1, max_length=64)
    fields: list[str] | None = None
    reason: str | None = Field(default=None, max_length=500)


class SearchRequest(_Strict):
    """The roster of a grid."""

    grid: str = Field(pattern="^[1-9][0-9]{14}$", examples=["339999001001001"])
    q: str | None = Field(default=None, max_length=50, description="part of a name")
    cursor: str | None = Field(default=None, max_length=128)
    limit: int = Field(default=50, ge=1, le=200)


class WithheldField(BaseModel):
    """A field that is not given, and why."""

    field: str
    reason: str


class ReceiptBody(BaseModel):
    """Proof that the outcome is in the log: `leaf` is recomputed from act, salt and the two commitments."""

    origin: str
    index: int
    leaf: str
    act: dict[str, Any]
    act_salt: str
    subject_commitment: str
    ordinal_commitment: str


class DisclosureBody(BaseModel):
    """What is disclosed."""

    id: str
    rid: str
    purpose: str
    basis: str
    fields: dict[str, Any]
    withheld: list[WithheldField]
    expires: str
    receipt: ReceiptBody


class FieldError(BaseModel):
    """Which member is wrong, and the rule it breaks."""

    member: str
    rule: str


class Problem(BaseModel):
    """RFC 9457, with the hub's reason codes."""

    type: str
    title: str
    status: int
    reasons: list[str]
    trace_id: str
    detail: str | None = None
    errors: list[FieldError] | None = None
    id: str | None = None
    withheld: list[WithheldField] | None = None
    receipt: ReceiptBody | None = None


class BatchBody(BaseModel):
    """One answer or problem per subject, in order."""

    items: list[DisclosureBody | Problem]


class SearchBody(BaseModel):
    """People of a grid, basic fields only."""

    items: list[DisclosureBody]
    next: str | None


class PurposeBody(BaseModel):
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


class PurposesBody(BaseModel):
    """The caller's part of the catalogue."""

    items: list[PurposeBody]
    next: str | None


class Health(BaseModel):
    """Whether the process is up, or ready."""

    status: Literal["up", "ready"]


PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "content": {"application/problem+json": {}}, "description": text}
    for status, text in {
        401: "no valid token",
        403: "refused; `reasons` says why",
        404: "no such thing of the caller's own kind",
        405: "another method is served here",
        422: "shape, format, checksum or an unknown member, named",
        429: "too many questions about people who are not there to be found",
        503: "the trail cannot be written; nothing was disclosed",
    }.items()
}
