"""数据使用备案: what a department has filed it will use resident data for."""

from dataclasses import dataclass
from datetime import date

from hub.model.purpose import Basis


@dataclass(frozen=True, slots=True)
class Filing:
    """One accepted filing.

    Attributes:
        id: unique, derived from requester, purpose and scope.
        requester: `department:CODE@area` or `organisation:CODE@area`.
        purpose: a purpose of the catalogue.
        basis: the legal basis filed.
        citation: the article it cites.
        scenario: what the data is used for, in words.
        scope: area prefix within which subjects may be read.
        volume: distinct subjects a day.
        valid_until: the last day it is in force.
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

    def covers(self, requester: str, area: str, day: date) -> bool:
        """Whether a requester such as `department:health`, acting in an area, may use this filing on a day."""
        who, _, where = self.requester.partition("@")
        return who == requester and area.startswith(where) and day <= self.valid_until

    def to_record(self) -> dict[str, object]:
        """What JSON can hold of it."""
        return {name: str(getattr(self, name)) for name in self.__slots__ if name != "volume"} | {"volume": self.volume}

    @classmethod
    def from_record(cls, record: dict[str, object]) -> "Filing":
        """Read what `to_record` wrote."""
        text = {name: str(record[name]) for name in cls.__slots__}
        return cls(
            id=text["id"],
            requester=text["requester"],
            purpose=text["purpose"],
            basis=Basis(text["basis"]),
            citation=text["citation"],
            scenario=text["scenario"],
            scope=text["scope"],
            volume=int(text["volume"]),
            valid_until=date.fromisoformat(text["valid_until"]),
        )
