"""Files that an import writes beside the imported one: for its owner's eyes alone, and able to resume."""

import csv
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

Cells = list[str]


class Beside:
    """A CSV file that is made only when there is something to write.

    What an earlier run left is replaced, or removed where there is nothing to write any more; what an interrupted run
    left is kept up to the place where it resumes.
    """

    def __init__(self, path: Path, columns: Sequence[str], keep: Callable[[Cells], bool] | None = None) -> None:
        """Prepare to write.

        Args:
            path: where it goes.
            columns: its header.
            keep: which rows of an interrupted run stay; None starts afresh.
        """
        self.path = path
        self.count = 0
        self._columns = columns
        self._stream: IO[str] | None = None
        if keep and (earlier := [cells for cells in read_rows(path, len(columns)) if keep(cells)]):
            # Written anew beside itself: another crash must not find the file cut off.
            fresh = path.with_name(f"{path.name}.new")
            self._begin(fresh)
            for cells in earlier:
                self.write(cells)
            self.flush()
            fresh.replace(path)

    def write(self, cells: Sequence[str]) -> None:
        """Write one row."""
        csv.writer(self._stream or self._begin(self.path)).writerow(cells)
        self.count += 1

    def _begin(self, path: Path) -> IO[str]:
        self._stream = open_private(path)
        csv.writer(self._stream).writerow(self._columns)
        return self._stream

    def flush(self) -> None:
        """Hand everything written so far to the operating system; call it before progress is committed."""
        if self._stream is not None:
            self._stream.flush()

    def close(self) -> None:
        """Finish; removes what an earlier run left where there was nothing to write."""
        if self._stream is None:
            self.path.unlink(missing_ok=True)
        else:
            self._stream.close()


def read_rows(path: Path, width: int) -> list[Cells]:
    """The whole rows of such a file, without its header; none where there is no file."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.reader(stream))[1:]
    except FileNotFoundError:
        return []
    return [cells for cells in rows if len(cells) == width]  # a crash may have cut the last one


def open_private(path: Path) -> IO[str]:
    """Open a file anew that only its owner may read, marked as UTF-8 so that spreadsheets open it rightly."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0)
    descriptor = os.open(path, flags, 0o600)
    os.fchmod(descriptor, 0o600)  # an earlier file may have been open to others
    return os.fdopen(descriptor, "w", encoding="utf-8-sig", errors="replace", newline="")
