import pytest

from hub.errors import BadInput
from hub.schema.cards import DisabilityCard, is_card, normalise_uscc, read_disability_card


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("91110108551385082Q", "91110108551385082Q"),
        ("123301060000000280", "123301060000000280"),
        (" 91110108 551385082q ", "91110108551385082Q"),
    ],
)
def test_credit_code_is_accepted(raw, code):
    assert normalise_uscc(raw) == code


@pytest.mark.parametrize(
    "raw", ["91110108551385082R", "123301060000000281", "9111010855138508", "9111010855138508IQ", "", "９"]
)
def test_credit_code_with_a_wrong_check_or_character_is_refused(raw):
    with pytest.raises(BadInput):
        normalise_uscc(raw)


@pytest.mark.parametrize(
    ("number", "card"),
    [("6200000000000000000", True), ("4111111111111111", True), ("12345678", False), ("4111111111111112", False)],
)
def test_cards_are_told_from_passbooks(number, card):
    assert is_card(number) is card


def test_a_disability_card_is_read_in_its_parts():
    assert read_disability_card("33999919430312002063B2") == DisabilityCard("339999194303120020", "6", "3")
