"""Whose data a purpose shows: the departments that decide on a filing, each on its own fields (一数一源)."""

from collections.abc import Iterable, Mapping

from hub.model.principal import DEPARTMENTS, Principal, Role
from hub.schema.fields import fields

_BEHIND: Mapping[str, str] = {
    "age_band": "dob",
    "age_at_least_60": "dob",
    "age_at_least_65": "dob",
    "has_valid_permit": "permit",
    "has_ssc": "ssc.no",
    "guardian_name": "minor.guardian",
    "guardian_tel": "minor.guardian",
    "guardian_idno": "minor.guardian",
    "parents": "minor.guardian",
    "receives_dibao": "tag.dibao",
    "household_eligible": "hh",
    "last_visit": "visit.log",
    "relay": "tel",
}
"""By the name of a derivation: the stored field it answers about. Whoever brings that field decides on the answer."""


def sources_of(key: str) -> tuple[str, ...]:
    """Who brings a field, the authoritative source first; of a derived field, who brings what is behind it."""
    field = fields()[key]
    behind = _BEHIND.get(field.derived)
    return fields()[behind].sources if behind else field.sources


def deciding(keys: Iterable[str], filer: Principal) -> tuple[dict[str, tuple[str, ...]], set[str]]:
    """The departments that are the authoritative source of some fields.

    Args:
        keys: the fields that would be shown.
        filer: who files. Nobody else is needed for a field that the filer itself brings.

    Returns:
        Each such department with its fields, and which of them must agree.
    """
    found: dict[str, tuple[str, ...]] = {}
    needed: set[str] = set()
    own = filer.code if filer.role is Role.DEPARTMENT else ""
    for key in keys:
        sources = sources_of(key)
        if not sources or sources[0] not in DEPARTMENTS or sources[0] == own:
            continue
        found[sources[0]] = (*found.get(sources[0], ()), key)
        if own not in sources:
            needed.add(sources[0])
    return found, needed
