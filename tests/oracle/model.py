"""The rules of access as a plain model of a town: who asks, whom it is about, and what has been said about them."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from tests.oracle.catalogue import GROUP

CHINA = timedelta(hours=8)


class Caller(NamedTuple):
    """Somebody who asks: `name` is the principal, `kind` how the catalogue calls them, `human` who it is."""

    name: str
    role: str
    code: str
    area: str
    human: str

    @property
    def kind(self):
        return f"department:{self.code}" if self.role == "department" else self.role

    @property
    def files(self):
        return self.role in ("department", "organisation")

    @property
    def office(self):
        return f"{self.role}:{self.code}@{self.area}" if self.files else f"community:{self.area[:12]}"


def caller(text):
    """Read a principal such as `grid_worker:339999001001001#li`."""
    body, _, person = text.partition("#")
    role, _, scope = body.partition(":")
    code, _, area = scope.partition("@") if "@" in scope else ("", "", scope)
    return Caller(text, role, code, area, person or f"{body}#1")


@dataclass
class Filed:
    """One filing in force."""

    kind: str
    area: str
    purpose: str
    basis: str
    scope: str
    volume: int
    until: date
    seen: dict = field(default_factory=dict)  # day → people


@dataclass
class Said:
    """One yes or no to a purpose."""

    name: str
    yes: bool
    purpose: str
    recipient: str
    by_guardian: bool
    basis: str
    separate: bool
    until: object
    taken_back: bool = False


@dataclass
class Yes:
    """An approval somebody gave to `human` for a purpose; about a person's fields, or the minors of a grid."""

    name: str
    human: str
    purpose: str
    fields: frozenset
    until: object
    grid: str = ""
    revoked: bool = False


@dataclass
class Alarm:
    """What a device or a call reported."""

    name: str
    human: str
    at: object


@dataclass
class Rescue:
    """An emergency somebody opened."""

    name: str
    human: str
    verified: bool
    at: object
    until: object
    reviewed: bool = False


@dataclass
class Met:
    """A case of an office that somebody is a party to."""

    name: str
    office: str
    until: object
    closed: object = None


@dataclass
class Person:
    """A resident: what the file holds, and what was said about it."""

    idno: str
    rid: str
    grid: str
    born: str
    values: dict
    guardians: tuple = ()
    wishes: dict = field(default_factory=dict)
    said: list = field(default_factory=list)
    approvals: list = field(default_factory=list)
    alarms: list = field(default_factory=list)
    rescues: list = field(default_factory=list)
    frozen: str = ""  # id of the freeze they asked for
    held: bool = False
    protection: str = ""
    cases: list = field(default_factory=list)
    named: dict = field(default_factory=dict)  # id → who is named for their sealed record, and until when

    @property
    def dead(self):
        """Whether the register says that they died."""
        return self.values.get("life") == "dead"

    def hides(self, key, kind):
        """Whether they wish that a kind of caller does not see a field."""
        group = GROUP.get(key)
        return group is not None and not self.wishes.get((group, "family" if kind == "resident" else kind), True)


@dataclass
class Town:
    """Everything that answers depend on."""

    now: object
    people: list
    filings: list
    orders: dict = field(default_factory=dict)  # id → (area, until)
    minors: list = field(default_factory=list)

    @property
    def today(self):
        return (self.now + CHINA).date()

    def age(self, person):
        """Full years in China, None where nobody knows."""
        if not person.born:
            return None
        born, day = date.fromisoformat(person.born), self.today
        return day.year - born.year - ((day.month, day.day) < (born.month, born.day))

    def guardians(self, person):
        """Those on record as a person's guardians who are alive."""
        known = [each for each in self.people if each.rid in person.guardians]
        return [each for each in known if not each.dead]

    def rescues(self):
        """All emergencies of all people."""
        return [each for person in self.people for each in person.rescues]
