"""A small choice of residents to try things with, at least one of every interesting kind."""

from collections.abc import Mapping
from typing import Any

from hub.synth.cast import CAST, FIRST_GRID
from hub.synth.names import RARE_CHARACTERS
from hub.synth.people import ALIVE, ELDER, ELDEST, MARRIED, Household, Person

Rows = Mapping[str, Mapping[str, str] | None]
"""Feed name to the row it has about one person."""

_PER_TAG = 3
_FIRST_GRIDS, _PER_FIRST_GRID = 6, 5
_YOUNG = 14
_ABOUT_TO_CHANGE = frozenset({13, 17, 59, 64, 79})
"""Ages whose next birthday moves a person across a bound: their tags would soon be wrong."""
_FLAGS = {
    "tag.alone": "alone",
    "tag.kongchao": "empty_nest",
    "tag.dibao": "dibao",
    "tag.tekun": "tekun",
    "tag.orphan": "orphan",
    "tag.veteran": "veteran",
    "tag.shidu": "shidu",
}
_PRESENT = {
    "civil_affairs": {"disab.no": "disabled", "fin.aid": "aid", "fin.acct": "account"},
    "health": {
        "med.chronic": "chronic",
        "med.allergy": "allergy",
        "med.critical": "critical",
        "med.mental": "mental",
        "birthcert.no": "birth_certificate",
    },
    "utilities": {"meter.water": "metered"},
}


def tags_of(person: Person, home: Household, rows: Rows) -> list[str]:
    """What is worth knowing of a person who tries things out.

    Args:
        person: a registered resident.
        home: the person's household.
        rows: what each feed says of the person.
    """
    tags = [person.life] if person.life != ALIVE else []
    if person.minor:
        tags += ["minor", "under_14"] if person.age < _YOUNG else ["minor"]
    elif person.age >= ELDER:
        tags += ["elder", "over_80"] if person.age >= ELDEST else ["elder"]
    else:
        tags.append("adult")
    civil = rows["civil_affairs"] or {}
    tags += [tag for key, tag in _FLAGS.items() if civil.get(key) == "1"]
    tags += [tag for feed, keys in _PRESENT.items() for key, tag in keys.items() if (rows[feed] or {}).get(key)]
    tags += _police_tags(person, home)
    if not rows["health"]:
        tags.append("no_health_file")
    if home.grid != FIRST_GRID:
        tags.append("out_of_first_grid")
    return tags


def _police_tags(person: Person, home: Household) -> list[str]:
    held = {
        "no_phone": not person.tel,
        "permit": bool(person.permit),
        "vehicle": bool(person.plate),
        "rented": home.rents,
        "married": person.marital == MARRIED,
        "guardian": any(person in other.parents for other in home.members if other.minor),
        "rare_name": not RARE_CHARACTERS.isdisjoint(person.name),
        "dotted_name": "·" in person.name,
        person.idtype: person.idtype != "resident_id",
    }
    return [tag for tag, holds in held.items() if holds]


class Samples:
    """Chooses while the world goes by, and keeps no more than a few residents per tag."""

    def __init__(self) -> None:
        self.chosen: list[dict[str, Any]] = []
        self._kept: dict[str, int] = {}
        self._grids: dict[str, int] = {}

    def offer(self, home: Household, about: list[Rows]) -> None:
        """Look at a household; whoever is chosen brings their guardians along.

        Args:
            home: a registered household.
            about: what the feeds say of each member, in the members' order.
        """
        tags = {id(p): tags_of(p, home, rows) for p, rows in zip(home.members, about, strict=True)}
        wanted = {id(p) for p in home.members if self._wants(p, home, tags[id(p)])}
        wanted |= {id(parent) for p in home.members if id(p) in wanted and p.minor for parent in p.parents}
        for person in home.members:
            if id(person) in wanted:
                self._choose(person, home, tags[id(person)])

    def _wants(self, person: Person, home: Household, tags: list[str]) -> bool:
        if person.idno in CAST:
            return True
        if person.age in _ABOUT_TO_CHANGE:
            return False
        early = home.grid in self._grids or len(self._grids) < _FIRST_GRIDS
        if early and self._grids.get(home.grid, 0) < _PER_FIRST_GRID:
            return True
        return any(self._kept.get(tag, 0) < _PER_TAG for tag in tags)

    def _choose(self, person: Person, home: Household, tags: list[str]) -> None:
        for tag in tags:
            self._kept[tag] = self._kept.get(tag, 0) + 1
        if home.grid in self._grids or len(self._grids) < _FIRST_GRIDS:
            self._grids[home.grid] = self._grids.get(home.grid, 0) + 1
        self.chosen.append({"idno": person.idno, "rid": person.rid, "grid": home.grid, "tags": tags})
