"""Where a published log is read from: a folder or a URL, tile by tile and bundle by bundle, unverified so far."""

import errno
import os
import stat
import struct
from dataclasses import replace
from hashlib import sha256
from itertools import starmap
from pathlib import Path
from typing import Protocol

from audit import merkle, web
from audit.errors import VerificationError
from audit.tile import ENTRIES, HEIGHT, WIDTH, Tile, decode_bundle

CHECKPOINT_BYTES = 1 << 16
"""Checkpoints that are larger are refused unread."""

_TILE_BYTES = WIDTH * merkle.HASH_BYTES
_BUNDLE_BYTES = WIDTH * (2 + 0xFFFF)
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
    """The source at a URL or in a folder.

    Args:
        place: a folder; or the log's URL, its checkpoint's, or that of the hub whose log is at `log`.

    Raises:
        VerificationError: there is no log at this URL.
        OSError: there is no such folder, or the site cannot be reached.
    """
    if web.is_url(place):
        return _site(place.removesuffix("/").removesuffix("/checkpoint"))
    if not Path(place).is_dir():
        raise FileNotFoundError(errno.ENOENT, "no such directory", place)
    return Folder(Path(place))


def _site(url: str) -> Site:
    site, under = Site(url), Site(f"{url}/log")
    try:
        site.read("checkpoint", CHECKPOINT_BYTES)
    except (VerificationError, OSError) as error:
        try:
            under.read("checkpoint", CHECKPOINT_BYTES)
        except (VerificationError, OSError):
            raise error from None
        return under
    return site


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


def _leaf_hashes(bundle: bytes, width: int) -> list[bytes]:
    step = 2 + merkle.HASH_BYTES
    if len(bundle) == width * step and bundle[::step] == bytes(width) and bundle[1::step] == b"\x20" * width:
        # All are 32 bytes long, as this log's are. The low byte of each length stands where the prefix of a leaf
        # goes, so that a slice is all that need be copied.
        prefixed = bytearray(bundle)
        prefixed[1::step] = bytes(width)
        return [leaf.digest() for leaf in starmap(sha256, _PREFIXED.iter_unpack(prefixed))]
    return [merkle.leaf_hash(entry) for entry in decode_bundle(bundle, width)]
