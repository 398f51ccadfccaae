"""Somebody who decides in a secretary's place for a time."""

from collections.abc import Mapping
from typing import Any, NamedTuple


class Deputy(NamedTuple):
    """A deputy, as the secretary named them.

    Attributes:
        principal: id of the principal who stands in.
        community: the secretary's community, 12 digits.
        secretary: the secretary's person: beside them a deputy is no second one.
        since: the first instant, RFC 3339, UTC.
        until: the instant at which it ends.
    """

    principal: str
    community: str
    secretary: str
    since: str
    until: str

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Deputy":
        """Read what a control row says."""
        return cls(*(str(record[name]) for name in cls._fields))

    def stands_in_at(self, now: str) -> bool:
        """Whether the period holds an instant, RFC 3339, UTC."""
        return self.since <= now < self.until
