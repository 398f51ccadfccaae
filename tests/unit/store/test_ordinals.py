import sqlite3
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.store import ordinals
from hub.store.ordinals import SLICE, Ordinals

PEOPLE = st.sampled_from([1, 2, SLICE - 1, SLICE, 5 * SLICE + 3])
ENDS = st.sampled_from(["commit", "rollback", "undo last"])


@pytest.fixture(autouse=True)
def _fold_often(monkeypatch):
    monkeypatch.setattr(ordinals, "FOLD_AFTER", 5)


def database():
    db = sqlite3.connect(":memory:", isolation_level=None)
    db.execute("CREATE TABLE about (entry INTEGER PRIMARY KEY, resident INTEGER NOT NULL, counted INTEGER)")
    db.execute("CREATE TABLE ordinal (slice INTEGER PRIMARY KEY, counts BLOB NOT NULL)")
    db.execute("CREATE TABLE counter (name TEXT PRIMARY KEY, n INTEGER NOT NULL)")
    db.execute("INSERT INTO counter VALUES ('folded', 0)")
    return db


@given(st.lists(st.tuples(st.integers(0, 2), st.lists(PEOPLE, max_size=4), ENDS), max_size=12))
def test_counts_have_no_gap_whoever_counts_and_whatever_is_undone(turns):
    db = database()
    processes = [Ordinals(db) for _ in range(3)]
    counted, size = Counter(), 0
    for process, people, end in turns:
        counts, size_before = processes[process], size
        db.execute("BEGIN")
        counts.begin()
        expected = Counter(counted)
        for person in people:
            expected[person] += 1
            assert counts.next(person, size) == expected[person]
            size += 1
        if end == "undo last" and people:
            size -= 1
            counts.undo(size)
            expected[people[-1]] -= 1
        if end == "rollback":
            db.execute("ROLLBACK")
            counts.forget()
            size = size_before
        else:
            counts.keep()
            db.execute("COMMIT")
            counted = expected
    listed = Counter(resident for (resident,) in db.execute("SELECT resident FROM about"))
    assert listed == +counted


def test_an_erased_person_is_counted_from_the_beginning_and_others_go_on():
    db = database()
    counts, other = Ordinals(db), Ordinals(db)
    counts.begin()
    for entry in range(20):
        counts.next(1 + entry % 2, entry)
    counts.remove(1)
    counts.next(2, 20)
    counts.keep()
    other.begin()
    assert (other.next(1, 21), other.next(2, 22)) == (1, 12)
    assert db.execute("SELECT count(*) FROM about WHERE resident = 1").fetchone() == (0,)


def test_few_rows_are_read_however_many_entries_there_are():
    db = database()
    for start in range(0, 100, 10):
        counts = Ordinals(db)
        counts.begin()
        assert counts._seen - counts._folded < 2 * ordinals.FOLD_AFTER
        for entry in range(start, start + 10):
            counts.next(1, entry)
        counts.keep()
