"""Running an import's parts: side by side for large files, one after the other for small ones."""

import gc
import hashlib
import multiprocessing
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from audit.errors import LogError
from hub.errors import BadInput, HubError
from hub.feeds.beside import Beside, read_rows
from hub.feeds.conflicts import COLUMNS as CONFLICT_COLUMNS
from hub.feeds.conflicts import conflicts_path
from hub.feeds.feed import load_feed
from hub.feeds.ingest import import_lock, run_part
from hub.feeds.job import PARTS, Counts, File, Job, part_path
from hub.feeds.reader import FeedFile
from hub.feeds.rejected import BOOKKEEPING, rejected_path
from hub.model.instant import day_of
from hub.store.directory import Directory, open_keyring
from hub.store.installation import open_writer

SMALL = 512 * 1024
"""Bytes up to which a second process costs more than it saves."""
_POLL = 0.2
_BLOCK = 1 << 20


def ingest_together(
    path: Path, files: Sequence[tuple[str, Path]], progress: Callable[[int], object], at: str = ""
) -> list[Counts]:
    """Import files, or go on with an import that was interrupted.

    Args:
        path: the data directory.
        files: the feed's name and the file of each, CSV or NDJSON.
        progress: told how many more bytes have been read, of PARTS times the files' size.
        at: the date the values were collected; today's where empty.

    Returns:
        What became of the rows of each file, in this run.

    Raises:
        BadInput: a file cannot be read as its feed at all, is named twice, or stands where another's rejected rows go.
        HubError: nothing more could be written; running the same command again resumes.
    """
    directory = Directory(path)
    columns = _columns(files, lambda: open_keyring(directory))
    with import_lock(directory):
        read = tuple(File(feed, file, *_digest(file)) for feed, file in files)
        job = Job(path, read, at or day_of(datetime.now(UTC)).isoformat())
        small = sum(file.stat().st_size for _, file in files) <= SMALL
        counts = (_one_after_the_other if small else _side_by_side)(job, progress)
        for _, file in files:
            _join(file, columns[file])
        _forget(directory, [file.digest for file in read])
        # Not before the import has ended for good: whoever resumes it joins the parts again.
        for _, file in files:
            _remove_parts(file)
    return [_sum(parts) for parts in zip(*counts, strict=True)]


def _columns(files: Sequence[tuple[str, Path]], opening: Callable[[], object]) -> dict[Path, tuple[str, ...]]:
    """The columns of each file, once all of them and the directory can be read."""
    for number, (_, file) in enumerate(files):
        if not file.is_file():
            raise BadInput("file", f"{file} does not exist")
        if any(file.samefile(other) for _, other in files[:number]):
            raise BadInput("file", f"{file} is named twice")
    written = {name(file).resolve() for _, file in files for name in (rejected_path, conflicts_path)}
    for _, file in files:
        if file.resolve() in written:
            raise BadInput("file", f"{file} is what another of these files would replace; import it afterwards")
    opening()
    return {file: FeedFile(file, load_feed(feed)).columns for feed, file in files}


def _sum(counts: Sequence[Counts]) -> Counts:
    return Counts(*map(sum, zip(*counts, strict=True)))._replace(resumed_at=max(each.resumed_at for each in counts))


def _one_after_the_other(job: Job, progress: Callable[[int], object]) -> list[list[Counts]]:
    meter = _Meter(progress)
    return [run_part(job, part, lambda position, part=part: meter.at(part, position)) for part in range(PARTS)]  # type: ignore[misc]


def _side_by_side(job: Job, progress: Callable[[int], object]) -> list[list[Counts]]:
    context = multiprocessing.get_context("spawn")
    positions = context.Array("q", PARTS, lock=False)
    answers = context.Queue()
    others = [
        context.Process(target=_work, args=(job, part, positions, answers), daemon=True) for part in range(1, PARTS)
    ]
    for other in others:
        other.start()
    meter = _Meter(progress)

    def look(position: int) -> None:
        positions[0] = position
        for part in range(PARTS):
            meter.at(part, positions[part])

    # The first part is this process's own: to begin one more costs a quarter of a second.
    outcomes = [_outcome(job, 0, look)]
    while alive := [other for other in others if other.is_alive()]:
        alive[0].join(_POLL)
        look(positions[0])
    look(positions[0])
    outcomes += [answers.get(timeout=1) for other in others if other.exitcode == 0]
    counts = []
    for outcome in outcomes:
        if isinstance(outcome, Exception):
            raise outcome
        counts.append(outcome)
    if len(counts) < PARTS:
        raise HubError("an importing process ended; running the same command again resumes")
    return counts


def _work(job: Job, part: int, positions: Any, answers: Any) -> None:
    parent = multiprocessing.parent_process()

    def progress(position: int) -> None:
        positions[part] = position
        if parent is not None and not parent.is_alive():
            raise HubError("the import was ended")

    answers.put(_outcome(job, part, progress))


def _outcome(job: Job, part: int, progress: Callable[[int], None]) -> list[Counts] | HubError:
    """Run a part; what stopped it is returned, for the other parts go on."""
    usual = gc.get_threshold()
    gc.set_threshold(1_000_000, 50, 50)  # rows make no cycles, and to look for some costs a tenth of the time or more
    try:
        return run_part(job, part, progress)
    except (HubError, LogError, OSError) as error:
        return HubError(str(error) or type(error).__name__)
    finally:
        gc.set_threshold(*usual)


class _Meter:
    """Turns positions into steps."""

    def __init__(self, progress: Callable[[int], object]) -> None:
        self._progress = progress
        self._last = [0] * PARTS

    def at(self, part: int, position: int) -> None:
        self._progress(position - self._last[part])
        self._last[part] = position


def _digest(file: Path) -> tuple[bytes, int]:
    """SHA-256 of a file, and how many lines it has."""
    digest, lines = hashlib.sha256(), 0
    with file.open("rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
            lines += block.count(b"\n")
    return digest.digest(), lines


def _join(file: Path, columns: tuple[str, ...]) -> None:
    """Put what the parts wrote beside the file together, in the order of its rows."""
    for name, header, place in (
        (rejected_path, (*columns, *BOOKKEEPING), len(columns)),
        (conflicts_path, CONFLICT_COLUMNS, 0),
    ):
        parts = [name(part_path(file, part)) for part in range(PARTS)]
        rows = [cells for part in parts for cells in read_rows(part, len(header))]
        whole = Beside(name(file), header)
        for cells in sorted(rows, key=lambda cells, place=place: int(cells[place])):  # type: ignore[misc]
            whole.write(cells)
        whole.close()


def _remove_parts(file: Path) -> None:
    for part in range(PARTS):
        for name in (rejected_path, conflicts_path):
            name(part_path(file, part)).unlink(missing_ok=True)


def _forget(directory: Directory, digests: Sequence[bytes]) -> None:
    # An import that has finished is no longer to be resumed: the same file again is read from the beginning.
    writer = open_writer(directory, open_keyring(directory))
    writer.run([lambda tx, digest=digest: tx.forget_progress(digest) for digest in digests], sign=True)  # type: ignore[misc]
    writer.close()
