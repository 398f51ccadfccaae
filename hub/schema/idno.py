"""Identity numbers: residents' cards, permits, foreigners' cards and passports.

Sources: GB 11643 for the 18-digit number and its check digit (ISO 7064 MOD 11-2); the layouts of travel permits and
passports are those in common use. A number is never tested against a table of areas: withdrawn codes stay valid.
"""

import re
from functools import lru_cache

from stdnum import numdb

from hub.errors import BadInput
from hub.schema.dates import date_exists

_SHAPE = re.compile(
    r"[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dX]", re.ASCII
).fullmatch
_EIGHTEEN = re.compile(r"[1-9]\d{16}[\dX]", re.ASCII).fullmatch
_RESIDENCE_PERMITS = {
    "810000": "hk_residence_permit",
    "820000": "macau_residence_permit",
    "830000": "taiwan_residence_permit",
}
# The first kind that fits is the kind. A foreign passport must hold a letter and three digits, or be the nine digits
# of a numeric passport: otherwise a mistyped resident number or a telephone number would pass for one.
_OTHERS = (
    ("foreign_pr_card_old", re.compile(r"[A-Z]{3}\d{12}", re.ASCII).fullmatch),
    ("hk_macau_travel_permit", re.compile(r"[HM]\d{8}(?:\d{2})?", re.ASCII).fullmatch),
    ("taiwan_travel_permit", re.compile(r"\d{8}(?:\d{2})?", re.ASCII).fullmatch),
    ("passport_cn", re.compile(r"E\d{8}|E[A-HJ-NP-Z]\d{7}|G\d{8}", re.ASCII).fullmatch),
    ("passport_foreign", re.compile(r"(?!\d+X$)(?=.*[A-Z])(?=(?:.*\d){3})[0-9A-Z]{5,17}|\d{9}", re.ASCII).fullmatch),
)
_CHECK = "10X98765432"
_LENGTH = 18  # of residents' numbers, residence permits and new foreigners' cards
# Blanks, dashes, the apostrophe that keeps a spreadsheet from rounding, full-width forms, zero-width marks.
_CLEAN = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | dict.fromkeys(
    [
        *b"\t\n\r '-",
        0xA0,
        0x2018,
        0x2019,
        0x200B,
        0x200C,
        0x200D,
        0x2060,
        0x3000,
        0xFEFF,
        0xFF0D,
        *range(0x2010, 0x2016),
    ]
)
_ROUNDED = re.compile(r"\d(?:\.\d+)?E\+?\d\d", re.ASCII).fullmatch


def normalise_idno(text: str) -> str:
    """Check an identity number of any kind.

    Args:
        text: as typed: blanks, hyphens, full-width digits and a small x are taken for what they mean.

    Returns:
        The number in capitals without separators.

    Raises:
        BadInput: no known kind, a date that does not exist, or a wrong check digit.
    """
    number = text if _SHAPE(text) else _clean(text)
    if number[17:]:
        if (1 - 2 * int(number[:17], 13)) % 11 != (10 if number[17] == "X" else ord(number[17]) - 48):
            raise BadInput("idno", "the check digit does not match")
        if number[12:14] > "28" and not date_exists(number[6:10], number[10:12], number[12:14]):
            raise BadInput("idno", "contains a birth date that does not exist")
    return number


def _clean(text: str) -> str:
    number = text.translate(_CLEAN).upper()
    if _SHAPE(number) or any(shape(number) for _, shape in _OTHERS):
        return number
    if _ROUNDED(number):
        raise BadInput("idno", "was rounded by a spreadsheet; format the column as text and enter the number again")
    if _EIGHTEEN(number):
        raise BadInput("idno", "contains a birth date that does not exist")
    raise BadInput("idno", "is no known kind of identity number")


def check_digit(first: str) -> str:
    """The check digit of a resident number (ISO 7064 MOD 11-2).

    Args:
        first: the first 17 digits.
    """
    # Base 13 is 2 modulo 11, so one conversion weighs every position at once (the idea of stdnum.cn.ric).
    return _CHECK[2 * int(first, 13) % 11]


def idno_kind(idno: str) -> str:
    """The kind of a normalised number, one of the codes of `idtype`.

    Raises:
        BadInput: no known kind.
    """
    if len(idno) == _LENGTH:
        if idno[0] == "9":
            return "foreign_pr_card"
        return _RESIDENCE_PERMITS.get(idno[:6], "resident_id")
    for kind, shape in _OTHERS:
        if shape(idno):
            return kind
    raise BadInput("idno", "is no known kind of identity number")


def birth_date_of(idno: str) -> str:
    """The birth date in a normalised 18-digit number as `YYYY-MM-DD`; empty for other kinds."""
    return f"{idno[6:10]}-{idno[10:12]}-{idno[12:14]}" if len(idno) == _LENGTH else ""


def sex_of(idno: str) -> str:
    """The sex in a normalised resident number or residence permit, GB/T 2261.1; empty for other kinds."""
    if len(idno) != _LENGTH or idno[0] == "9":
        return ""
    return "1" if int(idno[16]) % 2 else "2"


def is_synthetic(idno: str) -> bool:
    """Whether a normalised number can belong to no living person.

    True for an 18-digit resident number whose area was never assigned, for any 18-digit number born in 1899, and for
    an old foreigner's card of an unassigned area. Permits' and new foreigners' cards' areas prove nothing.
    """
    if len(idno) == _LENGTH:
        return idno[6:10] == "1899" or (idno_kind(idno) == "resident_id" and not area_state(idno[:6]))
    return idno_kind(idno) == "foreign_pr_card_old" and not _prefecture_assigned(idno[3:7])


@lru_cache(maxsize=8192)
def area_state(area: str) -> str:
    """What python-stdnum's table of GB/T 2260 knows of a 6-digit area: `current`, `retired`, or empty if nothing."""
    counties = [part["county"] for _, part in numdb.get("cn/loc").info(area) if "county" in part]
    if not counties:
        return ""
    # A county that was withdrawn reads `[1953-2010]name`, several are separated by commas.
    current = any(not span.startswith("[") or "-]" in span for span in counties[0].split(","))
    return "current" if current else "retired"


@lru_cache(maxsize=1024)
def _prefecture_assigned(prefix: str) -> bool:
    return any(area_state(f"{prefix}{county:02d}") for county in range(100))
