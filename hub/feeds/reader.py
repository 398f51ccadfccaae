"""Reading a feed's file, CSV or NDJSON, row by row in bounded memory."""

import json
import re
from collections.abc import Generator, Iterator
from contextlib import closing
from io import TextIOWrapper
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import orjson

from hub.errors import BadInput
from hub.feeds.encoding import Encoding, detect_encoding, is_broken
from hub.feeds.feed import Feed
from hub.feeds.records import Raw, csv_records, physical_lines, plain_records
from hub.feeds.rejected import BOOKKEEPING, unescape
from hub.schema.normalise import cell_of

_KEY = re.compile(r"[a-z][a-z0-9_.]{0,39}", re.ASCII).fullmatch
_NDJSON_SUFFIXES = frozenset({".ndjson", ".jsonl", ".json"})


class Record(NamedTuple):
    """One row of a file.

    Attributes:
        row: its number as a spreadsheet shows it: a CSV file's header is row 1, NDJSON's first line is row 1.
        cells: one for each of the file's columns; empty text where there is no value.
        problem: why the row cannot be read; None for a row that can.
    """

    row: int
    cells: list[Any]
    problem: BadInput | None


class FeedFile:
    """A file that belongs to a feed.

    Attributes:
        path: where it lies.
        columns: the field keys of its columns, in order; without the bookkeeping of a rejected file.
        size: its length in bytes.
    """

    def __init__(self, path: Path, feed: Feed) -> None:
        """Find out how to read the file and check its columns.

        Raises:
            BadInput: the file is empty, in no known encoding, or its columns do not fit the feed: one that is
                required is missing, or one is unknown or there twice. An unknown column refuses the whole file,
                since a misspelt heading would silently lose a column of data.
            OSError: the file cannot be read.
        """
        self.path = path
        self.size = path.stat().st_size
        if not self.size:
            raise BadInput(path.name, "is empty")
        self._feed = feed
        self._encoding: Encoding = detect_encoding(path)
        self._position = 0
        first = self._first_line()
        self._ndjson = path.suffix.lower() in _NDJSON_SUFFIXES or first.lstrip().startswith("{")
        self._kept: list[int] | None = None
        self._returned = False
        self.columns: tuple[str, ...] = tuple(feed.columns)
        if not self._ndjson:
            self.columns = self._check_header()

    @property
    def position(self) -> int:
        """How many bytes have been read, for a progress bar."""
        return self._position

    def records(self) -> Iterator[Record]:
        """Every row but the header and rows without any value, in the file's order."""
        with closing(self._raw()) as raw:
            yield from self._ndjson_records(raw) if self._ndjson else self._csv_records(raw)

    def _raw(self) -> Generator[Raw, None, None]:
        with self.path.open("rb") as binary, self._text(binary) as stream:
            lines = physical_lines(stream)
            for record in plain_records(lines) if self._ndjson else csv_records(lines):
                yield record
                if not record.row % 1000:
                    self._position = binary.tell()
        self._position = self.size

    def _text(self, binary: BinaryIO) -> TextIOWrapper:
        return TextIOWrapper(binary, self._encoding.codec, self._encoding.errors)

    def _first_line(self) -> str:
        with self.path.open("rb") as binary, self._text(binary) as stream:
            return next((line for line in physical_lines(stream) if line.strip()), "")

    def _check_header(self) -> tuple[str, ...]:
        with closing(self._raw()) as raw:
            header = next(raw, Raw(1, []))
        names = [cell.strip() for cell in header.cells]
        while names and not names[-1]:
            names.pop()
        if header.problem or not names:
            raise BadInput(self.path.name, "must begin with a row of column names")
        columns = [name for name in names if name not in BOOKKEEPING]
        self._returned = set(names) >= set(BOOKKEEPING)
        if len(columns) != len(names):
            self._kept = [index for index, name in enumerate(names) if name not in BOOKKEEPING]
        self._width = len(names)
        self._check_columns(columns)
        return tuple(columns)

    def _check_columns(self, columns: list[str]) -> None:
        unknown = next((name for name in columns if name not in self._feed.columns), None)
        missing = next(
            (key for key, column in self._feed.columns.items() if column.required and key not in columns), ""
        )
        if unknown is not None and len(columns) == 1:
            raise BadInput(self.path.name, "must begin with a row of column names, separated by commas")
        if unknown is not None:
            # In a file without a header the first row is a resident's: only what looks like a field key is shown.
            shown = unknown if _KEY(unknown) else f"column {columns.index(unknown) + 1}"
            raise BadInput(shown, f"is no column of the feed {self._feed.name}; correct or remove it")
        if missing:
            raise BadInput(missing, f"is a required column of the feed {self._feed.name} and is missing")
        if len(set(columns)) != len(columns):
            twice = next(name for name in columns if columns.count(name) > 1)
            raise BadInput(twice, "is there twice")

    def _csv_records(self, raw: Iterator[Raw]) -> Iterator[Record]:
        next(raw, None)
        width, kept, returned, damaged = self._width, self._kept, self._returned, self._encoding.damaged
        for row, cells, problem in raw:
            if not cells[0] and not any(cells):
                continue
            wrong = problem
            if len(cells) != width and not problem:
                if len(cells) > width and not any(cells[width:]):
                    cells = cells[:width]  # noqa: PLW2901 - commas at the end, as spreadsheets leave them
                else:
                    wrong = f"has {len(cells)} columns where the header has {width}; the line may be cut short"
            if damaged and not wrong and is_broken("".join(cells)):
                wrong = f"holds bytes that are not {self._encoding.codec} text"
            if wrong:
                yield Record(row, self._fit(cells), BadInput("row", wrong))
                continue
            if kept is not None:
                cells = [cells[index] for index in kept]  # noqa: PLW2901 - a returned file's bookkeeping is dropped
            if returned:
                cells = [unescape(cell) for cell in cells]  # noqa: PLW2901 - what the rejected file escaped
            yield Record(row, cells, None)

    def _fit(self, cells: list[str]) -> list[str]:
        """Cells of an unreadable row, one for each column."""
        kept = cells if self._kept is None else [cells[index] for index in self._kept if index < len(cells)]
        columns = len(self.columns)
        return [*kept, *[""] * (columns - len(kept))][:columns]

    def _ndjson_records(self, raw: Iterator[Raw]) -> Iterator[Record]:
        for row, cells, problem in raw:
            line = cells[0].strip()
            if not line:
                continue
            wrong = problem or ("holds bytes that do not decode" if self._encoding.damaged and is_broken(line) else "")
            if wrong:
                yield Record(row, self._fit([line]), BadInput("row", wrong))
            else:
                yield self._object_record(row, line)

    def _object_record(self, row: int, line: str) -> Record:
        try:
            body = orjson.loads(line)
        except orjson.JSONDecodeError:
            return Record(row, self._fit([line[:200]]), BadInput("row", "is not JSON; the line may be cut short"))
        if not isinstance(body, dict):
            return Record(row, self._fit([line[:200]]), BadInput("row", "must be one JSON object for each line"))
        if _repeats(body, line):
            return Record(row, self._fit([line[:200]]), BadInput("row", "has a member twice"))
        cells = [body.pop(key, "") for key in self.columns]
        for name in BOOKKEEPING:
            body.pop(name, None)
        problem = BadInput("row", "has a member that is no column of the feed") if body else None
        for index, key in enumerate(self.columns):
            if not isinstance(cells[index], str):
                try:
                    given = cells[index]
                    cells[index] = "" if given is None else cell_of(self._feed.columns[key].field, given)
                except BadInput as error:
                    problem = problem or error
        return Record(row, cells, problem)


def _repeats(body: dict[str, Any], line: str) -> bool:
    # A name may stand there as a value, too, so what may be a repetition is read again.
    if "\\" not in line and not any(line.count(f'"{key}"') > 1 for key in body):
        return False
    members: list[int] = []

    def counted(pairs: list[tuple[str, Any]]) -> None:
        members.append(len(pairs))

    json.loads(line, object_pairs_hook=counted)
    return members[-1] > len(body)
