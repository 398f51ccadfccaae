"""Searching the trail: the median of each promised filter over a large projection, against that over a small one.

The projections are filled through their own writing function, without a log behind them: what is measured is finding
entries, not reading them, which costs the same for every page of a size.
"""

import random
import shutil
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median
from typing import NamedTuple

from hub.bench.report import Row
from hub.bench.scale import Scale
from hub.store.directory import Directory, open_keyring
from hub.store.installation import create
from hub.store.keys import Keyring
from hub.store.trail_file import TrailFile
from hub.store.trail_query import TrailQuery, search
from hub.store.trail_rows import Row as TrailRow
from hub.store.trail_rows import Rows
from hub.store.trail_settling import Settling

_ACTORS, _PEOPLE, _PURPOSES, _DEPARTMENTS = 1000, 20_000, 32, 13
_TOGETHER = 500
_APART_MS = 5
_START_MS = 1_700_000_000_000
_LISTED = 50
_SEARCHES = 300
_PROMISED_PER_SECOND = 10_000
_FLAT = 2.0
_AREA = "339999"
_FILTERS = (
    ("actor",),
    ("subject",),
    ("purpose",),
    ("kind",),
    ("outcome",),
    ("department",),
    ("actor", "purpose"),
    ("actor", "subject"),
    ("subject", "purpose"),
    ("department", "outcome"),
)


class _Filled(NamedTuple):
    """A projection of so many entries, the keys that name its people, and the seconds that writing it took."""

    projection: TrailFile
    size: int
    ring: Keyring
    seconds: float


def measure_search(scale: Scale, folder: Path) -> list[Row]:
    """Fill a small and a large projection, then search both in turns."""
    small = _filled(folder / "search-small", scale.searched_small)
    large = _filled(folder / "search-large", scale.searched_large)
    try:
        rows = [_row(names, small, large) for names in _FILTERS]
    finally:
        for each, name in ((small, "search-small"), (large, "search-large")):
            each.projection.close()
            _remove(folder / name)
    return [*rows, _building(large)]


def _building(large: _Filled) -> Row:
    rate = large.size / large.seconds
    return Row(
        what=f"entries added to the trail's projection, {large.size:,} of them, {_TOGETHER} at once",
        measured=f"{rate:,.0f}/s",
        compared=f"{_PROMISED_PER_SECOND:,}/s: the most that is promised",
        ratio=rate / _PROMISED_PER_SECOND,
        target=1.0,
        note="reading them from the log is not counted",
    )


def _row(names: tuple[str, ...], small: _Filled, large: _Filled) -> Row:
    times: tuple[list[float], list[float]] = ([], [])
    for both in zip(_queries(names, small), _queries(names, large), strict=True):
        for filled, query, spent in zip((small, large), both, times, strict=True):
            started = time.perf_counter()
            subject = filled.ring.resident_behind(query.subject) if query.subject else None
            filled.projection.use(partial(search, query=query, subject=subject, before=None, limit=_LISTED))
            spent.append(time.perf_counter() - started)
    before, after = median(times[0]), median(times[1])
    return Row(
        what=f"search by {' and '.join(names)} within a time range, {large.size:,} entries, p50",
        measured=f"{after * 1e6:.3g} µs",
        compared=f"{before * 1e6:.3g} µs: {small.size:,} entries",
        ratio=after / before,
        target=_FLAT,
        at_most=True,
    )


def _filled(path: Path, size: int) -> _Filled:
    _remove(path)
    directory = create(path)
    ring = open_keyring(directory)
    rows, settling, spent = Rows(), Settling(), 0.0
    projection = TrailFile(directory, ring, lambda: None)
    chance = random.Random(1)
    for first in range(0, size, _TOGETHER):
        batch = [_entry(chance, number) for number in range(first, min(first + _TOGETHER, size))]
        started = time.perf_counter()
        projection.use(_putting(rows, batch))
        while projection.use(settling.step):
            pass
        spent += time.perf_counter() - started
    return _Filled(projection, size, ring, spent)


def _putting(rows: Rows, batch: list[TrailRow]) -> Callable[..., None]:
    return _within(lambda db: rows.put(db, batch, b""))


def _within(work: Callable[..., object]) -> Callable[..., None]:
    """The same in one transaction."""

    def all_or_nothing(db: object) -> None:
        db.execute("BEGIN IMMEDIATE")  # type: ignore[attr-defined]
        work(db)
        db.execute("COMMIT")  # type: ignore[attr-defined]

    return all_or_nothing


def _entry(chance: random.Random, number: int) -> TrailRow:
    # A few principals ask for most of what is asked, as a town's departments do.
    actor = int(chance.random() ** 2 * _ACTORS)
    return TrailRow(
        entry=number,
        time=_START_MS + number * _APART_MS - chance.randrange(50),
        actor=_actor(actor),
        subject=chance.randrange(1, _PEOPLE + 1),
        purpose=f"P{chance.randrange(_PURPOSES)}",
        kind=chance.choice(("disclosure", "disclosure", "disclosure", "search")),
        outcome=chance.choice(("disclosed", "disclosed", "disclosed", "denied")),
        department=_department(actor),
        area=_AREA,
    )


def _queries(names: tuple[str, ...], filled: _Filled) -> Iterator[TrailQuery]:
    """Searches for what some entry may say, within the middle of the log's time."""
    chance = random.Random(2)
    since, until = (_moment(part * filled.size // 10) for part in (1, 9))
    for _ in range(_SEARCHES):
        said = _entry(chance, 0)._asdict()
        subject, department = filled.ring.pseudonym_of(said["subject"]), said["department"] or _department(1)
        said |= {"subject": subject, "department": department}
        yield TrailQuery(**{name: said[name] for name in names}, since=since, until=until, area=_AREA)


def _moment(entry: int) -> datetime:
    return datetime.fromtimestamp((_START_MS + entry * _APART_MS) / 1000, UTC)


def _actor(number: int) -> str:
    department = _department(number)
    return f"department:{department}@{_AREA}#{number}" if department else f"clerk:{_AREA}001001#{number}"


def _department(number: int) -> str | None:
    """Of every so many principals one belongs to no department."""
    place = number % (_DEPARTMENTS + 1)
    return f"department{place}" if place else None


def _remove(path: Path) -> None:
    for each in (path, Directory(path).keys):
        shutil.rmtree(each, ignore_errors=True)
