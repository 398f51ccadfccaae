"""One line of a difference between two sets of rules."""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import NamedTuple


class Effect(StrEnum):
    """What a line does."""

    WIDENS = "widens"
    NARROWS = "narrows"
    CHANGES = "changes"


class Line(NamedTuple):
    """One thing that differs.

    Attributes:
        effect: what it does.
        text: what it is, in words that name purposes, fields, roles, issuers and principals.
    """

    effect: Effect
    text: str


def widens(text: str) -> Line:
    """Something is permitted that was refused, or it is not known that nothing is."""
    return Line(Effect.WIDENS, text)


def narrows(text: str) -> Line:
    """Something is refused that was permitted, and nothing the other way round."""
    return Line(Effect.NARROWS, text)


def changes(text: str) -> Line:
    """Something else is different, which is no narrowing."""
    return Line(Effect.CHANGES, text)


def only_narrows(lines: Iterable[Line]) -> bool:
    """Whether nothing is permitted that was refused before, so that one person may decide it."""
    return all(line.effect is Effect.NARROWS for line in lines)


def of_sets(what: str, old: Iterable[str], new: Iterable[str]) -> Iterator[Line]:
    """The lines of a set of which each member permits more: what was added widens, what was taken away narrows."""
    before, after = set(old), set(new)
    if added := sorted(after - before):
        yield widens(f"{what}: adds {_listed(added)}")
    if removed := sorted(before - after):
        yield narrows(f"{what}: takes away {_listed(removed)}")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
