"""Where approvals are listed across people: under the areas of those who decide, and under those who asked."""

from hub.access.standing import Standing
from hub.model.approval import Record
from hub.model.instant import timestamp
from hub.model.principal import Caller
from hub.store.keys import Keyring
from hub.store.tokens import matter_token

KIND, ASKED = "approval", "asked"
_AREAS = (2, 4, 6, 9, 12)
"""Lengths of area prefixes under which requests that wait are listed."""


def areas_of(caller: Caller, standing: Standing) -> list[str]:
    """The areas a caller may decide for: the own one, and those of the secretaries they stand in for."""
    principal, now = caller.principal, timestamp(caller.at)
    deputised = [each.community for each in standing.deputies.get(principal.id, ()) if each.stands_in_at(now)]
    return [principal.area, *deputised] if principal.area else deputised


def lists_of(ring: Keyring, grid: str, record: Record) -> list[bytes]:
    """The lists that a person is put on with a request about them."""
    return [*area_lists(ring, grid), matter_token(ring, ASKED, record["person"])]


def area_lists(ring: Keyring, grid: str) -> list[bytes]:
    """The lists of everybody's inbox whose area a grid lies in."""
    return [matter_token(ring, KIND, grid[:length]) for length in _AREAS]


def own_lists(ring: Keyring, person: str, areas: list[str]) -> list[bytes]:
    """The lists that hold what somebody asked for and what waits in some areas."""
    # Under the longest prefix that is no longer than the area; what lies elsewhere in it is left out afterwards.
    prefixes = {area[: max(length for length in _AREAS if length <= len(area))] for area in areas}
    return [matter_token(ring, ASKED, person), *(matter_token(ring, KIND, each) for each in prefixes)]
