"""An import of three feeds, held against writing the same rows, parsed, into one plain SQLite table."""

import csv
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from hub.bench.community import shape_of
from hub.bench.report import Row
from hub.bench.scale import Scale

FEEDS = ("police", "civil_affairs", "health")
_WORLD = ("synth/*.py", "schema/*.py")
Rows = dict[str, tuple[tuple[str, ...], list[tuple[str, ...]]]]


def measure_import(scale: Scale, folder: Path) -> list[Row]:
    """Import a synthetic world with `hub import`, at once and file by file, and write its rows plainly, by turns."""
    world = _world(folder, scale.imported)
    rows = {feed: _parsed(world / f"{feed}.csv") for feed in FEEDS}
    plain, together = [], []
    apart: dict[str, list[float]] = {feed: [] for feed in FEEDS}
    for _ in range(scale.imports):
        plain.append(round(_write_plainly(folder / "plain.db", rows), 4))
        together += _import(folder / "imported", world, [FEEDS])
        for feed, seconds in zip(FEEDS, _import(folder / "imported", world, [(feed,) for feed in FEEDS]), strict=True):
            apart[feed].append(seconds)
    count = sum(len(lines) for _, lines in rows.values())
    what = f"import of {scale.imported:,} residents from {len(FEEDS)} feeds, {count:,} rows"
    sums = [sum(seconds) for seconds in zip(*apart.values(), strict=True)]
    return [
        _row(f"{what}, in one command", together, plain, {"seconds": together}),
        _row(f"{what}, file by file", sums, plain, {"seconds": apart}),
    ]


def _row(what: str, imported: list[float], plain: list[float], detail: dict[str, object]) -> Row:
    return Row(
        what=what,
        measured=f"{median(imported):.3g} s",
        compared=f"{median(plain):.3g} s: the same rows, parsed, into one plain SQLite table",
        ratio=median(imported) / median(plain),
        target=25,
        at_most=True,
        detail=detail | {"plain_seconds": plain},
    )


def _world(folder: Path, residents: int) -> Path:
    world = folder / f"world-{residents}-{shape_of(_WORLD)}"
    if not (world / "manifest.json").is_file():
        for old in folder.glob(f"world-{residents}-*"):
            shutil.rmtree(old)
        _hub("synth", str(world), "--residents", str(residents), "--seed", "1")
    return world


def _parsed(file: Path) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    with file.open(encoding="utf-8-sig", newline="") as stream:
        header, *lines = map(tuple, csv.reader(stream))
    return header, lines


def _write_plainly(path: Path, rows: Rows) -> float:
    """Seconds to write all rows into one new table, a transaction for each feed, with SQLite's own defaults."""
    path.unlink(missing_ok=True)
    columns = dict.fromkeys(name for header, _ in rows.values() for name in header)
    started = time.perf_counter()
    db = sqlite3.connect(path)
    db.execute(f"CREATE TABLE resident ({', '.join(_quoted(name) + ' TEXT' for name in columns)})")
    for header, lines in rows.values():
        names, marks = ", ".join(map(_quoted, header)), ", ".join("?" * len(header))
        with db:
            # Names of columns come from the feeds' own headers; values are bound.
            db.executemany(f"INSERT INTO resident ({names}) VALUES ({marks})", lines)  # noqa: S608
    db.close()
    seconds = time.perf_counter() - started
    path.unlink()
    return seconds


def _import(directory: Path, world: Path, commands: Sequence[Sequence[str]]) -> list[float]:
    """Seconds that each `hub import` of some feeds took, into a directory that is new and removed again."""
    _remove(directory)
    try:
        _hub("init", str(directory), "--dev-issuer")
        files = [[word for feed in feeds for word in (feed, str(world / f"{feed}.csv"))] for feeds in commands]
        return [_hub("import", str(directory), *words) for words in files]
    finally:
        _remove(directory)


def _remove(directory: Path) -> None:
    for path in (directory, directory.with_name(f"{directory.name}.keys")):
        shutil.rmtree(path, ignore_errors=True)


def _hub(*arguments: str) -> float:
    """Run a `hub` command; returns the seconds it took. Raises CalledProcessError."""
    command = [sys.executable, "-m", "hub.cli.main", *arguments]
    os.sync()  # what earlier work has left to be written is not this command's
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own interpreter and modules
    return round(time.perf_counter() - started, 3)


def _quoted(name: str) -> str:
    return f'"{name}"'
