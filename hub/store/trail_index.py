"""The trail's projection: an encrypted database beside the store, by which auditors search.

It is built outside the writer's turn and can always be made anew: a missing or damaged file, or one that the log
contradicts, is built again. Serving processes take turns in building it, and all of them read it.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

from audit.errors import LogError
from hub.errors import HubError, TrailUnavailable
from hub.store import trail_query
from hub.store.directory import Directory
from hub.store.keys import Keyring
from hub.store.purged import KIND_OF_PURGE, ranges_purged
from hub.store.sqlcipher import Failure, SqlcipherReader
from hub.store.trail_file import TrailFile
from hub.store.trail_query import TrailPage, TrailQuery
from hub.store.trail_reader import Head, TrailEntry, read_entries, read_head, stranger_in
from hub.store.trail_rows import Row, Rows, State, drop_entries, forget_person, row_of, state, stranger
from hub.store.trail_settling import Settling
from hub.store.trail_volumes import Tally, tallies

T = TypeVar("T")
SLICE = 256
"""Entries taken over at once while others wait for the event loop."""
EVERY = 0.4
"""Seconds between looks at the log; the projection is promised to be at most one second behind."""
AT_ONCE = 1000
"""Entries that a search takes over itself before it looks."""
MOST_BEHIND = 20_000
"""Entries by which the projection may be behind and still be searched: about a second of the fastest log."""
_STORE_CACHE = "PRAGMA cache_size = -4096"
# What is said of somebody in the store is found by `about`; only of others must the sealed part tell.
_NEXT = """
SELECT e.idx, e.act, e.leaf, a.resident, CASE WHEN a.resident IS NULL THEN e.act_salt END,
       CASE WHEN a.resident IS NULL THEN e.sealed END
