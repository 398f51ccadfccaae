"""Purging the trail: what old entries say is destroyed, what proves that they were there stays.

Leaf and commitments of a purged entry stay, so tree and proofs do not change. Act, salts, sealed parts and the link to
a person go. A transaction purges some hundred entries and records in itself which: once about nobody, by index, and
once about each person, by ordinal, so that nobody's list has a hole that is not accounted for. After a crash whatever
was not purged is there unchanged; running it again goes on.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import NamedTuple

import orjson

from audit.entry import commitment
from audit.purge import BELOW, KIND, PURGED, ranges_of
from hub.model.instant import timestamp
from hub.store.engine import Event
from hub.store.keys import Keyring
from hub.store.log_age import time_of
from hub.store.opening import Opener
from hub.store.replay import SLICE, standing_entries
from hub.store.sections import data_key
from hub.store.sqlcipher import SqlcipherReader
from hub.store.trail import prepare
from hub.store.transaction import SqlcipherTransaction
from hub.store.warrants import READING_TRAIL
from hub.store.writer import Writer

TOGETHER = 256
"""Entries purged in one transaction, or all of one person's where those are more: others wait meanwhile."""
_STAYS = frozenset({"init", KIND, "erasure"})
"""Kinds that say why entries show nothing, and how the log began; of purges about a person only the last one stays."""
_ABOUT = "SELECT resident, entry FROM about WHERE resident >= ? AND resident < ? AND entry < ? ORDER BY resident, entry"
_STORED = "SELECT idx, act, act_salt, subject_commitment, sealed FROM log_entry WHERE idx = ? AND act <> x''"
_WHOM = "SELECT resident FROM about WHERE entry = ?"
_LATER = "SELECT count(*) FROM about WHERE resident = ? AND entry >= ?"
_NOBODYS = """
SELECT e.idx FROM log_entry e LEFT JOIN about a ON a.entry = e.idx
WHERE e.idx >= ? AND e.idx < ? AND a.entry IS NULL AND e.act <> x'' ORDER BY e.idx
"""
_TOP = "SELECT coalesce(max(resident), 0) FROM about"

Held = Callable[[SqlcipherTransaction, int], bool]
"""Whether something open needs a person's entries; asked within the transaction."""


class Bounds(NamedTuple):
    """Which entries are old enough.

    Attributes:
        below: the index from which on they are not, by the log's own time.
        before: the time from which on they are not, by what they say.
        at: when it is done, UTC.
    """

    below: int
    before: datetime
    at: datetime


class Purged(NamedTuple):
    """What was purged.

    Attributes:
        entries: how many.
        people: how many people they were about.
        held: how many people's were left alone, because something about them is open.
    """

    entries: int = 0
    people: int = 0
    held: int = 0

    def plus(self, other: "Purged") -> "Purged":
        """Both together."""
        return Purged(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))


