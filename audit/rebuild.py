"""Rebuild a published log's root from all of its entries, and compare every tile on the way."""

from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from functools import partial
from multiprocessing import get_context

from audit import merkle
from audit.checkpoint import Checkpoint
from audit.errors import VerificationError
from audit.policy import Policy
from audit.reader import edge_frontier
from audit.source import CHECKPOINT_BYTES, Source, read_bundle, read_tile
from audit.tile import HEIGHT, WIDTH, Tile

SHARE = WIDTH * WIDTH
"""How many entries a process takes at a time: those below one tile of level 1."""

_WORTH = 4
"""From how many shares on starting processes pays."""


def rebuild(source: Source, policy: Policy, processes: int = 1) -> Checkpoint:
    """Check a published log whole.

    Args:
        source: where it is published.
        policy: whose checkpoint is accepted.
        processes: how many may hash at the same time, once there is enough to hash.

    Returns:
        The checkpoint that its entries lead to.

    Raises:
        VerificationError: naming the first index at which something is wrong.
        OSError: the source cannot be asked.
    """
    checkpoint = policy.check(source.read("checkpoint", CHECKPOINT_BYTES))
    tree = _Tree(source)
    share = partial(_share, source, checkpoint.size)
    with ExitStack() as stack:
        for full, rest in _mapped(share, range(-(-checkpoint.size // SHARE)), processes, stack):
            tree.add(full, rest)
        root = tree.root()
    if root != checkpoint.root:
        # Entries and tiles agree with each other; nothing published says which of them were signed for.
        raise VerificationError("an entry from 0 on is not the one the checkpoint was signed over", 0)
    return checkpoint


_Share = tuple[list[bytes], list[bytes]]


def _mapped(share: Callable[[int], _Share], numbers: range, processes: int, stack: ExitStack) -> Iterable[_Share]:
    if processes == 1 or len(numbers) < _WORTH:
        return map(share, numbers)
    # Spawned, not forked: whoever calls this may have threads.
    pool = stack.enter_context(ProcessPoolExecutor(processes, get_context("spawn")))
    stack.callback(pool.shutdown, wait=False, cancel_futures=True)
    return pool.map(share, numbers)


def _share(source: Source, size: int, number: int) -> _Share:
    """Hash the entries below one tile of level 1.

    Returns:
        The hashes of their full tiles, and those of the entries in the partial one after them.
    """
    full: list[bytes] = []
    rest: list[bytes] = []
    for bundle in range(number * WIDTH, min((number + 1) * WIDTH, -(-size // WIDTH))):
        width = min(WIDTH, size - bundle * WIDTH)
        hashes = read_bundle(source, bundle, width)
        _compare(source, Tile(0, bundle, width), hashes)
        if width == WIDTH:
            full.append(merkle.subtree_hash(hashes))
        else:
            rest = hashes
    return full, rest


class _Tree:
    """A tree built from the hashes of full tiles. Of every level it keeps those of the tile that is not full yet."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._levels: list[list[bytes]] = [[]]
        self._full = [0]

    def add(self, hashes: list[bytes], rest: list[bytes]) -> None:
        """Take in the hashes of up to 256 full tiles of level 0, and those of the entries after them."""
        self._add(1, hashes)
        self._levels[0] = rest

    def root(self) -> bytes:
        """Compare the partial tiles that are left; the root of the tree."""
        for level, hashes in enumerate(self._levels):
            if level and hashes:
                _compare(self._source, Tile(level, self._full[level], len(hashes)), hashes)
        return merkle.frontier_root(edge_frontier(self._levels))

    def _add(self, level: int, hashes: list[bytes]) -> None:
        if level == len(self._levels):
            self._levels.append([])
            self._full.append(0)
        self._levels[level] += hashes
        tile = self._levels[level]
        if len(tile) == WIDTH:
            _compare(self._source, Tile(level, self._full[level]), tile)
            self._levels[level] = []
            self._full[level] += 1
            self._add(level + 1, [merkle.subtree_hash(tile)])


def _compare(source: Source, tile: Tile, hashes: list[bytes]) -> None:
    body = read_tile(source, tile)
    if body == b"".join(hashes):
        return
    wrong = next(n for n, value in enumerate(hashes) if body[n * 32 : n * 32 + 32] != value)
    index = tile.number * WIDTH + wrong << tile.level * HEIGHT
    what = f"the entries from {index} on are" if tile.level else f"entry {index} is"
    raise VerificationError(f"{what} not what {tile.path()} was hashed over", index)
