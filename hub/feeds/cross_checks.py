"""Checks of one value against another. What disagrees is flagged and kept: the feed may be right and the number wrong.

Flags: `differs_from_idno` (dob, sex, idtype, disab.no), `outside_community` (grid), `outside_region` (community),
`no_guardian` (dob of a child under 14), `without_date` (life), `before_birth` (life.date), `second_head` (relation).
"""

from collections.abc import Iterator, Sequence
from typing import Any

from hub.model.file import Value
from hub.model.tier import Tier
from hub.schema.idno import birth_date_of, idno_kind, sex_of

Values = dict[Tier, dict[str, Value]]

_GUARDED_UNTIL = 14  # years of age; the Personal Information Protection Law, article 31
_KNOWN_SEX = frozenset({"1", "2"})
_HEAD = "02"


class CrossChecks:
    """The checks of one import, compiled for the columns that its file has."""

    def __init__(self, columns: Sequence[str], today: str) -> None:
        """Prepare.

        Args:
            columns: the file's columns; what a file does not speak of is not missed.
            today: the date of the import, `YYYY-MM-DD`.
        """
        self._guardians = "minor.guardian" in columns
        self._cutoff = f"{int(today[:4]) - _GUARDED_UNTIL}{today[4:]}"
        self._heads: set[int] = set()
        places = {key: place for place, key in enumerate(columns)}
        self._head_places = tuple(places.get(key, -1) for key in ("hh", "relation", "life"))

    def note_head(self, cells: list[Any]) -> None:
        """Note the household head of a row that is parsed elsewhere.

        Args:
            cells: the row's cells as read.
        """
        household, relation, life = (cells[place] if place >= 0 else "" for place in self._head_places)
        if household and relation == _HEAD and life in {"", "alive"}:
            self._heads.add(hash(str(household).strip()))

    def flag(self, idno: str, values: Values) -> None:
        """Add flags to the values of one row, in place.

        Args:
            idno: the row's identity number.
            values: what the row brings.
        """
        for tier, key, flag in self._found(idno, values):
            value = values[tier][key]
            values[tier][key] = value._replace(flags=(*value.flags, flag))

    def _found(self, idno: str, values: Values) -> Iterator[tuple[Tier, str, str]]:
        empty: dict[str, Value] = {}
        basic, identity = values.get(Tier.BASIC, empty), values.get(Tier.IDENTITY, empty)
        family, care = values.get(Tier.FAMILY, empty), values.get(Tier.CARE, empty)
        born = birth_date_of(idno)
        if "dob" in identity:
            dob = identity["dob"].value
            if born and dob != born:
                yield Tier.IDENTITY, "dob", "differs_from_idno"
            if dob > self._cutoff and self._guardians and "minor.guardian" not in family:
                yield Tier.IDENTITY, "dob", "no_guardian"
        if "sex" in basic and basic["sex"].value in _KNOWN_SEX and sex_of(idno) not in {"", basic["sex"].value}:
            yield Tier.BASIC, "sex", "differs_from_idno"
        if "idtype" in identity and not idno_kind(idno).startswith(identity["idtype"].value):
            yield Tier.IDENTITY, "idtype", "differs_from_idno"
        if "disab.no" in care and care["disab.no"].value != idno:
            yield Tier.CARE, "disab.no", "differs_from_idno"
        if "community" in basic:
            yield from _areas(basic)
        if "life" in basic and basic["life"].value != "alive":
            yield from _endings(basic, identity["dob"].value if "dob" in identity else born)
        if "relation" in family and family["relation"].value == _HEAD and self._second_head(family, basic):
            yield Tier.FAMILY, "relation", "second_head"

    def _second_head(self, family: dict[str, Value], basic: dict[str, Value]) -> bool:
        if "hh" not in family or ("life" in basic and basic["life"].value != "alive"):
            return False
        household = hash(family["hh"].value)
        known = household in self._heads
        self._heads.add(household)
        return known


def _areas(basic: dict[str, Value]) -> Iterator[tuple[Tier, str, str]]:
    community = basic["community"].value
    if "grid" in basic and not basic["grid"].value.startswith(community):
        yield Tier.BASIC, "grid", "outside_community"
    if "region" in basic and not community.startswith(basic["region"].value):
        yield Tier.BASIC, "community", "outside_region"


def _endings(basic: dict[str, Value], born: str) -> Iterator[tuple[Tier, str, str]]:
    if "life.date" not in basic:
        yield Tier.BASIC, "life", "without_date"
    elif basic["life.date"].value < born:
        yield Tier.BASIC, "life.date", "before_birth"
