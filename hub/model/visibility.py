"""Privacy mode (隐私模式): which group of a person's data which audience may see, as the person wishes.

Only what differs from the default is kept, as `[group, audience, visible]`, so that whoever wishes nothing has no
terms at all. A wish binds what stands on consent or a contract; duties by law and emergencies go on.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from hub.model.principal import DEPARTMENTS, Role
from hub.model.terms import VISIBILITY, Terms

GROUPS = ("contact", "family", "care", "medical", "financial", "utility_anomaly", "activity")
FAMILY = "family"
"""The audience of relatives and guardians, who are residents themselves."""
AUDIENCES = (
    Role.GRID_WORKER.value,
    Role.SECRETARY.value,
    Role.CLERK.value,
    *sorted(f"department:{code}" for code in DEPARTMENTS),
    Role.ORGANISATION.value,
    FAMILY,
)
_CLOSED = frozenset({"utility_anomaly"})
"""Groups that start with the grid worker alone."""


class Rule(NamedTuple):
    """One wish.

    Attributes:
        group: one of `GROUPS`.
        audience: one of `AUDIENCES`.
        visible: whether the audience may see the group.
    """

    group: str
    audience: str
    visible: bool


def audience_of(requester: str) -> str:
    """The audience that a requester, as policies name it, belongs to."""
    return FAMILY if requester == Role.RESIDENT else requester


def by_default(group: str, audience: str) -> bool:
    """Whether an audience may see a group of whom no wish is known."""
    return group not in _CLOSED or audience == Role.GRID_WORKER


def hidden_groups(terms: Terms, audience: str) -> frozenset[str]:
    """The groups that an audience does not see, as far as the person may decide."""
    said = {group: visible for group, who, visible in terms.get(VISIBILITY, ()) if who == audience}
    return frozenset(group for group in GROUPS if not said.get(group, by_default(group, audience)))


def wishes(terms: Terms) -> dict[tuple[str, str], bool]:
    """Every group and audience, in order, with whether it is visible."""
    said = {(group, audience): visible for group, audience, visible in terms.get(VISIBILITY, ())}
    cells = ((group, audience) for group in GROUPS for audience in AUDIENCES)
    return {cell: said.get(cell, by_default(*cell)) for cell in cells}


def with_rules(terms: Terms, rules: Iterable[Rule]) -> Mapping[str, Any]:
    """The terms with some wishes in place of those of the same group and audience; the others stay as they are."""
    wished = wishes(terms) | {(rule.group, rule.audience): rule.visible for rule in rules}
    kept = [[*cell, visible] for cell, visible in wished.items() if visible != by_default(*cell)]
    rest = {kind: value for kind, value in terms.items() if kind != VISIBILITY}
    return rest | {VISIBILITY: kept} if kept else rest
