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


_STRICTNESS = {
    Approval.NONE: 0,
    Approval.IDENTITY_CHECK: 1,
    Approval.MANDATE: 1,
    Approval.CASE: 1,
    Approval.SECRETARY_ONCE: 2,
    Approval.SECRETARY: 2,
    Approval.TWO_PERSON: 3,
    Approval.ORDER: 4,
    Approval.BREAK_GLASS: 4,
    Approval.NAMED_OFFICERS: 5,
}


def strictest(first: Approval, *others: Approval) -> Approval:
    """The approval that counts where several apply.

    Approvals of one strictness satisfy each other, and the one named first counts: a secretary's yes once per
    enrolment is the secretary's yes, so a purpose that asks for it meets the demand of a core tier. Breaking the
    glass and an emergency order stand above it because they stand in for it, with a review to follow.
    """
    return max((first, *others), key=_STRICTNESS.__getitem__)


class Mask(StrEnum):
    """How much of a text is shown where the whole is more than a purpose needs.

    `LAST4` keeps the last four characters, `MIDDLE` the first three and the last four, `SURNAME` the first one, each
    with `*` for what is left out; `YEAR` keeps the year of a date.
    """

    LAST4 = "last4"
    MIDDLE = "middle"
    SURNAME = "surname"
    YEAR = "year"


SERVICES = frozenset({"sensing", "statistics", "selection", "audit", "mandates"})
"""Services that some purposes need beyond a disclosure; while one does not exist, its purposes answer `not_offered`."""


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
        service: the service that must exist before the purpose is offered, one of `SERVICES`; empty where a
            disclosure is the whole service.
        masks: field to the mask it is shown under, one of `Mask`.
        citation_version: the laws cited, each with its version in force; empty where the register has none of them.
        longest: ISO 8601 duration for which an approval may last, or an emergency is open; empty for the usual.
        reads: how often an approval may be used; 0 for as often as needed.
        relaxed: tiers whose own approval the community does without for this purpose.
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
    citation_version: str = ""
    longest: str = ""
    reads: int = 0
    relaxed: tuple[str, ...] = ()
