"""How many people a filing was used for on a day: counted exactly, whichever process counts, at the price of a bit.

The first disclosure of a day about a person adds a row at the end of one table, a later one adds nothing. Who was
counted lies in memory as bits of neighbouring people; processes that take turns read what others have added when they
first count in a turn of their own, so that of two that race for the last place one gets it.
"""

from typing import Any, NamedTuple

TABLE = """
CREATE TABLE IF NOT EXISTS volume (
    entry INTEGER PRIMARY KEY, day INTEGER NOT NULL, filed INTEGER NOT NULL, resident INTEGER NOT NULL
) STRICT
"""
DAYS_KEPT = 2
"""Days whose counts are kept: today's, and yesterday's for requests that began before midnight."""
PRUNED_AT_ONCE = 512
"""Rows of past days removed in one turn."""
_SLICE_BITS = 9
_WITHIN = (1 << _SLICE_BITS) - 1
_SINCE = "SELECT entry, day, filed, resident FROM volume WHERE entry >= ?"
_OLDEST = "SELECT entry, day FROM volume ORDER BY entry LIMIT ?"


class Quota(NamedTuple):
    """For how many people a filing may be used on a day.

    Attributes:
        filed: the number of what was filed, `Filing.number`.
        day: the day in China, as `date.toordinal` counts.
        most: distinct people on that day.
    """

    filed: int
    day: int
    most: int


class _People:
    """A set of internal ids, small where few people are in it and where nearly all are."""

    __slots__ = ("count", "slices")

    def __init__(self) -> None:
        self.count = 0
        self.slices: dict[int, int] = {}

    def add(self, resident: int) -> None:
        """Add somebody who is not in it."""
        number = resident >> _SLICE_BITS
        self.slices[number] = self.slices.get(number, 0) | 1 << (resident & _WITHIN)
        self.count += 1

    def drop(self, resident: int) -> None:
        """Take somebody out who is in it."""
        self.slices[resident >> _SLICE_BITS] ^= 1 << (resident & _WITHIN)
        self.count -= 1


class Volumes:
    """The counts, current within a write transaction of the connection it is given.

    Args:
        db: the writing connection.
    """

    def __init__(self, db: Any) -> None:
        self._db = db
        self._days: dict[int, dict[int, _People]] = {}
        self._added: list[tuple[int, int, int, int]] = []
        self._next = 0
        self._current = False
        self._pruning = True
        db.execute(TABLE)

    def begin(self) -> None:
        """Begin a write transaction: the one before is committed, and others may have written since."""
        self._current = False
        if self._added:
            self._added = []

    def take(self, quota: Quota, resident: int, entry: int) -> bool:
        """Count a disclosure about a person, unless it would be one person too many.

        Args:
            quota: what the filing allows.
            resident: internal id.
            entry: the index that the disclosure's entry is to have.

        Returns:
            Whether it may be made: the person was counted on this day before, or there was still room.
        """
        if not self._current:
            self._catch_up()
        filed, day, most = quota
        try:
            people = self._days[day][filed]
        except KeyError:
            people = self._of(day, filed)
        number = resident >> _SLICE_BITS
        mask, bit = people.slices.get(number, 0), 1 << (resident & _WITHIN)
        if mask & bit:
            return True
        if people.count >= most:
            return False
        people.slices[number] = mask | bit
        people.count += 1
        self._added.append((entry, day, filed, resident))
        return True

    def undo(self, first: int) -> None:
        """Take back what was counted for entries that are no more.

        Args:
            first: the index from which on they are no more.
        """
        for entry, day, filed, resident in self._added:
            if entry >= first:
                self._days[day][filed].drop(resident)
        self._added = [each for each in self._added if each[0] < first]
        self._next = min(self._next, first)

    def forget(self) -> None:
        """Take back all that was counted since the transaction began, after a rollback."""
        if self._added:
            self.undo(self._added[0][0])

    def keep(self) -> None:
        """Write what was counted, before the transaction is committed."""
        if self._added:
            self._db.executemany("INSERT INTO volume VALUES (?, ?, ?, ?)", self._added)
            self._next = self._added[-1][0] + 1
        if self._pruning and self._days:
            self._prune()

    def remove(self, resident: int) -> None:
        """Forget for which filings an erased person was looked up; looks through the table."""
        self._db.execute("DELETE FROM volume WHERE resident = ?", (resident,))

    def _catch_up(self) -> None:
        for entry, day, filed, resident in self._db.execute(_SINCE, (self._next,)):
            self._of(day, filed).add(resident)
            self._next = entry + 1
        self._current = True

    def _of(self, day: int, filed: int) -> _People:
        if day not in self._days:
            if self._days and day > max(self._days):
                self._pruning = True
            self._days[day] = {}
        return self._days[day].setdefault(filed, _People())

    def _prune(self) -> None:
        """Remove what past days have left, a little in each turn: rows lie nearly in the order of their days."""
        oldest_kept = max(self._days) - DAYS_KEPT + 1
        rows = self._db.execute(_OLDEST, (PRUNED_AT_ONCE,)).fetchall()
        old = [(entry,) for entry, day in rows if day < oldest_kept]
        self._db.executemany("DELETE FROM volume WHERE entry = ?", old)
        self._pruning = len(old) == PRUNED_AT_ONCE
        # What this transaction counted may yet be undone, so that its days stay until a later one.
        counted = {day for _, day, _, _ in self._added}
        self._days = {day: filed for day, filed in self._days.items() if day >= oldest_kept or day in counted}
