"""What a purge says of itself: which entries show nothing any more, and which of them were about one person.

A purged entry leaves its leaf and the commitments of its three parts; what happened and the salts are gone. An entry of
the kind `purge` accounts for it. Where it is about nobody, its subject part names indexes; where it is about a person,
the ordinals of theirs that are no more, those of earlier purges included.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from audit.errors import VerificationError
from audit.verify import Receipt

KIND = "purge"
PURGED = "purged"
"""Member of a purge's subject part: ranges `[first, last]`, ascending, apart from each other, both ends included."""
BELOW = "below"
"""Member of a purge's act: the index from which on it has touched nothing."""


class Purge(NamedTuple):
    """What an entry of the kind `purge` accounts for.

    Attributes:
        subject: the person's pseudonym; empty where it is about nobody.
        place: which entry about the person it is; 0 where it is about nobody.
        below: the index from which on it has touched nothing.
        ranges: of ordinals, or of indexes where it is about nobody.
    """

    subject: str
    place: int
    below: int
    ranges: tuple[tuple[int, int], ...]

    def touches(self, first: int, last: int) -> bool:
        """Whether any number from one to another, both included, is in its ranges."""
        return any(low <= last and first <= high for low, high in self.ranges)


def purge_in(receipt: Receipt) -> Purge | None:
    """What a receipt shows of a purge; None where it is no purge, or does not show of what.

    Raises:
        VerificationError: it is one, and says so in another form.
    """
    act, subject = receipt.parts.get("act", {}), receipt.parts.get("subject")
    if act.get("kind") != KIND or subject is None or PURGED not in subject:
        return None
    ordinal = receipt.parts.get("ordinal", {}).get("ordinal")
    below, name = act.get(BELOW), subject.get("subject")
    if type(below) is not int or not isinstance(name, str) or not (ordinal is None or type(ordinal) is int):
        raise VerificationError(f"entry {receipt.index} is a purge that does not say of what", receipt.index)
    ranges = ranges_in(subject[PURGED], receipt.index)
    if ranges and ranges[-1][1] >= (min(below, receipt.index) if ordinal is None else ordinal):
        raise VerificationError(f"entry {receipt.index} is a purge of what came after it", receipt.index)
    return Purge(name, ordinal or 0, below, ranges)


def ranges_in(value: Any, index: int = 0) -> tuple[tuple[int, int], ...]:
    """Read ranges strictly.

    Args:
        value: a list of pairs.
        index: of the entry they stand in, for the error.

    Raises:
        VerificationError: another form, out of order, or touching each other.
    """
    ranges, last = [], -2
    for pair in value if isinstance(value, list) else [value]:
        if not isinstance(pair, list) or len(pair) != 2 or any(type(end) is not int for end in pair):  # noqa: PLR2004
            raise VerificationError(f"entry {index} is a purge whose ranges are malformed", index)
        if not last + 1 < pair[0] <= pair[1]:
            raise VerificationError(f"entry {index} is a purge whose ranges are not in order", index)
        ranges.append((pair[0], pair[1]))
        last = pair[1]
    return tuple(ranges)


def merged(ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Ranges in any order as the fewest that hold the same numbers, ascending."""
    found: list[tuple[int, int]] = []
    for first, last in sorted(ranges):
        if found and first <= found[-1][1] + 1:
            found[-1] = found[-1][0], max(found[-1][1], last)
        else:
            found.append((first, last))
    return found


def highest_outside(first: int, last: int, ranges: Sequence[tuple[int, int]]) -> int | None:
    """The highest number from one to another, both included, that is in none of some merged ranges; or None."""
    if last < first:
        return None
    place = bisect_right(ranges, last, key=lambda each: each[0]) - 1
    if place < 0 or ranges[place][1] < last:
        return last
    return ranges[place][0] - 1 if ranges[place][0] > first else None


def ranges_of(numbers: Sequence[int]) -> list[list[int]]:
    """Ascending numbers as ranges."""
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and ranges[-1][1] == number - 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    return ranges
