"""The control section gives back what was put into it, whatever kinds of terms there are."""

from hypothesis import given
from hypothesis import strategies as st

from hub.model.subject import Facts
from hub.store import control
from hub.store.sections import _pack, _unpack  # what a sealed section is written with

RECORDS = st.lists(st.fixed_dictionaries({"id": st.text(max_size=4), "until": st.integers(0, 9)}), max_size=4)
UNEVEN = st.lists(st.dictionaries(st.sampled_from("abc"), st.integers(0, 9), max_size=3), max_size=3)
SAID = RECORDS | UNEVEN | st.integers(0, 9) | st.text(max_size=3) | st.dictionaries(st.text(max_size=3), st.booleans())
TERMS = st.dictionaries(st.sampled_from(["approvals", "consents", "visibility", "merged_into"]), SAID)


def kept(facts):
    return control.facts_in(_unpack(_pack(control.content_of(facts))))


@given(TERMS)
def test_facts_come_back_as_they_were(terms):
    facts = Facts("r", "339999001001001", "1943-03-12", "alive", terms)
    found = kept(facts)
    assert found[:4] == facts[:4]
    assert dict(found.terms) == terms
    assert kept(found).terms == found.terms
    assert set(found.terms) == set(terms)
    assert bool(found.terms) == bool(terms)


@given(TERMS, RECORDS)
def test_one_kind_may_be_changed_and_the_others_stay(terms, records):
    found = kept(Facts("r", terms=terms))
    fresh = kept(found._replace(terms={**found.terms, "consents": records}))
    assert dict(fresh.terms) == terms | {"consents": records}


def test_names_of_members_are_said_once():
    one = {"purpose": "MEAL", "recipient": "organisation:canteen01@339999"}
    many = control.content_of(Facts("r", terms={"consents": [one] * 10}))
    assert many["terms"]["consents"].count(b"recipient") == 1


def test_a_kind_that_nobody_asks_about_is_not_unpacked():
    content = control.content_of(Facts("r", terms={"consents": [{"id": "1"}], "visibility": []}))
    content["terms"]["consents"] = b"\xc1"  # no MessagePack at all
    found = control.facts_in(content)
    assert found.terms["visibility"] == []
    assert "consents" in found.terms
