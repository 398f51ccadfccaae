"""Read a published log, from a folder or over HTTP, believing nothing but the log's signature.

The checkpoint is signed. The tiles at the tree's right edge are those that lead to its root; every other tile is the
one that the tile above it says. An entry is what its tile says it hashes to.
"""

import errno
import os
import stat
import struct
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from itertools import starmap
from pathlib import Path
from typing import Protocol

from audit import merkle, web
from audit.checkpoint import Checkpoint
from audit.errors import VerificationError
from audit.policy import Policy
from audit.proof import Proof
from audit.tile import ENTRIES, HEIGHT, WIDTH, Tile, decode_bundle

CHECKPOINT_BYTES = 1 << 16
"""Checkpoints that are larger are refused unread."""

_TILE_BYTES = WIDTH * merkle.HASH_BYTES
_BUNDLE_BYTES = WIDTH * (2 + 0xFFFF)
_KEPT = 64
_PREFIXED = struct.Struct("x33s")


class Source(Protocol):
    """Where a log is published."""

    def read(self, path: str, limit: int) -> bytes:
        """What is published at a path relative to the log.

        Raises:
            VerificationError: nothing, or more than `limit` bytes.
            OSError: it cannot be asked for.
        """


class Folder:
    """A log in a folder, as `published.publish` writes it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, path: str, limit: int) -> bytes:
        """As `Source.read`."""
        try:
            # Unbuffered, as much as there is: reading a limit's worth of bytes would set that much memory aside.
            with open(f"{self._folder}/{path}", "rb", buffering=0) as file:  # noqa: PTH123 - twice as fast
                status = os.fstat(file.fileno())
                if status.st_size > limit or not stat.S_ISREG(status.st_mode):
                    raise VerificationError(f"the log's {path} is not a file, or longer than it can be")
                return file.read(status.st_size) or b""
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            raise VerificationError(f"the log does not show its {path}") from None


class Site:
    """A log at a URL."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")

    def read(self, path: str, limit: int) -> bytes:
        """As `Source.read`."""
        status, _, body = web.request(f"{self._url}/{path}", limit)
        if status in {404, 410}:
            raise VerificationError(f"the log does not show its {path}")
        if status != 200:  # noqa: PLR2004 - the one status that has what was asked for
            raise OSError(f"{self._url}/{path} answers with status {status}")
        return body


def find(place: str) -> Source:
    """The source at a URL or in a folder. Raises OSError where there is no such folder."""
    if web.is_url(place):
        return Site(place)
    if not Path(place).is_dir():
        raise FileNotFoundError(errno.ENOENT, "no such directory", place)
    return Folder(Path(place))


def read_tile(source: Source, tile: Tile) -> bytes:
    """A tile as a source has it, unverified but for its length.

    Where a partial tile is gone because the log has grown beyond it, the full one is read and cut.

    Raises:
        VerificationError: it is not shown, or has another number of hashes; the first entry below it is named.
        OSError: the source cannot be asked.
    """
    first = tile.number << (tile.level + 1) * HEIGHT
    body, whole = _read(source, tile, _TILE_BYTES, first)
    if whole is not tile and len(body) == _TILE_BYTES:
        body = body[: tile.width * merkle.HASH_BYTES]
    if len(body) != tile.width * merkle.HASH_BYTES:
        raise VerificationError(f"{tile.path()}, over the entries from {first} on, has another length", first)
    return body


def read_bundle(source: Source, number: int, width: int) -> list[bytes]:
    """The hashes of a bundle's entries as a source has them. Arguments and errors as those of `read_entries`."""
    first = number * WIDTH
    tile = Tile(ENTRIES, number, width)
    body, whole = _read(source, tile, _BUNDLE_BYTES, first)
    try:
        return _leaf_hashes(body, whole.width)[:width]
    except VerificationError as error:
        raise VerificationError(f"{tile.path()}, the entries from {first} on: {error}", first) from None


def read_entries(source: Source, number: int, width: int) -> list[bytes]:
    """The entries of a bundle as a source has them, unverified.

    Args:
        source: where the log is published.
        number: of the bundle.
        width: how many entries of it the tree has.

    Raises:
        VerificationError: it is not shown, or another number of entries is in it; its first entry is named.
        OSError: the source cannot be asked.
    """
    first = number * WIDTH
    body, whole = _read(source, Tile(ENTRIES, number, width), _BUNDLE_BYTES, first)
    try:
        return decode_bundle(body, whole.width)[:width]
    except VerificationError as error:
        raise VerificationError(str(error), first) from None


def _read(source: Source, tile: Tile, limit: int, first: int) -> tuple[bytes, Tile]:
    """What is published of a tile, and which tile that is: where a partial one is gone, the full one."""
    try:
        return source.read(tile.path(), limit), tile
    except VerificationError as error:
        whole = replace(tile, width=WIDTH)
        if whole != tile:
            try:
                return source.read(whole.path(), limit), whole
            except VerificationError:
                pass
        raise VerificationError(f"{error}, over the entries from {first} on", first) from None


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


def _leaf_hashes(bundle: bytes, width: int) -> list[bytes]:
    step = 2 + merkle.HASH_BYTES
    if len(bundle) == width * step and bundle[::step] == bytes(width) and bundle[1::step] == b"\x20" * width:
        # All are 32 bytes long, as this log's are. The low byte of each length stands where the prefix of a leaf
        # goes, so that a slice is all that need be copied.
        prefixed = bytearray(bundle)
        prefixed[1::step] = bytes(width)
        return [leaf.digest() for leaf in starmap(sha256, _PREFIXED.iter_unpack(prefixed))]
    return [merkle.leaf_hash(entry) for entry in decode_bundle(bundle, width)]


def _edge(size: int) -> list[Tile]:
    """The tiles at the right edge of a tree, from the leaves up; one of width 0 stands for none."""
    edge = []
    level = 0
    while size >> level * HEIGHT:
        number, width = divmod(size >> level * HEIGHT, WIDTH)
        edge.append(Tile(level, number, width))
        level += 1
    return edge
