"""数据使用备案: what a department has filed it will use resident data for."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from hub.model.purpose import Basis

_STATED = ("id", "requester", "purpose", "basis", "citation", "scenario", "scope", "valid_until")
_NUMBER_BYTES = 5
ACCEPTED = "approved"
"""The state of a filing in force; one accepted on paper has no other."""


@dataclass(frozen=True, slots=True)
class Filing:
    """One accepted filing.

    Attributes:
        id: unique; of one accepted on paper made of requester, purpose and scope, else 24 hex digits.
        requester: `department:CODE@area` or `organisation:CODE@area`.
        purpose: a purpose of the catalogue.
        basis: the legal basis filed.
        citation: the article it cites.
        scenario: what the data is used for, in words.
        scope: area prefix within which subjects may be read.
        volume: distinct subjects a day.
        valid_until: the last day it is in force.
        name: its id outside, 24 hex digits.
        number: of requester, purpose and scope: what its volume is counted under, whatever replaces it.
    """

    id: str
    requester: str
    purpose: str
    basis: Basis
    citation: str
    scenario: str
    scope: str
    volume: int
    valid_until: date
    name: str = field(init=False, compare=False, repr=False)
    number: int = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Derive what is asked for with every request."""
        stated = f"{self.requester}/{self.purpose}/{self.scope}"
        number = int.from_bytes(hashlib.sha256(stated.encode()).digest()[:_NUMBER_BYTES], "big")
        object.__setattr__(self, "number", number)
        object.__setattr__(self, "name", name_of(self.id))

    def covers(self, requester: str, area: str, day: date) -> bool:
        """Whether a requester such as `department:health`, acting in an area, may use this filing on a day."""
        who, _, where = self.requester.partition("@")
        return who == requester and area.startswith(where) and day <= self.valid_until

    def to_record(self) -> dict[str, object]:
        """What JSON can hold of it."""
        return {name: str(getattr(self, name)) for name in _STATED} | {"volume": self.volume}

    @classmethod
    def from_record(cls, record: dict[str, object]) -> "Filing":
        """Read what `to_record` wrote."""
        text = {name: str(record[name]) for name in _STATED}
        return cls(
            id=text["id"],
            requester=text["requester"],
            purpose=text["purpose"],
            basis=Basis(text["basis"]),
            citation=text["citation"],
            scenario=text["scenario"],
            scope=text["scope"],
            volume=int(str(record["volume"])),
            valid_until=date.fromisoformat(text["valid_until"]),
        )


def is_accepted(record: Mapping[str, object]) -> bool:
    """Whether the row of a filing says that it was accepted and neither withdrawn nor replaced since."""
    return record.get("state", ACCEPTED) == ACCEPTED


def name_of(id: str) -> str:  # noqa: A002
    """The id outside of a filing: that of one accepted on paper has characters no path can have."""
    return hashlib.sha256(id.encode()).hexdigest()[:24] if "/" in id else id
