"""Protected persons (受保护人员): put on by two people, lifted by two people.

Only officers and auditors of the person's area learn of it; whoever reads the file gets the answer that a file without
these values would give.
"""

from collections.abc import Callable
from typing import Any

from hub.access.flow import Road
from hub.access.locate import locate, locate_resident
from hub.approvals.deciders import concerns
from hub.errors import BadInput, Reason
from hub.model.principal import Role
from hub.model.protection import OPEN, Record, State, asked, decided, kept, lifting, open_one
from hub.model.subject import Facts, SubjectRef
from hub.model.terms import PROTECTION, listed, record_of, with_record
from hub.rights.desk import Asked
from hub.rights.recording import about, act_of, pseudonym, refuse
from hub.store.engine import Event
from hub.store.own_trail import Self
from hub.store.tokens import matter_token
from hub.store.transaction import SqlcipherTransaction

KIND = "protection"
_ASKERS = frozenset({Role.SECURITY_OFFICER})
_DECIDERS = frozenset({Role.SECURITY_OFFICER, Role.AUDITOR})
_AREAS = (2, 4, 6, 9, 12)
"""Lengths of area prefixes under which protected persons are listed."""
_MOST_LISTED = 500


async def protect(road: Road, asking: Asked, subject: SubjectRef, reason: str) -> dict[str, Any]:
    """Ask that a person be protected.

    Args:
        road: the road's means.
        asking: a security officer.
        subject: about whom.
        reason: why.

    Raises:
        Refused: another role; nobody in the caller's area; the caller's own household; protected already, or about to
            be. Recorded.
        TrailUnavailable: nothing was asked for.
    """
    caller = asking.caller
    await _must_be(road, asking, _ASKERS)
    road.turn.begin()
    found = locate(subject, caller.principal, (), road.reader, road.ring)
    if found is None or not _in_area(found.facts, caller.principal.area):
        raise await refuse(road, asking, KIND, Reason.OUT_OF_SCOPE)
    resident = found.sealed.resident
    if concerns(caller.principal, resident, road.standing, road.reader, road.ring):
        raise await refuse(road, asking, KIND, Reason.SELF_APPROVAL, Self(resident, found.trail_key))
    name = road.ring.sealed_id(KIND, resident)
    principal = caller.principal
    record = asked(name, by=principal.id, person=principal.person, reason=reason, at=caller.at)

    def action(tx: SqlcipherTransaction) -> Record | Reason:
        facts = tx.facts(resident)
        if facts is None:
            return Reason.OUT_OF_SCOPE
        if open_one(facts.terms) is not None:
            return Reason.ALREADY_DECIDED
        _write(tx, asking, resident, facts, record, reason)
        tx.list_under(resident, on=[matter_token(road.ring, KIND, facts.grid[:length]) for length in _AREAS])
        return record

    made = await road.lane.write(action)
    if isinstance(made, Reason):
        raise await refuse(road, asking, KIND, made)
    return _shown(road, asking, resident, made)


async def decide_protection(road: Road, asking: Asked, name: str, reason: str, *, approve: bool) -> dict[str, Any]:
    """Another person's yes or no to a protection that was asked for.

    Raises:
        Refused: another role, `not_found`, `self_approval` or `already_decided`; recorded.
        TrailUnavailable: nothing was decided.
    """
    return await _second(road, asking, name, State.PENDING, reason, approve=approve)


async def decide_lifting(road: Road, asking: Asked, name: str, reason: str, *, approve: bool) -> dict[str, Any]:
    """Another person's yes or no to a lifting; until then the protection goes on. Raises as `decide_protection`."""
    return await _second(road, asking, name, State.LIFTING, reason, approve=approve)


async def lift(road: Road, asking: Asked, name: str, reason: str) -> dict[str, Any]:
    """Ask that a protection be lifted.

    Raises:
        Refused: another role, `not_found`, or `already_decided` where it is not in force; recorded.
        TrailUnavailable: nothing was asked for.
    """

    def change(record: Record) -> Record | Reason:
        if record["state"] != State.IN_FORCE:
            return Reason.ALREADY_DECIDED
        principal = asking.caller.principal
        return lifting(record, by=principal.id, person=principal.person, reason=reason, at=asking.caller.at)

    return await _change(road, asking, name, _ASKERS, change, reason)


