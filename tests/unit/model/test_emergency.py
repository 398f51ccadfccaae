"""An emergency as plain data: what verifies it, for whom it is open, how it ends."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.model.emergency import (
    ALARMS,
    MOST_ALARMS,
    Order,
    Review,
    Strength,
    Trigger,
    in_force,
    kept,
    opened,
    order_over,
    raised,
    reviewed,
    verifying,
    with_alarm,
)
from hub.model.instant import timestamp
from hub.model.terms import EMERGENCIES

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)


def alarm(at=NOW, *, kind="fall", number="", person="devices"):
    return raised("a", kind=kind, number=number, by="organisation:x@339999", person=person, at=at)


def emergency(name="e", *, person="wu", strength=Strength.CLAIMED, at=NOW):
    return opened(name, by="grid_worker:1", person=person, strength=strength, trigger=None, reason="跌倒", at=at)


def review(record, verdict, at=NOW):
    return reviewed(record, verdict=verdict, by="s", person="s", standing="secretary", note="", at=at)


@pytest.mark.parametrize(
    ("held", "trigger", "holds"),
    [
        (alarm(), Trigger("alarm", "a"), True),
        (alarm(), Trigger("alarm", "b"), False),
        (alarm(), Trigger("call", "a"), False),
        (alarm(person="wu"), Trigger("alarm", "a"), False),
        (alarm(NOW - timedelta(hours=2)), Trigger("alarm", "a"), True),
        (alarm(NOW - timedelta(hours=2, seconds=1)), Trigger("alarm", "a"), False),
        (alarm(kind="call", number="120-1"), Trigger("call", "120-1"), True),
        (alarm(kind="call", number="120-1"), Trigger("alarm", "120-1"), False),
        (alarm(kind="call", number="120-1"), Trigger("alarm", "a"), True),
        (alarm(), Trigger("call", ""), False),
    ],
)
def test_what_verifies_is_recent_about_the_person_and_of_another_one(held, trigger, holds):
    assert (verifying({ALARMS: [held]}, trigger, "wu", NOW) is not None) is holds


def test_alarms_that_verify_nothing_any_more_go_and_the_newest_stay():
    terms = {ALARMS: [alarm(NOW - timedelta(hours=3))]}
    for _ in range(MOST_ALARMS + 5):
        terms = with_alarm(terms, alarm(), NOW)
    assert len(terms[ALARMS]) == MOST_ALARMS
    assert {each["at"] for each in terms[ALARMS]} == {timestamp(NOW)}


def test_a_verified_emergency_comes_before_a_claimed_one():
    records = [emergency("claimed"), emergency("verified", strength=Strength.VERIFIED)]
    for terms in ({EMERGENCIES: records}, {EMERGENCIES: records[::-1]}):
        assert in_force(terms, "wu", NOW)["id"] == "verified"
        assert in_force(terms, "another", NOW) is None


@given(minutes=st.integers(0, 3000))
def test_an_emergency_is_open_for_an_hour_whatever_its_review_says_but_without_justification(minutes):
    later = NOW + timedelta(minutes=minutes)
    for verdict in Review:
        record = emergency() if verdict is Review.UNREVIEWED else review(emergency(), verdict)
        open_now = in_force({EMERGENCIES: [record]}, "wu", later) is not None
        assert open_now is (minutes < 60 and verdict is not Review.UNJUSTIFIED)


def test_unreviewed_emergencies_are_kept_however_old():
    old = NOW - timedelta(days=400)
    terms = {EMERGENCIES: [emergency("open", at=old), review(emergency("done", at=old), Review.JUSTIFIED, old)]}
    assert [each["id"] for each in kept(terms, NOW)[EMERGENCIES]] == ["open"]


def test_an_order_covers_its_area_until_it_ends():
    order = Order("o", "339999001", "突发事件应对法", timestamp(NOW))
    before = NOW - timedelta(seconds=1)
    assert order_over([order], "339999001001001", before) == "o"
    assert order_over([order], "339999001001001", NOW) == ""
    assert order_over([order], "339999002001001", before) == ""
    assert order_over([order], "", before) == ""
