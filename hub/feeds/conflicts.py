"""Where sources disagree: a list beside the imported file. The values themselves stay sealed in the store."""

from pathlib import Path

from hub.feeds.beside import Beside
from hub.feeds.merge import Conflict

COLUMNS = ("row", "field", "kept", "other")


def conflicts_path(path: Path) -> Path:
    """Where the conflicts of a file go: beside it."""
    return path.with_name(f"{path.name}.conflicts.csv")


class ConflictsFile(Beside):
    """Writes `FILE.conflicts.csv`: the row that brought a conflict, its field and the two sources."""

    def __init__(self, path: Path, *, resume_at: int = 0) -> None:
        """Prepare to write.

        Args:
            path: the file that is imported.
            resume_at: the first row that will be read again after an interruption; 0 starts afresh.
        """
        keep = (lambda cells: int(cells[0]) < resume_at) if resume_at else None
        super().__init__(conflicts_path(path), COLUMNS, keep)

    def add(self, row: int, conflict: Conflict) -> None:
        """Write one conflict."""
        self.write([str(row), *conflict])
