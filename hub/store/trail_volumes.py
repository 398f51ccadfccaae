"""How many entries of which sort each hour brought: a small table beside the projection's rows, kept with them.

A count is by area, and one entry counts for its own area and for each wider one that administrations have, so that
whoever looks reads the rows of one area however many grids it has, and as many rows for ten million entries as for
ten thousand in the same time.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import cache, lru_cache
from typing import Any, NamedTuple

HOUR = 3_600_000
"""Milliseconds; China's clocks differ from UTC by whole hours."""
TABLE = """
CREATE TABLE tally (
    area INTEGER, hour INTEGER, department INTEGER, purpose INTEGER, kind INTEGER, outcome INTEGER,
    entries INTEGER NOT NULL, over_asks INTEGER NOT NULL,
    PRIMARY KEY (area, hour, department, purpose, kind, outcome)
) STRICT, WITHOUT ROWID;
"""
_HUB, _NONE = 0, -1
_WIDTHS = (2, 4, 6, 9, 12, 15)
"""Digits of a province, a prefecture, a county, a township, a community, a grid."""
_ADD = """
INSERT INTO tally VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE
SET entries = entries + excluded.entries, over_asks = over_asks + excluded.over_asks
"""
_EMPTY = """
DELETE FROM tally WHERE area = ? AND hour = ? AND department = ? AND purpose = ? AND kind = ? AND outcome = ?
AND entries = 0
"""
_DROPPED = """
SELECT e.time, CASE WHEN e.area = 0 THEN '' ELSE a.text END, e.department, e.purpose, e.kind, e.outcome, e.over_asked
FROM event e LEFT JOIN area a ON a.code = e.area WHERE e.entry BETWEEN ? AND ?
"""
_READ = """
SELECT hour, department, purpose, kind, outcome, entries, over_asks FROM tally
WHERE area = ? AND hour >= ? AND hour < ?
"""
_ALONE = """
SELECT NOT EXISTS (
    SELECT 1 FROM area WHERE (text < :area OR text >= :area || ':') AND substr(:area, 1, length(text)) <> text
)
"""


class Counted(NamedTuple):
    """One entry as it is counted; texts are the numbers of the projection, None where there is none.

    Attributes:
        time: milliseconds since the epoch.
        area: a prefix of the area code; empty of the hub itself, None of somebody who acts without one.
        over_asked: whether it asked for more than its purpose needs.
    """

    time: int
    area: str | None
    department: int | None
    purpose: int | None
    kind: int | None
    outcome: int | None
    over_asked: bool


class Tally(NamedTuple):
    """How many entries of a sort one hour brought.

    Attributes:
        hour: hours since the epoch.
        entries: how many.
        over_asks: how many of them asked for more than their purpose needs.
    """

    hour: int
    department: str | None
    purpose: str | None
    kind: str | None
    outcome: str | None
    entries: int
    over_asks: int


def count(db: Any, entries: Iterable[Counted]) -> None:
    """Count entries that were added, in a write transaction of the caller's."""
    db.executemany(_ADD, _summed(entries))


def discount(db: Any, ranges: Iterable[tuple[int, int]]) -> None:
    """Take back what is about to be dropped, given as ranges with both ends, in a write transaction of the caller's."""
    for span in ranges:
        summed = [(*key, -entries, -over) for *key, entries, over in _summed(_dropped(db, span))]
        db.executemany(_ADD, summed)
        db.executemany(_EMPTY, [row[:6] for row in summed])


def tallies(db: Any, area: str, first: int, end: int) -> list[Tally]:
    """What there was in an area, and what the hub did by itself.

    What residents do has no area: it is counted where the trail names no area beside this one.

    Args:
        db: a connection to the projection.
        area: a prefix of area codes.
        first: hours since the epoch.
        end: the first hour that is too late.
    """
    areas = [_HUB, *_areas(db, area)]
    if db.execute(_ALONE, {"area": area}).fetchone()[0]:
        areas.append(_NONE)
    said = _texts(db)
    return [
        Tally(hour, said(department), said(purpose), said(kind), said(outcome), entries, over)
        for each in areas
        for hour, department, purpose, kind, outcome, entries, over in db.execute(_READ, (each, first, end))
    ]


def _dropped(db: Any, span: tuple[int, int]) -> list[Counted]:
    return [Counted._make(row) for row in db.execute(_DROPPED, span)]


def _summed(entries: Iterable[Counted]) -> Iterator[tuple[int, ...]]:
    number, over = Counter[tuple[int, ...]](), Counter[tuple[int, ...]]()
    # Of many entries few differ in what is counted here.
    for (hour, area, *words, over_asked), many in Counter((each[0] // HOUR, *each[1:]) for each in entries).items():
        key = (hour, *(word or 0 for word in words))
        for code in _widening(area):
            number[code, *key] += many
            over[code, *key] += many if over_asked else 0
    for row, found in number.items():
        yield (*row, found, over[row])


@lru_cache(maxsize=4096)
def _widening(area: str | None) -> tuple[int, ...]:
    """The numbers of an area and of those around it."""
    if not area:
        return (_NONE if area is None else _HUB,)
    if not (area.isascii() and area.isdigit() and area[0] != "0" and len(area) <= _WIDTHS[-1]):
        return (_NONE,)
    return (*(int(area[:width]) for width in _WIDTHS if width < len(area)), int(area))


def _areas(db: Any, area: str) -> Iterator[int]:
    """The numbers whose counts make up an area: its own, for most; each entry is in one of them."""
    upto = next(width for width in _WIDTHS if width >= len(area))
    for width in range(len(area), upto + 1):
        scale = 10 ** (width - len(area))
        found, end = int(area) * scale, (int(area) + 1) * scale
        while (found := db.execute("SELECT min(area) FROM tally WHERE area >= ?", (found,)).fetchone()[0]) is not None:
            if found >= end:
                break
            yield found
            found += 1


def _texts(db: Any) -> Callable[[int], str | None]:
    @cache
    def text(code: int) -> str | None:
        found = db.execute("SELECT text FROM word WHERE code = ?", (code,)).fetchone() if code else None
        return found and str(found[0])

    return text
