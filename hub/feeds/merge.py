"""Merging what one source says into a file: pure, without a clock and without a store.

A field holds at most one value of each source. The most authoritative source's value is in force; the values of
lesser sources that differ from it are kept behind it as conflicts, a lesser value that agrees is not kept twice.
"""

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from hub.model.file import Section, Value
from hub.model.tier import Tier
from hub.schema.fields import fields

_METERS = frozenset({"meter.water", "meter.power"})
_METER_RESET = "meter_reset"


class Conflict(NamedTuple):
    """Two sources that say different things.

    Attributes:
        field: the field's key.
        kept: the source whose value is in force.
        other: the source whose differing value is kept behind it.
    """

    field: str
    kept: str
    other: str


class Merged(NamedTuple):
    """The outcome of a merge.

    Attributes:
        changed: the sections that differ from what was held, whole; empty where nothing is new.
        conflicts: every conflict, old or new, in the fields that were touched.
    """

    changed: dict[Tier, Section]
    conflicts: tuple[Conflict, ...]


def merge(held: Mapping[Tier, Section], incoming: Mapping[Tier, Mapping[str, Value]]) -> Merged:
    """Merge values of one source into a file.

    The same value from the same source changes nothing, whatever the date it comes with, so that running an import
    again is harmless. A newer value of the same source replaces its older one, an older one is ignored. A value of
    None withdraws what its source said.

    Args:
        held: the opened sections; at least those that `incoming` names, none of them for a new file.
        incoming: tier to field key to value.

    Returns:
        New sections; nothing that was passed in is changed.
    """
    changed: dict[Tier, Section] = {}
    conflicts: list[Conflict] = []
    for tier, values in incoming.items():
        section = held.get(tier)
        if not section:
            fresh: Section = {key: (value,) for key, value in values.items() if value.value is not None}
            if fresh:
                changed[tier] = fresh
            continue
        updated = None
        for key, value in values.items():
            before = section.get(key, ())
            after = _settle(key, before, value) if before or value.value is None else (value,)
            if after is not before:
                updated = dict(section) if updated is None else updated
                if after:
                    updated[key] = after
                else:
                    del updated[key]
            if len(after) > 1:
                conflicts += [Conflict(key, after[0].source, other.source) for other in after[1:]]
        if updated is not None:
            changed[tier] = updated
    return Merged(changed, tuple(conflicts))


def _settle(key: str, before: tuple[Value, ...], value: Value) -> tuple[Value, ...]:
    """The values of one field after its source has spoken; `before` itself where nothing is new."""
    own = _said_by(value.source, before)
    if own is not None:
        if own.at > value.at or _same(own, value):
            return before
        if key in _METERS and value.value is not None and Decimal(value.value) < Decimal(own.value):
            value = value._replace(flags=(*value.flags, _METER_RESET))
    elif value.value is None or _confirms(key, before, value):
        return before
    others = [held for held in before if held is not own]
    remaining = others if value.value is None else [*others, value]
    if len(remaining) > 1:
        ranks = _ranks(key)
        remaining.sort(key=lambda held: ranks.get(held.source, len(ranks)))
    return tuple(held for held in remaining if held is remaining[0] or held.value != remaining[0].value)


def _said_by(source: str, values: tuple[Value, ...]) -> Value | None:
    for value in values:
        if value.source == source:
            return value
    return None


def _same(own: Value, value: Value) -> bool:
    # A reset is a fact about the step from one reading to the next; the reading alone does not carry it.
    flags = own.flags[:-1] if own.flags and own.flags[-1] == _METER_RESET else own.flags
    return own.value == value.value and flags == value.flags


def _confirms(key: str, before: tuple[Value, ...], value: Value) -> bool:
    """Whether a lesser source only repeats what is in force."""
    if not before or before[0].value != value.value:
        return False
    ranks = _ranks(key)
    return ranks.get(value.source, len(ranks)) >= ranks.get(before[0].source, len(ranks))


@cache
def _ranks(key: str) -> dict[str, int]:
    """Source to rank, 0 the most authoritative."""
    return {source: rank for rank, source in enumerate(fields()[key].sources)}
