"""Importing a feed: validate, merge, seal, record, in short transactions that resume where they were interrupted.

A file is cut into `PARTS` by the person a row is about, so that two processes can work on it and never on the same
person. Every part reads the whole file, which costs little, and keeps its own place in it.
"""

import fcntl
import os
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple
from zlib import crc32

from hub.errors import BadInput, OperatorError
from hub.feeds.conflicts import ConflictsFile
from hub.feeds.feed import Feed, load_feed
from hub.feeds.merge import Conflict, merge
from hub.feeds.reader import FeedFile, Record
from hub.feeds.recording import Batch
from hub.feeds.rejected import RejectedFile
from hub.feeds.rows import Parsed, RowParser, SeenRows, peek_idno
from hub.feeds.sealing import ALL_TIERS, Change, NewFile, OpenedSections, change, new_file_and_key
from hub.feeds.tied import Tied, put_tied
from hub.model.instant import day_of
from hub.model.merge import is_tied
from hub.model.tier import Tier
from hub.schema.idno import is_synthetic
from hub.store.directory import Directory, open_keyring
from hub.store.engine import Prepared
from hub.store.installation import open_writer
from hub.store.keys import Keyring
from hub.store.sections import version_of
from hub.store.sqlcipher import SqlcipherReader
from hub.store.tokens import idno_token, rid_token
from hub.store.transaction import SqlcipherTransaction

PARTS = 2
BATCH = 400
"""Rows a transaction: some 40 ms, so that reading and recording go on meanwhile."""
_RESERVED = 2000
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