async def protections(road: Road, asking: Asked, state: State | None, after: str, limit: int) -> dict[str, Any]:
    """The protections of the caller's area, newest first; each person listed finds the look among their accesses.

    Args:
        road: the road's means.
        asking: a security officer or auditor.
        state: only those in this state; None for all.
        after: the last id of the page before.
        limit: how many to list.

    Raises:
        BadInput: the cursor is not one that this list gave.
        Refused: another role; recorded.
        TrailUnavailable: nothing is shown.
    """
    await _must_be(road, asking, _DECIDERS)
    road.turn.begin()
    area = asking.caller.principal.area
    prefix = area[: max(length for length in _AREAS if length <= len(area))]
    found = []
    for resident in road.reader.roster(matter_token(road.ring, KIND, prefix), 0, _MOST_LISTED):
        person = locate_resident(resident, (), road.reader, road.ring)
        if person is None or not _in_area(person.facts, area):
            continue
        records = listed(person.facts.terms, PROTECTION)
        found += [(record, Self(resident, person.trail_key)) for record in records]
    chosen = [(record, person) for record, person in found if state is None or record["state"] == state]
    chosen.sort(key=lambda each: (each[0]["asked"], each[0]["id"]), reverse=True)
    start = 0
    if after:
        start = next((place for place, (record, _) in enumerate(chosen, 1) if record["id"] == after), 0)
        if not start:
            raise BadInput("cursor", "is not one that this list gave")
    page = chosen[start : start + limit]
    act = act_of(asking, KIND, "listed", purpose=None, basis="statutory")
    await road.lane.record_all(
        [Event(act | {"listed": len(page)}, {"subject": ""})] + [about(road.ring, person, act) for _, person in page]
    )
    items = [_shown(road, asking, person.resident, record) for record, person in page]
    return {"items": items, "next": page[-1][0]["id"] if start + limit < len(chosen) else None}


async def _second(
    road: Road, asking: Asked, name: str, expected: State, reason: str, *, approve: bool
) -> dict[str, Any]:
    def change(record: Record) -> Record | Reason:
        if record["state"] != expected:
            return Reason.ALREADY_DECIDED
        principal = asking.caller.principal
        if record["person"] == principal.person:
            return Reason.SELF_APPROVAL
        return decided(
            record,
            approve=approve,
            by=principal.id,
            person=principal.person,
            reason=reason,
            at=asking.caller.at,
        )

    return await _change(road, asking, name, _DECIDERS, change, reason)


async def _change(
    road: Road,
    asking: Asked,
    name: str,
    roles: frozenset[Role],
    change: Callable[[Record], Record | Reason],
    reason: str,
) -> dict[str, Any]:
    await _must_be(road, asking, roles)
    caller = asking.caller
    resident = road.ring.resident_in(KIND, name)
    road.turn.begin()
    found = resident and locate_resident(resident, (), road.reader, road.ring)
    if not resident or not found or not _in_area(found.facts, caller.principal.area):
        raise await refuse(road, asking, KIND, Reason.NOT_FOUND)
    person = Self(resident, found.trail_key)
    # Whose household it is does not change within the moment that the write waits for its turn.
    concerned = concerns(caller.principal, resident, road.standing, road.reader, road.ring)

    def action(tx: SqlcipherTransaction) -> Record | Reason:
        facts = tx.facts(resident)
        record = record_of(facts.terms, PROTECTION, name) if facts else None
        if facts is None or record is None:
            return Reason.NOT_FOUND
        fresh = Reason.SELF_APPROVAL if concerned else change(record)
        if isinstance(fresh, Reason):
            return fresh
        _write(tx, asking, resident, facts, fresh, reason)
        return fresh

    made = await road.lane.write(action)
    if isinstance(made, Reason):
        raise await refuse(road, asking, KIND, made, person)
    return _shown(road, asking, resident, made)


def _write(tx: SqlcipherTransaction, asking: Asked, resident: int, facts: Facts, record: Record, reason: str) -> None:
    terms = kept(with_record(facts.terms, PROTECTION, record))
    act = act_of(asking, KIND, record["state"], purpose=None, approval=record["id"])
    tx.amend(resident, facts._replace(terms=terms), Event(act, {"reason": reason}))


def _shown(road: Road, asking: Asked, resident: int, record: Record) -> dict[str, Any]:
    principal = asking.caller.principal
    return {
        "id": record["id"],
        "state": record["state"],
        "in_force": record["state"] in OPEN - {State.PENDING},
        "subject": {"rid": road.ring.pairwise(principal.organisation, resident)},
        "pseudonym": pseudonym(road.ring, resident),
        "asked": record["asked"],
        "steps": [{name: step[name] for name in ("step", "by", "reason", "at")} for step in record["steps"]],
    }


async def _must_be(road: Road, asking: Asked, roles: frozenset[Role]) -> None:
    if asking.caller.principal.role not in roles:
        raise await refuse(road, asking, KIND, Reason.NOT_ALLOWED)


def _in_area(facts: Facts, area: str) -> bool:
    return bool(facts.grid and area) and facts.grid.startswith(area)
