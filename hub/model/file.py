"""What a resident's file holds: values with their evidence."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from hub.model.tier import Tier


class Value(NamedTuple):
    """One value of one field, with where it came from.

    Attributes:
        value: what JSON can hold; dates are ISO 8601 strings.
        source: the code of the department whose feed brought it, `resident`, `grid_worker` or `derived`.
        at: the date it was collected, ISO 8601.
        basis: the legal basis it was collected on.
        verified: whether the authoritative source has confirmed it.
        until: the last date it may be kept, ISO 8601; empty where the purpose decides.
        flags: implausible but possible, as rule names; such values are kept.
    """

    value: Any
    source: str
    at: str
    basis: str
    verified: bool = True
    until: str = ""
    flags: tuple[str, ...] = ()


Section = dict[str, tuple[Value, ...]]
"""The fields of one tier. The first value of a field is in force; the others are kept conflicts."""

Sections = Mapping[Tier, Section]
"""Sections of one file with all their values and evidence, as feeds merge them."""

ResidentFile = Mapping[Tier, Mapping[str, Any]]
"""The values in force of the opened tiers of one file: only what somebody had a right to open."""
