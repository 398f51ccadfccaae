"""Volumes: distinct people a day for each filing, whoever counts and whatever is undone."""

import sqlite3
from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from hub.store.ordinals import Ordinals
from hub.store.volumes import DAYS_KEPT, Quota, Volumes

PEOPLE = st.sampled_from([1, 2, 511, 512, 513, 40_000_000])
READS = st.lists(st.tuples(st.sampled_from([7, 8]), st.integers(100, 103), st.integers(1, 3), PEOPLE), max_size=5)
ENDS = st.sampled_from(["commit", "rollback", "rollback after writing", "undo last"])


def database(*, old=False):
    db = sqlite3.connect(":memory:", isolation_level=None)
    counted = "" if old else ", counted INTEGER"
    db.execute(f"CREATE TABLE about (entry INTEGER PRIMARY KEY, resident INTEGER NOT NULL{counted})")
    db.execute("CREATE TABLE ordinal (slice INTEGER PRIMARY KEY, counts BLOB NOT NULL)")
    db.execute("CREATE TABLE counter (name TEXT PRIMARY KEY, n INTEGER NOT NULL)")
    db.execute("CREATE TABLE log_tree (size INTEGER NOT NULL)")
    db.execute("INSERT INTO counter VALUES ('folded', 0)")
    db.execute("INSERT INTO log_tree VALUES (0)")
    if not old:
        db.execute("INSERT INTO counter VALUES ('counted', 0)")
    return db


class Process:
    """What a process counts in its turns, as the writer does."""

    def __init__(self, db):
        self.db = db
        self.volumes, self.ordinals = Volumes(db), Ordinals(db)

    def begin(self, size):
        self.db.execute("BEGIN")
        self.ordinals.begin()
        self.volumes.begin(size)

    def read(self, quota, person, entry):
        """One disclosure; whether it may be made."""
        counted = self.volumes.take(quota, person, entry)
        if counted is not None:
            self.ordinals.next(person, entry, counted or None)
        return counted is not None

    def undo(self, first):
        self.ordinals.undo(first)
        self.volumes.undo(first)

    def keep(self):
        self.ordinals.keep()
        self.volumes.keep()

    def commit(self):
        self.keep()
        self.db.execute("COMMIT")

    def rollback(self):
        self.ordinals.forget()
        self.volumes.forget()
        self.db.execute("ROLLBACK")

    def turn(self, size, *reads):
        """A whole turn; whether each may be made, and the log's size after it."""
        self.begin(size)
        made = []
        for quota, person in reads:
            made.append(self.read(quota, person, size + sum(made)))
        self.commit()
        return made, size + sum(made)


def copied(people):
    return defaultdict(set, {key: set(value) for key, value in people.items()})


@given(st.lists(st.tuples(st.integers(0, 2), READS, ENDS), max_size=12))
def test_nobody_beyond_the_volume_is_counted_and_nobody_twice(turns):
    db = database()
    processes = [Process(db) for _ in range(3)]
    counted, newest, size = defaultdict(set), 0, 0
    for number, reads, end in turns:
        process = processes[number]
        before, first = copied(counted), size
        process.begin(size)
        for filed, day, most, person in reads:
            if day <= newest - DAYS_KEPT:
                continue  # such a day is forgotten
            newest = max(newest, day)
            people = counted[filed, day]
            expected = person in people or len(people) < most
            last = copied(counted)
            assert process.read(Quota(filed, day, most), person, size) is expected
            if expected:
                people.add(person)
                size += 1
                undone = last
        if end == "undo last" and size > first:
            size -= 1
            process.undo(size)
            counted = undone
        if end == "rollback after writing":
            process.keep()
        if end.startswith("rollback"):
            process.rollback()
            counted, size = before, first
        else:
            process.commit()
    fresh = Process(db)
    for (filed, day), people in counted.items():
        if day > newest - DAYS_KEPT:
            fresh.begin(size)
            assert not fresh.read(Quota(filed, day, len(people)), 77, size), "a new process counts the same people"
            assert all(fresh.read(Quota(filed, day, 0), person, size) for person in people)
            fresh.rollback()


def test_who_was_counted_before_may_be_read_again_and_is_not_counted_again():
    db = database()
    process, size = Process(db), 0
    for _ in range(5):
        made, size = process.turn(size, (Quota(1, 100, 1), 3))
        assert made == [True]
    assert db.execute("SELECT count(*), count(counted) FROM about").fetchone() == (5, 1)
    assert process.turn(size, (Quota(1, 100, 1), 4))[0] == [False]


def test_filings_and_days_are_counted_apart():
    process, size = Process(database()), 0
    for quota in (Quota(1, 100, 1), Quota(2, 100, 1), Quota(1, 101, 1)):
        made, size = process.turn(size, (quota, 3), (quota, 4))
        assert made == [True, False]


def test_a_process_that_opens_the_store_looks_back_two_days_and_no_further():
    db = database()
    process, size = Process(db), 0
    for day in range(100, 110):
        for person in range(1, 6):
            _, size = process.turn(size, (Quota(1, day, 9), person))
    assert len(process.volumes._people) <= DAYS_KEPT + 1
    fresh = Process(db)
    looked = []
    db.set_trace_callback(looked.append)
    assert fresh.turn(size, (Quota(1, 109, 5), 6), (Quota(1, 108, 5), 6))[0] == [False, False]
    [back] = [sql for sql in looked if "counted IS NOT NULL" in sql]
    assert "entry >= 40 " in back


def test_of_an_erased_person_nothing_is_left_and_others_stay_counted():
    db = database()
    process = Process(db)
    _, size = process.turn(0, (Quota(1, 100, 2), 1), (Quota(1, 100, 2), 2))
    process.begin(size)
    process.ordinals.remove(1)
    process.commit()
    assert db.execute("SELECT resident FROM about").fetchall() == [(2,)]
    assert Process(db).turn(size, (Quota(1, 100, 2), 3), (Quota(1, 100, 2), 4))[0] == [True, False]


def test_a_store_of_an_earlier_hub_begins_to_count():
    db = database(old=True)
    db.execute("INSERT INTO about VALUES (0, 1)")
    db.execute("UPDATE log_tree SET size = 1")
    for _ in range(2):
        made, _ = Process(db).turn(1, (Quota(1, 100, 1), 2), (Quota(1, 100, 1), 3))
        assert made == [True, False]
        db.execute("DELETE FROM about WHERE entry > 0")
