"""How many entries there are about each person: counted without touching a page of theirs.

Every entry about somebody adds a row at the end of one table, and the counts live in memory; now and then they are
folded into slices of neighbouring people. A count of one row each would dirty a page somewhere in the store for every
answer. Processes that take turns read what others have added at the beginning of their own turn.
"""

from array import array
from collections.abc import Iterable, Sequence
from typing import Any

SLICE = 512
"""People whose counts lie together."""
FOLD_AFTER = 1 << 14
"""Entries about people after which counts are folded; a process that opens the store reads at most these."""
_FOLDED = "SELECT n FROM counter WHERE name = 'folded'"
_SINCE = "SELECT entry, resident FROM about WHERE entry >= ? ORDER BY entry"
_TYPE = "I"


class Ordinals:
    """The counts, current within a write transaction of the connection it is given.

    Args:
        db: the writing connection.
    """

    def __init__(self, db: Any) -> None:
        self._db = db
        self._slices: dict[int, Sequence[int]] = {}
        self._since: dict[int, int] = {}
        self._added: list[tuple[int, int, int | None]] = []
        self._folded = -1
        self._seen = 0

    def begin(self) -> None:
        """Take over what other processes added; at the beginning of each write transaction."""
        folded = self._db.execute(_FOLDED).fetchone()[0]
        if folded != self._folded:
            self._folded = self._seen = folded
            self._slices, self._since = {}, {}
        for entry, resident in self._db.execute(_SINCE, (self._seen,)):
            self._count(entry, resident)

    def next(self, resident: int, entry: int, counted: int | None = None) -> int:
        """Count one more entry about a person.

        Args:
            resident: internal id, from 1.
            entry: its index, above all before it.
            counted: what it counts for besides, see `hub/store/volumes.py`.

        Returns:
            How many there are, this one included.
        """
        since = self._since[resident] = self._since.get(resident, 0) + 1
        self._seen = entry + 1
        self._added.append((entry, resident, counted))
        number, place = divmod(resident, SLICE)
        return (self._slices.get(number) or self._slice(number))[place] + since

    def undo(self, first: int) -> None:
        """Take back what an action counted that failed alone and was undone in the database.

        Args:
            first: the index from which on entries are no more.
        """
        self._added = [each for each in self._added if each[0] < first]
        self._folded = -1
        self.begin()
        for entry, resident, _ in self._added:
            if entry >= self._folded:
                self._count(entry, resident)

    def forget(self) -> None:
        """Drop what is known, after a rollback: the next turn reads it anew."""
        self._folded = -1
        self._added = []

    def keep(self) -> None:
        """Write what was counted, before the transaction is committed."""
        # The database's module takes longer for one None than for a whole row of numbers.
        plain = [(entry, resident) for entry, resident, counted in self._added if counted is None]
        self._db.executemany("INSERT INTO about (entry, resident) VALUES (?, ?)", plain)
        if len(plain) < len(self._added):
            rest = [each for each in self._added if each[2] is not None]
            self._db.executemany("INSERT INTO about VALUES (?, ?, ?)", rest)
        self._added = []
        if self._seen - self._folded >= FOLD_AFTER:
            self._fold()

    def count(self, resident: int) -> int:
        """How many entries about a person have been counted so far."""
        number, place = divmod(resident, SLICE)
        return (self._slices.get(number) or self._slice(number))[place] + self._since.get(resident, 0)

    def unlink(self, entries: Iterable[int]) -> None:
        """Forget whom entries were about; they stay counted."""
        self._fold()
        self._db.executemany("DELETE FROM about WHERE entry = ?", [(entry,) for entry in entries])

    def remove(self, resident: int) -> None:
        """Forget an erased person's count, and which entries were about them."""
        self._fold()
        counts = array(_TYPE, self._slice(resident // SLICE))
        counts[resident % SLICE] = 0
        self._put(resident // SLICE, counts)
        self._db.execute("DELETE FROM about WHERE resident = ?", (resident,))
        self._added = [each for each in self._added if each[1] != resident]

    def _count(self, entry: int, resident: int) -> None:
        self._since[resident] = self._since.get(resident, 0) + 1
        self._seen = entry + 1

    def _slice(self, number: int) -> Sequence[int]:
        if (found := self._slices.get(number)) is None:
            row = self._db.execute("SELECT counts FROM ordinal WHERE slice = ?", (number,)).fetchone()
            found = self._slices[number] = array(_TYPE, row[0] if row else bytes(SLICE * array(_TYPE).itemsize))
        return found

    def _put(self, number: int, counts: "array[int]") -> None:
        self._slices[number] = counts
        self._db.execute("INSERT OR REPLACE INTO ordinal VALUES (?, ?)", (number, counts.tobytes()))

    def _fold(self) -> None:
        changed: dict[int, array[int]] = {}
        for resident, since in self._since.items():
            number = resident // SLICE
            if (counts := changed.get(number)) is None:
                counts = changed[number] = array(_TYPE, self._slice(number))
            counts[resident % SLICE] += since
        for number, counts in changed.items():
            self._put(number, counts)
        self._since = {}
        self._folded = self._seen
        self._db.execute("UPDATE counter SET n = ? WHERE name = 'folded'", (self._folded,))
