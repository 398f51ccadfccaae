"""Slowing, then refusing, whoever keeps asking for people who are not there to be found."""

from datetime import datetime

SLOWED_FROM = 60
REFUSED_FROM = 120
FORGIVEN_PER_SECOND = 0.2
SLOWER_BY = 0.01
LONGEST_DELAY = (REFUSED_FROM - SLOWED_FROM) * SLOWER_BY
"""Seconds: the last answer before refusal is held back by nearly as much."""
_MOST_CALLERS = 10_000


class Misses:
    """Counts, per principal, answers of `out_of_scope`; unknown people and people elsewhere count alike.

    A count drains by `FORGIVEN_PER_SECOND`, so that honest mistakes are forgotten.
    """

    def __init__(self) -> None:
        self._counts: dict[str, tuple[float, datetime]] = {}

    def note(self, principal: str, at: datetime) -> None:
        """Count one miss."""
        if len(self._counts) >= _MOST_CALLERS and principal not in self._counts:
            self._counts = {who: seen for who, seen in self._counts.items() if self.level(who, at) > 0}
        self._counts[principal] = (self.level(principal, at) + 1, at)

    def level(self, principal: str, at: datetime) -> float:
        """How many misses stand against a principal now."""
        if (seen := self._counts.get(principal)) is None:
            return 0.0
        count, since = seen
        return max(0.0, count - (at - since).total_seconds() * FORGIVEN_PER_SECOND)

    def delay(self, principal: str, at: datetime) -> float:
        """Seconds by which the next answer is held back."""
        return max(0.0, self.level(principal, at) - SLOWED_FROM) * SLOWER_BY

    def refused(self, principal: str, at: datetime) -> bool:
        """Whether the next question is refused unheard."""
        return self.level(principal, at) >= REFUSED_FROM
