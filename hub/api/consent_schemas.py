"""The shapes of consents as the OpenAPI document shows them."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from hub.access.purpose import MOST_NAME
from hub.api.schemas import ByIdno, ByRid
from hub.api.shapes import Shape
from hub.rights.wording import MOST_CHARACTERS

_Purpose = Annotated[str, Field(min_length=1, max_length=MOST_NAME, examples=["MEAL"])]
_State = Literal["requested", "given", "refused", "withdrawn", "replaced", "expired", "lapsed"]
_Kind = Literal["consent", "separate_consent", "guardian_consent", "contract"]


class _Strict(Shape):
    model_config = ConfigDict(extra="forbid")


class ConsentRequest(_Strict):
    """What a resident says to a purpose; what is left out is taken as usual."""

    purpose: _Purpose
    recipient: str | None = Field(
        default=None,
        max_length=200,
        examples=["organisation:canteen01@339999"],
        description="left out: whoever may request the purpose",
    )
    decision: Literal["give", "refuse"] = "give"
    separate: bool = Field(default=True, description="`false` where it was said along with other things")
    basis: _Kind | None = Field(default=None, description="left out: the first of the purpose's that it can make stand")
    version: str | None = Field(default=None, max_length=50, description="of the text that was read")
    duration: str | None = Field(default=None, examples=["P365D"], description="ISO 8601; left out: until withdrawn")


class ConsentBody(Shape):
    """A consent as it stands; `receipt` has the members of ISO/IEC TS 27560."""

    id: str
    state: _State
    purpose: str
    purpose_name: dict[str, str] | None
    recipient: str | None
    kind: _Kind
    separate: bool
    given_by: Literal["self", "guardian"]
    entered_by: str
    version: str
    at: str
    until: str | None
    ended: str | None
    receipt: dict[str, Any]


class OfferedConsent(Shape):
    """A purpose that may be agreed to, and what to read before."""

    purpose: str
    purpose_name: dict[str, str]
    bases: list[_Kind]
    version: str
    text: dict[str, str]


class ConsentsBody(Shape):
    """Everything said and asked, and everything that may be agreed to."""

    items: list[ConsentBody]
    next: str | None
    offered: list[OfferedConsent]


class ConsentAskedRequest(_Strict):
    """Whom to ask for what."""

    subject: ByIdno | ByRid
    purpose: _Purpose
    reason: str | None = Field(default=None, max_length=MOST_CHARACTERS)


class AskedWhom(Shape):
    """The person asked, by the caller's own pairwise id."""

    rid: str


class ConsentAskedBody(Shape):
    """A question as it waits."""

    id: str
    state: Literal["requested"]
    subject: AskedWhom
    purpose: str
    recipient: str
    kind: _Kind
    at: str
