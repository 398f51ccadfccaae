"""Read a published log entry by entry and proof by proof, believing nothing but its signed checkpoint.

The tiles at the tree's right edge are those that lead to the signed root; every other tile is the one that the tile
above it says. An entry is what its tile says it hashes to.
"""

from collections import OrderedDict
from collections.abc import Sequence

from audit import merkle
from audit.checkpoint import Checkpoint
from audit.errors import VerificationError
from audit.policy import Policy
from audit.proof import Proof
from audit.source import CHECKPOINT_BYTES, Source, read_entries, read_tile
from audit.tile import HEIGHT, WIDTH, Tile

_KEPT = 64


class PublishedLog:
    """A log as it shows itself under one checkpoint.

    Args:
        source: where it is published.
        policy: whose checkpoint is accepted.
        note: the checkpoint, where it is not the source's own: an older one, or a pack's.

    Attributes:
        note: the signed note.
        checkpoint: what it states.

    Raises:
        VerificationError: the checkpoint is not acceptable, or the tiles at the tree's right edge do not lead to it.
        OSError: the source cannot be asked.
    """

    def __init__(self, source: Source, policy: Policy, note: bytes | None = None) -> None:
        self._source = source
        self.note = note if note is not None else source.read("checkpoint", CHECKPOINT_BYTES)
        self.checkpoint: Checkpoint = policy.check(self.note)
        self._edge = [self._hashes(tile) for tile in _edge(self.checkpoint.size)]
        self._tiles: OrderedDict[Tile, list[bytes]] = OrderedDict()
        if merkle.frontier_root(edge_frontier(self._edge)) != self.checkpoint.root:
            raise VerificationError("the tiles at the tree's right edge do not lead to the checkpoint's root")

    def hashes(self, level: int, number: int) -> list[bytes]:
        """The hashes of a tile, as far as the tree has them.

        Args:
            level: of the tile.
            number: of the tile within its level.

        Raises:
            VerificationError: the tile is not what the signed root leads to; it names the first entry below it.
        """
        here = self.checkpoint.size >> level * HEIGHT
        if number == here // WIDTH and here % WIDTH:
            return self._edge[level]
        tile = Tile(level, number)
        if tile not in self._tiles:
            found = self._hashes(tile)
            if merkle.subtree_hash(found) != self.hashes(level + 1, number // WIDTH)[number % WIDTH]:
                first = number << (level + 1) * HEIGHT
                raise VerificationError(f"{tile.path()}, over the entries from {first} on, is not the tree's", first)
            self._tiles[tile] = found
            if len(self._tiles) > _KEPT:
                self._tiles.popitem(last=False)
        return self._tiles[tile]

    def node(self, level: int, position: int) -> bytes:
        """The hash of the perfect subtree at (level, position), as `merkle.NodeSource`."""
        tile_level, rise = divmod(level, HEIGHT)
        number, start = divmod(position << rise, WIDTH)
        return merkle.subtree_hash(self.hashes(tile_level, number)[start : start + (1 << rise)])

    def entry(self, index: int) -> bytes:
        """The data of an entry. Raises VerificationError where it is not what the tree commits to."""
        if not 0 <= index < self.checkpoint.size:
            raise VerificationError(f"the log has no entry {index}", index)
        number, place = divmod(index, WIDTH)
        hashes = self.hashes(0, number)
        data = read_entries(self._source, number, len(hashes))[place]
        if merkle.leaf_hash(data) != hashes[place]:
            raise VerificationError(f"entry {index} is not what the tree commits to", index)
        return data

    def prove(self, index: int) -> Proof:
        """Prove that an entry is in the tree. Raises VerificationError where it is not, or tiles are wrong."""
        hashes = merkle.inclusion_proof(index, self.checkpoint.size, self.node)
        return Proof(index, tuple(hashes), self.note)

    def check_beginning(self, old: Checkpoint) -> None:
        """Check that an older tree of the log is the beginning of this one.

        Raises:
            VerificationError: it is not: entries that were signed for are gone or changed.
        """
        check_growth(old, self.checkpoint, merkle.consistency_proof(old.size, self.checkpoint.size, self.node))

    def _hashes(self, tile: Tile) -> list[bytes]:
        body = read_tile(self._source, tile) if tile.width else b""
        return [body[i : i + merkle.HASH_BYTES] for i in range(0, len(body), merkle.HASH_BYTES)]


def check_growth(old: Checkpoint, new: Checkpoint, proof: Sequence[bytes]) -> None:
    """Check that one checkpoint's tree is the beginning of another's.

    Raises:
        VerificationError: it is not, or they are different logs'.
    """
    if old.origin != new.origin:
        raise VerificationError("the checkpoints are of different logs")
    if old.size == new.size and old.root != new.root:
        raise VerificationError(f"the log has signed two trees of {old.size} entries: a fork")
    merkle.verify_consistency(old.size, new.size, proof, old.root, new.root)


def edge_frontier(edge: Sequence[Sequence[bytes]]) -> list[bytes]:
    """The frontier of a tree.

    Args:
        edge: the hashes of the tile at its right edge, level by level from the leaves; none where that is full.
    """
    frontier = []
    for hashes in reversed(edge):
        start = 0
        while start < len(hashes):
            count = 1 << (len(hashes) - start).bit_length() - 1
            frontier.append(merkle.subtree_hash(hashes[start : start + count]))
            start += count
    return frontier


def _edge(size: int) -> list[Tile]:
    """The tiles at the right edge of a tree, from the leaves up; one of width 0 stands for none."""
    edge = []
    level = 0
    while size >> level * HEIGHT:
        number, width = divmod(size >> level * HEIGHT, WIDTH)
        edge.append(Tile(level, number, width))
        level += 1
    return edge
