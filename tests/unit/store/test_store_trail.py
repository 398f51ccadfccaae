import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from audit.entry import canonical as specified
from audit.entry import commitment, leaf_data
from hub.store.engine import Event, Place
from hub.store.trail import canonical, finish, prepare, receipt, unsealed

KEY, STRANGERS = bytes(range(32)), bytes(range(32, 64))
KEYS = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=12)
PLAIN = st.none() | st.booleans() | st.integers(-(2**53 - 1), 2**53 - 1) | st.text(max_size=40)
PART = st.dictionaries(
    KEYS,
    st.recursive(PLAIN, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4)),
    max_size=8,
)
EVENT = Event({"kind": "disclosure", "fields": ["name"]}, {"subject": "5d0c", "reason": "窗口"}, 7, KEY)


@given(PART)
def test_the_fast_canonical_form_is_the_specified_one(part):
    assert canonical(part) == specified(part)


NOTED = [*map(chr, range(0x21)), *'"\\/\x7f\x80\u2028\u2029\ufeff\ufffe\ud7ff\ue000\U0001f600\U0010ffff']


@pytest.mark.parametrize("text", NOTED, ids=ascii)
def test_every_character_with_an_escape_or_a_reputation_is_written_as_specified(text):
    assert canonical({"reason": text, "z": [text]}) == specified({"reason": text, "z": [text]})


def test_members_are_sorted_whatever_their_case():
    part = {"b": 1, "B": 2, "a_": 3, "a": 4, "_": 5, "aB": 6, "": 7}
    assert canonical(part) == specified(part)


@given(PART, PART)
def test_a_commitment_is_to_the_canonical_bytes_under_the_salt(act, subject):
    prepared = prepare(Event(act, subject))
    assert prepared.act_commitment == commitment("act", prepared.act_salt, specified(act))
    assert prepared.subject_commitment == commitment("subject", prepared.subject_salt, specified(subject))


def test_no_salt_is_used_twice():
    one, other = prepare(EVENT), prepare(EVENT)
    salts = {each for p in (one, other) for each in (p.act_salt, p.subject_salt, p.ordinal_salt)}
    assert len(salts) == 6


@given(PART, PART, st.none() | st.integers(1, 2**53 - 1))
def test_the_sealed_parts_open_what_the_entry_commits_to(act, subject, ordinal):
    prepared = prepare(Event(act, subject, 7, KEY))
    entry = finish(prepared, ordinal, STRANGERS)
    subject_salt, subject_bytes, ordinal_salt, ordinal_bytes = unsealed(entry.sealed, prepared.act_commitment, KEY)
    assert subject_bytes == specified(subject)
    assert entry.subject_commitment == commitment("subject", subject_salt, subject_bytes)
    assert ordinal_bytes == specified({"ordinal": ordinal})
    assert entry.ordinal_commitment == commitment("ordinal", ordinal_salt, ordinal_bytes)


def test_a_persons_parts_open_with_their_own_key_only():
    prepared = prepare(EVENT)
    entry = finish(prepared, 1, STRANGERS)
    for key in (STRANGERS, bytes(32)):
        with pytest.raises(InvalidTag):
            unsealed(entry.sealed, prepared.act_commitment, key)


def test_what_is_said_of_people_who_are_not_there_opens_with_the_strangers_key():
    prepared = prepare(Event({"kind": "disclosure"}, {"subject": "x"}))
    entry = finish(prepared, None, STRANGERS)
    assert unsealed(entry.sealed, prepared.act_commitment, STRANGERS)[1] == specified({"subject": "x"})


def test_sealed_parts_cannot_be_moved_to_another_entry():
    one, other = prepare(EVENT), prepare(EVENT)
    with pytest.raises(InvalidTag):
        unsealed(finish(one, 1, STRANGERS).sealed, other.act_commitment, KEY)


def test_a_receipt_holds_the_leaf_of_its_three_commitments():
    prepared = prepare(EVENT)
    entry = finish(prepared, 3, STRANGERS)
    made = receipt("hub.example/log", Place(12, entry.ordinal_commitment, entry.leaf), prepared)
    assert (made.origin, made.position) == ("hub.example/log", 12)
    act = commitment("act", made.act_salt, made.act)
    assert made.leaf == leaf_data(act, made.subject_commitment, made.ordinal_commitment)
