"""Names of persons, with rare characters, in any script that an identity document may print."""

import re
import unicodedata

from hub.errors import BadInput
from hub.schema.characters import HAN, fold

_HAN_NAME = re.compile(f"[{HAN}]{{2,50}}").fullmatch
_MIDDLE_DOTS = re.compile("[\u2022\u2027\u2219\u22c5\u30fb\uff65\u0387\u16eb\u2e31]")
_BETWEEN_HAN = re.compile(f"(?<=[{HAN}\u00b7]) +(?=[{HAN}\u00b7])")
_HAN_LETTER = re.compile(f"[{HAN}]")
_JOINERS = frozenset(" \u00b7-'.,\u2019")
_LEAST, _MOST = 2, 50


def normalise_name(raw: str) -> str:
    """Check a person's name.

    Args:
        raw: letters or ideographs of any script, joined by `·`, blanks, hyphens, apostrophes, full stops or commas.

    Returns:
        The name without blanks at the ends or between ideographs, with U+00B7 for every kind of middle dot, and with
        ideographs of the private use area moved to their assigned code points. Variants are otherwise left alone:
        the register's character is the person's name.

    Raises:
        BadInput: shorter than 2 or longer than 50 characters, or a character that no name has.
    """
    if _HAN_NAME(raw):
        return raw
    name = _MIDDLE_DOTS.sub("\u00b7", fold(raw))
    name = _BETWEEN_HAN.sub("", " ".join(name.split()))
    if not _HAN_LETTER.search(name):
        name = unicodedata.normalize("NFC", name)
    if not _LEAST <= len(name) <= _MOST:
        raise BadInput("name", f"must have {_LEAST} to {_MOST} characters")
    if not _letter(name[0]) or not all(_letter(char) or char in _JOINERS for char in name):
        raise BadInput("name", "must begin with a letter and hold only letters, `·`, blanks, hyphens and apostrophes")
    return name


def _letter(char: str) -> bool:
    return char.isalpha() or bool(_HAN_LETTER.match(char)) or unicodedata.category(char) in {"Mn", "Mc"}
