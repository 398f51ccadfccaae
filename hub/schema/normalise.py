"""One rule for each field: from what a feed or a caller writes to the value that is stored.

Only format, checksum and unknown code are refused here; what is implausible but possible is kept and flagged by
`hub.schema.doubts`.
"""

import re
from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import Any

from hub.errors import BadInput
from hub.schema.cards import normalise_account, read_disability_card
from hub.schema.characters import HAN, fold, plain_text
from hub.schema.codes import BOOLEANS, words_of
from hub.schema.compound import list_of, normalise_contact, normalise_vitals
from hub.schema.dates import normalise_date, normalise_month, normalise_time
from hub.schema.diseases import is_mental, normalise_disease
from hub.schema.fields import Field, fields
from hub.schema.idno import normalise_idno
from hub.schema.names import normalise_name
from hub.schema.plates import normalise_plate
from hub.schema.telephone import normalise_tel

Rule = Callable[[Any], Any]
"""From what was written to the stored value. BadInput's member is the kind; the caller knows the field's key."""

_UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_DECIMAL = re.compile(r"(0|[1-9]\d{0,11})(?:\.(\d{1,6}))?", re.ASCII).fullmatch
_TEXT_LIMITS = {"addr": 200, "alias": 30, "place": 200, "photo": 200, "corr.officer": 50}
_TEXTS_LIMITS = {"med.mental": 200, "med.allergy": 50, "med.critical": 50}
_TRUTH = partial(BOOLEANS.get)
LIST_KINDS = frozenset({"icd10", "list", "names", "rids", "texts"})
OBJECT_KINDS = frozenset({"contact_person", "vitals"})


def normalise(key: str, raw: Any) -> Any:
    """Check and normalise one value.

    Args:
        key: the field.
        raw: text as a feed writes it, or what JSON holds: booleans and numbers are read as their text, arrays and
            objects are allowed where the field is a list or an object.

    Returns:
        The value to store. Of a disability card only the identity number: see `spread`.

    Raises:
        BadInput: naming the field and the rule it breaks, never the value.
    """
    field = _storable(key)
    try:
        return rule_of(key)(cell_of(field, raw))
    except BadInput as error:
        raise BadInput(key, error.rule) from None


def spread(key: str, raw: Any) -> dict[str, Any]:
    """Check one value and put every part of it into the field whose tier may hold it.

    A disability card's category and grade, and a code that tells of a mental disorder, belong to the sealed tier.

    Args:
        key: the field that was written.
        raw: as for `normalise`.

    Returns:
        Field key to value; None where nothing is left for a field, so that what it held before is withdrawn.

    Raises:
        BadInput: as `normalise`.
    """
    field = _storable(key)
    try:
        return spreading_rule(key)(cell_of(field, raw))
    except BadInput as error:
        raise BadInput(key, error.rule) from None


def _storable(key: str) -> Field:
    field = fields().get(key)
    if field is None:
        raise BadInput(key, "is not a field of the file")
    if field.derived:
        raise BadInput(key, "is computed when read and cannot be stored")
    return field


def cell_of(field: Field, raw: Any) -> Any:
    """What a rule takes: text, or a list or object where the field's kind has one.

    Raises:
        BadInput: another type.
    """
    if isinstance(raw, str):
        return raw
    if isinstance(raw, bool):
        return "1" if raw else "0"
    if isinstance(raw, int):
        return str(raw)
    if isinstance(raw, float):
        return f"{raw:.6f}".rstrip("0").rstrip(".")
    if isinstance(raw, list) and field.kind in LIST_KINDS:
        inner: type = dict if field.kind == "list" else str
        if all(isinstance(item, inner) for item in raw):
            return raw
        raise BadInput(field.key, "the items of the list must be text" if inner is str else "must be a list of objects")
    if isinstance(raw, dict) and field.kind in OBJECT_KINDS:
        return raw
    raise BadInput(field.key, "must be a single value")


@cache
def rule_of(key: str) -> Rule:
    """The rule of one storable field. Rules of single values take text only; see `cell_of`."""
    field = fields()[key]
    special = _RULES.get(field.kind)
    if special is not None:
        return special
    if field.kind == "code":
        return _code_rule(field) if field.codes else _pattern("[0-9XY][0-9]{0,6}", "must be a code of its table")
    if field.kind == "idtype":
        return _code_rule(field)
    if field.kind == "texts":
        return list_of(partial(plain_text, limit=_TEXTS_LIMITS.get(key, 30)), 64)
    return partial(plain_text, limit=_TEXT_LIMITS.get(key, 200))


