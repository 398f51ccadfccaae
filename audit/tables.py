"""The log's tables and what is read from them: entries, hashes of the tree, proofs, the last checkpoint.

They live in an SQLite database whose engine the caller brings as a DB-API 2.0 connection in autocommit mode.
Hashes inside a tile are not stored: each takes at most 128 neighbours to compute, whatever the size of the log.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

from audit import merkle
from audit.checkpoint import parse_checkpoint
from audit.errors import LogError, VerificationError
from audit.note import parse
from audit.proof import Proof
from audit.strict import MAX_SIZE
from audit.tile import HEIGHT

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_GROUPS = 64

TABLES = ("log_entry", "log_tree", "log_node", "log_checkpoint")
SCHEMA = (
    """CREATE TABLE log_entry (
        idx INTEGER PRIMARY KEY,
        leaf BLOB NOT NULL,
        act BLOB NOT NULL,
        act_salt BLOB NOT NULL,
        subject_commitment BLOB NOT NULL,
        ordinal_commitment BLOB NOT NULL,
        sealed BLOB NOT NULL
    ) STRICT""",
    """CREATE TABLE log_tree (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        origin TEXT NOT NULL,
        size INTEGER NOT NULL,
        frontier BLOB NOT NULL
    ) STRICT""",
    # Perfect subtrees of every fourth level: 4, 8, 12 and so on; those of 8, 16, 24 are the hashes of full tiles.
    """CREATE TABLE log_node (
        level INTEGER NOT NULL,
        idx INTEGER NOT NULL,
        hash BLOB NOT NULL,
        PRIMARY KEY (level, idx)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE log_checkpoint (
        size INTEGER PRIMARY KEY,
        time INTEGER NOT NULL,
        note BLOB NOT NULL
    ) STRICT""",
)


class Cursor(Protocol):
    """What is used of a DB-API 2.0 cursor."""

    @property
    def rowcount(self) -> int:
        """How many rows the last statement changed."""

    def execute(self, sql: str, parameters: Sequence[Any] = ..., /) -> Any:
        """Run one statement."""

    def executemany(self, sql: str, parameters: Sequence[Sequence[Any]], /) -> Any:
        """Run one statement for each row of parameters."""

    def fetchone(self) -> Any:
        """The next row, or None."""

    def fetchall(self) -> list[Any]:
        """The rows that are left."""


class Connection(Protocol):
    """What is used of a DB-API 2.0 connection."""

    def cursor(self) -> Cursor:
        """A new cursor."""


class Tree(NamedTuple):
    """The tree as stored: the log's name, the number of its leaves, its frontier."""

    origin: str
    size: int
    frontier: list[bytes]


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """An entry as stored.

    Attributes:
        index: its place in the log.
        leaf: leaf data, 32 bytes.
        act: canonical bytes of the act; empty where the entry was purged.
        act_salt: 32 bytes; of a purged entry the act's commitment, for the salt is gone.
        subject_commitment: 32 bytes.
        ordinal_commitment: 32 bytes.
        sealed: what the hub keeps sealed beside it; nothing commits to it here. Empty where the entry was purged.
    """

    index: int
    leaf: bytes
    act: bytes
    act_salt: bytes
    subject_commitment: bytes
    ordinal_commitment: bytes
    sealed: bytes

    @property
    def purged(self) -> bool:
        """Whether nothing is left of it but what proves that it was there."""
        return not self.act


@dataclass(frozen=True, slots=True)
class StoredCheckpoint:
    """A checkpoint as signed.

    Attributes:
        size: the tree size it states.
        time: when it was signed, UTC.
        note: the signed note.
    """

    size: int
    time: datetime
    note: bytes

    def root(self, origin: str) -> bytes:
        """The root it states.

        Raises:
            LogError: the note is damaged, another log's, or states another size.
        """
        try:
            checkpoint = parse_checkpoint(parse(self.note).text)
        except VerificationError as error:
            raise LogError(f"the stored checkpoint of size {self.size} is damaged: {error}") from error
        if (checkpoint.origin, checkpoint.size) != (origin, self.size):
            raise LogError(f"the stored checkpoint of size {self.size} states another size or log")
        return checkpoint.root


def tables(db: Connection) -> list[str]:
    """Which of the log's tables the database has."""
    marks = ", ".join("?" * len(TABLES))
    return [name for (name,) in rows(db, f"SELECT name FROM sqlite_master WHERE name IN ({marks})", TABLES)]  # noqa: S608 - question marks only


def tree(db: Connection) -> Tree:
    """The tree as stored.

    Raises:
        LogError: it is missing, or its frontier does not fit its size.
    """
    found = rows(db, "SELECT origin, size, frontier FROM log_tree")
    if len(found) != 1:
        raise LogError("the log's tree is missing")
    origin, size, frontier = found[0]
    if size < 0 or len(frontier) != merkle.HASH_BYTES * size.bit_count():
        raise LogError("the log's frontier does not fit its size")
    return Tree(origin, size, _split(frontier))


def hashes(db: Connection, tile_level: int, start: int, count: int) -> list[bytes]:
    """Neighbouring hashes of a tile.

    Args:
        db: the database.
        tile_level: 0 for hashes of leaves, 1 for those of full level-0 tiles, and so on.
        start: the first one's place in its level.
        count: how many.

    Raises:
        LogError: the log does not have them all.
    """
    level = tile_level * HEIGHT
    return _complete(_kept(db, level, start, count), level, start, count)


def _kept(db: Connection, level: int, start: int, count: int) -> dict[int, bytes]:
    """Those hashes of a level that are there, by their place in it."""
    if level:
        sql = "SELECT idx, hash FROM log_node WHERE level = ? AND idx >= ? AND idx < ?"
        return dict(rows(db, sql, (level, start, start + count)))
    sql = "SELECT idx, leaf FROM log_entry WHERE idx >= ? AND idx < ?"
    return {idx: merkle.leaf_hash(leaf) for idx, leaf in rows(db, sql, (start, start + count))}


def _complete(kept: dict[int, bytes], level: int, start: int, count: int) -> list[bytes]:
    try:
        return [kept[index] for index in range(start, start + count)]
    except KeyError as missing:
        raise LogError(f"the log has lost hash {missing} of level {level}") from None


def node_source(db: Connection) -> merkle.NodeSource:
    """The hashes of perfect subtrees, computed from those kept. It raises LogError where one is missing."""

    # A proof needs neighbours: what it takes from one group of kept hashes, it takes in one query.
    @lru_cache(_GROUPS)
    def group(level: int, number: int) -> dict[int, bytes]:
        return _kept(db, level, number << merkle.STEP, 1 << merkle.STEP)

    def node(level: int, position: int) -> bytes:
        rise = level % merkle.STEP
        start = position << rise
        near = group(level - rise, start >> merkle.STEP)
        return merkle.subtree_hash(_complete(near, level - rise, start, 1 << rise))

    return node


def root(db: Connection) -> bytes:
    """The root over all entries. Raises LogError as `tree`."""
    return merkle.frontier_root(tree(db).frontier)


def entry(db: Connection, index: int) -> StoredEntry | None:
    """The entry at an index, or None where there is none."""
    if not 0 <= index <= MAX_SIZE:
        return None
    found = rows(db, "SELECT * FROM log_entry WHERE idx = ?", (index,))
    return StoredEntry(*found[0]) if found else None


def empty(db: Connection, emptied: Sequence[tuple[int, bytes]]) -> None:
    """Purge entries inside the caller's write transaction: what proves them stays, what they say goes.

    Args:
        db: the database.
        emptied: index of each, and the commitment to its act.
    """
    sql = "UPDATE log_entry SET act = x'', act_salt = ?, sealed = x'' WHERE idx = ?"
    db.cursor().executemany(sql, [(committed, index) for index, committed in emptied])


def latest_checkpoint(db: Connection) -> StoredCheckpoint | None:
    """The checkpoint of the largest size, or None where none was signed yet."""
    found = rows(db, "SELECT size, time, note FROM log_checkpoint ORDER BY size DESC LIMIT 1")
    return _checkpoint(*found[0]) if found else None


def recent_checkpoints(db: Connection, count: int, upto: int = MAX_SIZE) -> list[StoredCheckpoint]:
    """The latest checkpoints of at most a size, the newest first."""
    sql = "SELECT size, time, note FROM log_checkpoint WHERE size <= ? ORDER BY size DESC LIMIT ?"
    return [_checkpoint(*row) for row in rows(db, sql, (upto, count))]


def checkpoints(db: Connection) -> Iterator[StoredCheckpoint]:
    """All checkpoints by size."""
    last = -1
    sql = "SELECT size, time, note FROM log_checkpoint WHERE size > ? ORDER BY size LIMIT 1000"
    while page := rows(db, sql, (last,)):
        yield from (_checkpoint(*row) for row in page)
        last = page[-1][0]


def milliseconds(time: datetime) -> int:
    """A time as stored: milliseconds since the epoch."""
    return (time - _EPOCH) // _MILLISECOND


def inclusion_proof(db: Connection, index: int, size: int) -> list[bytes]:
    """Prove that an entry is in the tree of the first `size` entries.

    Raises:
        VerificationError: there is no such entry in a tree of this size.
        LogError: the log is shorter than `size`, or has lost a hash.
    """
    return merkle.inclusion_proof(index, _within(db, size), node_source(db))


def consistency_proof(db: Connection, old: int, new: int) -> list[bytes]:
    """Prove that the tree of the first `old` entries is the beginning of that of the first `new`.

    Raises:
        VerificationError: `old` is above `new`.
        LogError: the log is shorter than `new`, or has lost a hash.
    """
    return merkle.consistency_proof(old, _within(db, new), node_source(db))


def receipt(db: Connection, index: int) -> bytes | None:
    """The tlog-proof of an entry under the latest checkpoint, or None where that does not cover it yet.

    Raises:
        LogError: the log has lost a hash.
    """
    checkpoint = latest_checkpoint(db)
    if checkpoint is None or not 0 <= index < checkpoint.size:
        return None
    return Proof(index, tuple(inclusion_proof(db, index, checkpoint.size)), checkpoint.note).serialized()


def rows(db: Connection, sql: str, parameters: Sequence[Any] = ()) -> list[Any]:
    """All rows a statement finds."""
    cursor = db.cursor()
    cursor.execute(sql, parameters)
    return cursor.fetchall()


def _checkpoint(size: int, time: int, note: bytes) -> StoredCheckpoint:
    return StoredCheckpoint(size, _EPOCH + time * _MILLISECOND, note)


def _within(db: Connection, size: int) -> int:
    if size > tree(db).size:
        raise LogError(f"the log has fewer than {size} entries")
    return size


def _split(frontier: bytes) -> list[bytes]:
    width = merkle.HASH_BYTES
    return [frontier[i : i + width] for i in range(0, len(frontier), width)]
