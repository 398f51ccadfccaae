"""Values with parts: lists, contact persons, vital signs."""

import re
from collections.abc import Callable
from typing import Any

import orjson

from hub.errors import BadInput
from hub.schema.characters import fold, plain_text
from hub.schema.names import normalise_name
from hub.schema.telephone import normalise_tel

_SPLIT = re.compile("[;；]").split
_NUMBER = re.compile(r"\d{1,4}(?:\.\d{1,2})?", re.ASCII).fullmatch
_VITALS = frozenset({"hr", "sbp", "dbp"})
_CONTACT = ("name", "tel", "relation")


def list_of(rule: Callable[[str], Any], most: int) -> Callable[[Any], list[Any]]:
    """A rule for lists, written as `a;b` or as a JSON array, from the rule of one item.

    Args:
        rule: checks one item.
        most: the greatest number of items.

    Returns:
        A rule that keeps the order and drops repeated items; it raises BadInput as the item's rule does.
    """

    def check(raw: Any) -> list[Any]:
        parts = raw if isinstance(raw, list) else _SPLIT(raw)
        items = [rule(part) for part in parts if part and not part.isspace()]
        if len(items) > 1:
            items = list(dict.fromkeys(items))
        if not items:
            raise BadInput("list", "must name at least one")
        if len(items) > most:
            raise BadInput("list", f"must name at most {most}")
        return items

    return check


def _members(raw: Any, order: tuple[str, ...], pair: str) -> dict[str, Any]:
    """Read an object: JSON, `key=value;…`, or values alone in their order."""
    if isinstance(raw, dict):
        return raw
    text = fold(raw)
    if text.startswith("{"):
        try:
            read = orjson.loads(text)
        except orjson.JSONDecodeError:
            raise BadInput("object", "is not a JSON object") from None
        if isinstance(read, dict):
            return read
    parts = [part.strip() for part in _SPLIT(text)]
    if pair and all(pair in part for part in parts):
        return {name.strip(): value.strip() for name, _, value in (part.partition(pair) for part in parts)}
    if len(parts) > len(order):
        raise BadInput("object", f"must have at most {len(order)} parts: {';'.join(order)}")
    return dict(zip(order, parts, strict=False))


def normalise_contact(raw: Any) -> dict[str, str]:
    """Check an emergency contact: `name;tel;relation`, or an object with these members; the relation may be left out.

    Raises:
        BadInput: an unknown member, or a name or number that does not check.
    """
    given = _members(raw, _CONTACT, "")
    if not {"name", "tel"} <= given.keys() <= set(_CONTACT):
        raise BadInput("contact", "must be name, tel and perhaps relation")
    if not all(isinstance(value, str) for value in given.values()):
        raise BadInput("contact", "must hold text only")
    contact = {"name": normalise_name(given["name"]), "tel": normalise_tel(given["tel"])}
    if given.get("relation"):
        contact["relation"] = plain_text(given["relation"], 20)
    return contact


def normalise_vitals(raw: Any) -> dict[str, float]:
    """Check vital signs: `hr=72;sbp=120;dbp=80` or an object; heart rate per minute, blood pressure in mmHg.

    A value no living body has is kept: it says that a device has slipped off or a heart has stopped.

    Raises:
        BadInput: an unknown member or something that is no number from 0.
    """
    given = _members(raw, ("hr", "sbp", "dbp"), "=")
    if not given or not given.keys() <= _VITALS:
        raise BadInput("vitals", "must be hr, sbp and dbp")
    vitals: dict[str, float] = {}
    for name, value in given.items():
        text = str(value)
        if isinstance(value, bool) or not _NUMBER(text):
            raise BadInput("vitals", f"`{name}` must be a number from 0 to 9999")
        vitals[name] = float(text) if "." in text else int(text)
    return vitals