def _code_rule(field: Field) -> Rule:
    words = words_of(field.key, field.codes)

    def check(raw: str) -> str:
        code = words.get(raw)
        if code is None:
            code = words.get(fold(raw))
        if code is None:
            raise BadInput(field.key, "is not a code of its table")
        return code

    return check


def _truth(raw: str) -> bool:
    value = _TRUTH(raw)
    if value is None:
        value = _TRUTH(fold(raw))
    if value is None:
        raise BadInput("bool", "must be 1 or 0, true or false, 是 or 否")
    return value


def _decimal(raw: str) -> str:
    found = _DECIMAL(raw) or _DECIMAL(fold(raw))
    if found is None:
        raise BadInput("decimal", "must be a number from 0, with at most 6 decimal places")
    fraction = (found[2] or "").rstrip("0")
    return f"{found[1]}.{fraction}" if fraction else found[1]


def _pattern(pattern: str, rule: str, *, lower: bool = False) -> Rule:
    shape = re.compile(pattern).fullmatch

    def check(raw: str) -> str:
        if shape(raw):
            return raw
        text = fold(raw).lower() if lower else fold(raw).upper()
        if not shape(text):
            raise BadInput("pattern", rule)
        return text

    return check


def _listed(raw: Any) -> list[Any]:
    if not isinstance(raw, list):
        raise BadInput("list", "must be a list of objects")
    return raw


_rid = _pattern(_UUID, "must be a resident id", lower=True)
_RULES: Mapping[str, Rule] = {
    "bank_card": normalise_account,
    "bool": _truth,
    "certificate": _pattern(f"[0-9A-Z{HAN}〔〕()\\[\\]-]{{4,30}}", "must have 4 to 30 digits, letters and brackets"),
    "community": _pattern("[1-9][0-9]{11}", "must be a community code of 12 digits"),
    "contact_person": normalise_contact,
    "date": normalise_date,
    "decimal": _decimal,
    "disability_card": lambda raw: read_disability_card(raw).idno,
    "grid": _pattern("[1-9][0-9]{14}", "must be a grid code of 15 digits"),
    "household": _pattern("[0-9A-Z]{1,20}", "must have 1 to 20 digits and letters"),
    "icd10": list_of(normalise_disease, 64),
    "idno": normalise_idno,
    "list": _listed,
    "month": normalise_month,
    "name": normalise_name,
    "names": list_of(normalise_name, 16),
    "permit": _pattern("[0-9A-Z]{6,20}", "must have 6 to 20 digits and letters"),
    "plate": normalise_plate,
    "region": _pattern("[1-9][0-9]{5}", "must be a region code of 6 digits"),
    "rids": list_of(_rid, 16),
    "tel": normalise_tel,
    "time": normalise_time,
    "uuid": _rid,
    "vitals": normalise_vitals,
}


def _spread_card(raw: str) -> dict[str, Any]:
    card = read_disability_card(raw)
    return {"disab.no": card.idno, "disab.category": card.category, "disab.grade": card.grade}


def _spread_diseases(raw: Any) -> dict[str, Any]:
    codes = _RULES["icd10"](raw)
    mental = [code for code in codes if is_mental(code)]
    rest = [code for code in codes if code not in mental] if mental else codes
    return {"med.chronic": rest or None, "med.chronic.sealed": mental or None}


_SPREADING: Mapping[str, Callable[[Any], dict[str, Any]]] = {
    "disab.no": _spread_card,
    "med.chronic": _spread_diseases,
}
SPREADS: Mapping[str, tuple[str, ...]] = {
    "disab.no": ("disab.category", "disab.grade"),
    "med.chronic": ("med.chronic.sealed",),
}
"""Fields whose values are put into further fields, and those fields."""


@cache
def spreading_rule(key: str) -> Callable[[Any], dict[str, Any]]:
    """The rule of `spread` for one storable field; for most fields the value is all there is."""
    special = _SPREADING.get(key)
    if special is not None:
        return special
    rule = rule_of(key)
    return lambda raw: {key: rule(raw)}
