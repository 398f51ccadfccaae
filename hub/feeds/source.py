"""One file of an import as one part of it sees it: the rows about the part's people, and what lies beside the file."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from zlib import crc32

from hub.errors import BadInput
from hub.feeds.conflicts import ConflictsFile
from hub.feeds.feed import load_feed
from hub.feeds.job import PARTS, Counts, Job, part_path
from hub.feeds.reader import FeedFile, Record
from hub.feeds.rejected import RejectedFile
from hub.feeds.rows import Parsed, RowParser, SeenRows, peek_idno
from hub.feeds.settling import REJECTED, Outcome, Row
from hub.model.instant import day_of
from hub.schema.idno import is_synthetic

_STEP = 256
"""Rows of the longest file that are read before the others catch up."""
_DEVELOPMENT = BadInput(
    "idno", "a directory with the development issuer accepts only numbers of unassigned areas or 1899 births"
)


class Source:
    """Reads the rows of one file that are about the people of one part, and rejects those that break a rule.

    Args:
        job: what is imported.
        number: of the file among those of the job.
        part: 0 to PARTS - 1.
        done: the row up to which an interrupted run came; 0 where there was none.
        synthetic_only: whether rows about anybody who may exist are rejected.

    Attributes:
        feed: the feed's name.
        file: what is read.
        row: the row that was read last.
        lines: about how many rows there are.

    Raises:
        BadInput: the file cannot be read as this feed at all.
    """

    def __init__(self, job: Job, number: int, part: int, *, done: int, synthetic_only: bool) -> None:
        imported = job.files[number]
        self._number, self._part, self._done, self._synthetic_only = number, part, done, synthetic_only
        self.feed, feed = imported.feed, load_feed(imported.feed)
        self.file = FeedFile(imported.path, feed)
        self.lines = imported.lines
        self.row = 0
        self._parser = RowParser(feed, self.file.columns, job.at, day_of(datetime.now(UTC)).isoformat())
        self._seen = SeenRows(feed)
        beside, resume_at = part_path(imported.path, part), done + 1 if done else 0
        self._rejected = RejectedFile(beside, self.file.columns, resume_at=resume_at)
        self._conflicts = ConflictsFile(beside, resume_at=resume_at)
        self._records = self.file.records()
        self._counts = dict.fromkeys(Counts._fields, 0) | {"resumed_at": done}

    @property
    def counts(self) -> Counts:
        """What became of the rows so far."""
        return Counts(**self._counts)

    def rows(self, until: int | None = None) -> Iterator[Row]:
        """The rows that can be imported, going on where the last call ended.

        Args:
            until: the row to stop behind; None for the end of the file.
        """
        for row, cells, problem in self._records:
            self.row = row
            idno = "" if problem else peek_idno(cells, self.file.columns)
            # Rows about nobody in particular are rejected, all by the first part.
            if (crc32(idno.encode()) % PARTS if idno else 0) != self._part:
                self._parser.pass_over(cells)
            else:
                first = self._seen.first_row(idno, row) if idno else 0
                if row <= self._done:
                    self._parser.pass_over(cells)
                else:
                    try:
                        parsed = self._parsed(Record(row, cells, problem), first)
                    except BadInput as error:
                        self._reject(row, cells, error)
                    else:
                        yield Row(self._number, row, cells, parsed)
            if until is not None and row >= until:
                return

    def count(self, outcome: Outcome) -> None:
        """Count what became of a row, and list what is wrong with it beside the file."""
        row = outcome.row
        self._counts[outcome.kind] += 1
        for conflict in outcome.conflicts:
            self._counts["conflicts"] += 1
            self._conflicts.add(row.row, conflict)
        if outcome.problem is not None:
            self._rejected.add(row.row, row.cells, outcome.problem)

    def keep(self, *, finished: bool) -> None:
        """Hand what stands beside the file to the operating system, or finish it."""
        for beside in (self._rejected, self._conflicts):
            if finished:
                beside.close()
            else:
                beside.flush()

    def _parsed(self, record: Record, first: int) -> Parsed:
        if record.problem:
            raise record.problem
        parsed = self._parser.parse(record.cells)
        if first:
            raise BadInput("idno", f"is the same person's as in row {first}")
        if self._synthetic_only and not is_synthetic(parsed.idno):
            raise _DEVELOPMENT
        return parsed

    def _reject(self, row: int, cells: list[Any], problem: BadInput) -> None:
        self._counts[REJECTED] += 1
        self._rejected.add(row, cells, problem)


def in_step(sources: Sequence[Source], progress: Callable[[], None]) -> Iterator[Row]:
    """The rows of several files, each feed read about as far as the others are.

    What several feeds say of one person comes close together then, as far as they list people in a like order. Files of
    one feed are read one after the other: what it says last counts.

    Args:
        sources: the files.
        progress: called from time to time.
    """
    feeds: dict[str, list[Source]] = {}
    for source in sources:
        feeds.setdefault(source.feed, []).append(source)
    lines = {feed: sum(source.lines for source in each) for feed, each in feeds.items()}
    steps = max(lines.values()) // _STEP
    for step in range(1, steps + 1):
        for feed, each in feeds.items():
            yield from _up_to(each, lines[feed] * step // steps)
        progress()
    for source in sources:
        yield from source.rows()


def _up_to(sources: Sequence[Source], row: int) -> Iterator[Row]:
    """What is left of the first rows of one feed's files, as if they were one."""
    for source in sources:
        if row < source.lines:
            yield from source.rows(row)
            return
        # To its very end, which its lines only estimate.
        yield from source.rows()
        row -= source.lines
