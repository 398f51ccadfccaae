"""An observation as plain data: it waits field by field, and its values go once all are decided."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hub.model.observation import OBSERVATIONS, State, decidable, decided, kept, observed, state_of

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
DECIDERS = {"addr": ["police", "health"], "mobility": ["health"], "place": ["secretary"]}


def observation(at=NOW, name="o"):
    return observed(
        name,
        by="grid_worker:1",
        person="wu",
        purpose="WALK",
        order="",
        deciders=DECIDERS,
        sealed={"contact": b"x"},
        at=at,
    )


def decide(record, keys, confirm):
    return decided(record, keys, confirm=confirm, by="b", person="p", reason="", at=NOW)


@given(st.permutations(list(DECIDERS)), st.lists(st.booleans(), min_size=3, max_size=3))
def test_it_is_pending_until_its_last_field_is_decided_and_holds_values_only_till_then(order, words):
    record = observation()
    for number, (key, word) in enumerate(zip(order, words, strict=True), 1):
        assert (state_of(record), bool(record["sealed"])) == (State.PENDING, True)
        record = decide(record, [key], word)
        assert len(record["decided"]) == number
    assert state_of(record) is (State.CONFIRMED if any(words) else State.REFUSED)
    assert record["sealed"] == {}


def test_each_source_has_its_own_fields():
    assert decidable(observation(), "health") == ["addr", "mobility"]
    assert decidable(observation(), "secretary") == ["place"]
    assert decidable(observation(), "") == []


def test_what_waits_is_kept_however_old():
    old = NOW - timedelta(days=400)
    done = decide(observation(old, "done"), list(DECIDERS), confirm=True)
    assert [each["id"] for each in kept({OBSERVATIONS: [observation(old), done]}, NOW)[OBSERVATIONS]] == ["o"]
