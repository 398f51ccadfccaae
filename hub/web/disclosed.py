"""What the API discloses, in words: fields by name, values as people read them, and why something is kept back."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from hub.schema.fields import fields
from hub.web.refusals import Told, words_for
from hub.web.values import Values
from hub.web.visit import Visit

_KNOWN = frozenset({"region", "community", "grid"})
"""Codes of the area, which is the reader's own."""


class Shown(NamedTuple):
    """One field of an answer.

    Attributes:
        key: of the field.
        name: what it is called.
        text: its value in words.
        call: a telephone number to call; empty for everything else.
    """

    key: str
    name: str
    text: str
    call: str


class Withheld(NamedTuple):
    """One field that was not given.

    Attributes:
        key: of the field.
        name: what it is called.
        why: what happened, and what to do next.
    """

    key: str
    name: str
    why: Told


def named(visit: Visit, keys: Iterable[str]) -> list[str]:
    """What fields are called."""
    return [name_of(visit, key) for key in keys]


def name_of(visit: Visit, key: str) -> str:
    """What one field is called; a name that is no field stays as it is."""
    field = fields().get(key)
    return field.title[visit.language] if field else key


def shown(visit: Visit, given: Mapping[str, Any]) -> list[Shown]:
    """The values of an answer in words."""
    words = Values(visit.language, visit.today)
    return [
        Shown(key, name_of(visit, key), words.say(key, value), str(value) if key == "tel" else "")
        for key, value in given.items()
        if key not in _KNOWN
    ]


def withheld(visit: Visit, items: Iterable[Mapping[str, str]]) -> list[Withheld]:
    """What an answer keeps back, why, and whom to ask."""
    return [Withheld(each["field"], name_of(visit, each["field"]), words_for(each["reason"])) for each in items]
