r"""What personal identifiers look like in free text of residents' committees.

`\b` finds no boundary between a Chinese and an ASCII character, so boundaries are spelt out, and words that announce
a number stand in the pattern: with no language model there is nothing else to tell an account from a count. Every
repeat is bounded, so that no text makes a search run long.
"""

from collections.abc import Callable
from typing import NamedTuple

from hub.errors import BadInput
from hub.schema.cards import is_card, normalise_uscc
from hub.schema.idno import normalise_idno
from hub.schema.plates import normalise_plate


def unchecked(_text: str) -> bool | None:
    """Leave the score as it is."""
    return None


class Shape(NamedTuple):
    """One way an identifier is written.

    Attributes:
        kind: what it is, as findings and masks name it.
        score: how sure a match is, 0 to 1.
        pattern: a regular expression over normalised text.
        check: True makes a match certain, False drops it, None leaves its score.
    """

    kind: str
    score: float
    pattern: str
    check: Callable[[str], bool | None] = unchecked


def _identity(text: str) -> bool | None:
    # A slip of the pen still points to a person: a wrong check digit drops nothing.
    return _holds(normalise_idno, text) or None


def _credit_code(text: str) -> bool:
    return _holds(normalise_uscc, text)


def _plate(text: str) -> bool:
    return _holds(normalise_plate, text)


def _card(text: str) -> bool:
    return is_card("".join(filter(str.isdigit, text)))


def _holds(rule: Callable[[str], str], text: str) -> bool:
    try:
        rule(text)
    except BadInput:
        return False
    return True


def _number(pattern: str, after: str = "") -> str:
    """A pattern between characters that are no digits, perhaps shortly after one of some words."""
    before = f"(?<=(?:{after})[^0-9]{{0,8}})" if after else "(?<![0-9])"
    return f"{before}{pattern}(?![0-9])"


def _word(pattern: str) -> str:
    """A pattern between characters that are neither digits nor Latin letters."""
    return f"(?<![0-9A-Za-z])(?:{pattern})(?![0-9A-Za-z])"


_MONTH_DAY = r"(?:0[1-9]|1[0-2])[ -]?(?:0[1-9]|[12][0-9]|3[01])"
_LETTER = "[A-HJ-NP-Za-hj-np-z]"
_PLATE_SIGN = "[A-HJ-NP-Za-hj-np-z0-9]"
_CREDIT_SIGN = "[0-9A-HJ-NPQRTUWXY]"
_PROVINCE = "[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]"
_TAIWAN_PERMIT = "台胞证|台湾居民来往大陆通行证"
_ACCOUNT = "卡号|账号|帐号|账户|帐户|存折"
_TELEPHONE = "电话|座机|固话|致电|拨打"

SHAPES = (
    Shape(
        "idno",
        0.6,
        _number(rf"[1-9][0-9]{{5}}[ -]?(?:18|19|20)[0-9]{{2}}[ -]?{_MONTH_DAY}[ -]?[0-9]{{3}}[ -]?[0-9Xx]"),
        _identity,
    ),
    # Fifteen digits are a grid's code as well, so numbers of the first generation need a word before them.
    Shape("idno", 0.6, _number(rf"[1-9][0-9]{{7}}{_MONTH_DAY}[0-9]{{3}}", after="身份证")),
    Shape("permit", 0.7, _word(r"[HMhm][0-9]{8}(?:[0-9]{2})?|[A-Za-z]{3}[0-9]{12}")),
    Shape("permit", 0.7, _number(r"[0-9]{8}(?:[0-9]{2})?", after=_TAIWAN_PERMIT)),
    Shape("passport", 0.7, _word(rf"[EeGg][0-9]{{8}}|[Ee]{_LETTER}[0-9]{{7}}")),
    Shape("mobile", 0.9, _number(r"(?:(?:\+|00)?86[ -]?)?1[3-9][0-9](?:[ -]?[0-9]{4}){2}")),
    Shape("landline", 0.7, _number(r"(?:\(0[0-9]{2,3}\)|0[0-9]{2,3})[ -]?[0-9]{7,8}")),
    Shape("landline", 0.7, _number(r"(?:\+|00)86[ -]?[1-9][0-9]{1,2}[ -]?[0-9]{7,8}")),
    Shape("landline", 0.6, _number(r"[2-8][0-9]{6,7}", after=_TELEPHONE)),
    Shape("account", 0.6, _number(r"[0-9]{13,19}"), _card),
    Shape("account", 0.6, _number(r"[0-9]{4}(?:[ -][0-9]{4}){2,3}(?:[ -][0-9]{1,4})?"), _card),
    # A passbook's account need not satisfy any check.
    Shape("account", 0.7, _number(r"[0-9](?:[ -]?[0-9]){7,31}", after=_ACCOUNT)),
    Shape("credit_code", 0.6, _word(rf"{_CREDIT_SIGN}{{2}}[0-9]{{6}}{_CREDIT_SIGN}{{10}}"), _credit_code),
    Shape(
        "plate",
        0.9,
        rf"{_PROVINCE} ?{_LETTER}[·•. -]?(?:{_PLATE_SIGN}{{6}}|{_PLATE_SIGN}{{5}}|{_PLATE_SIGN}{{4}}[挂学警港澳])"
        r"(?![0-9A-Za-z])",
        _plate,
    ),
    # Presidio's own recogniser would fetch a list of public suffixes over the network.
    Shape("email", 0.9, r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,5}"),
)
"""In the order in which they win where two are equally sure of the same characters."""
