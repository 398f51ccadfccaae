"""The log's writing side: create, open, append, sign. One log has one sequence; whoever writes holds its lock.

The caller opens and ends the transactions: what it does and the entry that accounts for it are durable together or
not at all. Processes that take turns share one log, so nothing about the tree is kept in memory between turns.
"""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple, Self

from audit import merkle
from audit.checkpoint import Checkpoint, Signer, check_origin, sign_checkpoint
from audit.entry import LEAF_PREFIX, SALT_BYTES, commitment, leaf_data
from audit.errors import LogError, VerificationError
from audit.fsck import fsck
from audit.tables import (
    SCHEMA,
    TABLES,
    Connection,
    StoredCheckpoint,
    StoredEntry,
    Tree,
    consistency_proof,
    entry,
    hashes,
    inclusion_proof,
    latest_checkpoint,
    milliseconds,
    node_source,
    receipt,
    root,
    rows,
    tables,
    tree,
)

__all__ = [
    "Connection",
    "Entry",
    "Log",
    "StoredCheckpoint",
    "StoredEntry",
    "consistency_proof",
    "create",
    "entry",
    "fsck",
    "hashes",
    "inclusion_proof",
    "latest_checkpoint",
    "node_source",
    "receipt",
    "root",
    "tree",
]

_INSERT = "INSERT INTO log_entry VALUES (?, ?, ?, ?, ?, ?, ?)"
_INSERT_NODE = "INSERT INTO log_node VALUES (?, ?, ?)"
_ADVANCE = "UPDATE log_tree SET size = ?, frontier = ? WHERE size = ?"


class Entry(NamedTuple):
    """An event as it goes into the log.

    Attributes:
        act: canonical bytes of the act.
        act_salt: 32 bytes.
        subject_commitment: 32 bytes.
        ordinal_commitment: 32 bytes.
        sealed: what the caller keeps beside it, already sealed; nothing commits to it here.
        leaf: leaf data, where the caller has computed it as `entry.leaf_data` does; it is computed where this is empty.
    """

    act: bytes
    act_salt: bytes
    subject_commitment: bytes
    ordinal_commitment: bytes
    sealed: bytes
    leaf: bytes = b""


def create(db: Connection, origin: str) -> None:
    """Start an empty log inside the caller's transaction.

    Args:
        db: the database.
        origin: the log's unique name, which is also the name of its key; a URL without a scheme.

    Raises:
        LogError: a log, or a part of one, is there already, or the origin cannot name a key.
    """
    check_origin(origin)
    if tables(db):
        raise LogError("a log is there already; a log is created once and never over another")
    cursor = db.cursor()
    for table in SCHEMA:
        cursor.execute(table)
    cursor.execute("INSERT INTO log_tree VALUES (1, ?, 0, ?)", (origin, b""))


class Log:
    """A log that exists. Made by `open` only; holds nothing but the log's name.

    Attributes:
        origin: the log's unique name.
    """

    def __init__(self, origin: str) -> None:
        self.origin = origin

    @classmethod
    def open(cls, db: Connection) -> Self:
        """Open the log of a database after checks whose time does not grow with the log.

        The last entry is the one the tree ends with, the tree's frontier is what entries and tiles hash to, and the
        last checkpoint states the root of the tree's beginning. What those do not reach is for `fsck`.

        Raises:
            LogError: no log is there, or it contradicts itself.
        """
        if sorted(tables(db)) != sorted(TABLES):
            raise LogError("no log is there; opening never creates one: restore it from a backup")
        state = tree(db)
        _check_last_entry(db, state.size)
        _check_frontier(db, state)
        _check_checkpoint(db, state)
        return cls(state.origin)

    def append(self, tx_db: Connection, entries: Sequence[Entry]) -> int:
        """Append entries inside the caller's write transaction.

        Args:
            tx_db: in a transaction that has begun as IMMEDIATE: the tree is read afresh, and nobody may write to it
                before the transaction ends.
            entries: in their final order.

        Returns:
            The index of the first one; the others follow without a gap.

        Raises:
            LogError: an entry is malformed, or the log is not this one or was changed outside a transaction. The
                caller must roll back.
        """
        state = self._tree(tx_db)
        records, leaves = _records(state.size, entries)
        nodes = merkle.grow(state.frontier, state.size, leaves)
        cursor = tx_db.cursor()
        cursor.executemany(_INSERT, records)
        if nodes:
            cursor.executemany(_INSERT_NODE, nodes)
        cursor.execute(_ADVANCE, (state.size + len(records), b"".join(state.frontier), state.size))
        if cursor.rowcount != 1:
            raise LogError("the log was written to outside a transaction")
        return state.size

    def sign_checkpoint(self, tx_db: Connection, signer: Signer, time: datetime) -> bytes | None:
        """Sign the tree as it stands, inside the caller's write transaction.

        The note must not leave before the transaction is durable: after a crash, another tree of the same size
        could be signed. Nothing is signed that the last checkpoint is not the beginning of.

        Args:
            tx_db: in a transaction that has begun as IMMEDIATE.
            signer: the log's key; its name is the log's origin.
            time: now, with its time zone.

        Returns:
            The signed note, or None where this size is signed already.

        Raises:
            LogError: the signer is not the log's, or the tree contradicts the last checkpoint.
        """
        state = self._tree(tx_db)
        last = latest_checkpoint(tx_db)
        if last is not None and last.size == state.size:
            return None
        head = merkle.frontier_root(state.frontier)
        if last is not None:
            _check_consistency(tx_db, last, state, head)
        note = sign_checkpoint(Checkpoint(self.origin, state.size, head), signer)
        tx_db.cursor().execute("INSERT INTO log_checkpoint VALUES (?, ?, ?)", (state.size, milliseconds(time), note))
        return note

    def _tree(self, db: Connection) -> Tree:
        state = tree(db)
        if state.origin != self.origin:
            raise LogError("this is another log than the one that was opened")
        return state


