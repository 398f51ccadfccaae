"""The shapes of mandates as the OpenAPI document shows them."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from hub.access.purpose import MOST_NAME
from hub.api.approval_schemas import Considered
from hub.api.consent_schemas import AskedWhom
from hub.api.mandates import MOST_FORM, MOST_PRINCIPAL
from hub.api.schemas import ByIdno, ByRid
from hub.api.shapes import Shape

_Principal = Annotated[str, Field(min_length=1, max_length=MOST_PRINCIPAL, examples=["clerk:339999001001#wang"])]


class _Strict(Shape):
    model_config = ConfigDict(extra="forbid")


class ByForm(_Strict):
    """A paper form that the resident signed, by its number."""

    form: str = Field(min_length=1, max_length=MOST_FORM, pattern=r"^[A-Za-z0-9][A-Za-z0-9/_.-]*$")


class BySpokenWord(_Strict):
    """What the resident said before a second person, who confirms it."""

    spoken: Literal[True]
    witness: _Principal


class ByCode(_Strict):
    """A code is sent to the resident's telephone, if its number has stood for seven days and there is a gateway."""

    code: Literal[True]


class ConfirmationRequest(_Strict):
    """The code that the resident was sent; the second person to a spoken mandate sends no body."""

    code: str = Field(pattern="^[0-9]{6}$")


class MandateRequest(_Strict):
    """For whom, in which one matter, on what proof; a guardian needs none, a resident names who may act for them."""

    subject: ByIdno | ByRid | None = None
    matter: Annotated[
        str,
        Field(
            min_length=1,
            max_length=MOST_NAME,
            examples=["OLDCARD"],
            description="a purpose, or `accesses` `consents` `corrections` `disputes` `explanations` `freezes` "
            "`visibility`; of somebody who died `accesses` `corrections` `erasure`",
        ),
    ]
    proof: ByForm | BySpokenWord | ByCode | None = None
    agent: _Principal | None = Field(default=None, examples=["resident:10000000-0000-4000-8000-000000000001"])
    duration: str | None = Field(default=None, examples=["P7D"], description="with `agent`: ISO 8601, at most P90D")
    reason: str | None = Field(default=None, description="why; required for somebody who died")


class MandateBody(Shape):
    """A mandate as it stands."""

    id: str
    state: Literal["pending", "open", "ended"]
    subject: AskedWhom
    matter: str
    proof: Literal["form", "spoken", "code", "guardian", "resident", "relative"]
    witness: str | None
    opened: str
    until: str


class OwnMandateBody(MandateBody):
    """A mandate for somebody who acts on it, or is to confirm it."""

    matter_name: dict[str, str] | None
    form: str | None
    by: str
    acts: bool


class OfferedMatter(Shape):
    """A purpose whose form a clerk may fill in with a resident."""

    matter: str
    matter_name: dict[str, str]
    fields: list[str]
    consent: bool


class MandatesBody(Shape):
    """A page of mandates in force; what a clerk may open one for, and which colleagues may be `witness` to it."""

    items: list[OwnMandateBody]
    next: str | None
    offered: list[OfferedMatter]
    second_persons: list[str]


class ConsideredMandateBody(OwnMandateBody):
    """A mandate with the name of the resident."""

    person: Considered


class SlipLine(Shape):
    """One thing done."""

    index: int
    when: str
    kind: str
    purpose: str | None
    purpose_name: dict[str, str] | None
    fields: list[str]
    field_names: dict[str, dict[str, str]]
    outcome: str
    outcome_name: dict[str, str] | None


class SlipBody(Shape):
    """What was done on a mandate."""

    mandate: str
    subject: AskedWhom
    matter: str
    matter_name: dict[str, str] | None
    proof: str
    form: str | None
    by: str
    witness: str | None
    opened: str
    done: list[SlipLine]


HTML: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/html": {"schema": {"type": "string"}}}, "description": "JSON, or a page in large type"}
}
