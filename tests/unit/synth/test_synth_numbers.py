import re
from datetime import date

import pytest
from stdnum import luhn
from stdnum.cn import ric

from hub.schema.plates import normalise_plate
from hub.synth import numbers
from hub.synth.chance import Dice
from hub.synth.names import FEMALE, MALE

DAY = date(1943, 3, 12)


@pytest.mark.parametrize("sex", [MALE, FEMALE])
def test_a_day_gives_499_distinct_numbers_to_each_sex_and_then_no_more(sex):
    book = numbers.IdentityNumbers()
    issued = [book.issue(DAY, sex) for _ in range(499)]
    assert len(set(issued)) == 499
    assert all(number.startswith("33999919430312") for number in issued)
    assert all(int(number[16]) % 2 == (sex == MALE) for number in issued)
    with pytest.raises(OverflowError, match="no identity number is left"):
        book.issue(DAY, sex)


def test_check_digits_agree_with_an_independent_implementation():
    book = numbers.IdentityNumbers()
    issued = [book.issue(DAY, FEMALE) for _ in range(499)]
    assert {number[17] for number in issued} == set("0123456789X")
    for number in issued:
        assert ric.calc_check_digit(number) == number[17]


def test_a_number_that_is_spoken_for_is_never_given_out():
    taken = frozenset({"339999194303120020"})
    issued = set()
    book = numbers.IdentityNumbers(taken)
    for _ in range(498):
        issued.add(book.issue(DAY, FEMALE))
    assert not issued & taken
    with pytest.raises(OverflowError):
        book.issue(DAY, FEMALE)


def test_telephones_lie_in_ranges_without_subscribers():
    dice = Dice(1)
    for _ in range(200):
        assert re.fullmatch(r"1(54|6[013489])\d{8}", numbers.mobile(dice))
        assert re.fullmatch(r"0339-\d{7}", numbers.landline(dice))


def test_cards_pass_luhn():
    dice = Dice(1)
    for _ in range(50):
        card = numbers.bank_card(dice)
        assert len(card) == 19
        assert luhn.is_valid(card)


def test_plates_are_well_formed_and_of_no_registry():
    dice = Dice(1)
    plates = [numbers.plate(dice) for _ in range(200)]
    assert {len(plate) for plate in plates} == {7, 8}
    for plate in plates:
        assert normalise_plate(plate) == plate
        assert plate[1] not in "ABCDEFGHJKL"
