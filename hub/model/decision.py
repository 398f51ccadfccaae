"""What is asked and what was decided: a decision is data, with the reasons behind it."""

from typing import NamedTuple

from hub.errors import Reason
from hub.model.principal import Caller
from hub.model.purpose import Basis, Purpose
from hub.model.subject import SubjectRef
from hub.model.tier import Tier


class AccessRequest(NamedTuple):
    """A caller's claim, checked against the catalogue.

    Attributes:
        caller: who asks, and when.
        subject: about whom.
        purpose: for what; None where the catalogue has no such purpose.
        fields: which fields, without repetition; all the purpose allows where the caller named none.
        reason: why, in the caller's words.
        trace_id: joins the entry with the operator's telemetry.
        policy: digest of the policies it is decided by, which makes the ids of rules mean something later.
    """

    caller: Caller
    subject: SubjectRef
    purpose: Purpose | None
    fields: tuple[str, ...]
    reason: str
    trace_id: str
    policy: str = ""


class Withheld(NamedTuple):
    """One field that is not given.

    Attributes:
        field: its key, as the caller named it.
        reason: what the caller may know.
        truth: what the trail knows; the same where there is nothing to hide.
    """

    field: str
    reason: Reason
    truth: str = ""


class Permit(NamedTuple):
    """The right to open exactly these tiers of one file and to disclose exactly these fields.

    Attributes:
        request: what was asked.
        resident: the internal id of the data subject.
        fields: what may be disclosed, in the order asked.
        tiers: the sections needed for them.
        basis: the legal basis used.
        withheld: what else was asked, and why it is not given.
        rules: ids of the rules that permit, for the trail.
    """

    request: AccessRequest
    resident: int
    fields: tuple[str, ...]
    tiers: frozenset[Tier]
    basis: Basis
    withheld: tuple[Withheld, ...] = ()
    rules: tuple[str, ...] = ()


class Denial(NamedTuple):
    """Nothing is disclosed.

    Attributes:
        request: what was asked.
        reasons: why, in the order of the checks.
        withheld: field by field, where the decision got that far.
        resident: the data subject's internal id where the decision got that far, for the trail alone.
        truth: what the trail knows beyond the reasons.
    """

    request: AccessRequest
    reasons: tuple[Reason, ...]
    withheld: tuple[Withheld, ...] = ()
    resident: int | None = None
    truth: str = ""


CHECK_ORDER = {reason: number for number, reason in enumerate(Reason)}
"""Reasons in the order of the checks, as `Reason` lists them."""


def in_check_order(reasons: set[Reason]) -> tuple[Reason, ...]:
    """Sort reasons by the order of the checks."""
    return tuple(sorted(reasons, key=CHECK_ORDER.__getitem__))


class Disclosure(NamedTuple):
    """What leaves: the permitted fields that the file holds, at permitted precision.

    Attributes:
        permit: what allowed it.
        fields: key to value.
        withheld: everything asked that is not in `fields`.
    """

    permit: Permit
    fields: dict[str, object]
    withheld: tuple[Withheld, ...]
