"""Codes of diseases (GB/T 14396, the national edition of ICD-10)."""

import re

from hub.errors import BadInput
from hub.schema.characters import fold

_CODE = re.compile(r"[A-Z]\d{2}(?:\.[0-9A-Za-z]{1,4})?", re.ASCII).fullmatch
# Chapter V, self-harm, and the Z codes that tell a history of either: who reads these knows of a mental disorder.
_MENTAL = re.compile(
    r"F\d\d|X(?:6\d|7\d|8[0-4])|Y87\.0|Z(?:86\.5|91\.5|09\.3|50\.[2-4]|54\.3|03\.2|04\.6)", re.ASCII
).match


def normalise_disease(raw: str) -> str:
    """Check one ICD-10 code and return it with its first letter as a capital.

    Raises:
        BadInput: another shape.
    """
    if _CODE(raw):
        return raw
    code = fold(raw)
    code = code[:1].upper() + code[1:]
    if not _CODE(code):
        raise BadInput("icd10", "must be ICD-10 codes such as I10 or E11.9")
    return code


def is_mental(code: str) -> bool:
    """Whether a normalised code tells of a mental disorder, so that the sealed tier must hold it."""
    return bool(_MENTAL(code))
