"""What residents may have corrected, how it is checked, and which department confirms it."""

from collections.abc import Sequence
from typing import Any

from hub.errors import BadInput
from hub.model.file import Value
from hub.model.principal import DEPARTMENTS
from hub.model.tier import Tier
from hub.schema.fields import Field, fields
from hub.schema.normalise import normalise, spread

_ELSEWHERE = frozenset({"rid", "idno", "ssc.no", "disab.no", "minor.guardian"})
"""By these a person or another one is found, or they carry a sealed class: their own procedure changes them."""
_WHERE_NOBODY_ELSE = "subdistrict"


def correctable(key: str) -> Field:
    """A field that may be corrected. Raises BadInput, alike for sealed fields and for what is no field at all."""
    field = fields().get(key)
    if field is None or field.derived or key in _ELSEWHERE or field.tier in (Tier.SEALED, Tier.CONTROL):
        raise BadInput("field", "is not a field that can be corrected here")
    return field


def checked(key: str, raw: Any) -> Any:
    """A corrected value, checked and normalised as an import does. Raises BadInput naming `value` and the rule."""
    try:
        value, parts = normalise(key, raw), spread(key, raw)
    except BadInput as error:
        raise BadInput("value", error.rule) from None
    if any(value for part, value in parts.items() if fields()[part].tier is Tier.SEALED):
        raise BadInput("value", "holds what only its source writes down")
    return value


def confirming(field: Field, held: Sequence[Value]) -> str:
    """The department that confirms a correction: the source of the value in force, else the field's first department.

    Args:
        field: which is corrected.
        held: its values as the file has them, the one in force first.
    """
    named = [value.source for value in held[:1]] + list(field.sources)
    return next((source for source in named if source in DEPARTMENTS), _WHERE_NOBODY_ELSE)
