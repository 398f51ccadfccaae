"""Privacy mode (隐私模式): residents choose which audience may see which group of their data.

A rule counts from the next read on, in every process: it lies with the facts that each decision opens anyway.
"""

from collections.abc import Sequence
from typing import Any

from hub.access.locate import locate_resident
from hub.errors import BadInput, Reason
from hub.model.protection import is_protected
from hub.model.subject import Facts
from hub.model.terms import Terms
from hub.model.visibility import AUDIENCES, FAMILY, GROUPS, Rule, hidden_groups, wishes, with_rules
from hub.policy.engine import Snapshot
from hub.rights.audiences import GROUP_NAMES, WHY, audience_name, seen_by_law
from hub.rights.desk import Asked, Desk
from hub.rights.recording import act_of, own, own_self, refuse
from hub.schema.groups import groups, locating
from hub.store.engine import Event
from hub.store.transaction import SqlcipherTransaction

KIND = "visibility"
MOST_RULES = 500


async def visibility(desk: Desk, asked: Asked) -> dict[str, Any]:
    """What the caller has chosen, for every group and audience; recorded where somebody else looks for them.

    Raises:
        Refused: not a resident, or one whose file is not here; recorded.
        TrailUnavailable: the look could not be recorded; nothing is told.
    """
    person = await own_self(desk, asked, KIND)
    told = shown(desk.policies, own_terms(desk, person.resident))
    if asked.agent is not None:
        await desk.lane.record_all([own(desk, asked, person, act_of(asked, KIND, "disclosed"))])
    return told


async def choose(desk: Desk, asked: Asked, rules: Sequence[Rule]) -> dict[str, Any]:
    """Change the rules named; those of other groups and audiences stay. Saying the same again changes nothing.

    Args:
        desk: the hub's means.
        asked: a resident.
        rules: what is wished.

    Returns:
        Every rule as it is now.

    Raises:
        BadInput: an unknown group or audience, or two rules that contradict each other.
        Refused: not a resident, or one whose file is not here; recorded.
        TrailUnavailable: nothing was changed.
    """
    _check(rules)
    person = await own_self(desk, asked, KIND)
    event = own(desk, asked, person, act_of(asked, KIND, "changed"), rules=[list(rule) for rule in rules])

    def action(tx: SqlcipherTransaction) -> Facts | None:
        facts = tx.facts(person.resident)
        if facts is None:
            return None
        fresh = facts._replace(terms=with_rules(facts.terms, rules))
        tx.amend(person.resident, fresh, Event(event.act, event.subject))
        return fresh

    changed = await desk.lane.write(action)
    if changed is None:
        raise await refuse(desk, asked, KIND, Reason.NOT_FOUND)
    return shown(desk.policies, changed.terms)


def shown(policies: Snapshot, terms: Terms) -> dict[str, Any]:
    """Every group and audience: whether it is visible, whether a wish has any say, and who sees it by law."""
    return {"rules": [_rule(policies, *cell, visible=visible) for cell, visible in wishes(terms).items()]}


def kept_from_family(terms: Terms) -> frozenset[str]:
    """The fields that a person keeps from relatives, or that are kept from them for the person's safety."""
    hidden = hidden_groups(terms, FAMILY)
    kept = frozenset(key for key, group in groups().items() if group in hidden)
    return kept | locating() if is_protected(terms) else kept


def own_terms(desk: Desk, resident: int) -> Terms:
    """The terms of a person who was found in the same view."""
    found = locate_resident(resident, (), desk.reader, desk.ring)
    return found.facts.terms if found else {}


def _rule(policies: Snapshot, group: str, audience: str, *, visible: bool) -> dict[str, Any]:
    still, heeded = seen_by_law(policies, group, audience)
    return {
        "group": group,
        "group_name": GROUP_NAMES[group],
        "audience": audience,
        "audience_name": audience_name(audience),
        "visible": visible,
        "changeable": heeded,
        "still_visible_for": still,
        "why": WHY if still else None,
    }


def _check(rules: Sequence[Rule]) -> None:
    if len(rules) > MOST_RULES:
        raise BadInput("rules", f"must have at most {MOST_RULES} items")
    said: dict[tuple[str, str], bool] = {}
    for number, rule in enumerate(rules):
        if rule.group not in GROUPS:
            raise BadInput(f"rules[{number}].group", f"must be one of {', '.join(GROUPS)}")
        if rule.audience not in AUDIENCES:
            raise BadInput(f"rules[{number}].audience", f"must be one of {', '.join(AUDIENCES)}")
        if said.setdefault((rule.group, rule.audience), rule.visible) != rule.visible:
            raise BadInput(f"rules[{number}].visible", "must not say two things of one group and audience")