class _Write(NamedTuple):
    made: NewFile | Change | Tied
    trail_key: bytes
    conflicts: tuple[Conflict, ...]
    row: int
    said: Tied | None = None
    read: Mapping[Tier, int] = MappingProxyType({})


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
        self._tiers = tuple(
            tier for tier in Tier if tier in self._feed.tiers | {Tier.CONTROL, Tier.BASIC, Tier.IDENTITY, Tier.CARE}
        )
        self._writer = open_writer(directory, self._ring, bulk=True)
        self._reader = SqlcipherReader(directory, self._ring)
        self._ids = iter(range(0))
        self._rejected: RejectedFile
        self._conflicts: ConflictsFile
        self._batch: dict[str, _Write] = {}
        self._rids: set[str] = set()
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
                self._take(Record(row, cells, problem), idno, first)
            except BadInput as error:
                self._counts["rejected"] += 1
                self._rejected.add(row, cells, error)
            if len(self._batch) == BATCH:
                self._flush(row)
        self._flush(row, finished=True)
        progress(self._file.size)
        return Counts(**self._counts)

    def _part_of(self, idno: str) -> int:
        # Rows about nobody in particular are rejected, all by the first part.
        return crc32(idno.encode()) % PARTS if idno else 0

    def _take(self, record: Record, idno: str, first: int) -> None:
        if record.problem:
            raise record.problem
        parsed = self._parser.parse(record.cells)
        if first:
            raise BadInput("idno", f"is the same person's as in row {first}")
        if self._synthetic_only and not is_synthetic(idno):
            raise _DEVELOPMENT
        if parsed.idno in self._batch:
            self._flush(record.row - 1)
        sealed = self._reader.find(idno_token(self._ring, parsed.idno), self._tiers)
        if sealed is None:
            self._create(record.row, parsed)
            return
        held = OpenedSections(self._ring, sealed, ALL_TIERS)
        facts = held.facts()
        merged = merge(held, parsed.values)
        tied = is_tied(facts.terms)
        renamed = not tied and self._renamed(parsed.rid, facts.rid)
        if not merged.changed and not renamed:
            self._counts["unchanged"] += 1
            self._list_conflicts(record.row, merged.conflicts)
            return
        said = Tied(sealed.resident, self._tiers, parsed.values)
        rid = parsed.rid if renamed else facts.rid
        made = said if tied else change(self._ring, sealed, held, merged.changed, facts, rid=rid)
        read = {tier: version_of(sealed.sections[tier]) for tier in (Tier.CONTROL, *merged.changed)}
        self._counts["updated"] += 1
        self._batch[parsed.idno] = _Write(made, held.trail_key(), merged.conflicts, record.row, said, read)

    def _create(self, row: int, parsed: Parsed) -> None:
        self._renamed(parsed.rid, "")
        resident = next(self._ids, None)
        if resident is None:
            first = self._writer.reserve(_RESERVED)
            self._ids = iter(range(first + 1, first + _RESERVED))
            resident = first
        sections = merge({}, parsed.values).changed
        made, trail_key = new_file_and_key(self._ring, resident, sections, parsed.rid or str(uuid.uuid4()))
        self._counts["created"] += 1
        self._batch[parsed.idno] = _Write(made, trail_key, (), row)

    def _renamed(self, rid: str, known: str) -> bool:
        """Whether a row brings another internal id, one carried over from a former register. Raises BadInput."""
        if not rid or rid == known:
            return False
        if rid in self._rids or self._reader.find(rid_token(self._ring, rid), ()) is not None:
            raise BadInput("rid", "is another person's")
        self._rids.add(rid)
        return True

    def _flush(self, row: int, *, finished: bool = False) -> None:
        for write in self._batch.values():
            self._list_conflicts(write.row, write.conflicts)
        # What stands beside the file comes first: a crash in between repeats rows, it never loses one.
        for beside in (self._rejected, self._conflicts):
            if finished:
                beside.close()
            else:
                beside.flush()
        self._write(row, finished=finished)

    def _list_conflicts(self, row: int, conflicts: tuple[Conflict, ...]) -> None:
        for conflict in conflicts:
            self._counts["conflicts"] += 1
            self._conflicts.add(row, conflict)

    def _write(self, row: int, *, finished: bool = False) -> None:
        writes, self._batch = list(self._batch.values()), {}
        self._rids.clear()
        job, part = self._job, self._part
        created = sum(isinstance(write.made, NewFile) for write in writes)
        at = datetime.now(UTC)
        batch = Batch(self._ring, job.feed, at)
        prepared = batch.whole(created, len(writes) - created)
        # Where the control section changes as well, it is sealed within the write, and the entry accounts for it.
        people = [_entry(batch, write) for write in writes]

        def action(tx: SqlcipherTransaction) -> None:
            told = [_put(tx, self._ring, batch, write, person) for write, person in zip(writes, people, strict=True)]
            if writes:
                tx.record(prepared)
            for person in chain.from_iterable(told):
                tx.record(person)
            tx.put_progress(job.feed, job.digest, part, _FINISHED if finished else row)

        [failure] = self._writer.run([action])
        if failure is not None:
            raise failure

    def _done(self) -> int:
        return self._reader.progress(self._job.feed, self._job.digest, self._part)


def _entry(batch: Batch, write: _Write) -> Prepared | None:
    """The entry of what is sealed already; the rest is known within the write alone."""
    made = write.made
    if isinstance(made, Tied) or (isinstance(made, Change) and made.facts is not None):
        return None
    return batch.person(made, write.trail_key)


def _put(
    tx: SqlcipherTransaction, ring: Keyring, batch: Batch, write: _Write, person: Prepared | None
) -> Sequence[Prepared]:
    """Write one person; returns the entries that account for it."""
    made = write.made
    if isinstance(made, Tied):
        return put_tied(tx, ring, batch, made)
    if isinstance(made, NewFile):
        tx.create_file(*made)
        return (person or batch.person(made, write.trail_key),)
    if write.said is not None and not tx.is_as_read(made.resident, write.read):
        return put_tied(tx, ring, batch, write.said)  # somebody wrote to this file since it was read
    if made.facts is not None:
        control = tx.sealed_facts(made.resident, made.facts)
        made = made._replace(envelopes=made.envelopes | {Tier.CONTROL: control})
    tx.update_sections(made.resident, made.envelopes, made.tokens)
    return (person or batch.person(made, write.trail_key),)
