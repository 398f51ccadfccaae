"""Derived fields: the answer on the day, and never the value behind it."""

from datetime import date, timedelta

import orjson
import pytest

from hub.access.derive import DERIVATIONS, OfOthers, sections_for, tiers_of
from hub.model.subject import Facts, is_minor
from hub.model.tier import Tier
from hub.schema.fields import fields

TODAY = date(2026, 11, 22)


def derived(key, born="", today=TODAY, file=None):
    derivation = DERIVATIONS[fields()[key].derived]
    return derivation.derive(file or {}, Facts("rid", "339999001001001", born, "alive"), "pairwise", today)


BIRTHDAYS = [
    # born, the birthday on which the age is reached
    ("1966-11-22", 60, date(2026, 11, 22)),
    ("1961-11-22", 65, date(2026, 11, 22)),
    ("1966-12-31", 60, date(2026, 12, 31)),
    ("1967-01-01", 60, date(2027, 1, 1)),
    ("1964-02-29", 65, date(2029, 3, 1)),
    ("1964-02-29", 60, date(2024, 2, 29)),
    ("1968-02-29", 65, date(2033, 3, 1)),
    ("1899-01-01", 60, date(1959, 1, 1)),
]


@pytest.mark.parametrize(("born", "years", "birthday"), BIRTHDAYS)
def test_age_is_reached_on_the_birthday_and_not_a_day_before(born, years, birthday):
    key = f"is_{years}_or_over"
    assert derived(key, born, birthday - timedelta(days=1)) is False
    assert derived(key, born, birthday) is True
    assert derived(key, born, birthday + timedelta(days=1)) is True


@pytest.mark.parametrize(("born", "of_age"), [("2008-11-22", True), ("2008-11-23", False), ("2008-02-29", True)])
def test_minor_comes_of_age_on_the_eighteenth_birthday(born, of_age):
    assert is_minor(born, TODAY) is not of_age


def test_who_is_not_known_to_be_of_age_is_a_minor():
    assert is_minor("", TODAY)


def test_age_without_a_birth_date_has_no_answer():
    for key in ("ageband", "is_60_or_over", "is_65_or_over"):
        assert derived(key, "") is None


def test_every_age_has_the_one_band_of_the_schema_that_holds_it():
    bands = fields()["ageband"].codes
    for age in range(130):
        band = derived("ageband", f"{TODAY.year - age}-01-01")
        assert band in bands
        first, _, last = band.removesuffix("+").partition("-")
        assert int(first) <= age
        assert age <= int(last) if last else band.endswith("+")


def test_band_changes_on_the_birthday():
    assert derived("ageband", "1966-11-23") == "35-59"
    assert derived("ageband", "1966-11-22") == "60-64"


@pytest.mark.parametrize(("file", "answer"), [({}, False), ({"tag.dibao": False}, False), ({"tag.dibao": True}, True)])
def test_receiving_the_allowance_is_a_yes_or_a_no(file, answer):
    assert derived("receives_dibao", file={Tier.CARE: file}) is answer


@pytest.mark.parametrize(
    ("file", "answer"),
    [
        ({}, False),
        ({"permit": "339999901901"}, True),
        ({"permit": "339999901901", "permit.until": "2026-11-22"}, True),
        ({"permit": "339999901901", "permit.until": "2026-11-21"}, False),
        ({"permit.until": "2099-01-01"}, False),
    ],
)
def test_permit_holds_through_its_last_day(file, answer):
    assert derived("has_permit", file={Tier.IDENTITY: file}) is answer


@pytest.mark.parametrize(("file", "answer"), [({}, False), ({"ssc.no": "339999194303129017"}, True)])
def test_insurance_is_a_yes_or_a_no(file, answer):
    assert derived("is_insured", file={Tier.IDENTITY: file}) is answer


def test_last_visit_is_the_day_in_china():
    visits = [{"time": "2026-10-12T01:30:00Z"}, {"time": "2026-10-29T18:30:00Z"}]
    assert derived("visit.last", file={Tier.CARE: {"visit.log": visits}}) == "2026-10-30"
    assert derived("visit.last", file={Tier.CARE: {"visit.log": []}}) is None
    assert derived("visit.last") is None


def test_pseudonym_is_the_callers_own():
    assert derived("pseudonym") == "pairwise"


def test_derivation_opens_no_section_that_its_field_is_not_planned_for():
    """The policy judges a derived field by the tier the schema gives it, so it must not need a more sensitive one."""
    for key, field in fields().items():
        if field.derived:
            assert set(tiers_of(key)) <= {field.tier}, key


def test_every_derivation_belongs_to_a_field():
    assert set(DERIVATIONS) <= {field.derived for field in fields().values()}


def test_sections_are_fetched_once_each():
    assert sections_for(["name", "sex", "idno", "has_permit", "ageband"]) == (Tier.BASIC, Tier.IDENTITY)


def test_derived_fields_that_need_a_service_have_no_value():
    missing = {key for key, field in fields().items() if field.derived and field.derived not in DERIVATIONS}
    assert missing == {"relay", "household_eligible", "vote.token"}
    assert all(tiers_of(key) == () for key in missing)


@pytest.mark.parametrize(("born", "guarded"), [("2008-11-23", True), ("2008-11-22", False), ("", True)])
def test_guardians_are_those_of_somebody_who_is_not_known_to_be_of_age(born, guarded):
    file = {Tier.FAMILY: {"minor.guardian": ["a", "b"]}}
    expected = OfOthers(("a", "b")) if guarded else None
    assert all(derived(key, born, file=file) == expected for key in ("guardian.name", "guardian.tel", "parents"))


def test_an_answer_that_stands_in_others_files_cannot_leave_by_itself():
    with pytest.raises(TypeError):
        orjson.dumps({"guardian.name": OfOthers(("a",))})
