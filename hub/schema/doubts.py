"""What is implausible but possible: kept, and flagged with the name of the rule."""

from collections.abc import Callable, Mapping
from typing import Any

from hub.schema.cards import is_card
from hub.schema.fields import fields
from hub.schema.idno import area_state, birth_date_of

Doubt = Callable[[Any, str], tuple[str, ...]]
"""From a stored value and today's date, `YYYY-MM-DD`, to the names of the rules it strains."""

NONE: tuple[str, ...] = ()
_RANGES = {"hr": (20, 250), "sbp": (50, 300), "dbp": (20, 200)}
_USUAL_STREETS, _USUAL_COMMITTEES = range(1, 400), range(1, 400)


def doubts_of(key: str, value: Any, today: str) -> tuple[str, ...]:
    """The flags of one stored value.

    Args:
        key: the field.
        value: as `hub.schema.normalise` returned it.
        today: the date of the check, `YYYY-MM-DD`.
    """
    doubt = doubt_of(key)
    return doubt(value, today) if doubt else NONE


def doubt_of(key: str) -> Doubt | None:
    """The check of one field's plausibility; None where every value that passes its rule is plausible."""
    return _BY_KEY.get(key) or _BY_KIND.get(fields()[key].kind)


def _in_future(value: str, today: str) -> tuple[str, ...]:
    return ("in_future",) if value > today else NONE


def _expired(value: str, today: str) -> tuple[str, ...]:
    return ("expired",) if value < today else NONE


def _month_in_future(value: str, today: str) -> tuple[str, ...]:
    return ("in_future",) if value > today[:7] else NONE


def _identity(value: str, today: str) -> tuple[str, ...]:
    born = birth_date_of(value)
    if not born:
        return NONE
    future = ("in_future",) if born > today else NONE
    # A withdrawn area is common in old numbers. An unknown one says nothing: python-stdnum's table may lag behind.
    return (*future, "area_retired") if value[0] != "9" and area_state(value[:6]) == "retired" else future


def _account(value: str, _today: str) -> tuple[str, ...]:
    return NONE if is_card(value) else ("not_a_card",)


def _community(value: str, _today: str) -> tuple[str, ...]:
    usual = int(value[6:9]) in _USUAL_STREETS and int(value[9:12]) in _USUAL_COMMITTEES
    return NONE if usual else ("unusual_code",)


def _vitals(value: dict[str, float], _today: str) -> tuple[str, ...]:
    strange = (name for name, reading in value.items() if not _RANGES[name][0] <= reading <= _RANGES[name][1])
    return tuple(f"{name}_out_of_range" for name in strange)


_BY_KEY: Mapping[str, Doubt] = {"permit.until": _expired}
_BY_KIND: Mapping[str, Doubt] = {
    "bank_card": _account,
    "community": _community,
    "date": _in_future,
    "idno": _identity,
    "month": _month_in_future,
    "vitals": _vitals,
}
