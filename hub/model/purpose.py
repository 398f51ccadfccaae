"""For what: a matter of the catalogue (事项), with the fields it may see."""

from dataclasses import dataclass, field
from enum import StrEnum


class Basis(StrEnum):
    """The legal basis a disclosure stands on."""

    STATUTORY = "statutory"
    CONSENT = "consent"
    SEPARATE_CONSENT = "separate_consent"
    GUARDIAN_CONSENT = "guardian_consent"
    CONTRACT = "contract"
    EMERGENCY = "emergency"
    MANDATE = "mandate"
    AGGREGATE = "aggregate"


class Approval(StrEnum):
    """Who else must say yes before a purpose's fields are shown."""

    NONE = "none"
    SECRETARY = "secretary"
    SECRETARY_ONCE = "secretary_once"
    TWO_PERSON = "two_person"
    BREAK_GLASS = "break_glass"
    NAMED_OFFICERS = "named_officers"
    IDENTITY_CHECK = "identity_check"
    MANDATE = "mandate"
    CASE = "case"
    ORDER = "order"


@dataclass(frozen=True, slots=True)
class Purpose:
    """One purpose of the catalogue, as its TOML file states it.

    Attributes:
        id: the permanent code, `OLDCARD`.
        name: language code to name; `zh` and `en` always.
        basis: the bases it may stand on, in order of preference.
        citation: the article of law, with its version where that matters.
        requesters: roles, or `department:CODE`.
        fields: the fields it sees.
        on_approval: further fields, refused until an approval covers them.
        approval: who else must say yes.
        reason_required: whether a caller must say why.
        assessment: reference of the impact assessment; empty where none is needed.
        retention: ISO 8601 duration for which what was disclosed may be kept.
        service: the service that must exist before the purpose is offered (`sensing`, `statistics`, `selection`,
            `rights`, `audit`); empty where a disclosure is the whole service.
        masks: field to the mask it is shown under.
    """

    id: str
    name: dict[str, str]
    basis: tuple[Basis, ...]
    citation: str
    requesters: frozenset[str]
    fields: tuple[str, ...]
    on_approval: tuple[str, ...] = ()
    approval: Approval = Approval.NONE
    reason_required: bool = False
    assessment: str = ""
    retention: str = "P0D"
    service: str = ""
    masks: dict[str, str] = field(default_factory=dict)
