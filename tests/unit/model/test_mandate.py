"""A mandate is short, waits for its witness, and its time alone ends it."""

from datetime import UTC, datetime, timedelta

import pytest

from hub.model.mandate import (
    KEPT_FOR,
    LASTS,
    MANDATES,
    Proof,
    State,
    acts_for,
    confirmed,
    ended,
    kept,
    mandate,
    state_at,
)

NOW = datetime(2026, 11, 22, 2, tzinfo=UTC)
BY = "clerk:339999001001#1"


def opened(proof=Proof.FORM):
    return mandate("m", by=BY, person=BY, matter="EXAM", proof=proof, form="1", witness="", at=NOW)


@pytest.mark.parametrize(
    ("after", "state"),
    [(timedelta(), State.OPEN), (LASTS - timedelta(seconds=1), State.OPEN), (LASTS, State.ENDED)],
)
def test_a_mandate_on_a_form_is_open_for_half_an_hour(after, state):
    assert state_at(opened(), NOW + after) is state


def test_a_spoken_mandate_is_open_from_its_confirmation_and_void_without_one():
    spoken = opened(Proof.SPOKEN)
    assert state_at(spoken, NOW) is State.PENDING
    late = NOW + timedelta(minutes=29)
    assert state_at(confirmed(spoken, late), late + timedelta(minutes=29)) is State.OPEN
    assert state_at(spoken, NOW + LASTS) is State.ENDED


def test_only_an_open_mandate_lets_its_holder_act():
    terms = {MANDATES: [opened()]}
    assert acts_for(terms, BY, NOW)
    assert not acts_for(terms, "clerk:339999001001#2", NOW)
    assert not acts_for(terms, BY, NOW + LASTS)
    assert not acts_for({MANDATES: [opened(Proof.SPOKEN)]}, BY, NOW)
    assert not acts_for({MANDATES: [ended(opened(), NOW)]}, BY, NOW)
    assert not acts_for({}, BY, NOW)


def test_what_ended_long_ago_is_forgotten():
    terms = {MANDATES: [opened()], "consents": [1]}
    assert kept(terms, NOW + KEPT_FOR)[MANDATES]
    assert kept(terms, NOW + KEPT_FOR + timedelta(days=1)) == {MANDATES: [], "consents": [1]}
