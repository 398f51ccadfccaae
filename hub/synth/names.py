"""Names as people of different ages, sexes and peoples bear them. No name is anybody's in particular."""

import tomllib
from pathlib import Path
from typing import NamedTuple

from hub.synth.chance import Dice, Weighted

MALE, FEMALE = "1", "2"
"""The codes of sex the feeds use (GB/T 2261.1)."""
HAN = "01"
_SEXES = ((MALE, "male"), (FEMALE, "female"))
_PATRONYMIC = frozenset({"05", "17"})  # Uyghur and Kazakh, GB/T 3304

_DATA = tomllib.loads(Path(__file__).with_name("names.toml").read_text(encoding="utf-8"))
_SURNAMES = Weighted({name: line["share"] for line in _DATA["surnames"] for name in line["names"].split()})
_PEOPLES: Weighted[str] = Weighted(_DATA["peoples"])
_SINGLE: dict[str, str] = {code: _DATA["single"][sex] for code, sex in _SEXES}
_RARE: dict[str, str] = {code: _DATA["rare"][sex] for code, sex in _SEXES}
_OWN: dict[str, list[str]] = {code: _DATA["patronymic"][sex].split() for code, sex in _SEXES}
_FOREIGN: dict[str, list[str]] = {code: _DATA["foreign"][sex].split() for code, sex in _SEXES}
_FOREIGN_FAMILY: list[str] = _DATA["foreign"]["family"].split()
RARE_CHARACTERS = frozenset("".join(_RARE.values()))
"""Characters of given names that older systems cannot store."""


class _Fashion(NamedTuple):
    since: int
    characters: dict[str, tuple[str, str]]  # sex to first and second characters


_FASHIONS = tuple(_Fashion(each["from"], {code: each[sex] for code, sex in _SEXES}) for each in _DATA["fashions"])[::-1]


def people(dice: Dice) -> str:
    """The people a household belongs to, as a code of GB/T 3304."""
    return _PEOPLES.draw(dice)


def family_name(dice: Dice, ethnicity: str) -> str:
    """What a child takes over from a father: a surname, or among some peoples the father's own first name.

    Args:
        dice: the source of chance.
        ethnicity: a code of GB/T 3304.
    """
    return dice.pick(_OWN[MALE]) if ethnicity in _PATRONYMIC else _SURNAMES.draw(dice)


def full_name(dice: Dice, family: str, ethnicity: str, sex: str, year: int) -> str:
    """A whole name.

    Args:
        dice: the source of chance.
        family: the surname or the father's name, from `family_name`.
        ethnicity: a code of GB/T 3304.
        sex: `MALE` or `FEMALE`.
        year: the year of birth, for the fashion of that time.
    """
    if ethnicity in _PATRONYMIC:
        return f"{dice.pick(_OWN[sex])}·{family}"
    if dice.happens(0.0015):
        return family + dice.pick(_RARE[sex])
    if dice.happens(0.16):
        return family + dice.pick(_SINGLE[sex])
    first, second = next(fashion.characters[sex] for fashion in _FASHIONS if year >= fashion.since)
    return family + dice.pick(first) + dice.pick(second)


def child_family_name(father: str, family: str, ethnicity: str) -> str:
    """What the children of a father are called after: his own first name where that is the custom.

    Args:
        father: his whole name.
        family: the part of it that he has from his own father.
        ethnicity: a code of GB/T 3304.
    """
    return father.partition("·")[0] if ethnicity in _PATRONYMIC else family


def foreign_name(dice: Dice, sex: str) -> str:
    """The Chinese form of a foreigner's name, as the permanent resident card prints it beside the Latin one."""
    return f"{dice.pick(_FOREIGN[sex])}·{dice.pick(_FOREIGN_FAMILY)}"
