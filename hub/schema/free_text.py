"""Text that people write freely: what it may be, and whether a person could be found by a number in it."""

import re
import unicodedata

from hub.errors import BadInput
from hub.schema.idno import normalise_idno

MOST_CHARACTERS = 500
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_DIGITS = re.compile(r"\d")
# A run of digits, perhaps cut into groups by one or two separators; a number may hide in some of its groups.
_RUN = re.compile(r"\d(?:[\s\-._/·]{0,2}\d)*[\s\-._/·]{0,2}[Xx]?", re.ASCII)
_GROUP = re.compile(r"\d+|[Xx]", re.ASCII)
_RESIDENT = re.compile(r"(?=([1-9]\d{5}(?:18|19|20)\d{9}[\dX]))", re.ASCII)
_MOBILE = re.compile(r"(?:(?:00)?86)?1[3-9]\d{9}", re.ASCII).fullmatch
_MOBILE_LENGTHS = frozenset({11, 13, 15})
_COMMON_GROUPS = [3, 4, 4]
_LANDLINE = re.compile(
    r"(?<!\d)(?:(?:(?:\+|00)86[ -]?)?\(?0(?:10|2\d|[3-9]\d\d)|(?:\+|00)86[ -]?(?:10|2\d|[3-9]\d\d))"
    r"[) -]{0,2}\d{3,4}[ -]?\d{4}(?!\d)",
    re.ASCII,
)


def written(member: str, text: str | None) -> str:
    """Free text of a request as it is kept, without blanks around it; empty where there is none.

    Args:
        member: what it is called in the request.
        text: as sent.

    Raises:
        BadInput: too long, with control characters other than tabs and line ends, or with an identity number or a
            telephone number in it.
    """
    said = (text or "").strip()
    if len(said) > MOST_CHARACTERS:
        raise BadInput(member, f"must have at most {MOST_CHARACTERS} characters")
    if _CONTROL.search(said):
        raise BadInput(member, "must not contain control characters")
    if contains_identifier(said):
        raise BadInput(member, "must not contain an identity number or a phone number")
    return said


def contains_identifier(text: str) -> bool:
    """Whether a text holds an 18-digit identity number whose check digit is right, or a telephone number.

    Digits of any script, full-width forms, zero-width marks, and groups separated by blanks, hyphens, dots or slashes
    are all read through. Of separated groups, those of a mobile number must share one separator or be cut 3-4-4:
    dates and case numbers written side by side are no telephone number.

    Args:
        text: any text, such as the reason of a request.
    """
    if not _DIGITS.search(text):
        return False
    plain = _readable(text)
    if _LANDLINE.search(plain):
        return True
    return any(_run_identifies(run.group()) for run in _RUN.finditer(plain))


def _readable(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text)
    marks = (char for char in folded if unicodedata.category(char) != "Cf")
    plain = "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in marks)
    return re.sub("[\u2010-\u2015\u2212\u30fb]", "-", plain)


def _run_identifies(run: str) -> bool:
    groups = _GROUP.findall(run.upper())
    if any(_is_resident(found) for found in _RESIDENT.findall("".join(groups))):
        return True
    separators = {char for char in run if not char.isalnum()}
    if len(separators) <= 1:
        return _spells_mobile(groups)
    parts = (_GROUP.findall(part) for mark in separators for part in run.split(mark) if _evenly_cut(part))
    return _cut_commonly(groups) or any(_spells_mobile(part) for part in parts)


def _evenly_cut(run: str) -> bool:
    return len({char for char in run if not char.isalnum()}) <= 1


def _cut_commonly(groups: list[str]) -> bool:
    triples = zip(groups, groups[1:], groups[2:], strict=False)
    return any(_MOBILE("".join(triple)) for triple in triples if [len(group) for group in triple] == _COMMON_GROUPS)


def _spells_mobile(groups: list[str]) -> bool:
    for start in range(len(groups)):
        number = ""
        for group in groups[start:]:
            number += group
            if len(number) in _MOBILE_LENGTHS and _MOBILE(number):
                return True
            if len(number) > max(_MOBILE_LENGTHS):
                break
    return False


def _is_resident(number: str) -> bool:
    try:
        normalise_idno(number)
    except BadInput:
        return False
    return True
