"""From decoded text to records: lines, and CSV records that may span lines. Memory stays bounded whatever comes.

The rules of CSV are RFC 4180's. A record that cannot be read costs its first line only: reading goes on at the next.
"""

import csv
from collections import deque
from collections.abc import Iterable, Iterator
from typing import IO, NamedTuple

MOST_CHARACTERS = 65_536
"""The longest row; the longest file of a resident that feeds bring has some thousand characters."""

_MOST_LINES = 100
_SHOWN = 200
_BLOCK = 1 << 18


class Raw(NamedTuple):
    """One record as it stands in the file.

    Attributes:
        row: its number as a spreadsheet shows it; the first is 1.
        cells: its cells; of an unreadable record its beginning.
        problem: why it cannot be read, or empty.
    """

    row: int
    cells: list[str]
    problem: str = ""


def physical_lines(stream: IO[str]) -> Iterator[str]:
    """The lines of a stream without their ends; of a line above `MOST_CHARACTERS` only one character more than that."""
    carry, skipping = "", False
    while block := stream.read(_BLOCK):
        lines = block.split("\n")
        lines[0] = carry + lines[0]
        carry = lines.pop()
        if skipping and lines:
            del lines[0]
            skipping = False
        yield from lines
        if skipping:
            carry = ""
        elif len(carry) > MOST_CHARACTERS:
            yield carry[: MOST_CHARACTERS + 1]
            carry, skipping = "", True
    if carry and not skipping:
        yield carry


def plain_records(lines: Iterable[str]) -> Iterator[Raw]:
    """One record for each line, for formats without quoting such as NDJSON."""
    for row, line in enumerate(lines, 1):
        if len(line) > MOST_CHARACTERS:
            yield Raw(row, [line[:_SHOWN]], f"is longer than {MOST_CHARACTERS} characters")
        else:
            yield Raw(row, [line])


def csv_records(lines: Iterable[str]) -> Iterator[Raw]:
    """The records of a CSV file, separated by commas, with fields in double quotes where needed."""
    source = _Lines(lines)
    row = 0
    while (line := source.take()) is not None:
        row += 1
        if len(line) > MOST_CHARACTERS:
            yield Raw(row, [line[:_SHOWN]], f"is longer than {MOST_CHARACTERS} characters")
        elif '"' in line:
            yield _quoted(row, line, source)
        else:
            yield Raw(row, line.split(","))


class _Lines:
    """Lines that can be put back."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._returned: deque[str] = deque()

    def take(self) -> str | None:
        return self._returned.popleft() if self._returned else next(self._lines, None)

    def put_back(self, lines: list[str]) -> None:
        self._returned.extendleft(reversed(lines))


def _quoted(row: int, line: str, source: _Lines) -> Raw:
    cells, problem = _parse(line)
    taken = [line]
    size = len(line)
    while cells is None and not problem:
        following = source.take() if len(taken) < _MOST_LINES and size <= MOST_CHARACTERS else None
        if following is None:
            source.put_back(taken[1:])
            return Raw(row, _beginning(line), "a quotation mark is never closed")
        taken.append(following)
        size += len(following)
        if '"' in following:
            cells, problem = _parse("\n".join(taken))
    if cells is None:
        source.put_back(taken[1:])
        return Raw(row, _beginning(line), problem)
    return Raw(row, cells)


def _beginning(line: str) -> list[str]:
    return line[:_SHOWN].split(",")


def _parse(text: str) -> tuple[list[str] | None, str]:
    """Cells, or None with the problem; without a problem where the text ends inside quotes."""
    try:
        return next(csv.reader([text], strict=True)), ""
    except csv.Error as error:
        return None, "" if "unexpected end of data" in str(error) else "has a quotation mark in a wrong place"
