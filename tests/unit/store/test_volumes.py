"""Volumes: distinct people a day for each filing, whoever counts and whatever is undone."""

import sqlite3
from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.store import volumes
from hub.store.volumes import Quota, Volumes

PEOPLE = st.sampled_from([1, 2, 511, 512, 513, 40_000_000])
READS = st.lists(st.tuples(st.sampled_from([7, 8]), st.integers(100, 103), st.integers(1, 3), PEOPLE), max_size=5)
ENDS = st.sampled_from(["commit", "rollback", "rollback after writing", "undo last"])


@pytest.fixture(autouse=True)
def _prune_little(monkeypatch):
    monkeypatch.setattr(volumes, "PRUNED_AT_ONCE", 2)


def database():
    return sqlite3.connect(":memory:", isolation_level=None)


@given(st.lists(st.tuples(st.integers(0, 2), READS, ENDS), max_size=12))
def test_nobody_beyond_the_volume_is_counted_and_nobody_twice(turns):
    db = database()
    processes = [Volumes(db) for _ in range(3)]
    counted, latest, size = defaultdict(set), 0, 0
    for process, reads, end in turns:
        volume = processes[process]
        before, first = {key: set(people) for key, people in counted.items()}, size
        db.execute("BEGIN")
        volume.begin()
        for filed, day, most, person in reads:
            # A day that is two days old is forgotten; what is counted for it afterwards begins anew somewhere.
            if day <= latest - volumes.DAYS_KEPT:
                continue
            latest = max(latest, day)
            people = counted[filed, day]
            expected = person in people or len(people) < most
            assert volume.take(Quota(filed, day, most), person, size) is expected
            if expected:
                last = {key: set(value) for key, value in counted.items()}
                people.add(person)
                size += 1
        if end == "undo last" and size > first:
            size -= 1
            volume.undo(size)
            counted = defaultdict(set, last)
        if end == "rollback after writing":
            volume.keep()
        if end.startswith("rollback"):
            db.execute("ROLLBACK")
            volume.forget()
            counted, size = defaultdict(set, before), first
        else:
            volume.keep()
            db.execute("COMMIT")
    fresh = Volumes(db)
    for (filed, day), people in counted.items():
        if day > latest - volumes.DAYS_KEPT:
            db.execute("BEGIN")
            fresh.begin()
            assert fresh.take(Quota(filed, day, len(people)), 77, size) is False, "a new process counts the same people"
            assert all(fresh.take(Quota(filed, day, 0), person, size) for person in people)
            db.execute("ROLLBACK")


def test_who_was_counted_before_may_be_read_again_and_costs_no_row():
    db = database()
    counts = Volumes(db)
    for entry in range(5):
        counts.begin()
        assert counts.take(Quota(1, 100, 1), 3, entry)
        counts.keep()
    assert db.execute("SELECT count(*) FROM volume").fetchone() == (1,)
    assert not counts.take(Quota(1, 100, 1), 4, 5)


def test_filings_and_days_are_counted_apart():
    counts = Volumes(database())
    for quota in (Quota(1, 100, 1), Quota(2, 100, 1), Quota(1, 101, 1)):
        assert counts.take(quota, 3, 0)
        assert not counts.take(quota, 4, 1)


def test_past_days_leave_nothing_behind():
    db = database()
    counts = Volumes(db)
    for entry in range(20):
        counts.begin()
        counts.take(Quota(1, 100 + entry // 5, 9), 1 + entry, entry)
        counts.keep()
    for entry in range(20, 30):
        counts.begin()
        counts.take(Quota(1, 103, 99), 1 + entry, entry)
        counts.keep()
    assert {day for (day,) in db.execute("SELECT DISTINCT day FROM volume")} == {102, 103}
    assert set(counts._days) == {102, 103}


def test_of_an_erased_person_no_row_is_left():
    db = database()
    counts = Volumes(db)
    counts.begin()
    for person in (1, 2):
        counts.take(Quota(1, 100, 9), person, person)
    counts.keep()
    counts.remove(1)
    assert db.execute("SELECT resident FROM volume").fetchall() == [(2,)]
