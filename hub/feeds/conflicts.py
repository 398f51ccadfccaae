"""Where sources disagree: a list beside the imported file. The values themselves stay sealed in the file."""

import csv
import os
from pathlib import Path
from typing import IO

from hub.feeds.merge import Conflict

COLUMNS = ("row", "field", "kept", "other")


def conflicts_path(path: Path) -> Path:
    """Where the conflicts of a file go: beside it."""
    return path.with_name(f"{path.name}.conflicts.csv")


class ConflictsFile:
    """Writes `FILE.conflicts.csv`: the row that brought a conflict, its field and the two sources.

    Args:
        path: the file that is imported.
        resume_at: the first row that will be read again after an interruption; 0 starts afresh.
    """

    def __init__(self, path: Path, *, resume_at: int = 0) -> None:
        self.path = conflicts_path(path)
        self._stream: IO[str] | None = None
        for cells in self._rows_before(resume_at) if resume_at else []:
            self._write(cells)

    def add(self, row: int, conflict: Conflict) -> None:
        """Write one conflict."""
        self._write([str(row), *conflict])

    def flush(self) -> None:
        """Hand everything written so far to the operating system."""
        if self._stream is not None:
            self._stream.flush()

    def close(self) -> None:
        """Finish; removes what an earlier run left where there is no conflict."""
        if self._stream is None:
            self.path.unlink(missing_ok=True)
        else:
            self._stream.close()

    def _write(self, cells: list[str]) -> None:
        if self._stream is None:
            descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
            self._stream = os.fdopen(descriptor, "w", encoding="utf-8", newline="")
            csv.writer(self._stream).writerow(COLUMNS)
        csv.writer(self._stream).writerow(cells)

    def _rows_before(self, row: int) -> list[list[str]]:
        try:
            with self.path.open(encoding="utf-8", newline="") as stream:
                rows = list(csv.reader(stream))[1:]
        except FileNotFoundError:
            return []
        return [cells for cells in rows if len(cells) == len(COLUMNS) and int(cells[0]) < row]
