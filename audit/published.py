"""What a log publishes, c2sp.org/tlog-tiles: its checkpoint, its tiles and its entries, as answers and as files.

Nothing beyond the published checkpoint is shown: a log that shows an entry no checkpoint covers could still take it
back. Nothing but hashes and leaf data is shown: both are commitments that nobody can guess from.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from audit import merkle
from audit.checkpoint import Checkpoint, parse_checkpoint
from audit.errors import LogError, VerificationError
from audit.note import parse
from audit.proof import Proof
from audit.tables import Connection, hashes, inclusion_proof, latest_checkpoint, node_source, rows, tree
from audit.tile import ENTRIES, WIDTH, Tile, encode_bundle, parse_path

CHECKPOINT = "checkpoint"
"""Where the checkpoint is served, relative to the log's URL."""

CHECKPOINT_TYPE = "text/plain; charset=utf-8"
CHECKPOINT_CACHE = "no-cache"
"""A checkpoint is replaced every second: whoever keeps one asks again."""

TILE_TYPE = "application/octet-stream"
TILE_CACHE = "public, max-age=31536000, immutable"
"""A tile, full or partial, never changes: what may still grow has another name."""

_LEAVES = "SELECT idx, leaf FROM log_entry WHERE idx >= ? AND idx < ? ORDER BY idx"


class Resource(NamedTuple):
    """An answer to a GET request.

    Attributes:
        body: its bytes.
        media_type: the value of Content-Type.
        cache: the value of Cache-Control.
    """

    body: bytes
    media_type: str
    cache: str


def resource(db: Connection, path: str, checkpoint: bytes | None = None) -> Resource | None:
    """Answer a GET request.

    Args:
        db: the log's database, in one read transaction or in autocommit mode.
        path: relative to the log's URL: `checkpoint`, `tile/0/x001/234`, `tile/entries/000.p/17`.
        checkpoint: the note that is published, where that is not the last one signed: one that witnesses have seen.

    Returns:
        None for what is no path of a log, or not there: the answer is 404.

    Raises:
        LogError: the log has lost what it has published.
    """
    note = checkpoint if checkpoint is not None else _last(db)
    if note is None:
        return None
    if path == CHECKPOINT:
        return Resource(note, CHECKPOINT_TYPE, CHECKPOINT_CACHE)
    try:
        place = parse_path(path)
    except VerificationError:
        return None
    body = tile(db, place, _stated(note).size)
    return None if body is None else Resource(body, TILE_TYPE, TILE_CACHE)


def tile(db: Connection, place: Tile, size: int) -> bytes | None:
    """The bytes of a tile or an entry bundle.

    Args:
        db: the log's database.
        place: which tile; a partial one of any width is there if that many hashes are.
        size: how many entries are published.

    Returns:
        None where the tree of this size has no such tile.

    Raises:
        LogError: the log has lost a hash or an entry.
    """
    start, end = place.number * WIDTH, place.number * WIDTH + place.width
    if place.level == ENTRIES:
        return encode_bundle(_leaves(db, start, end)) if end <= size else None
    if end > size >> 8 * place.level:
        return None
    return b"".join(hashes(db, place.level, start, place.width))


def proof(db: Connection, index: int, checkpoint: bytes) -> bytes | None:
    """The tlog-proof of an entry under a checkpoint of the log, or None where that does not cover it.

    Args:
        db: the log's database.
        index: the entry.
        checkpoint: the signed note, with the cosignatures of witnesses where there are any.

    Raises:
        LogError: the log has lost a hash.
    """
    size = _stated(checkpoint).size
    if not 0 <= index < size:
        return None
    return Proof(index, tuple(inclusion_proof(db, index, size)), checkpoint).serialized()


def publish(db: Connection, folder: Path, checkpoint: bytes | None = None) -> int:
    """Bring a folder that any web server can serve up to a checkpoint.

    Only what is new is written, the checkpoint last and at once: whoever reads meanwhile, and whoever comes after a
    crash, finds a whole log. Running it again ends what a crash has interrupted.

    Args:
        db: the log's database.
        folder: made if missing; holds nothing else.
        checkpoint: the note to publish; None for the last one signed.

    Returns:
        How many entries are published.

    Raises:
        LogError: no checkpoint was signed yet, the log has lost something, or the folder holds what this log's
            entries do not lead to: an older copy of the log was put back, or it is another log's folder.
        OSError: the folder cannot be written; trying again helps.
    """
    note = checkpoint if checkpoint is not None else _last(db)
    if note is None:
        raise LogError("no checkpoint was signed yet")
    stated = _stated(note)
    old = _published(folder, stated, db)
    written = set()
    for place in _new(old, stated.size):
        body = tile(db, place, stated.size)
        if body is None:
            raise LogError(f"the checkpoint over {stated.size} entries is not this log's")
        path = folder / place.path()
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(path, body)
        written.add(path.parent)
        if place.width == WIDTH:
            shutil.rmtree(path.with_name(path.name + ".p"), ignore_errors=True)
    for changed in sorted(_with_parents(written, folder)):
        _sync(changed)
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / CHECKPOINT, note)
    _sync(folder)
    return stated.size


def _last(db: Connection) -> bytes | None:
    last = latest_checkpoint(db)
    return last.note if last else None


def _stated(note: bytes) -> Checkpoint:
    try:
        return parse_checkpoint(parse(note).text)
    except VerificationError as error:
        raise LogError(f"the checkpoint to publish is damaged: {error}") from error


def _leaves(db: Connection, start: int, end: int) -> list[bytes]:
    found = rows(db, _LEAVES, (start, end))
    if len(found) != end - start:
        known = {index for index, _ in found}
        raise LogError(f"the log has lost entry {next(n for n in range(start, end) if n not in known)}")
    return [leaf for _, leaf in found]


def _published(folder: Path, new: Checkpoint, db: Connection) -> int:
    """How many entries the folder has already, once they are known to be this log's."""
    if tree(db).origin != new.origin:
        raise LogError("the checkpoint to publish is another log's")
    if new.size > tree(db).size or merkle.range_hash(0, new.size, node_source(db)) != new.root:
        raise LogError(f"the log's first {new.size} entries are not those of the checkpoint to publish")
    try:
        note = (folder / CHECKPOINT).read_bytes()
    except FileNotFoundError:
        return 0
    old = _stated(note)
    if old.origin != new.origin:
        raise LogError("the folder holds another log")
    if old.size > new.size:
        raise LogError(f"{old.size} entries were published, the log has {new.size}: an older copy was put back")
    if merkle.range_hash(0, old.size, node_source(db)) != old.root:
        raise LogError(f"the log's first {old.size} entries are not those that were published")
    return old.size


def _new(old: int, size: int) -> Iterator[Tile]:
    """The tiles and bundles that a tree of `size` has and one of `old` has not."""
    level = 0
    while size:
        if old != size:
            for number in range(old // WIDTH, -(-size // WIDTH)):
                width = min(WIDTH, size - number * WIDTH)
                yield Tile(level, number, width)
                if not level:
                    yield Tile(ENTRIES, number, width)
        old, size, level = old // WIDTH, size // WIDTH, level + 1


def _write(path: Path, body: bytes) -> None:
    temporary = path.with_name(path.name + ".new")
    with temporary.open("wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _with_parents(folders: set[Path], top: Path) -> set[Path]:
    return {parent for folder in folders for parent in (folder, *folder.parents) if parent.is_relative_to(top)}
