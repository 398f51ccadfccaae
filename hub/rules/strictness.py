"""Which of two approvals, two spans of time or two limits permits less; what cannot be compared is not less."""

import re
from datetime import timedelta

from hub.errors import BadInput
from hub.model.duration import parse_duration
from hub.model.purpose import Approval

_CHAIN = (Approval.NONE, Approval.SECRETARY_ONCE, Approval.SECRETARY, Approval.TWO_PERSON)
"""Each of these needs at least what the one before it needs. The others are given by other people, on other grounds."""
_SPAN = re.compile(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")
_SHORTEST = (365 * 86400, 28 * 86400, 7 * 86400, 86400, 3600, 60, 1)
_LONGEST = (366 * 86400, 31 * 86400, 7 * 86400, 86400, 3600, 60, 1)


def at_least_as_strict(new: Approval, old: Approval) -> bool:
    """Whether whatever is shown under an approval would be shown under another one as well.

    An approval that officers must be named for is the strictest of all. Breaking the glass and an order stand in for
    everybody's yes, so nothing but themselves compares with them.

    Args:
        new: what is needed now.
        old: what was needed before.
    """
    if new is old or new is Approval.NAMED_OFFICERS:
        return True
    return new in _CHAIN and old in _CHAIN and _CHAIN.index(new) >= _CHAIN.index(old)


def at_most_as_long(new: str, old: str) -> bool:
    """Whether a span of ISO 8601 is no longer than another, however long months and years are taken to be."""
    if new == old:
        return True
    longest, shortest = _seconds(new, _LONGEST), _seconds(old, _SHORTEST)
    return longest is not None and shortest is not None and longest <= shortest


def at_most_as_lasting(new: str, old: str) -> bool:
    """The same of the time an approval may last, where an empty text stands for the usual and compares with nothing."""
    if new == old:
        return True
    spans = _fixed(new), _fixed(old)
    return spans[0] is not None and spans[1] is not None and spans[0] <= spans[1]


def at_most_as_many(new: int, old: int) -> bool:
    """Whether a number of reads is no more than another; 0 is as many as needed."""
    return new == old or (new > 0 and (old == 0 or new < old))


def _seconds(text: str, units: tuple[int, ...]) -> int | None:
    found = _SPAN.fullmatch(text)
    if found is None:
        return None
    return sum(int(part or 0) * unit for part, unit in zip(found.groups(), units, strict=True))


def _fixed(text: str) -> timedelta | None:
    try:
        return parse_duration("longest", text)
    except BadInput:
        return None
