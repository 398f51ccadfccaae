"""Rejected rows, in a file that can be corrected and imported again."""

import re
from pathlib import Path
from typing import Any

import orjson

from hub.errors import BadInput
from hub.feeds.beside import Beside

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


class RejectedFile(Beside):
    """Writes `FILE.rejected.csv`: the original columns, then row, field and reason."""

    def __init__(self, path: Path, columns: tuple[str, ...], *, resume_at: int = 0) -> None:
        """Prepare to write.

        Args:
            path: the file that is imported, not the rejected one.
            columns: its columns.
            resume_at: the first row that will be read again after an interruption; what was rejected before it is
                kept, what was rejected from it on is forgotten. 0 starts afresh.
        """
        keep = (lambda cells: cells[-3].isdecimal() and int(cells[-3]) < resume_at) if resume_at else None
        super().__init__(rejected_path(path), (*columns, *BOOKKEEPING), keep)

    def add(self, row: int, cells: list[Any], problem: BadInput) -> None:
        """Write one rejected row.

        Args:
            row: its number in the imported file.
            cells: its cells as they were read, one for each column.
            problem: the member and the rule it breaks.
        """
        texts = [escape(_text(cell)) for cell in cells]
        self.write([*texts, str(row), problem.member, problem.rule])


def _text(cell: Any) -> str:
    """A cell as CSV holds it, so that the row can come back: lists joined, objects as JSON."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, list) and all(isinstance(item, str) for item in cell):
        return ";".join(cell)
    return orjson.dumps(cell).decode()