def purge_entries(writer: Writer, reader: SqlcipherReader, ring: Keyring, bounds: Bounds, held: Held) -> Purged:
    """Purge all entries that are old enough and that nothing needs.

    Args:
        writer: not in use by anybody else in this process.
        reader: with no view open.
        ring: the keys.
        bounds: which are old enough.
        held: what must stay besides.

    Raises:
        TrailUnavailable: not everything is done; running it again goes on.
    """
    with reader.view():
        stays = bytearray(bounds.below // 8 + 1)
        for index in standing_entries(reader.db, ring):
            if index < bounds.below:
                stays[index >> 3] |= 1 << (index & 7)
    task = _Task(ring, bounds, stays, held)
    done = Purged()
    for people in _people(reader, bounds.below):
        done = done.plus(_run(writer, partial(task.people, people)))
    for indexes in _nobodys(reader, bounds.below):
        done = done.plus(_run(writer, partial(task.nobodys, indexes)))
    return done


def _run(writer: Writer, action: Callable[[SqlcipherTransaction], Purged]) -> Purged:
    [result] = writer.run([action], sign=True)
    if isinstance(result, Exception):
        raise result
    return Purged(*result)


def _people(reader: SqlcipherReader, below: int) -> Iterator[dict[int, list[int]]]:
    """People with the indexes of old entries about them, as many as one transaction takes."""
    [(top,)] = reader.db.execute(_TOP).fetchall()
    for start in range(0, top + 1, SLICE):
        found: dict[int, list[int]] = {}
        for resident, entry in reader.db.execute(_ABOUT, (start, start + SLICE, below)).fetchall():
            found.setdefault(resident, []).append(entry)
        together: dict[int, list[int]] = {}
        for resident, entries in found.items():
            together[resident] = entries
            if sum(map(len, together.values())) >= TOGETHER:
                yield together
                together = {}
        if together:
            yield together


def _nobodys(reader: SqlcipherReader, below: int) -> Iterator[list[int]]:
    for start in range(0, below, TOGETHER):
        span = start, min(start + TOGETHER, below)
        yield [row[0] for row in reader.db.execute(_NOBODYS, span).fetchall()]


class _Task:
    """Purges within transactions; what was read before them is looked at again there."""

    def __init__(self, ring: Keyring, bounds: Bounds, stays: bytearray, held: Held) -> None:
        self._ring = ring
        self._bounds = bounds
        self._stays = stays
        self._held = held
        self._opener = Opener(ring)
        self._act: dict[str, object] = {
            "v": 1,
            "kind": KIND,
            "time": timestamp(bounds.at),
            "actor": "hub",
            "outcome": "done",
            "before": timestamp(bounds.before),
            BELOW: bounds.below,
        }

    def people(self, people: dict[int, list[int]], tx: SqlcipherTransaction) -> Purged:
        """Purge what was found about people, and record it."""
        emptied: list[int] = []
        touched = held = 0
        for resident, entries in people.items():
            keys = tx.wrapped_keys(resident)
            if keys is None or self._held(tx, resident):
                held += 1
                continue
            gone = self._person(tx, resident, keys, entries)
            emptied += gone
            touched += bool(gone)
        self._account(tx, emptied)
        return Purged(len(emptied), touched, held)

    def nobodys(self, indexes: list[int], tx: SqlcipherTransaction) -> Purged:
        """Purge entries that are about nobody in the store, and record it."""
        stored = (tx.db.execute(_STORED, (index,)).fetchone() for index in indexes)
        free = (row for row in stored if row and not tx.db.execute(_WHOM, row[:1]).fetchone())
        emptied = [(row[0], commitment("act", row[2], row[1])) for row in free if self._may_go(*row[:2])]
        tx.purge(None, emptied)
        self._account(tx, [index for index, _ in emptied])
        return Purged(len(emptied))

    def _person(self, tx: SqlcipherTransaction, resident: int, keys: bytes, entries: list[int]) -> list[int]:
        emptied, earlier, kept = [], [], []
        for index in entries:
            if tx.db.execute(_WHOM, (index,)).fetchone() != (resident,):
                continue
            _, act, salt, committed, sealed = tx.db.execute(_STORED, (index,)).fetchone()
            opened = self._opener.open(act, salt, committed, sealed, resident, keys)
            if opened is None:
                return []  # changed behind the hub's back: nothing about this person goes before somebody has looked
            if self._may_go(index, act):
                emptied.append((index, commitment("act", salt, act)))
            elif self._is_purge(index, act):
                earlier.append((index, commitment("act", salt, act)))
            else:
                kept.append(int(opened.ordinal["ordinal"]))
        if not emptied:
            return []
        # What earlier purges said of this person is said again by the entry below.
        emptied += earlier
        last = tx.counted(resident) - tx.db.execute(_LATER, (resident, self._bounds.below)).fetchone()[0]
        tx.purge(resident, emptied)
        gone = ranges_of(sorted(set(range(1, last + 1)).difference(kept)))
        said: dict[str, object] = {"subject": self._ring.pseudonym_of(resident), PURGED: gone}
        key = data_key(self._ring, keys, "trail", READING_TRAIL)
        tx.record(prepare(Event(self._act, said, resident, key)))
        return [index for index, _ in emptied]

    def _may_go(self, index: int, act: bytes) -> bool:
        return self._is_old(index, act) and orjson.loads(act).get("kind") not in _STAYS

    def _is_purge(self, index: int, act: bytes) -> bool:
        return self._is_old(index, act) and orjson.loads(act).get("kind") == KIND

    def _is_old(self, index: int, act: bytes) -> bool:
        time = time_of(act)
        if time is None or time >= self._bounds.before or index >= self._bounds.below:
            return False
        return not self._stays[index >> 3] & 1 << (index & 7)

    def _account(self, tx: SqlcipherTransaction, emptied: list[int]) -> None:
        if emptied:
            tx.record(prepare(Event(self._act, {"subject": "", PURGED: ranges_of(sorted(emptied))})))
