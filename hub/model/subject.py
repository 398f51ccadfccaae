"""About whom: what a decision must know of a person, and how a caller names one."""

from datetime import date
from types import MappingProxyType
from typing import NamedTuple

from hub.model.terms import Terms

ADULT_AGE = 18
CONSENT_AGE = 14
"""From which a person agrees for themselves (个人信息保护法 第三十一条)."""
ALIVE, DEAD = "alive", "dead"
_NO_TERMS: Terms = MappingProxyType({})


class Facts(NamedTuple):
    """What a file's control section holds for deciding; it never leaves the hub.

    Attributes:
        rid: the internal id, a random UUID.
        grid: the 15-digit grid, empty while unknown: then nobody's scope covers the person.
        born: date of birth, ISO 8601, empty while unknown.
        life: the code of the field `life`.
        terms: on what terms the person may be read; nearly everybody has none.
    """

    rid: str
    grid: str = ""
    born: str = ""
    life: str = ""
    terms: Terms = _NO_TERMS


class SubjectRef(NamedTuple):
    """How a caller names a data subject: exactly one of the two.

    Attributes:
        idno: a normalised identity number.
        rid: the caller's own pairwise id.
    """

    idno: str = ""
    rid: str = ""


def age_on(born: str, day: date) -> int:
    """Full years on a day; a person born on 29 February has their birthday on 1 March of other years."""
    return day.year - int(born[:4]) - ((day.month, day.day) < (int(born[5:7]), int(born[8:10])))


def is_minor(born: str, day: date) -> bool:
    """Whether a person is under 18; a person whose birth date is unknown is not known to be of age."""
    return not born or age_on(born, day) < ADULT_AGE


def is_under_consent_age(born: str, day: date) -> bool:
    """Whether a guardian agrees for a person: they are under 14 on a day, or not known to be older."""
    return not born or age_on(born, day) < CONSENT_AGE
