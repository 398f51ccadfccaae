"""The two ends of the projection's tables by actor and subject.

Neighbouring entries are about different people, so each would touch a page of its own in a table sorted by person. The
latest entries therefore stand in memory, sorted by each process that searches, and are settled in the file in sorted
order, many at once, some rows at a time: then each page is touched once for many of them. What is being settled is
not seen before all of it is: tables are read below `State.settled` alone, and settling again what a crash left half
settled changes nothing.
"""

from typing import Any, NamedTuple

from hub.store.trail_rows import state

TOGETHER = 1 << 15
"""Entries settled at once; memory holds up to twice as many."""
STEP = 1024
"""Rows written at once while others wait for the event loop."""
RECENT = """
PRAGMA temp_store = MEMORY;
CREATE TEMP TABLE recent (entry INTEGER PRIMARY KEY, actor INTEGER, subject INTEGER, purpose INTEGER);
CREATE INDEX temp.recent_of_actor ON recent (actor);
CREATE INDEX temp.recent_of_actor_purpose ON recent (actor, purpose) WHERE purpose IS NOT NULL;
CREATE INDEX temp.recent_of_subject ON recent (subject) WHERE subject IS NOT NULL;
CREATE TEMP TABLE recent_state (settled INTEGER, forgotten INTEGER, upto INTEGER);
INSERT INTO recent_state VALUES (0, 0, 0);
"""
"""Made in each connection; it is never written to disk."""
_SORTED = (
    ("of_actor", "actor, entry", "actor IS NOT NULL", "actor, entry"),
    ("of_actor_purpose", "actor, purpose, entry", "actor IS NOT NULL AND purpose IS NOT NULL", "1, 2, 3"),
    ("of_subject", "subject, entry, actor, purpose", "subject IS NOT NULL", "1, 2"),
)


def keep_recent(db: Any) -> int:
    """Bring this connection's recent entries up to date; returns the first entry that is not settled."""
    now = state(db)
    settled, forgotten, upto = db.execute("SELECT settled, forgotten, upto FROM recent_state").fetchone()
    if (now.settled, now.forgotten) != (settled, forgotten):
        db.execute("DELETE FROM recent")
        upto = now.settled
    if upto < now.taken:
        fresh = "INSERT INTO recent SELECT entry, actor, subject, purpose FROM event WHERE entry >= ?"
        db.execute(fresh, (max(upto, now.settled),))
        db.execute(
            "UPDATE recent_state SET settled = ?, forgotten = ?, upto = ?", (now.settled, now.forgotten, now.taken)
        )
    return now.settled


class _Sorted(NamedTuple):
    table: str
    rows: list[tuple[int, ...]]


class Settling:
    """Settles entries step by step; whatever it remembers may be lost at any time."""

    def __init__(self) -> None:
        self._of: tuple[int, int] | None = None
        self._tables = iter(_SORTED)
        self._sorted: _Sorted | None = None

    def step(self, db: Any) -> bool:
        """Do a little of what is to be done, in a transaction of its own; returns whether there is more."""
        now = state(db)
        if now.taken - now.settled < TOGETHER:
            return False
        if self._of != (now.settled, now.forgotten):
            # Another process has settled these, or somebody in them was forgotten.
            self._of, self._tables, self._sorted = (now.settled, now.forgotten), iter(_SORTED), None
        if self._sorted is None and (table := next(self._tables, None)) is not None:
            name, columns, there, order = table
            # Only names of this module's own making are put together here; values are always bound.
            query = f"SELECT {columns} FROM event WHERE entry >= ? AND entry < ? AND {there} ORDER BY {order}"  # noqa: S608
            self._sorted = _Sorted(name, db.execute(query, (now.settled, now.settled + TOGETHER)).fetchall())
            return True
        db.execute("BEGIN IMMEDIATE")
        if self._sorted is None:
            db.execute("UPDATE state SET settled = settled + ?", (TOGETHER,))
            self._of = None
        else:
            self._write(db, self._sorted)
        db.execute("COMMIT")
        return True

    def _write(self, db: Any, held: _Sorted) -> None:
        step, rest = held.rows[:STEP], held.rows[STEP:]
        if step:
            marks = ", ".join("?" * len(step[0]))
            db.executemany(f"INSERT OR IGNORE INTO {held.table} VALUES ({marks})", step)  # noqa: S608 - as above
        self._sorted = _Sorted(held.table, rest) if rest else None
