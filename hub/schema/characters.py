"""Which characters text may hold, and one spelling for characters that look alike."""

import re
import unicodedata

from hub.errors import BadInput

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd\u3007"
"""Ideographs as a regular expression class: GB 18030-2022 reaches into planes 2 and 3, beyond Python's own tables."""

_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0xA0: 0x20}

# What GB 18030-2000 and -2005 kept in the private use area and GB 18030-2022 has encoded (its table of changed
# mappings): old registers, and Python's own codec, still hand these names over in the private form.
_PRIVATE = {
    0xE81E: 0x9FB4,
    0xE826: 0x9FB5,
    0xE82B: 0x9FB6,
    0xE82C: 0x9FB7,
    0xE832: 0x9FB8,
    0xE843: 0x9FB9,
    0xE854: 0x9FBA,
    0xE864: 0x9FBB,
    0xE816: 0x20087,
    0xE817: 0x20089,
    0xE818: 0x200CC,
    0xE831: 0x215D7,
    0xE83B: 0x2298F,
    0xE855: 0x241FE,
    0xE7C7: 0x1E3F,
}
_FOLD = _WIDE | _PRIVATE

_PLAIN = re.compile(rf"[0-9A-Za-z{HAN}]+(?: [0-9A-Za-z{HAN}]+)*").fullmatch

# Control characters, lone surrogates, the mark of lost characters, non-characters, and marks that turn the reading
# direction around.
_FORBIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffd-\uffff\u202a-\u202e\u2066-\u2069]").search

# How a spreadsheet knows a formula. A minus may also begin a basement's address, `-1层`.
_FORMULA = re.compile(rf"[=+@]|-(?!\d{{1,2}}[{HAN}])").match


def fold(text: str) -> str:
    """Full-width ASCII to ASCII, private-use ideographs to their assigned code points, no blanks at either end."""
    return text.translate(_FOLD).strip()


def plain_text(raw: str, limit: int) -> str:
    """Check one line of text.

    Args:
        raw: the text as it came.
        limit: the greatest length in characters.

    Returns:
        The folded text in Unicode's composed form.

    Raises:
        BadInput: empty, too long, with control characters, or beginning like a spreadsheet formula.
    """
    if len(raw) <= limit and _PLAIN(raw):
        return raw
    text = fold(raw)
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    if not text:
        raise BadInput("text", "must not be empty")
    if len(text) > limit:
        raise BadInput("text", f"must have at most {limit} characters")
    if _FORBIDDEN(text):
        raise BadInput("text", "must not contain control characters or broken text")
    if _FORMULA(text):
        raise BadInput("text", "must not begin like a spreadsheet formula")
    return text