FROM log_entry e LEFT JOIN about a ON a.entry = e.idx WHERE e.idx >= ? ORDER BY e.idx LIMIT ?
"""


class TrailIndex:
    """Builds and searches the projection, for one thread.

    Args:
        directory: the data directory.
        ring: its keys.

    Raises:
        OperatorError: the store cannot be opened; the projection itself is made anew whatever is wrong with it.
    """

    def __init__(self, directory: Directory, ring: Keyring) -> None:
        self._ring = ring
        self._reader = SqlcipherReader(directory, ring)
        self._reader.db.execute(_STORE_CACHE)
        self._file = TrailFile(directory, ring, self._start_afresh)
        self._rows = Rows()
        self._settling = Settling()

    @property
    def directory(self) -> Directory:
        """The data directory."""
        return self._reader.directory

    def catch_up(self, limit: int = 2000) -> int:
        """Take over entries that the log has and the projection has not.

        Args:
            limit: how many at most.

        Returns:
            How many were taken over: none where there are none, or another process is just doing it.

        Raises:
            TrailUnavailable: the log cannot be read or the projection not be written now.
        """
        return self._file.use_if_free(lambda db: self._take(db, limit)) or 0

    def settle(self) -> bool:
        """Do a little of what keeps later searches fast; returns whether there is more to do. Raises as `catch_up`."""
        return self._file.use_if_free(self._settling.step) or False

    def search(self, query: TrailQuery, before: int | None, limit: int) -> TrailPage:
        """Find entries, newest first.

        Args:
            query: what to look for.
            before: only entries below this index; None from the newest on.
            limit: how many at most.

        Raises:
            TrailUnavailable: the projection is far behind or cannot be read; trying again later helps.
        """
        subject = None if query.subject is None else self._number(query.subject)
        return self._current(lambda db: trail_query.search(db, query, subject, before, limit))

    def volumes(self, area: str, first: int, end: int) -> list[Tally]:
        """How many entries of which sort each hour brought, of an area; hours since the epoch. Raises as `search`."""
        return self._current(lambda db: tallies(db, area, first, end))

    def of_resident(self, resident: int, before: int | None, limit: int) -> list[int]:
        """Indexes of entries about one person in the store, newest first. Raises TrailUnavailable as `search`."""
        return self._current(lambda db: trail_query.about(db, resident, before, limit))

    def taken(self) -> int:
        """How many entries of the log the projection has, from the first on. Raises TrailUnavailable as `search`."""
        return self._current(lambda db: state(db).taken)

    def entries(self, indexes: list[int]) -> list[TrailEntry]:
        """Whole entries, from the state of the store that the indexes came from or a later one.

        Raises:
            TrailUnavailable: the store cannot be read now.
        """
        return self._from_store(lambda: read_entries(self._reader, indexes))

    def head(self) -> Head:
        """How far the log is. Raises TrailUnavailable as `entries`."""
        try:
            return self._from_store(lambda: read_head(self._reader))
        except LogError as error:
            raise TrailUnavailable(f"the log cannot be read: {error}; run `hub doctor`") from None

    def forget(self, resident: int) -> None:
        """Drop every link between entries and a person whose erasure is on record as intended.

        Raises:
            TrailUnavailable: the links may still be there.
        """

        def drop(db: Any) -> None:
            db.execute("BEGIN IMMEDIATE")
            forget_person(db, resident)
            db.execute("COMMIT")
            # What it replaced must not stay in the write-ahead log.
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()

        self._file.use(drop)

    def close(self) -> None:
        """Give the connections back."""
        self._file.close()
        self._reader.close()

    def _number(self, pseudonym: str) -> int:
        resident = self._ring.resident_behind(pseudonym)
        return stranger(pseudonym) if resident is None else resident

    def _current(self, read: Callable[[Any], T]) -> T:
        """Read from a projection that has all there was to take over."""

        def work(db: Any) -> T:
            taken = self._take(db, AT_ONCE)
            if taken == AT_ONCE and (behind := self._behind(db)) > MOST_BEHIND:
                raise TrailUnavailable(f"the trail's index lacks {behind} entries and is being built")
            return read(db)

        return self._file.use(work)

    def _take(self, db: Any, limit: int) -> int:
        had = state(db)
        if had.taken and self._leaf(had.taken - 1) != had.leaf:
            # Another database was put in the log's place: nothing that was taken from the former one counts.
            db, had = self._file.anew(), State()
        found, erasing = self._from_store(lambda: self._next(had.taken, limit))
        if not found:
            return 0
        rows, purged = [], list[tuple[int, int]]()
        for entry, act, _, resident, salt, sealed in found:
            if not act:
                continue  # purged, and there is nothing to find
            if salt is not None and KIND_OF_PURGE in act:
                purged += ranges_purged(self._ring, act, salt, sealed)
            rows.append(self._row(entry, act, None if resident in erasing else resident, salt, sealed))
        db.execute("BEGIN IMMEDIATE")
        self._rows.put(db, rows, found[-1][2], found[-1][0] + 1)
        if purged:
            drop_entries(db, purged)
        db.execute("COMMIT")
        return len(found)

    def _row(self, entry: int, act: bytes, resident: int | None, salt: bytes | None, sealed: bytes | None) -> Row:
        if salt is None or sealed is None:
            return row_of(entry, act, resident)
        pseudonym = stranger_in(self._ring, act, salt, sealed)
        return row_of(entry, act, None if pseudonym is None else stranger(pseudonym))

    def _next(self, first: int, limit: int) -> tuple[list[Any], set[int]]:
        with self._reader.view():
            rows = self._reader.db.execute(_NEXT, (first, limit)).fetchall()
            # Whoever is to be erased must not be linked again.
            return rows, {row[0] for row in self._reader.db.execute("SELECT resident FROM erasure")}

    def _leaf(self, entry: int) -> bytes | None:
        query = "SELECT leaf FROM log_entry WHERE idx = ?"
        found = self._from_store(lambda: self._reader.db.execute(query, (entry,)).fetchone())
        return found and bytes(found[0])

    def _behind(self, db: Any) -> int:
        size = self._from_store(lambda: self._reader.db.execute("SELECT size FROM log_tree").fetchone()[0])
        return int(size) - state(db).taken

    def _from_store(self, read: Callable[[], T]) -> T:
        # A failure of the store must not pass for one of the projection, which would be thrown away.
        try:
            return read()
        except Failure as failure:
            self._reader.reopen()
            raise TrailUnavailable(f"the store cannot be read now: {failure}; run `hub doctor`") from failure

    def _start_afresh(self) -> None:
        """Forget what was remembered of another file, or of a transaction that may not have come to its end."""
        self._rows, self._settling = Rows(), Settling()


async def follow(index: TrailIndex) -> None:
    """Keep the projection current until cancelled, without holding up the event loop for long.

    Args:
        index: used by this loop's thread alone.
    """
    while True:
        started = time.perf_counter()
        more = False
        with suppress(HubError):  # whoever searches is told; the next turn tries again
            more = index.catch_up(SLICE) == SLICE
            more |= index.settle()
        spent = time.perf_counter() - started
        # While there is more, half of the time is left to others.
        await asyncio.sleep(spent if more else EVERY)


def forget_in_trail(reader: SqlcipherReader, resident: int) -> None:
    """Drop the links between entries and a person who is being erased, where there is a projection.

    Args:
        reader: of the installation.
        resident: whose erasure is on record as intended.

    Raises:
        TrailUnavailable: the links may still be there.
    """
    if not reader.directory.trail.exists():
        return
    index = TrailIndex(reader.directory, reader.ring)
    try:
        index.forget(resident)
    finally:
        index.close()
