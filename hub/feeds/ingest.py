"""Importing feeds: validate, merge, seal, record, in short transactions that resume where they were interrupted.

Files are cut into `PARTS` by the person a row is about, so that two processes can work on them and never on the same
person. Every part reads the whole files, which costs little, and keeps its own place in each. What several files say of
one person is merged before it is sealed, as far as their rows come close together.
"""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from operator import itemgetter

from hub.errors import OperatorError
from hub.feeds.feed import Feed, load_feed
from hub.feeds.job import Counts, Job
from hub.feeds.settling import Row, Settler
from hub.feeds.source import Source, in_step
from hub.feeds.writing import Writing
from hub.store.bulk import BulkReader
from hub.store.directory import Directory, open_keyring
from hub.store.installation import open_writer
from hub.store.keys import Keyring
from hub.store.transaction import SqlcipherTransaction

BATCH = 800
"""People a transaction: some 50 ms, so that reading and recording go on meanwhile."""
WAITING = 1000
"""People whose rows wait for what other files say of them; some 10 KB each."""
ROWS_EACH = 3
"""Rows that wait for each of as many people, on average; where some have more, fewer people wait."""
_FINISHED = -1


def run_part(job: Job, part: int, progress: Callable[[int], None]) -> list[Counts]:
    """Import the rows of one part.

    Args:
        job: what is imported.
        part: 0 to PARTS - 1.
        progress: told from time to time how many bytes of the files have been read.

    Returns:
        What became of the rows of each file, in this run.

    Raises:
        BadInput: a file cannot be read as its feed at all.
        OperatorError, LogError: the directory cannot be opened.
        TrailUnavailable: a batch could not be written; what was written before it stays, and running again resumes.
    """
    with _part_lock(Directory(job.directory), part):
        importer = _Part(job, part)
        try:
            return importer.run(progress)
        finally:
            importer.close()


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
        feeds: list[Feed] = [load_feed(file.feed) for file in job.files]
        self._writer = open_writer(directory, self._ring, bulk=True)
        self._reader = BulkReader(directory, self._ring)
        self._settler = Settler(self._ring, self._reader, feeds, self._writer.reserve)
        self._sources: dict[int, Source] = {}
        self._held: dict[str, list[Row]] = {}
        self._waiting = 0

    def close(self) -> None:
        self._reader.close()
        self._writer.close()

    def run(self, progress: Callable[[int], None]) -> list[Counts]:
        for number, file in enumerate(self._job.files):
            done = self._reader.progress(file.feed, file.digest, self._part)
            if done != _FINISHED:
                only = self._synthetic_only
                self._sources[number] = Source(self._job, number, self._part, done=done, synthetic_only=only)
        sources = list(self._sources.values())
        if sources:
            self._import(sources, lambda: progress(sum(source.file.position for source in sources)))
        progress(sum(file.path.stat().st_size for file in self._job.files))
        return [self._sources[n].counts if n in self._sources else Counts() for n in range(len(self._job.files))]

    def _import(self, sources: list[Source], told: Callable[[], None]) -> None:
        most = BATCH + WAITING if len(sources) > 1 else BATCH
        for row in in_step(sources, told):
            if (rows := self._held.get(row.parsed.idno)) is None:
                self._held[row.parsed.idno] = [row]
            else:
                rows.append(row)
            self._waiting += 1
            if len(self._held) == most or self._waiting == most * ROWS_EACH:
                self._flush()
        while len(self._held) > BATCH:
            self._flush()
        self._flush(finished=True)

    def _flush(self, *, finished: bool = False) -> None:
        """Write the people who have waited longest."""
        held = list(self._held.items())
        self._held = dict(held[BATCH:])
        # Rows of one file in its order, files in the order in which they were named.
        people = {idno: sorted(rows, key=itemgetter(0, 1)) for idno, rows in held[:BATCH]}
        self._waiting -= sum(map(len, people.values()))
        settled = list(self._settler.settle(people))
        for each in settled:
            for outcome in each.outcomes:
                self._sources[outcome.row.source].count(outcome)
        # What stands beside the files comes first: a crash in between repeats rows, it never loses one.
        for source in self._sources.values():
            source.keep(finished=finished)
        writing = Writing(self._ring, [file.feed for file in self._job.files], [each for each in settled if each.made])
        self._write(writing, {} if finished else self._places())

    def _write(self, writing: Writing, places: dict[int, int]) -> None:
        def action(tx: SqlcipherTransaction) -> None:
            writing.write(tx)
            for number in self._sources:
                file = self._job.files[number]
                tx.put_progress(file.feed, file.digest, self._part, places.get(number, _FINISHED))

        [failure] = self._writer.run([action])
        if failure is not None:
            raise failure

    def _places(self) -> dict[int, int]:
        """The row of each file up to which nothing waits any more."""
        places = {number: source.row for number, source in self._sources.items()}
        for rows in self._held.values():
            for row in rows:
                places[row.source] = min(places[row.source], row.row - 1)
        return places
