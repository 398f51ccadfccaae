"""The persons and households of a synthetic world, before any department has a row about them."""

from dataclasses import dataclass, field
from datetime import date

AS_OF = date(2026, 11, 1)
"""The day the world is a picture of; a fixed day, so that the same seed gives the same files on every day."""

HEAD = "02"
ADULT = 18
ELDER = 60
ELDEST = 80

ALIVE, DEAD, MOVED = "alive", "dead", "moved"
SINGLE, MARRIED, WIDOWED, DIVORCED = "10", "20", "30", "40"
"""Marital status (GB/T 2261.2)."""


@dataclass(slots=True, eq=False)
class Person:
    """One resident.

    Attributes:
        sex: GB/T 2261.1.
        age: whole years at `AS_OF`.
        relation: to the head of the household, GB/T 4761.
        marital: GB/T 2261.2.
        line: persons of one household with the same line bear the same family name.
        parents: those of the household who brought the person up; the guardians of a minor.
        life: alive, dead or moved; `life_date` says since when, ISO 8601.
        alone: an elder who lives alone.
        empty_nest: an elder whose children live elsewhere.
        rid, idtype, idno, name, born, ethnicity, tel, plate, permit, permit_until: what the police register holds.
        family: the part of the name that the person has from the father.
    """

    sex: str
    age: int
    relation: str = HEAD
    marital: str = SINGLE
    line: int = 0
    parents: tuple["Person", ...] = ()
    life: str = ALIVE
    life_date: str = ""
    alone: bool = False
    empty_nest: bool = False
    orphan: bool = False
    rid: str = ""
    idtype: str = "resident_id"
    idno: str = ""
    name: str = ""
    family: str = ""
    born: date = AS_OF
    ethnicity: str = ""
    tel: str = ""
    plate: str = ""
    permit: str = ""
    permit_until: str = ""

    @property
    def minor(self) -> bool:
        """Whether the person is under 18."""
        return self.age < ADULT


@dataclass(slots=True)
class Household:
    """The persons of one household number (户号) in one flat.

    Attributes:
        members: the head first.
        rents: whether the flat is rented.
        number: the household number.
        residence: owned, rented or lodging.
        community: the 12-digit code.
        grid: the 15-digit code.
        addr: street, compound, building, stair and flat.
    """

    members: list[Person] = field(default_factory=list)
    rents: bool = False
    number: str = ""
    residence: str = "owned"
    community: str = ""
    grid: str = ""
    addr: str = ""

    @property
    def living(self) -> list[Person]:
        """Those who live here now."""
        return [person for person in self.members if person.life == ALIVE]
