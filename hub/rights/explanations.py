"""Who could see this? Worked out with the deciding function itself, from what stands today; nothing is disclosed."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, NamedTuple

from hub.access.decide import FILING_ROLES, decide, decide_purpose
from hub.access.grounds import approval_used, case_used, grounds_of
from hub.access.standing import Standing
from hub.model.decision import AccessRequest, Denial
from hub.model.filing import Filing
from hub.model.freeze import Freeze
from hub.model.principal import Caller, Principal, Role
from hub.model.purpose import Basis, Purpose
from hub.model.subject import Facts, SubjectRef, is_minor
from hub.model.visibility import audience_of
from hub.policy.engine import PlannedField, Snapshot
from hub.rights.audiences import audience_name, usable
from hub.rights.conditions import HELD, in_words, needs, stopping

MOST_NAMED = 50
"""Principals that are named one by one; how many there are is always told."""
_SOME_REASON = "explanation"


class Moment(NamedTuple):
    """As of when.

    Attributes:
        at: UTC.
        today: the day in China.
    """

    at: datetime
    today: date


class _Finding(NamedTuple):
    """What a group of principals have in common: on what basis they could read the field, or what stops them."""

    basis: str
    stops: tuple[str, ...]


def explain_field(
    policies: Snapshot, standing: Standing, resident: int, facts: Facts, key: str, moment: Moment
) -> list[dict[str, Any]]:
    """Who could read one field of one person today, and what would have to be true for others.

    Args:
        policies: the catalogue and its rules.
        standing: who holds which role, what was filed, who is frozen.
        resident: the internal id.
        facts: of the person, with their terms.
        key: the field; a sealed one is nobody's to see by the catalogue, whoever it is about.
        moment: as of when.

    Returns:
        For each purpose and requester that may show the field, those who could read it and those who could not, each
        group with what decides it. Purposes that are sealed are left out.
    """
    staff = [each for each in _staff(standing, moment.today) if facts.grid and facts.grid.startswith(each.area)]
    frozen = standing.frozen.get(resident)
    items = []
    for purpose, requester, planned in _planned(policies, key):
        groups: dict[_Finding, list[tuple[str, str]]] = {}
        for principal in staff:
            if principal.requester == requester:
                found, approval = _judged(
                    policies, standing, purpose, principal, (resident, facts), key, frozen, moment
                )
                groups.setdefault(found, []).append((principal.id, approval))
        if not groups:
            groups[_Finding("", _missing(policies, purpose, requester, planned))] = []
        said = _common(policies, purpose, requester, planned, minor=is_minor(facts.born, moment.today))
        items += [said | _group(found, who) for found, who in sorted(groups.items())]
    return items


def explain_role(
    policies: Snapshot, standing: Standing, area: str, requester: str, purpose: str, moment: Moment
) -> list[dict[str, Any]]:
    """Which principals of an area could read which fields today, and on what conditions.

    Args:
        policies: the catalogue and its rules.
        standing: who holds which role, and what was filed.
        area: of the officer who asks; whoever covers a part of it, or all of it, counts.
        requester: a role or `department:CODE`; empty for all. Residents are not listed one by one.
        purpose: an id of the catalogue; empty for all.
        moment: as of when.
    """
    items = []
    for principal in sorted(_staff(standing, moment.today), key=lambda each: each.id):
        if requester not in ("", principal.role, principal.requester) or not _overlap(principal.area, area):
            continue
        for name, bases in usable(policies, principal.requester):
            if purpose in ("", name):
                items.append(_reading(policies, standing, principal, policies.purposes[name], bases, moment))
    return items


def _reading(
    policies: Snapshot,
    standing: Standing,
    principal: Principal,
    purpose: Purpose,
    bases: tuple[Basis, ...],
    moment: Moment,
) -> dict[str, Any]:
    filings = _filings(standing, principal, purpose.id, moment.today)
    caller = Caller(principal, "", moment.at, moment.today)
    denial = decide_purpose(_request(caller, purpose, ()), next(iter(filings), None))
    fields = [
        {
            "field": planned.key,
            "tier": planned.tier.value,
            "rule": planned.rule,
            "approval": planned.approval.value,
            "needs": in_words(needs(purpose, principal.requester, planned, bases, minor=False)),
        }
        for planned in policies.plan(purpose.id, principal.requester).values()
    ]
    return {
        "principal": principal.id,
        "role": principal.role.value,
        "department": principal.code or None,
        "area": principal.area,
        "purpose": purpose.id,
        "purpose_name": purpose.name,
        "citation": purpose.citation,
        "bases": [basis.value for basis in bases],
        "could_read": denial is None and bool(fields),
        "stopped_by": in_words(reason.value for reason in denial.reasons) if denial else [],
        "filings": [
            {"id": filing.id, "scope": filing.scope, "valid_until": filing.valid_until.isoformat()}
            for filing in filings
        ],
        "fields": fields,
        "minors": in_words(["minor_approval_required"]),
    }


def _planned(policies: Snapshot, key: str) -> Iterator[tuple[Purpose, str, PlannedField]]:
    for purpose in policies.purposes.values():
        for requester in sorted(purpose.requesters):
            planned = policies.plan(purpose.id, requester).get(key)
            if planned is not None and any(name == purpose.id for name, _ in usable(policies, requester)):
                yield purpose, requester, planned


def _missing(policies: Snapshot, purpose: Purpose, requester: str, planned: PlannedField) -> tuple[str, ...]:
    """What stops a requester nobody holds: relatives are not appointed and need what the purpose needs."""
    if requester != Role.RESIDENT:
        return (HELD,)
    bases = next(bases for name, bases in usable(policies, requester) if name == purpose.id)
    return tuple(each for each in needs(purpose, requester, planned, bases, minor=False) if each != HELD)


def _judged(
    policies: Snapshot,
    standing: Standing,
    purpose: Purpose,
    principal: Principal,
    about: tuple[int, Facts],
    key: str,
    frozen: Freeze | None,
    moment: Moment,
) -> tuple[_Finding, str]:
    facts = about[1]
    request = _request(Caller(principal, "", moment.at, moment.today), purpose, (key,))
    filings = _filings(standing, principal, purpose.id, moment.today)
    filing = next((each for each in filings if facts.grid.startswith(each.scope)), next(iter(filings), None))
    decision = decide_purpose(request, filing) or decide(
        request, policies, filing, about, moment.today, frozen, grounds_of(facts, request, policies, standing.orders)
    )
    if not isinstance(decision, Denial):
        used = approval_used(facts, request, policies, frozenset({key}), standing.orders)
        return _Finding(decision.basis.value, ()), used or case_used(facts, request, policies)
    if decision.withheld:
        return _Finding("", tuple(stopping(each.reason, each.truth, purpose) for each in decision.withheld)), ""
    return _Finding("", tuple(reason.value for reason in decision.reasons)), ""


def _common(
    policies: Snapshot, purpose: Purpose, requester: str, planned: PlannedField, *, minor: bool
) -> dict[str, Any]:
    bases = next(bases for name, bases in usable(policies, requester) if name == purpose.id)
    return {
        "purpose": purpose.id,
        "purpose_name": purpose.name,
        "citation": purpose.citation,
        "requester": requester,
        "requester_name": audience_name(audience_of(requester)),
        "rule": planned.rule,
        "approval": planned.approval.value,
        "bases": [basis.value for basis in bases],
        "needs": in_words(needs(purpose, requester, planned, bases, minor=minor)),
    }


def _group(found: _Finding, who: list[tuple[str, str]]) -> dict[str, Any]:
    return {
        "could_read": not found.stops,
        "basis": found.basis or None,
        "stopped_by": in_words(found.stops),
        "principals": sorted(name for name, _ in who)[:MOST_NAMED],
        "principals_count": len(who),
        "approvals": sorted({approval for _, approval in who if approval}),
    }


def _request(caller: Caller, purpose: Purpose, keys: tuple[str, ...]) -> AccessRequest:
    return AccessRequest(caller, SubjectRef(), purpose, keys, _SOME_REASON, "")


def _filings(standing: Standing, principal: Principal, purpose: str, today: date) -> tuple[Filing, ...]:
    return standing.filings(principal, purpose, today) if principal.role in FILING_ROLES else ()


def _staff(standing: Standing, today: date) -> Iterator[Principal]:
    for appointment in standing.appointments().values():
        if appointment.principal.role is not Role.RESIDENT and appointment.in_force_on(today):
            yield appointment.principal


def _overlap(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)
