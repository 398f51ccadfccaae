import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.feeds.merge import Conflict, merge
from hub.model.file import Value
from hub.model.tier import Tier

TEL = ("resident", "grid_worker", "civil_affairs", "health", "police")  # the authoritative source first


def _value(value, source="police", at="2026-11-22", flags=()):
    return Value(value, source, at, "statutory", flags=flags)


def _merge(held, *values, key="tel", tier=Tier.CONTACT):
    sections, conflicts = {tier: {key: tuple(held)}} if held else {}, ()
    for value in values:
        changed, conflicts = merge(sections, {tier: {key: value}})
        sections = sections | changed
    return sections.get(tier, {}).get(key, ()), conflicts


def test_a_new_file_takes_every_value():
    values = {Tier.CONTACT: {"tel": _value("1")}, Tier.BASIC: {"name": _value("王伟")}}
    assert merge({}, values) == (
        {Tier.CONTACT: {"tel": (_value("1"),)}, Tier.BASIC: {"name": (_value("王伟"),)}},
        (),
    )


def test_the_same_value_from_the_same_source_changes_nothing_whatever_its_date():
    held = {Tier.CONTACT: {"tel": (_value("1", at="2026-01-01"),)}}
    assert merge(held, {Tier.CONTACT: {"tel": _value("1", at="2026-11-22")}}) == ({}, ())


def test_only_tiers_that_differ_are_returned():
    held = {Tier.CONTACT: {"tel": (_value("1"),)}, Tier.BASIC: {"name": (_value("王伟"),), "alias": (_value("伟"),)}}
    changed, _ = merge(held, {Tier.CONTACT: {"tel": _value("1")}, Tier.BASIC: {"name": _value("王炜")}})
    assert changed == {Tier.BASIC: {"name": (_value("王炜"),), "alias": (_value("伟"),)}}
    assert held[Tier.BASIC]["name"] == (_value("王伟"),)


def test_a_newer_value_of_the_same_source_replaces_the_older():
    assert _merge([_value("1", at="2026-01-01")], _value("2")) == ((_value("2"),), ())


def test_an_older_value_of_the_same_source_is_ignored():
    assert _merge([_value("2")], _value("1", at="2026-01-01")) == ((_value("2"),), ())


def test_an_authoritative_value_wins_and_the_lesser_is_kept_as_a_conflict():
    resident, police = _value("2", "resident"), _value("1", "police")
    expected = ((resident, police), (Conflict("tel", "resident", "police"),))
    assert _merge([police], resident) == expected
    assert _merge([resident], police) == expected


def test_an_old_authoritative_value_still_wins_over_a_new_lesser_one():
    resident = _value("2", "resident", at="2020-01-01")
    assert _merge([resident], _value("1"))[0][0] == resident


def test_a_conflict_is_told_again_when_the_import_is_repeated():
    held = [_value("2", "resident"), _value("1", "police")]
    assert _merge(held, _value("1", "police")) == (tuple(held), (Conflict("tel", "resident", "police"),))


def test_a_lesser_value_that_agrees_is_not_kept_twice():
    resident = _value("1", "resident")
    assert _merge([resident], _value("1", "police")) == ((resident,), ())
    assert _merge([_value("1", "police")], resident) == ((resident,), ())


def test_a_conflict_ends_when_the_lesser_source_agrees():
    resident = _value("2", "resident")
    assert _merge([resident, _value("1")], _value("2")) == ((resident,), ())


def test_a_conflict_ends_when_the_authoritative_source_agrees():
    assert _merge([_value("2", "resident"), _value("1")], _value("1", "resident")) == ((_value("1", "resident"),), ())


def test_a_source_can_withdraw_what_it_said():
    held = [_value("2", "resident"), _value("1")]
    assert _merge(held, _value(None, "resident")) == ((_value("1"),), ())
    assert _merge(held[:1], _value(None, "resident")) == ((), ())
    assert _merge(held[:1], _value(None, "police")) == ((held[0],), ())
    assert merge({}, {Tier.CONTACT: {"tel": _value(None)}}) == ({}, ())


def test_a_flag_that_comes_or_goes_is_a_change():
    assert _merge([_value("1", flags=("no_guardian",))], _value("1")) == ((_value("1"),), ())


def test_a_meter_that_was_reset_is_flagged_and_the_flag_outlives_a_repeated_import():
    def read(*readings):
        values = [_value(reading, "utilities") for reading in readings]
        return _merge([], *values, key="meter.water", tier=Tier.ACTIVITY)[0][0].flags

    assert read("10", "9.5") == ("meter_reset",)
    assert read("10", "9.5", "9.5") == ("meter_reset",)
    assert read("10", "9.5", "11") == ()
    assert read("9.5", "10") == ()


values = st.builds(_value, st.sampled_from("abc"), st.sampled_from(TEL), st.sampled_from(["2026-01-01", "2026-11-22"]))


@settings(deadline=None)
@given(st.lists(values, min_size=1, max_size=8))
def test_merging_keeps_its_laws(stated):
    held, _ = _merge([], *stated)
    assert _merge(held, stated[-1])[0] == held, "repeating the last import changed something"
    sources = [value.source for value in held]
    assert len(set(sources)) == len(sources), "a source holds two values"
    assert sources == sorted(sources, key=TEL.index), "the order is not that of authority"
    assert all(value.value != held[0].value for value in held[1:]), "a kept conflict is none"
    assert held[0].source == min((value.source for value in stated), key=TEL.index), "a lesser source is in force"


@pytest.mark.parametrize("source", ["device", "education"])
def test_a_source_the_schema_does_not_name_comes_last(source):
    assert _merge([_value("1")], _value("2", source))[0][0] == _value("1")
