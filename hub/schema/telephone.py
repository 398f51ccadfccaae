"""Telephone numbers of the mainland, mobile and landline."""

import re

from hub.errors import BadInput
from hub.schema.characters import fold

# Number segments are handed out anew every year, so only the first two digits are tested.
_MOBILE = re.compile(r"1[3-9]\d{9}", re.ASCII).fullmatch
_SEPARATORS = re.compile(r"[\s\u2010-\u2015()-]+")
_COUNTRY = re.compile(r"(?:\+|00)86")
# Area codes have three digits in the biggest cities (010, 02x), four elsewhere.
_LANDLINE = re.compile(r"(0(?:10|2\d|[3-9]\d{2}))(\d{7,8})", re.ASCII).fullmatch
_HYPHENATED = re.compile(r"(0\d{2,3})[\u2010-\u2015-](\d{7,8})", re.ASCII).fullmatch


def normalise_tel(raw: str) -> str:
    """Check a telephone number.

    Args:
        raw: as typed, with or without +86 or 0086, blanks and hyphens.

    Returns:
        A mobile number as 11 digits, a landline as `0571-88888888`.

    Raises:
        BadInput: anything else, an extension included.
    """
    if _MOBILE(raw):
        return raw
    text = fold(raw)
    if exact := _HYPHENATED(text):
        return f"{exact[1]}-{exact[2]}"
    digits = _SEPARATORS.sub("", text)
    if country := _COUNTRY.match(digits):
        digits = digits[country.end() :]
        # Dialled from abroad, an area code has lost its leading zero.
        digits = digits if digits[:1] in {"0", "1"} and not digits.startswith("10") else f"0{digits}"
    if _MOBILE(digits):
        return digits
    if found := _LANDLINE(digits):
        return f"{found[1]}-{found[2]}"
    raise BadInput("tel", "must be a mobile number of 11 digits or a landline with its area code")
