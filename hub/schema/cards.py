"""Numbers with a check digit that are not a person's identity: bank cards, credit codes, disability cards."""

import re
from typing import NamedTuple

from stdnum import luhn
from stdnum.cn import uscc

from hub.errors import BadInput
from hub.schema.characters import fold
from hub.schema.idno import normalise_idno

_SEPARATORS = re.compile(r"[\s\u2010-\u2015'-]+")
_ACCOUNT = re.compile(r"\d{8,32}", re.ASCII).fullmatch
_UNIONPAY = re.compile(r"62\d{11,17}", re.ASCII).fullmatch
_CARD = re.compile(r"\d{13,19}", re.ASCII).fullmatch
_USCC = re.compile("[0-9A-HJ-NPQRTUWXY]{18}").fullmatch
_DISABILITY = re.compile(r"(\d{17}[\dX])([1-7])([1-4])(B\d)?", re.ASCII).fullmatch


def _compact(raw: str) -> str:
    return _SEPARATORS.sub("", fold(raw)).upper()


def normalise_account(raw: str) -> str:
    """Check a bank card or the account of a passbook.

    Only UnionPay cards (62…) must satisfy the Luhn check: a passbook's account need not, and nothing tells one from
    a card of another network.

    Returns:
        The digits.

    Raises:
        BadInput: not 8 to 32 digits, or a UnionPay card whose check digit is wrong.
    """
    number = _compact(raw)
    if not _ACCOUNT(number):
        raise BadInput("account", "must have 13 to 19 digits, a passbook's account 8 to 32")
    if _UNIONPAY(number) and not luhn.is_valid(number):
        raise BadInput("account", "the check digit does not match")
    return number


def is_card(number: str) -> bool:
    """Whether a normalised account number is that of a card: 13 to 19 digits that satisfy the Luhn check."""
    return bool(_CARD(number)) and bool(luhn.is_valid(number))


def normalise_uscc(raw: str) -> str:
    """Check a unified social credit code (GB 32100) of an organisation and return it in capitals.

    Raises:
        BadInput: a character outside the code's alphabet, or a wrong check character.
    """
    code = _compact(raw)
    if not _USCC(code):
        raise BadInput("uscc", "must have 18 digits and capitals without I, O, S, V and Z")
    if code[17] != uscc.calc_check_digit(code[:17]):
        raise BadInput("uscc", "the check character does not match")
    return code


class DisabilityCard(NamedTuple):
    """What a disability card's number says.

    Attributes:
        idno: the holder's identity number, which is all that may be disclosed as the card's number.
        category: 1 sight, 2 hearing, 3 speech, 4 limb, 5 intellect, 6 mental, 7 multiple. Sealed.
        grade: 1 (gravest) to 4. Sealed.
    """

    idno: str
    category: str
    grade: str


def read_disability_card(raw: str) -> DisabilityCard:
    """Take a disability card's number apart: identity number, category, grade, and perhaps `B` with a reissue count.

    Raises:
        BadInput: another shape, or an identity number that does not check.
    """
    found = _DISABILITY(_compact(raw))
    if found is None:
        raise BadInput("disability_card", "must be an identity number, category 1 to 7, grade 1 to 4, perhaps B1 to B9")
    return DisabilityCard(normalise_idno(found[1]), found[2], found[3])
