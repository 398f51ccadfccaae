import json
import string
from datetime import date
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from stdnum.cn import uscc

from hub.errors import BadInput
from hub.schema.cards import normalise_uscc
from hub.schema.fields import fields
from hub.schema.free_text import contains_identifier
from hub.schema.idno import check_digit, normalise_idno
from hub.schema.normalise import normalise, spread

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "validators.json").read_text("utf-8"))
STORABLE = sorted(key for key, field in fields().items() if not field.derived)
# A disability card's normal form is the identity number in it, which is no card's number.
IDEMPOTENT = [key for key in STORABLE if key != "disab.no"]

free = settings(deadline=None)
few = settings(deadline=None, max_examples=30)  # for each of some ninety fields

born = st.dates(date(1899, 1, 1), date(2026, 1, 1)).map(lambda day: day.strftime("%Y%m%d"))
numbers = st.builds(lambda day, order: f"339999{day}{order:03d}", born, st.integers(0, 999)).map(
    lambda first: first + check_digit(first)
)
known = st.sampled_from([case["raw"] for cases in VECTORS.values() for case in (*cases["good"], *cases["bad"])])
anything = st.one_of(
    known,
    st.text(max_size=40),
    st.text(string.digits + "X-/;=.", max_size=24),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
        max_leaves=5,
    ),
)


def _refused(check, *given_values):
    try:
        check(*given_values)
    except BadInput:
        return True
    return False


@free
@given(numbers, st.integers(0, 17), st.sampled_from(string.digits + "X"))
def test_any_single_wrong_digit_of_an_identity_number_is_caught(number, place, digit):
    assume(number[place] != digit)
    assert _refused(normalise_idno, number[:place] + digit + number[place + 1 :])


@free
@given(numbers, st.integers(0, 16))
def test_any_two_neighbouring_digits_exchanged_are_caught(number, place):
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assume(swapped != number)
    assert _refused(normalise_idno, swapped)


@free
@given(numbers, st.sampled_from([" ", "-", "\u3000", "\u200b", "\t"]), st.integers(0, 18))
def test_separators_and_case_do_not_change_an_identity_number(number, separator, place):
    assert normalise_idno(f"{number[:place]}{separator}{number[place:]}".lower()) == number


@free
@given(numbers, st.text("ab 汉·，", max_size=6), st.text("ab 汉·，", max_size=6))
def test_an_identity_number_in_free_text_is_found_wherever_it_stands(number, before, after):
    assert contains_identifier(before + number + after)


@free
@given(st.text(max_size=80))
def test_free_text_of_any_kind_gets_an_answer(text):
    assert contains_identifier(text) in {True, False}


@free
@given(
    st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=17, max_size=17),
    st.integers(0, 17),
    st.sampled_from("0123456789ABCDEFGHJKLMNPQRTUWXY"),
)
def test_any_single_wrong_character_of_a_credit_code_is_caught(first, place, character):
    code = first + uscc.calc_check_digit(first)
    assume(code[place] != character)
    assert normalise_uscc(code) == code
    assert _refused(normalise_uscc, code[:place] + character + code[place + 1 :])


@free
@given(st.integers(2, 18), st.sampled_from(string.digits))
def test_any_single_wrong_digit_of_a_unionpay_card_is_caught(place, digit):
    card = "6200000000000000000"
    assume(card[place] != digit)
    assert _refused(normalise, "fin.acct", card[:place] + digit + card[place + 1 :])


@pytest.mark.parametrize("key", IDEMPOTENT)
@few
@given(raw=anything)
def test_normalising_twice_is_normalising_once(key, raw):
    try:
        normal = normalise(key, raw)
    except BadInput:
        return
    assert normalise(key, normal) == normal


@pytest.mark.parametrize("key", STORABLE)
@few
@given(raw=anything)
def test_a_refusal_names_the_field_and_never_the_value(key, raw):
    refusal = _refusal(key, raw)
    if refusal is not None:
        assert refusal.member == key
        # Shorter texts may stand in a rule by chance, as `10` does in one about digits.
        assert not isinstance(raw, str) or sum(map(str.isdigit, raw)) <= 6 or raw not in str(refusal)


def _refusal(key, raw):
    try:
        spread(key, raw)
    except BadInput as error:
        return error
    return None


@free
@given(raw=st.text(max_size=60))
def test_accepted_names_and_addresses_never_begin_like_a_formula(raw):
    for key in ("name", "addr"):
        try:
            value = normalise(key, raw)
        except BadInput:
            continue
        assert value[0] not in "=+@\t\r"
