"""Check a whole log: every leaf against its commitments, the whole tree against the leaves, every checkpoint."""

from collections.abc import Callable, Iterator

from audit import merkle
from audit.entry import commitment, leaf_data
from audit.errors import LogError, VerificationError
from audit.tables import Connection, StoredCheckpoint, checkpoints, rows, tree

_BATCH = 4096
_ENTRIES = """SELECT idx, leaf, act, act_salt, subject_commitment, ordinal_commitment
    FROM log_entry WHERE idx >= ? AND idx < ? ORDER BY idx"""


def fsck(db: Connection, progress: Callable[[int], object] = lambda _: None) -> bytes:
    """Rebuild the log's root from all entries and compare everything stored with it.

    Args:
        db: the database; where others write to it meanwhile, in a transaction.
        progress: told how many entries are checked, every few thousand.

    Returns:
        The root over all entries.

    Raises:
        VerificationError: naming the first index at which something is wrong.
        LogError: the tree's own record is missing or unreadable.
    """
    state = tree(db)
    rebuilt = _Rebuilt(db, progress)
    proven = 0
    for checkpoint in checkpoints(db):
        if checkpoint.size > state.size:
            raise VerificationError(f"entry {state.size} is missing: a checkpoint covers it", state.size)
        rebuilt.grow(checkpoint.size)
        if merkle.frontier_root(rebuilt.frontier) != _root(checkpoint, state.origin):
            raise VerificationError(f"an entry from {proven} on is not the one a checkpoint was signed over", proven)
        proven = checkpoint.size
    rebuilt.grow(state.size)
    _compare_frontiers(rebuilt.frontier, state.frontier, state.size)
    _refuse_surplus(db, state.size)
    return merkle.frontier_root(rebuilt.frontier)


class _Rebuilt:
    """A tree that grows from checked entries, compared with the stored hashes of subtrees on the way."""

    def __init__(self, db: Connection, progress: Callable[[int], object]) -> None:
        self._db = db
        self._progress = progress
        self._size = 0
        self.frontier: list[bytes] = []

    def grow(self, size: int) -> None:
        while self._size < size:
            leaves = self._leaves(self._size, min(size, self._size + _BATCH))
            for node in merkle.grow(self.frontier, self._size, leaves):
                self._compare(node)
            self._size += len(leaves)
            self._progress(self._size)

    def _leaves(self, start: int, end: int) -> list[bytes]:
        leaves = []
        stored = iter(rows(self._db, _ENTRIES, (start, end)))
        for index in range(start, end):
            found, leaf, act, salt, subject, ordinal = next(stored, (None, b"", b"", b"", b"", b""))
            if found != index:
                raise VerificationError(f"entry {index} is missing", index)
            try:
                # Of a purged entry the act is gone, and its commitment stands where its salt was.
                committed = leaf_data(commitment("act", salt, act) if act else salt, subject, ordinal)
            except VerificationError as error:
                raise VerificationError(f"entry {index} is damaged: {error}", index) from error
            if leaf != committed:
                raise VerificationError(f"entry {index} is not what its leaf commits to", index)
            leaves.append(merkle.leaf_hash(leaf))
        return leaves

    def _compare(self, node: merkle.Node) -> None:
        found = rows(self._db, "SELECT hash FROM log_node WHERE level = ? AND idx = ?", node[:2])
        if found != [(node.hash,)]:
            first = node.position << node.level
            raise VerificationError(f"an entry from {first} on is not the one its subtree was hashed over", first)


def _root(checkpoint: StoredCheckpoint, origin: str) -> bytes:
    try:
        return checkpoint.root(origin)
    except LogError as error:
        raise VerificationError(str(error), checkpoint.size - 1 if checkpoint.size else None) from error


def _compare_frontiers(rebuilt: list[bytes], stored: list[bytes], size: int) -> None:
    for first, ours, theirs in zip(_starts(size), rebuilt, stored, strict=True):
        if ours != theirs:
            raise VerificationError(f"an entry from {first} on is not the one the tree was hashed over", first)


def _starts(size: int) -> Iterator[int]:
    """Where the perfect subtrees of a tree begin, from left to right."""
    start = 0
    while start < size:
        yield start
        start += 1 << (size - start).bit_length() - 1


def _refuse_surplus(db: Connection, size: int) -> None:
    surplus = rows(db, "SELECT MIN(idx) FROM log_entry WHERE idx < 0 OR idx >= ?", (size,))[0][0]
    if surplus is not None:
        raise VerificationError(f"entry {surplus} is outside the tree of {size}", surplus)
    [(nodes,)] = rows(db, "SELECT COUNT(*) FROM log_node")
    if nodes != sum(size >> level for level in range(merkle.STEP, size.bit_length(), merkle.STEP)):
        raise VerificationError("there are more hashes of subtrees than subtrees")
