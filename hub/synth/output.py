"""The directory a world is written to: its files, their columns, and the manifest that marks it as ours."""

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from hub.errors import BadInput
from hub.schema.fields import read_schema

FEEDS = ("police", "civil_affairs", "health", "utilities")
GENERATOR = "hub synth"
_MANIFEST = "manifest.json"


def columns_of(feed: str) -> tuple[str, ...]:
    """The columns of a feed in the order of its schema.

    Args:
        feed: the name of a schema in `schemas/feeds/`.

    Raises:
        OperatorError: there is no such schema, or it cannot be read.
    """
    return tuple(column["field"] for column in read_schema(f"feeds/{feed}.json")["columns"])


def prepare(out: Path) -> None:
    """Create the directory, or make sure that nothing in it is overwritten but an earlier world.

    Args:
        out: where the world goes.

    Raises:
        BadInput: there is something there that this command did not write.
        OSError: the directory cannot be made or read.
    """
    if out.exists() and not out.is_dir():
        raise BadInput("OUT", "is a file; name a new directory")
    if out.is_dir() and any(out.iterdir()) and not _is_earlier_world(out):
        raise BadInput("OUT", "is not empty and holds no earlier world of `hub synth`; name a new directory")
    out.mkdir(parents=True, exist_ok=True)
    # Before anything else, so that a world cut short can be written again.
    write_manifest(out, {"complete": False})


def _is_earlier_world(out: Path) -> bool:
    try:
        manifest = json.loads((out / _MANIFEST).read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(manifest, dict) and manifest.get("generator") == GENERATOR


def write_manifest(out: Path, members: Mapping[str, Any]) -> None:
    """Write `manifest.json`, readable by people and stable to the byte.

    Args:
        out: the world's directory.
        members: what JSON can hold.
    """
    text = json.dumps({"generator": GENERATOR, **members}, ensure_ascii=False, indent=1)
    (out / _MANIFEST).write_text(text + "\n", encoding="utf-8", newline="\n")


def write_table(path: Path, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write a small CSV file whole."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


class FeedFiles:
    """The four feeds, written row by row as the world goes by.

    Args:
        out: the world's directory.
    """

    def __init__(self, out: Path) -> None:
        self.counts = dict.fromkeys(FEEDS, 0)
        self._columns = {feed: columns_of(feed) for feed in FEEDS}
        self._open = ExitStack()
        self._writers = {}
        for feed, columns in self._columns.items():
            file = self._open.enter_context((out / f"{feed}.csv").open("w", encoding="utf-8", newline=""))
            self._writers[feed] = csv.writer(file, lineterminator="\n")
            self._writers[feed].writerow(columns)

    def write(self, feed: str, row: Mapping[str, str]) -> None:
        """Write one row.

        Args:
            feed: one of `FEEDS`.
            row: field key to text; what the feed has no column for is left out, what it lacks is empty.
        """
        get = row.get
        self._writers[feed].writerow([get(column, "") for column in self._columns[feed]])
        self.counts[feed] += 1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()
