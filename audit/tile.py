"""Tiles, c2sp.org/tlog-tiles: the shape in which a log publishes its hashes and its entries.

A tile holds up to 256 hashes of one level in eight: tile level 0 has the leaf hashes, level 1 the hashes of full
level-0 tiles, and so on. The entries themselves come in bundles of up to 256 at the same indexes as level 0.
"""

import re
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from audit.errors import VerificationError
from audit.strict import MAX_SIZE

HEIGHT = 8
WIDTH = 1 << HEIGHT
ENTRIES = -1
"""The level of entry bundles."""

_MAX_LEVEL = 63
_PATH = re.compile(r"tile/(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/)*)([0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")
_LENGTH = struct.Struct(">H")


@dataclass(frozen=True, slots=True)
class Tile:
    """Which tile, and how much of it.

    Attributes:
        level: 0 to 63, or `ENTRIES` for a bundle of entries.
        number: which one of its level, counted from zero.
        width: how many hashes or entries, 1 to 256; less than 256 is a partial tile.
    """

    level: int
    number: int
    width: int = WIDTH

    def path(self) -> str:
        """Where it is served, relative to the log's URL: 1234067 becomes `x001/x234/067`."""
        digits = f"{self.number:03}"
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        groups = [digits[i : i + 3] for i in range(0, len(digits), 3)]
        number = "".join(f"x{group}/" for group in groups[:-1]) + groups[-1]
        kind = "entries" if self.level == ENTRIES else str(self.level)
        return f"tile/{kind}/{number}" + (f".p/{self.width}" if self.width < WIDTH else "")


def parse_path(path: str) -> Tile:
    """Which tile a path asks for.

    Raises:
        VerificationError: not the one spelling of a tile's path.
    """
    found = _PATH.fullmatch(path)
    if not found:
        raise VerificationError("the path is not that of a tile")
    level, groups, last, width = found.groups()
    tile = Tile(
        ENTRIES if level == "entries" else int(level),
        int(groups.replace("x", "").replace("/", "") + last),
        int(width) if width else WIDTH,
    )
    if tile.path() != path or tile.level > _MAX_LEVEL or tile.number > MAX_SIZE // WIDTH:
        raise VerificationError("the path is not that of a tile")
    return tile


def tiles(size: int) -> Iterator[Tile]:
    """All tiles of hashes of a tree: level by level from the leaves, each from left to right.

    Args:
        size: how many leaves the tree has.
    """
    level = 0
    while size:
        yield from (Tile(level, number) for number in range(size // WIDTH))
        if size % WIDTH:
            yield Tile(level, size // WIDTH, size % WIDTH)
        size //= WIDTH
        level += 1


def encode_bundle(entries: Sequence[bytes]) -> bytes:
    """Pack entries, each with its length before it as a big-endian 16-bit number.

    Args:
        entries: up to 256 of less than 65,536 bytes each.
    """
    return b"".join(_LENGTH.pack(len(entry)) + entry for entry in entries)


def decode_bundle(data: bytes, width: int) -> list[bytes]:
    """Unpack entries.

    Args:
        data: the bundle.
        width: how many entries it must hold.

    Raises:
        VerificationError: cut short, or with more in it.
    """
    entries = []
    start = 0
    for _ in range(width):
        if start + _LENGTH.size > len(data):
            raise VerificationError("the entry bundle is cut short")
        (length,) = _LENGTH.unpack_from(data, start)
        start += _LENGTH.size + length
        if start > len(data):
            raise VerificationError("the entry bundle is cut short")
        entries.append(data[start - length : start])
    if start != len(data):
        raise VerificationError("the entry bundle has something after its last entry")
    return entries
