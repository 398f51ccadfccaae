"""What one import is of: its files, its parts, and what becomes of their rows."""

from pathlib import Path
from typing import NamedTuple

PARTS = 2


class File(NamedTuple):
    """One file to import.

    Attributes:
        feed: the feed's name.
        path: the file.
        digest: SHA-256 of the file: what an interrupted import is known by.
        lines: about how many it has.
    """

    feed: str
    path: Path
    digest: bytes
    lines: int


class Job(NamedTuple):
    """Files to import together.

    Attributes:
        directory: the data directory's path.
        files: one or several, each of another feed or at another place.
        at: the date the values were collected, ISO 8601.
    """

    directory: Path
    files: tuple[File, ...]
    at: str


class Counts(NamedTuple):
    """What became of the rows of one file, or of one part of it, in this run."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    conflicts: int = 0
    resumed_at: int = 0


def part_path(path: Path, part: int) -> Path:
    """Stands for the file in the names of what one part writes beside it."""
    return path.with_name(f"{path.name}.part{part}")
