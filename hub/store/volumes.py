"""How many people a filing was used for on a day: counted exactly, whichever process counts, at the price of a number.

The row that `about` gets for a disclosure anyway says what it counts for, if it is the first of the day about this
person. Who was counted lies in memory as bits of neighbouring people; processes that take turns read what others have
added when they first count in a turn of their own, so that of two that race for the last place one gets it.
"""

from typing import Any, NamedTuple

DAYS_KEPT = 2
"""Days whose counts are kept: today's, and yesterday's for requests that began before midnight."""
FILED_BITS = 40
"""Bits of the number of what was filed; those above them are the day's."""
_SLICE_BITS = 9
_WITHIN = (1 << _SLICE_BITS) - 1
_SINCE = "SELECT entry, resident, counted FROM about WHERE entry >= ? AND counted IS NOT NULL ORDER BY entry"
_BEGIN = "SELECT n FROM counter WHERE name = 'counted'"


class Quota(NamedTuple):
    """For how many people a filing may be used on a day.

    Attributes:
        filed: the number of what was filed, `Filing.number`, below `2 ** FILED_BITS`.
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
        db: the writing connection; a store of an earlier hub gets what it lacks.
    """

    def __init__(self, db: Any) -> None:
        self._db = db
        self._people: dict[int, _People] = {}
        self._days: dict[int, int] = {}
        self._added: list[tuple[int, int, int]] = []
        self._current = False
        self._first = 0
        self._kept_from = self._next = _prepared(db)

    def begin(self, first: int) -> None:
        """Begin a write transaction: the one before is committed, and others may have written since.

        Args:
            first: the index that the transaction's first entry is to have.
        """
        self._current = False
        self._first = first
        if self._added:
            self._added = []

    def take(self, quota: Quota, resident: int, entry: int) -> int | None:
        """Count a disclosure about a person, unless it would be one person too many.

        Args:
            quota: what the filing allows.
            resident: internal id.
            entry: the index that the disclosure's entry is to have.

        Returns:
            What its row in `about` must say that it counts for; 0 for nothing, where the person was counted on this
            day before; None where there is no room left and it must not be made.
        """
        if not self._current:
            self._catch_up()
        filed, day, most = quota
        key = day << FILED_BITS | filed
        people = self._people.get(key)
        if people is None:
            people = self._of(key, self._first)
        number = resident >> _SLICE_BITS
        mask, bit = people.slices.get(number, 0), 1 << (resident & _WITHIN)
        if mask & bit:
            return 0
        if people.count >= most:
            return None
        people.slices[number] = mask | bit
        people.count += 1
        self._added.append((entry, key, resident))
        return key

    def undo(self, first: int) -> None:
        """Take back what was counted for entries that are no more.

        Args:
            first: the index from which on they are no more.
        """
        for entry, key, resident in self._added:
            if entry >= first:
                self._people[key].drop(resident)
        self._added = [each for each in self._added if each[0] < first]

    def forget(self) -> None:
        """Take back all that was counted since the transaction began, after a rollback."""
        self.undo(self._first)
        self._next = min(self._next, self._first)

    def keep(self) -> None:
        """Note how far a process that opens the store must look back, before the transaction is committed."""
        if not self._added:
            return
        self._next = self._added[-1][0] + 1
        if len(self._days) > DAYS_KEPT:
            self._drop_past_days()
        kept_from = min(self._days.values())
        if kept_from > self._kept_from:
            self._kept_from = kept_from
            self._db.execute("UPDATE counter SET n = ? WHERE name = 'counted'", (kept_from,))

    def _catch_up(self) -> None:
        for entry, resident, key in self._db.execute(_SINCE, (self._next,)):
            (self._people.get(key) or self._of(key, entry)).add(resident)
        self._next = self._first
        self._current = True

    def _of(self, key: int, first: int) -> _People:
        self._days.setdefault(key >> FILED_BITS, first)
        return self._people.setdefault(key, _People())

    def _drop_past_days(self) -> None:
        # What this transaction counted may yet be undone, so that its days stay until a later one.
        kept = {*sorted(self._days)[-DAYS_KEPT:], *(key >> FILED_BITS for _, key, _ in self._added)}
        self._days = {day: entry for day, entry in self._days.items() if day in kept}
        self._people = {key: people for key, people in self._people.items() if key >> FILED_BITS in kept}


def _prepared(db: Any) -> int:
    """The entry from which on counts are of days that still matter."""
    found = db.execute(_BEGIN).fetchone()
    if found is None:
        # A store of an earlier hub: nothing in it was counted.
        db.execute("ALTER TABLE about ADD COLUMN counted INTEGER")
        db.execute("INSERT INTO counter SELECT 'counted', size FROM log_tree")
        found = db.execute(_BEGIN).fetchone()
    return int(found[0])