def _records(first: int, entries: Sequence[Entry]) -> tuple[list[tuple[object, ...]], list[bytes]]:
    # Every recorded event passes here; hence no call for each hash. The bytes are those of `entry.leaf_data` over
    # `entry.commitment`, hashed once more as a leaf of the tree.
    records: list[tuple[object, ...]] = []
    leaves = []
    # The database's module looks for a way to adapt each object of `bytes`, and takes a `bytearray` as it is.
    blob = bytearray
    for index, (act, salt, subject, ordinal, sealed, given) in enumerate(entries, first):
        leaf = given or sha256(LEAF_PREFIX + sha256(b"act" + salt + act).digest() + subject + ordinal).digest()
        if not len(salt) == len(subject) == len(ordinal) == len(leaf) == SALT_BYTES:
            raise LogError("an entry's leaf, salt or commitment is not 32 bytes long")
        records.append((index, blob(leaf), blob(act), blob(salt), blob(subject), blob(ordinal), blob(sealed)))
        leaves.append(sha256(b"\x00" + leaf).digest())
    return records, leaves


def _check_last_entry(db: Connection, size: int) -> None:
    [(last,)] = rows(db, "SELECT MAX(idx) FROM log_entry")
    if last != (size - 1 if size else None):
        raise LogError(f"the log's last entry is not the one its tree of {size} ends with")
    stored = entry(db, last) if size else None
    if stored is None:
        return
    try:
        leaf = leaf_data(
            commitment("act", stored.act_salt, stored.act), stored.subject_commitment, stored.ordinal_commitment
        )
    except VerificationError as error:
        raise LogError(f"entry {last} is damaged: {error}") from error
    if leaf != stored.leaf:
        raise LogError(f"entry {last} is not what its leaf commits to")


def _check_frontier(db: Connection, state: Tree) -> None:
    node = node_source(db)
    start = 0
    for known in state.frontier:
        level = (state.size - start).bit_length() - 1
        if node(level, start >> level) != known:
            raise LogError(f"the log's tree is not that of its entries from {start} on")
        start += 1 << level


def _check_checkpoint(db: Connection, state: Tree) -> None:
    last = latest_checkpoint(db)
    if last is None:
        return
    if last.size > state.size:
        raise LogError(
            f"a checkpoint over {last.size} entries was signed, the log has {state.size}: an older copy was put back"
        )
    if merkle.range_hash(0, last.size, node_source(db)) != last.root(state.origin):
        raise LogError(f"the log's first {last.size} entries are not those its checkpoint was signed over")


def _check_consistency(db: Connection, last: StoredCheckpoint, state: Tree, head: bytes) -> None:
    old, new = last.size, state.size
    try:
        merkle.verify_consistency(old, new, consistency_proof(db, old, new), last.root(state.origin), head)
    except VerificationError as error:
        raise LogError(f"the log contradicts its checkpoint over {old} entries: {error}") from error
