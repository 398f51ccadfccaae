"""Importing a feed: validate, merge, seal, record, in short transactions that resume where they were interrupted.

A file is cut into `PARTS` by the person a row is about, so that two processes can work on it and never on the same
person. Every part reads the whole file, which costs little, and keeps its own place in it.
"""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple
from zlib import crc32

from hub.errors import BadInput, OperatorError
from hub.feeds.conflicts import ConflictsFile
from hub.feeds.feed import Feed, load_feed
from hub.feeds.reader import FeedFile, Record
from hub.feeds.rejected import RejectedFile
from hub.feeds.rows import RowParser, SeenRows, peek_idno
from hub.feeds.sealing import NewFile
from hub.feeds.settling import Row, Settled, Settler
from hub.feeds.writing import Writing
from hub.model.instant import day_of
from hub.schema.idno import is_synthetic
from hub.store.bulk import BulkReader
from hub.store.directory import Directory, open_keyring
from hub.store.installation import open_writer
from hub.store.keys import Keyring
from hub.store.transaction import SqlcipherTransaction

PARTS = 2
BATCH = 800
"""Rows a transaction: some 50 ms, so that reading and recording go on meanwhile."""
_FINISHED = -1
_DEVELOPMENT = BadInput(
    "idno", "a directory with the development issuer accepts only numbers of unassigned areas or 1899 births"
)


class Job(NamedTuple):
    """One file to import.

    Attributes:
        directory: the data directory's path.
        feed: the feed's name.
        path: the file.
        digest: SHA-256 of the file: what an interrupted import is known by.
        at: the date the values were collected, ISO 8601.
    """

    directory: Path
    feed: str
    path: Path
    digest: bytes
    at: str


class Counts(NamedTuple):
    """What became of the rows of one part, in this run."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    conflicts: int = 0
    resumed_at: int = 0


def run_part(job: Job, part: int, progress: Callable[[int], None]) -> Counts:
    """Import the rows of one part.

    Args:
        job: what is imported.
        part: 0 to PARTS - 1.
        progress: told from time to time how many bytes of the file have been read.

    Raises:
        BadInput: the file cannot be read as this feed at all.
        OperatorError, LogError: the directory cannot be opened.
        TrailUnavailable: a batch could not be written; what was written before it stays, and running again resumes.
    """
    with _part_lock(Directory(job.directory), part):
        importer = _Part(job, part)
        try:
            return importer.run(progress)
        finally:
            importer.close()


def part_path(path: Path, part: int) -> Path:
    """Stands for the file in the names of what one part writes beside it."""
    return path.with_name(f"{path.name}.part{part}")


@contextmanager
def import_lock(directory: Directory) -> Iterator[None]:
    """Let no other import into the directory for the length of the block; the lock ends with the process.

    Raises:
        OperatorError: another import is running.
    """
    lock = os.open(directory.path / "import.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise OperatorError("another import is running in this directory; wait until it has finished") from None
    try:
        yield
    finally:
        os.close(lock)


@contextmanager
def _part_lock(directory: Directory, part: int) -> Iterator[None]:
    # The process of a part may live on a moment after the command that started it was killed.
    lock = os.open(directory.path / f"import.{part}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


class _Part:
    def __init__(self, job: Job, part: int) -> None:
        directory = Directory(job.directory)
        self._job, self._part = job, part
        self._synthetic_only = directory.is_development
        self._ring: Keyring = open_keyring(directory)
        self._feed: Feed = load_feed(job.feed)
        self._file = FeedFile(job.path, self._feed)
        today = day_of(datetime.now(UTC)).isoformat()
        self._parser = RowParser(self._feed, self._file.columns, job.at, today)
        self._writer = open_writer(directory, self._ring, bulk=True)
        self._reader = BulkReader(directory, self._ring)
        self._settler = Settler(self._ring, self._reader, self._feed, self._writer.reserve)
        self._rejected: RejectedFile
        self._conflicts: ConflictsFile
        self._gathered: dict[str, Row] = {}
        self._writes: list[Settled] = []
        self._counts = dict.fromkeys(Counts._fields, 0)

    def close(self) -> None:
        self._reader.close()
        self._writer.close()

    def run(self, progress: Callable[[int], None]) -> Counts:
        done = self._done()
        if done == _FINISHED:
            return Counts()
        self._counts["resumed_at"] = done
        beside = part_path(self._job.path, self._part)
        self._rejected = RejectedFile(beside, self._file.columns, resume_at=done + 1 if done else 0)
        self._conflicts = ConflictsFile(beside, resume_at=done + 1 if done else 0)
        seen = SeenRows(self._feed)
        row = 0
        for row, cells, problem in self._file.records():
            if not row % 512:
                progress(self._file.position)
            idno = "" if problem else peek_idno(cells, self._file.columns)
            if self._part_of(idno) != self._part:
                self._parser.pass_over(cells)
                continue
            first = seen.first_row(idno, row) if idno else 0
            if row <= done:
                self._parser.pass_over(cells)
                continue
            try:
                self._gather(Record(row, cells, problem), idno, first)
            except BadInput as error:
                self._reject(row, cells, error)
            if len(self._gathered) == BATCH:
                self._flush(row)
        self._flush(row, finished=True)
        progress(self._file.size)
        return Counts(**self._counts)

    def _part_of(self, idno: str) -> int:
        # Rows about nobody in particular are rejected, all by the first part.
        return crc32(idno.encode()) % PARTS if idno else 0

    def _gather(self, record: Record, idno: str, first: int) -> None:
        if record.problem:
            raise record.problem
        parsed = self._parser.parse(record.cells)
        if first:
            raise BadInput("idno", f"is the same person's as in row {first}")
        if self._synthetic_only and not is_synthetic(idno):
            raise _DEVELOPMENT
        if parsed.idno in self._gathered:
            self._flush(record.row - 1)
        self._gathered[parsed.idno] = Row(record.row, record.cells, parsed)

    def _flush(self, row: int, *, finished: bool = False) -> None:
        rows, self._gathered = list(self._gathered.values()), {}
        for each, settled in zip(rows, self._settler.settle(rows), strict=True):
            self._count(each, settled)
        # What stands beside the file comes first: a crash in between repeats rows, it never loses one.
        for beside in (self._rejected, self._conflicts):
            if finished:
                beside.close()
            else:
                beside.flush()
        self._write(row, finished=finished)

    def _count(self, row: Row, settled: Settled) -> None:
        if settled.problem is not None:
            self._reject(row.row, row.cells, settled.problem)
            return
        for conflict in settled.conflicts:
            self._counts["conflicts"] += 1
            self._conflicts.add(row.row, conflict)
        if settled.made is None:
            self._counts["unchanged"] += 1
        else:
            self._counts["created" if isinstance(settled.made, NewFile) else "updated"] += 1
            self._writes.append(settled)

    def _reject(self, row: int, cells: list[Any], problem: BadInput) -> None:
        self._counts["rejected"] += 1
        self._rejected.add(row, cells, problem)

    def _write(self, row: int, *, finished: bool = False) -> None:
        job, part = self._job, self._part
        writing = Writing(self._ring, job.feed, self._writes)
        self._writes = []

        def action(tx: SqlcipherTransaction) -> None:
            writing.write(tx)
            tx.put_progress(job.feed, job.digest, part, _FINISHED if finished else row)

        [failure] = self._writer.run([action])
        if failure is not None:
            raise failure

    def _done(self) -> int:
        return self._reader.progress(self._job.feed, self._job.digest, self._part)
