from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hub.access import limits
from hub.access.limits import FORGIVEN_PER_SECOND, LONGEST_DELAY, REFUSED_FROM, SLOWED_FROM, Misses

START = datetime(2026, 11, 22, tzinfo=UTC)


def after(seconds):
    return START + timedelta(seconds=seconds)


@given(st.lists(st.floats(0, 600), max_size=200))
def test_level_lies_between_nothing_and_the_number_of_misses(pauses):
    misses, at = Misses(), START
    for pause in pauses:
        at += timedelta(seconds=pause)
        misses.note("one", at)
        assert 0 <= misses.level("one", at) <= len(pauses)
        assert 0 <= misses.delay("one", at) <= LONGEST_DELAY
    assert misses.level("another", at) == 0


def test_misses_add_up_slow_down_and_end_in_refusal():
    misses = Misses()
    delays = []
    for _ in range(REFUSED_FROM):
        assert not misses.refused("one", START)
        delays.append(misses.delay("one", START))
        misses.note("one", START)
    assert misses.refused("one", START)
    assert delays[: SLOWED_FROM + 1] == [0] * (SLOWED_FROM + 1)
    assert delays == sorted(delays)
    assert delays[-1] > 0


def test_count_drains_to_nothing():
    misses = Misses()
    for _ in range(10):
        misses.note("one", START)
    assert misses.level("one", after(5)) == 10 - 5 * FORGIVEN_PER_SECOND
    assert misses.level("one", after(10 / FORGIVEN_PER_SECOND)) == 0
    assert misses.level("one", after(10**6)) == 0


def test_clock_that_goes_back_forgives_nothing():
    misses = Misses()
    misses.note("one", after(100))
    assert misses.level("one", START) >= 1


def test_memory_does_not_grow_with_callers_who_are_forgiven(monkeypatch):
    monkeypatch.setattr(limits, "_MOST_CALLERS", 10)
    misses = Misses()
    for number in range(100):
        misses.note(f"caller {number}", after(number * 60))
    assert len(misses._counts) <= 11


def test_callers_who_are_not_forgiven_are_remembered(monkeypatch):
    monkeypatch.setattr(limits, "_MOST_CALLERS", 10)
    misses = Misses()
    for number in range(30):
        misses.note(f"caller {number}", START)
    assert all(misses.level(f"caller {number}", START) == 1 for number in range(30))
