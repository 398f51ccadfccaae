"""What the trail is searched by: one narrow row an entry, in an SQLite database that can always be made anew.

Texts become small numbers, so that a row and its places in the indexes stay narrow. No value of a field, no reason and
no name of a person is in it: subjects are numbers, the internal id of somebody in the store, or a negative one made
of the pseudonym of somebody who is not.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec

from audit.tables import milliseconds
from hub.store import trail_volumes
from hub.store.trail_volumes import Counted

SCHEMA = 5
SYSTEM = 0
"""The code of the area of what the hub does by itself."""
_WIDE = 15
APART = 32
"""Entries between two moments: a time range is known to so many entries."""
SET_BACK = 600_000
"""Milliseconds by which the clock must have been set back for a stretch of its own to begin."""
SEALED_FROM = 1 << 60
"""What is added to internal ids in rows of sealed acts, so that nobody who looks for a person finds them."""
MOST_REMEMBERED = 4096
"""Acts whose words are remembered, apart from what only one of them says."""

TABLES = (
    """
CREATE TABLE event (
    entry INTEGER PRIMARY KEY, time INTEGER NOT NULL, actor INTEGER, subject INTEGER, purpose INTEGER,
    kind INTEGER, outcome INTEGER, department INTEGER, area INTEGER, over_asked INTEGER
) STRICT;
CREATE INDEX by_purpose ON event (purpose) WHERE purpose IS NOT NULL;
CREATE INDEX by_kind ON event (kind);
CREATE INDEX by_outcome ON event (outcome);
CREATE INDEX by_department ON event (department) WHERE department IS NOT NULL;
CREATE INDEX by_department_outcome ON event (department, outcome) WHERE department IS NOT NULL;
CREATE INDEX by_over_asked ON event (over_asked) WHERE over_asked IS NOT NULL;
CREATE TABLE of_actor (actor INTEGER, entry INTEGER, PRIMARY KEY (actor, entry)) STRICT, WITHOUT ROWID;
CREATE TABLE of_actor_purpose (
    actor INTEGER, purpose INTEGER, entry INTEGER, PRIMARY KEY (actor, purpose, entry)
) STRICT, WITHOUT ROWID;
CREATE TABLE of_subject (
    subject INTEGER, entry INTEGER, actor INTEGER, purpose INTEGER, PRIMARY KEY (subject, entry)
) STRICT, WITHOUT ROWID;
CREATE TABLE word (code INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE area (code INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE stretch (first INTEGER PRIMARY KEY) STRICT;
INSERT INTO stretch VALUES (0);
CREATE TABLE moment (
    stretch INTEGER, clock INTEGER, entry INTEGER NOT NULL, PRIMARY KEY (stretch, clock)
) STRICT, WITHOUT ROWID;
CREATE TABLE state (
    id INTEGER PRIMARY KEY CHECK (id = 1), taken INTEGER NOT NULL, leaf BLOB NOT NULL, clock INTEGER NOT NULL,
    late INTEGER NOT NULL, stretch INTEGER NOT NULL, settled INTEGER NOT NULL, forgotten INTEGER NOT NULL
) STRICT;
INSERT INTO state VALUES (1, 0, x'', 0, 0, 0, 0, 0);
"""
    + trail_volumes.TABLE
)
_TIME, _TRACE = b'"time":"', b'"trace_id":"'
_OVER_ASKED = "not_in_purpose"
_PUT = "INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


class State(NamedTuple):
    """How far the projection is.

    Attributes:
        taken: how many entries it has.
        leaf: leaf data of the last of them.
        clock: the latest time of any of them in the last stretch, milliseconds since the epoch.
        late: the most by which the time of an entry was before that of a predecessor in its stretch, milliseconds.
        stretch: the first entry of the last stretch: since then the clock was not set back by more than `SET_BACK`.
        settled: entries below this one are in the tables by actor and subject, see `hub/store/trail_settling.py`.
        forgotten: how many people were forgotten.
    """

    taken: int = 0
    leaf: bytes = b""
    clock: int = 0
    late: int = 0
    stretch: int = 0
    settled: int = 0
    forgotten: int = 0


class Row(NamedTuple):
    """What is searched of one entry.

    Attributes:
        entry: its index in the log.
        time: milliseconds since the epoch, UTC; None where the act has none.
        subject: a number as `stranger` gives it, or the internal id of a person, beyond `SEALED_FROM` where the act is
            sealed; None for nobody.
        area: a prefix of the area code; None of somebody who acts without one; empty of the hub itself.
        over_asked: whether it asked for more than its purpose needs.
    """

    entry: int
    time: int | None
    actor: str | None
    subject: int | None
    purpose: str | None
    kind: str | None
    outcome: str | None
    department: str | None
    area: str | None
    over_asked: bool = False


class _Said(NamedTuple):
    """The words of an act; what is searched of it but for its time."""

    actor: str | None
    others: tuple[str | None, ...]
    over_asked: bool
    sealed: bool


class Act(msgspec.Struct, gc=False):
    """The members of an act that are searched; anything else is passed over."""

    time: Any = None
    actor: Any = None
    role: Any = None
    purpose: Any = None
    kind: Any = None
    outcome: Any = None
    department: Any = None
    area: Any = None
    trace_id: Any = None
    sealed: Any = None
    withheld: Any = None
    unknown_fields: Any = None


_act = msgspec.json.Decoder(Act).decode


def row_of(entry: int, act: bytes, subject: int | None) -> Row:
    """The row of an entry.

    Args:
        entry: its index.
        act: the act's bytes.
        subject: as `Row.subject`.
    """
    before, _, rest = act.partition(_TIME)
    time, _, rest = rest.partition(b'"')
    between, _, rest = rest.partition(_TRACE)
    common = _common(before, between, rest.partition(b'"')[2])
    if common is None:
        said = _decoded(act)
        at, words = _time(said.time), _words_of(said)
    else:
        at, words = _time(time.decode("ascii", "replace")), common
    if words.sealed and subject is not None:
        # Only the person themselves finds these; about somebody unknown they are alike, and lead to nobody.
        subject = SEALED_FROM + subject if subject > 0 else None
    purpose, kind, outcome, department, area = words.others
    return Row(entry, at, words.actor, subject, purpose, kind, outcome, department, area, words.over_asked)


@lru_cache(maxsize=MOST_REMEMBERED)
def _common(before: bytes, between: bytes, after: bytes) -> _Said | None:
    """What acts say that differ in nothing but time and trace id, as most do; None where they are no such act."""
    said = _decoded(before + _TIME + b'"' + between + _TRACE + b'"' + after)
    # Another member of this name, deeper down, is not the act's time: then this one is still missing.
    return _words_of(said) if said.time == said.trace_id == "" else None


def _decoded(act: bytes) -> Act:
    try:
        return _act(act)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Act()  # it cannot be found by anything it says, but its place is taken


def _words_of(said: Act) -> _Said:
    area = _text(said.area)
    texts = (said.purpose, said.kind, said.outcome, said.department)
    others = (*map(_text, texts), area if area or said.role else "")
    return _Said(_text(said.actor), others, _over_asked(said), said.sealed is True)


def _over_asked(said: Act) -> bool:
    unknown = isinstance(said.unknown_fields, int) and said.unknown_fields > 0
    withheld = said.withheld if isinstance(said.withheld, list) else []
    return unknown or any(isinstance(each, list) and each[1:] == [_OVER_ASKED] for each in withheld)


def stranger(pseudonym: str) -> int:
    """The subject number of somebody who is not in the store: below zero, where no internal id is."""
    return -1 - int(pseudonym[:_WIDE], 16)


class Words:
    """Texts and the small numbers that stand for them, one for each text and kept for ever.

    Args:
        table: `word` or `area`.
    """

    def __init__(self, table: str) -> None:
        # The two names are this module's own.
        self._find = f"SELECT code FROM {table} WHERE text = ?"  # noqa: S608
        self._add = f"INSERT INTO {table} (text) VALUES (?) RETURNING code"  # noqa: S608
        self._known: dict[str, int] = {}

    def code(self, db: Any, text: str) -> int:
        """The number of a text, a new one where it has none; within a write transaction."""
        if (known := self._known.get(text)) is None:
            found = self.find(db, text)
            known = self._known[text] = db.execute(self._add, (text,)).fetchone()[0] if found is None else found
        return known

    def find(self, db: Any, text: str) -> int | None:
        """The number of a text, or None where the trail has no such text."""
        found = db.execute(self._find, (text,)).fetchone()
        return found and int(found[0])


class Rows:
    """Writes rows; remembers the numbers of texts from one transaction to the next.

    Whoever rolls a transaction back makes another object: numbers given in it are no more.
    """

    def __init__(self) -> None:
        self._words, self._areas = Words("word"), Words("area")
        self._codes: dict[tuple[str | None, ...], tuple[int | None, ...]] = {}

    def put(self, db: Any, rows: Sequence[Row], leaf: bytes, upto: int | None = None) -> State:
        """Add rows behind those that are there, in a write transaction of the caller's.

        Args:
            db: a connection to a database with `TABLES`.
            rows: of consecutive entries, the first of them the one that comes next; purged ones have none.
            leaf: leaf data of the last entry.
            upto: the entry that comes next after them; the one behind the last row where it is None.

        Returns:
            How far the projection is now.
        """
        had = state(db)
        taken, clock, late, stretch = had.taken, had.clock, had.late, had.stretch
        written, moments, counted, stretches = [], [], [], []
        last = db.execute(
            "SELECT entry FROM moment WHERE stretch = ? ORDER BY clock DESC LIMIT 1", (stretch,)
        ).fetchone()
        due = last[0] + APART if last else 0
        for row in rows:
            entry, time, actor, subject, purpose, kind, outcome, department, area, over_asked = row
            time = clock if time is None else time
            if time > clock:
                clock = time
                if entry >= due:
                    moments.append((stretch, clock, entry))
                    due = entry + APART
            elif clock - time > SET_BACK:
                clock, stretch, due = time, entry, entry + APART
                stretches.append((stretch,))
                moments.append((stretch, clock, entry))
            elif clock - time > late:
                late = clock - time
            texts = (actor, purpose, kind, outcome, department, area)
            codes = self._codes.get(texts) or self._coded(db, texts)
            written.append((entry, time, codes[0], subject, *codes[1:], 1 if over_asked else None))
            counted.append(Counted(time, area, codes[4], codes[1], codes[2], codes[3], over_asked))
            taken = entry + 1
        taken = taken if upto is None else upto
        db.executemany(_PUT, written)
        db.executemany("INSERT INTO stretch VALUES (?)", stretches)
        db.executemany("INSERT INTO moment VALUES (?, ?, ?)", moments)
        trail_volumes.count(db, counted)
        now = State(taken, leaf, clock, late, stretch, had.settled, had.forgotten)
        db.execute("UPDATE state SET taken = ?, leaf = ?, clock = ?, late = ?, stretch = ?", now[:5])
        return now

    def _coded(self, db: Any, texts: tuple[str | None, ...]) -> tuple[int | None, ...]:
        if len(self._codes) >= MOST_REMEMBERED:
            self._codes.clear()
        *words, area = texts
        where = self._areas.code(db, area) if area else area if area is None else SYSTEM
        codes = self._codes[texts] = (*(self._words.code(db, text) if text else None for text in words), where)
        return codes


def drop_entries(db: Any, ranges: Sequence[tuple[int, int]]) -> None:
    """Drop the rows of purged entries, given as ranges with both ends, in a write transaction of the caller's."""
    trail_volumes.discount(db, ranges)
    for span in ranges:
        rows = "SELECT entry, actor, purpose, subject FROM event WHERE entry BETWEEN ? AND ?"
        found = db.execute(rows, span).fetchall()
        db.executemany("DELETE FROM of_actor WHERE entry = ? AND actor = ?", [row[:2] for row in found])
        sql = "DELETE FROM of_actor_purpose WHERE entry = ? AND actor = ? AND purpose = ?"
        db.executemany(sql, [row[:3] for row in found])
        db.executemany("DELETE FROM of_subject WHERE entry = ? AND subject = ?", [row[::3] for row in found])
        db.execute("DELETE FROM event WHERE entry BETWEEN ? AND ?", span)
    # Whoever keeps the latest entries in memory reads them anew.
    db.execute("UPDATE state SET forgotten = forgotten + 1")


def forget_person(db: Any, resident: int) -> None:
    """Drop every link between entries and a person, in a write transaction of the caller's."""
    both = (resident, SEALED_FROM + resident)
    settled = [row[0] for row in db.execute("SELECT entry FROM of_subject WHERE subject IN (?, ?)", both)]
    db.executemany("UPDATE event SET subject = NULL WHERE entry = ?", [(entry,) for entry in settled])
    since = "UPDATE event SET subject = NULL WHERE entry >= (SELECT settled FROM state) AND subject IN (?, ?)"
    db.execute(since, both)
    db.execute("DELETE FROM of_subject WHERE subject IN (?, ?)", both)
    db.execute("UPDATE state SET forgotten = forgotten + 1")


def state(db: Any) -> State:
    """How far the projection is."""
    return State(*db.execute("SELECT taken, leaf, clock, late, stretch, settled, forgotten FROM state").fetchone())


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _time(text: object) -> int | None:
    try:
        moment = datetime.fromisoformat(text)  # type: ignore[arg-type]
        return milliseconds(moment) if moment.utcoffset() == timedelta() else None
    except (TypeError, ValueError):
        return None
