"""Rejected rows, in a file that can be corrected and imported again."""

import csv
import os
import re
from pathlib import Path
from typing import IO, Any

import orjson

from hub.errors import BadInput

BOOKKEEPING = ("row", "field", "reason")
"""The columns added to the original ones; the reader ignores them."""

# What a spreadsheet takes for a formula, and the apostrophe by which it is told not to.
_FORMULA = re.compile("'*[=+\\-@\t\r\uff1d\uff0b\uff0d\uff20]").match
_ESCAPED = re.compile("'+[=+\\-@\t\r\uff1d\uff0b\uff0d\uff20]").match


def escape(cell: str) -> str:
    """Put an apostrophe before what a spreadsheet would run as a formula (OWASP, CSV injection)."""
    return f"'{cell}" if _FORMULA(cell) else cell


def unescape(cell: Any) -> Any:
    """Undo `escape`; anything but text is returned as it is."""
    return cell[1:] if isinstance(cell, str) and _ESCAPED(cell) else cell


def rejected_path(path: Path) -> Path:
    """Where the rejected rows of a file go: beside it."""
    return path.with_name(f"{path.name}.rejected.csv")


class RejectedFile:
    """Writes `FILE.rejected.csv`: the original columns, then row, field and reason.

    It is UTF-8 with a mark, so that spreadsheets open it rightly, readable by its owner alone, and made only when
    there is something to write. What an earlier run left is replaced, or removed where nothing is rejected any more.
    """

    def __init__(self, path: Path, columns: tuple[str, ...], *, resume_at: int = 0) -> None:
        """Prepare to write.

        Args:
            path: the file that is imported, not the rejected one.
            columns: its columns.
            resume_at: the first row that will be read again after an interruption; what was rejected before it is
                kept, what was rejected from it on is forgotten. 0 starts afresh.
        """
        self.path = rejected_path(path)
        self.count = 0
        self._columns = columns
        self._stream: IO[str] | None = None
        earlier = self._rows_before(resume_at) if resume_at else []
        for cells in earlier:
            self._write(cells)

    def add(self, row: int, cells: list[Any], problem: BadInput) -> None:
        """Write one rejected row.

        Args:
            row: its number in the imported file.
            cells: its cells as they were read, one for each column.
            problem: the member and the rule it breaks.
        """
        texts = [escape(_text(cell)) for cell in cells]
        self._write([*texts, str(row), problem.member, problem.rule])

    def flush(self) -> None:
        """Hand everything written so far to the operating system; call it before progress is committed."""
        if self._stream is not None:
            self._stream.flush()

    def close(self) -> None:
        """Finish; removes what an earlier run left where nothing was rejected."""
        if self._stream is None:
            self.path.unlink(missing_ok=True)
        else:
            self._stream.close()

    def _write(self, cells: list[str]) -> None:
        if self._stream is None:
            self._stream = _open_private(self.path)
            csv.writer(self._stream).writerow([*self._columns, *BOOKKEEPING])
        csv.writer(self._stream).writerow(cells)
        self.count += 1

    def _rows_before(self, row: int) -> list[list[str]]:
        try:
            with self.path.open(encoding="utf-8-sig", newline="") as stream:
                rows = list(csv.reader(stream))[1:]
        except FileNotFoundError:
            return []
        width = len(self._columns) + len(BOOKKEEPING)
        whole = (cells for cells in rows if len(cells) == width)  # a crash may have cut the last line
        return [cells for cells in whole if cells[-3].isdecimal() and int(cells[-3]) < row]


def _open_private(path: Path) -> IO[str]:
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0)
    descriptor = os.open(path, flags, 0o600)
    os.fchmod(descriptor, 0o600)  # an earlier file may have been open to others
    return os.fdopen(descriptor, "w", encoding="utf-8-sig", errors="replace", newline="")


def _text(cell: Any) -> str:
    """A cell as CSV holds it, so that the row can come back: lists joined, objects as JSON."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, list) and all(isinstance(item, str) for item in cell):
        return ";".join(cell)
    return orjson.dumps(cell).decode()
