"""Searching the trail's projection: filters, a time range, newest first, a bounded amount of work for each page."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from audit.tables import milliseconds
from hub.store.trail_rows import SEALED_FROM, SYSTEM, Words, state
from hub.store.trail_settling import keep_recent

MOST_EXAMINED = 2000
"""Rows looked at for one page; a page may then be short and still say where the next one begins."""
_COMPARED = 200
"""Rows counted of each index when more than one could serve."""
_END = 2**62
_INDEXES = (
    (("subject", "actor", "purpose"), "of_subject"),
    (("subject", "actor"), "of_subject"),
    (("subject", "purpose"), "of_subject"),
    (("actor", "purpose"), "of_actor_purpose"),
    (("department", "outcome"), "by_department_outcome"),
    (("subject",), "of_subject"),
    (("over_asked",), "by_over_asked"),
    (("actor",), "of_actor"),
    (("purpose",), "by_purpose"),
    (("department",), "by_department"),
    (("kind",), "by_kind"),
    (("outcome",), "by_outcome"),
)
"""What an index or a table finds without looking at rows in vain, the usually most selective first."""
_TABLE = "of_"
_COLUMNS = ("subject", "actor", "purpose", "department", "kind", "outcome")
_IN_AREA = """(
    event.area IN (SELECT code FROM area WHERE text >= :area AND text < :area || ':' UNION ALL SELECT :hub)
    OR event.area IS NULL AND (event.subject > 0 OR NOT EXISTS (
        SELECT 1 FROM area WHERE (text < :area OR text >= :area || ':') AND substr(:area, 1, length(text)) <> text
    ))
)"""
_words = Words("word")


class TrailQuery(NamedTuple):
    """What to look for; None is no filter.

    Attributes:
        actor: a principal's id as acts name it.
        subject: a pseudonym, 32 hex digits.
        purpose: the id of a purpose.
        kind: of event.
        outcome: `disclosed`, `denied` and so on.
        department: the code of a department or organisation.
        over_asked: True for those that asked for more than their purpose needs.
        since: the earliest time, UTC.
        until: the first time that is too late, UTC.
        area: what somebody may see: a prefix of area codes, empty for all. What the hub does by itself is seen by all.
            What a resident does has no area: where it is about somebody in the store, it is found, and whoever asks
            must look where they live; else it is found where the trail names no area beside this one.
    """

    actor: str | None = None
    subject: str | None = None
    purpose: str | None = None
    kind: str | None = None
    outcome: str | None = None
    department: str | None = None
    over_asked: bool | None = None
    since: datetime | None = None
    until: datetime | None = None
    area: str = ""


class TrailPage(NamedTuple):
    """What was found.

    Attributes:
        entries: indexes, newest first.
        next: what the next page's entries are below, or None at the end.
    """

    entries: list[int]
    next: int | None


class _Range(NamedTuple):
    """Entries that may lie within a time range: from `first` to below `end`; between the inner two all of them do."""

    first: int
    surely_from: int
    surely_below: int
    end: int


def search(db: Any, query: TrailQuery, subject: int | None, before: int | None, limit: int) -> TrailPage:
    """Find entries.

    Args:
        db: a connection to the projection, inside one state of it.
        query: the filters; all must hold.
        subject: the number of the person it names, as `Row.subject`; None where it names nobody.
        before: only entries below this index; None from the newest on.
        limit: how many at most.
    """
    codes = _codes(db, query, subject)
    if codes is None:
        return TrailPage([], None)
    entries: list[int] = []
    examined = 0
    last = end = _END if before is None else before
    for entry, fits in _rows(db, query, codes, end):
        if fits and len(entries) == limit:
            return TrailPage(entries, entries[-1])
        if fits:
            entries.append(entry)
        examined += 1
        last = entry
    return TrailPage(entries, last if examined == MOST_EXAMINED else None)


def about(db: Any, resident: int, before: int | None, limit: int) -> list[int]:
    """Indexes of entries about one person, sealed ones as well, newest first."""
    found = [entry for each in (resident, SEALED_FROM + resident) for entry in _about(db, each, before, limit)]
    return sorted(found, reverse=True)[:limit]


def _about(db: Any, resident: int, before: int | None, limit: int) -> list[int]:
    settled = keep_recent(db)
    end = _END if before is None else before
    recent = "SELECT entry FROM recent WHERE subject = ? AND entry >= ? AND entry < ? ORDER BY entry DESC LIMIT ?"
    found = [row[0] for row in db.execute(recent, (resident, settled, end, limit))]
    sql = "SELECT entry FROM of_subject WHERE subject = ? AND entry < ? ORDER BY entry DESC LIMIT ?"
    older = db.execute(sql, (resident, min(settled, end), limit - len(found)))
    return found + [row[0] for row in older]


def _codes(db: Any, query: TrailQuery, subject: int | None) -> dict[str, int] | None:
    """The numbers of the filters; None where the trail has never heard of one of them."""
    codes: dict[str, int] = {"over_asked": 1} if query.over_asked else {}
    for column in _COLUMNS:
        if (text := getattr(query, column)) is None:
            continue
        code = subject if column == "subject" else _words.find(db, text)
        if code is None:
            return None
        codes[column] = code
    return codes


def _ranges(db: Any, since: datetime | None, until: datetime | None, below: int) -> Iterator[tuple[int, _Range]]:
    """Where entries of a time range below a place may be: each stretch with its start, the last first."""
    if since is None and until is None:
        yield 0, _Range(0, 0, below, below)
        return
    late = state(db).late
    for (start,) in db.execute("SELECT first FROM stretch WHERE first < ? ORDER BY first DESC", (below,)):
        yield start, _range(db, start, below, late, since, until)
        below = start


def _range(db: Any, start: int, stop: int, late: int, since: datetime | None, until: datetime | None) -> _Range:
    # An entry's time is that at which its request began, so entries are not quite in the order of their times: up to
    # `late` behind the clock, which is the latest time so far and within a stretch never goes back.
    first, surely_from, surely_below, end = start, start, stop, stop
    if since is not None:
        time = _milliseconds(since)
        first, surely_from = _last_moment(db, start, time), _next_moment(db, start, time + late)
    if until is not None:
        time = _milliseconds(until)
        surely_below, end = _last_moment(db, start, time), min(stop, _next_moment(db, start, time + late))
    return _Range(first, surely_from, surely_below, end)


def _milliseconds(time: datetime) -> int:
    """A bound in the unit of entries, whose times are whole milliseconds: rounded up, either bound means the same."""
    return milliseconds(time) + (time.microsecond % 1000 > 0)


def _last_moment(db: Any, stretch: int, time: int) -> int:
    """An entry of a stretch before which the clock had not reached a time."""
    sql = "SELECT entry FROM moment WHERE stretch = ? AND clock <= ? ORDER BY clock DESC LIMIT 1"
    found = db.execute(sql, (stretch, time)).fetchone()
    return int(found[0]) if found else stretch


def _next_moment(db: Any, stretch: int, time: int) -> int:
    """An entry from which on, within a stretch, the clock had reached a time."""
    sql = "SELECT entry FROM moment WHERE stretch = ? AND clock >= ? ORDER BY clock LIMIT 1"
    found = db.execute(sql, (stretch, time)).fetchone()
    return int(found[0]) if found else _END


def _rows(db: Any, query: TrailQuery, codes: dict[str, int], below: int) -> Iterator[tuple[int, bool]]:
    """Rows of the best index, newest first, each with whether the other filters hold, too.

    Where a stretch of the log has been gone through, its first entry stands for that, as one that does not fit.
    """
    values = {
        **codes,
        "since": query.since and _milliseconds(query.since),
        "until": query.until and _milliseconds(query.until),
        "area": query.area,
        "hub": SYSTEM,
    }
    everywhere = _sees_all(db, query.area)
    left, chosen = MOST_EXAMINED, None
    for start, span in _ranges(db, query.since, query.until, below):
        if span.first < span.end:
            columns, name = chosen = chosen or _choose(db, codes, span.first, span.end)
            wanted = _Wanted(codes, columns, query.since is not None, query.until is not None, not everywhere)
            for source, first, end in _sources(db, name, span.first, span.end):
                bound = {**values, **span._asdict(), "first": first, "end": end, "left": left}
                for entry, fits in db.execute(_statement(source, wanted), bound):
                    left -= 1
                    yield entry, bool(fits)
        if left and start:
            left -= 1
            yield start, False
        if not left:
            return


class _Wanted(NamedTuple):
    """Which conditions a statement has: those that its source finds, and others."""

    codes: dict[str, int]
    columns: tuple[str, ...]
    since: bool
    until: bool
    area: bool


def _sources(db: Any, name: str, first: int, end: int) -> list[tuple[str, int, int]]:
    """What is searched for entries from one to below another, the newest first."""
    if not name.startswith(_TABLE):
        return [(f"event INDEXED BY {name}" if name else "event NOT INDEXED", first, end)]
    settled = keep_recent(db)
    recent = f"recent INDEXED BY recent_{name}"
    return [(recent, max(first, settled), end), (name, first, min(end, settled))]


def _statement(source: str, wanted: _Wanted) -> str:
    # Only names of this module's own making are put together here; values are always bound.
    table = source.partition(" ")[0]
    of_row = (lambda condition: condition) if table == "event" else _of_event
    found = [*(f"{table}.{column} = :{column}" for column in wanted.columns)]
    found += [f"{table}.entry >= :first", f"{table}.entry < :end"]
    # Where the source alone tells, the row itself is never fetched.
    if wanted.since:
        found.append(f"({table}.entry >= :surely_from OR {of_row('event.time >= :since')})".replace("@", table))
    if wanted.until:
        found.append(f"({table}.entry < :surely_below OR {of_row('event.time < :until')})".replace("@", table))
    rest = [f"event.{column} = :{column}" for column in wanted.codes if column not in wanted.columns]
    rest += [_IN_AREA] if wanted.area else []
    fits = of_row(" AND ".join(rest)).replace("@", table) if rest else "1"
    return (
        f"SELECT {table}.entry, {fits} FROM {source} WHERE {' AND '.join(found)} "  # noqa: S608
        f"ORDER BY {table}.entry DESC LIMIT :left"
    )


def _of_event(condition: str) -> str:
    """A condition on the row of an entry that another table, `@`, has found."""
    return f"EXISTS (SELECT 1 FROM event WHERE event.entry = @.entry AND {condition})"  # noqa: S608 - names alone


def _sees_all(db: Any, area: str) -> bool:
    if not area:
        return True
    outside = "SELECT 1 FROM area WHERE text < ? OR text >= ? LIMIT 1"
    return db.execute(outside, (area, f"{area}:")).fetchone() is None


def _choose(db: Any, codes: dict[str, int], first: int, end: int) -> tuple[tuple[str, ...], str]:
    """The columns an index or a table finds, and its name; empty for none."""
    fitting = [(columns, name) for columns, name in _INDEXES if codes.keys() >= set(columns)]
    if not fitting:
        return (), ""
    columns, name = fitting[0]
    if len(columns) < len(codes):
        columns, name = min(fitting, key=lambda each: _count(db, codes, each[0], each[1], first, end))
    return columns, name


def _count(db: Any, codes: dict[str, int], columns: tuple[str, ...], name: str, first: int, end: int) -> int:
    """How many rows there are to look at, counted no further than makes a difference."""
    found = " AND ".join(f"{column} = :{column}" for column in columns)
    counted = 0
    for source, low, below in _sources(db, name, first, end):
        sql = (
            f"SELECT count(*) FROM (SELECT 1 FROM {source} "  # noqa: S608 - names of this module's making
            f"WHERE {found} AND entry >= :first AND entry < :end LIMIT {_COMPARED})"
        )
        counted += int(db.execute(sql, {**codes, "first": low, "end": below}).fetchone()[0])
    return min(counted, _COMPARED)
