"""Appointments as a change of rules: what they widen, what they narrow, and by which digest two people approve them."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

import orjson

from hub.identity.principals import Appointment
from hub.rules.line import Line, narrows, widens

Records = Sequence[Mapping[str, Any]]


class Sorted(NamedTuple):
    """Appointments that differ from what is on record.

    Attributes:
        narrowing: ends and shorter times; they count at once.
        widening: all others.
        still_revoked: how many were revoked, and stay so.
    """

    narrowing: tuple[Appointment, ...]
    widening: tuple[Appointment, ...]
    still_revoked: int


def sort_appointments(known: Mapping[str, Appointment], fresh: Iterable[Appointment]) -> Sorted:
    """Tell apart what only narrows; an old list brings nobody back who was revoked."""
    narrowing, widening, revoked = [], [], 0
    for each in fresh:
        before = known.get(each.principal.id)
        if before == each:
            continue
        if before is not None and before.revoked and not each.revoked:
            revoked += 1
        elif is_narrower(before, each):
            narrowing.append(each)
        else:
            widening.append(each)
    return Sorted(tuple(narrowing), tuple(widening), revoked)


def is_narrower(before: Appointment | None, after: Appointment) -> bool:
    """Whether an appointment is in force on no day on which the one before it was not."""
    if before is None or after.revoked:
        return after.revoked
    within = (after.valid_from or date.min) >= (before.valid_from or date.min)
    return not before.revoked and within and (after.valid_until or date.max) <= (before.valid_until or date.max)


def lines_of(known: Mapping[str, Appointment], fresh: Iterable[Appointment]) -> tuple[Line, ...]:
    """A line for each appointment; a resident is not named, since the line stays when they are erased."""
    return tuple(_line(known.get(each.principal.id), each) for each in fresh)


def digest_of_appointments(records: Records) -> str:
    """SHA-256 in hex over appointments, in whatever order: names what two people approve."""
    ordered = sorted(({**each} for each in records), key=lambda each: str(each["principal"]))
    return hashlib.sha256(b"hub-principals-v1\0" + orjson.dumps(ordered, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _line(before: Appointment | None, after: Appointment) -> Line:
    who = "a resident" if after.principal.rid else f"`{after.principal.id}`"
    if after.revoked:
        return narrows(f"{who} is revoked")
    days = f"from {after.valid_from or 'always'} until {after.valid_until or 'further notice'}"
    if before is None:
        return widens(f"{who} is appointed {days}")
    if before.revoked:
        return widens(f"{who} is reinstated {days}")
    return (narrows if is_narrower(before, after) else widens)(f"{who} holds the role {days}")
