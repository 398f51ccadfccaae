"""Naming the officers to whom one person's sealed record exists: asked for by the office, agreed to by an officer.

Whoever asks is not among those who are named. Whoever agrees checks the document and who is named, and is not told
about whom. Everything here is a sealed entry: the trail's readers see that it happened, never about whom.
"""

import secrets
from datetime import timedelta
from typing import Any, NamedTuple

from hub.access.flow import Road
from hub.approvals.deciders import concerns
from hub.errors import BadInput, Reason
from hub.model.duration import duration_text, parse_duration
from hub.model.naming import LONGEST, MOST_OFFICERS, NAMING, Record, State, asked, decided, revoked, state_at
from hub.model.principal import Principal, Role, parse_principal
from hub.model.purpose import Approval, Purpose
from hub.model.subject import SubjectRef
from hub.observations.subjects import in_area, requester_of
from hub.rights.desk import Asked
from hub.rights.recording import about, act_of, refuse
from hub.store.controls import current
from hub.store.engine import Event
from hub.store.own_trail import Self, person_of
from hub.store.trail import prepare
from hub.store.transaction import SqlcipherTransaction


class Wanted(NamedTuple):
    """A naming as somebody wants it.

    Attributes:
        subject: whose record it is about.
        purpose: what the officers are to read for; a sealed one.
        officers: principals of the asking office.
        reference: of the document that orders it.
        reason: why, for the person alone.
        duration: for how long, counted from the decision.
    """

    subject: SubjectRef
    purpose: str
    officers: list[str]
    reference: str
    reason: str
    duration: timedelta


async def name_officers(road: Road, asking: Asked, wanted: Wanted) -> dict[str, Any]:
    """Ask that officers be named for one person's case.

    Args:
        road: the road's means.
        asking: a requester of the purpose with a filing, who is not among the officers.
        wanted: the naming.

    Raises:
        BadInput: the purpose is not sealed; somebody named is not of the office, the asker, or nobody in particular;
            too long.
        Refused: as a disclosure for the purpose would be for its requesters; or it would concern the household of the
            asker or of somebody named; recorded.
        TrailUnavailable: nothing was asked for.
    """
    caller = asking.caller
    request, areas, found = await requester_of(road, asking, NAMING, wanted.purpose, wanted.subject, wanted.reason)
    purpose = request.purpose
    if purpose is None or purpose.approval is not Approval.NAMED_OFFICERS:
        raise BadInput("purpose", "must be one that officers are named for")
    officers = _officers(road, asking, wanted.officers)
    _check_duration(purpose, wanted.duration)
    located = await in_area(road, asking, NAMING, found, areas)
    person = Self(located.sealed.resident, located.trail_key)
    if any(_concerns(road, each, person.resident) for each in (caller.principal, *officers)):
        raise await refuse(road, asking, NAMING, Reason.SELF_APPROVAL, person)
    record = asked(
        secrets.token_hex(12),
        resident=person.resident,
        purpose=purpose.id,
        mark=road.policies.marks[purpose.id],
        reference=wanted.reference,
        officers={each.id: each.person for each in officers},
        by=caller.principal.id,
        person=caller.principal.person,
        area=caller.principal.area,
        duration=wanted.duration,
        at=caller.at,
    )
    told = prepare(about(road.ring, person, _act(asking, record, "requested"), reason=wanted.reason))

    def action(tx: SqlcipherTransaction) -> Record:
        tx.record(told)
        return _put(tx, asking, record, "requested")

    return _shown(road, asking, await road.lane.write(action))


async def decide_naming(road: Road, asking: Asked, name: str, reason: str, *, approve: bool) -> dict[str, Any]:
    """A security officer's yes or no, once.

    Raises:
        Refused: `not_found`, also for one that concerns the caller's own household, who must not learn of it;
            `self_approval` for whoever asked or is named; `already_decided`. Recorded.
        TrailUnavailable: nothing was decided.
    """

    def change(record: Record) -> Record | Reason:
        principal = asking.caller.principal
        if principal.person == record["person"] or principal.person in record["officers"].values():
            return Reason.SELF_APPROVAL
        if state_at(record, asking.caller.at) is not State.PENDING:
            return Reason.ALREADY_DECIDED
        return decided(record, approve=approve, by=principal.id, at=asking.caller.at)

    return await _change(road, asking, name, change, reason, supervising_only=True)


async def revoke_naming(road: Road, asking: Asked, name: str, reason: str) -> dict[str, Any]:
    """End a naming, or a request for one, at once: whoever asked may, whoever is named, and a security officer.

    Raises:
        Refused: `not_found`, or `already_decided` where it has ended; recorded.
        TrailUnavailable: nothing was revoked.
    """

    def change(record: Record) -> Record | Reason:
        if state_at(record, asking.caller.at) not in (State.PENDING, State.IN_FORCE):
            return Reason.ALREADY_DECIDED
        return revoked(record)

    return await _change(road, asking, name, change, reason)


def namings(road: Road, asking: Asked, state: State | None) -> list[dict[str, Any]]:
    """The namings a caller asked for, is named in or may decide about, newest first; nothing for anybody else.

    Args:
        road: the road's means.
        asking: who asks.
        state: only those in this state; None for all.
    """
    road.turn.begin()
    records = [dict(row.body) for row in road.reader.control(NAMING) if row.body["resident"]]
    mine = [each for each in records if state is None or state_at(each, asking.caller.at) is state]
    mine = [each for each in mine if _may_know(road, asking.caller.principal, each)]
    mine.sort(key=lambda each: (each["asked"], each["id"]), reverse=True)
    return [_shown(road, asking, each) for each in mine]


def _officers(road: Road, asking: Asked, names: list[str]) -> list[Principal]:
    if not 0 < len(names) <= MOST_OFFICERS:
        raise BadInput("officers", f"must name 1 to {MOST_OFFICERS} people")
    own, found = asking.caller.principal, list[Principal]()
    for name in names:
        try:
            principal = parse_principal(name)
        except BadInput as error:
            raise BadInput("officers", error.rule) from None
        if (principal.requester, principal.organisation) != (own.requester, own.organisation):
            raise BadInput("officers", "must be of the office that asks")
        if "#" not in name or principal.person == f"{name.partition('#')[0]}#1":
            raise BadInput("officers", "must be persons, not an office's common account")
        if not road.standing.holds(principal.id, asking.caller.today):
            raise BadInput("officers", "must be in office")
        found.append(principal)
    if own.person in {each.person for each in found}:
        raise BadInput("officers", "must not be whoever asks")
    return found


def _check_duration(purpose: Purpose, duration: timedelta) -> None:
    longest = parse_duration("longest", purpose.longest) if purpose.longest else LONGEST
    if duration > longest:
        raise BadInput("duration", f"must be at most {duration_text(longest)}")


async def _change(
    road: Road, asking: Asked, name: str, change: Any, reason: str, *, supervising_only: bool = False
) -> dict[str, Any]:
    principal = asking.caller.principal
    road.turn.begin()
    row = next((row for row in road.reader.control(NAMING) if row.id == name), None)
    found = row and person_of(road.reader, road.ring, int(str(row.body["resident"])))
    if row is None or not found or not _may_know(road, principal, dict(row.body)):
        raise await refuse(road, asking, NAMING, Reason.NOT_FOUND)
    if supervising_only and principal.role is not Role.SECURITY_OFFICER:
        raise await refuse(road, asking, NAMING, Reason.SELF_APPROVAL)
    person = found[0]

    def action(tx: SqlcipherTransaction) -> Record | Reason:
        # Read where nobody else can write: of two who decide at once, one is told that it was decided.
        [now] = current(tx.db, road.ring, NAMING, name)
        fresh = change(dict(now.body))
        if isinstance(fresh, Reason):
            return fresh
        outcome = str(fresh["state"])
        tx.record(prepare(about(road.ring, person, _act(asking, fresh, outcome), reason=reason)))
        return _put(tx, asking, fresh, outcome)

    made = await road.lane.write(action)
    if isinstance(made, Reason):
        raise await refuse(road, asking, NAMING, made, person)
    return _shown(road, asking, made)


def _may_know(road: Road, principal: Principal, record: Record) -> bool:
    """Whether a caller has to do with a naming; nobody learns of one about themselves or their household here."""
    if principal.person in (record["person"], *record["officers"].values()):
        return True
    supervises = principal.role is Role.SECURITY_OFFICER and record["area"].startswith(principal.area)
    return supervises and not _concerns(road, principal, record["resident"])


def _concerns(road: Road, principal: Principal, resident: int) -> bool:
    return concerns(principal, resident, road.standing, road.reader, road.ring)


def _put(tx: SqlcipherTransaction, asking: Asked, record: Record, outcome: str) -> Record:
    tx.put_control(NAMING, record["id"], record, Event(_act(asking, record, outcome), {"subject": ""}))
    return record


def _act(asking: Asked, record: Record, outcome: str) -> dict[str, object]:
    more = {"case": record["id"], "until": record["until"] or None, "listed": len(record["officers"])}
    return act_of(asking, NAMING, outcome, purpose=record["purpose"], **more)


def _shown(road: Road, asking: Asked, record: Record) -> dict[str, Any]:
    """A naming as who has to do with it sees it; whoever agrees to it is not told about whom it is."""
    principal = asking.caller.principal
    involved = principal.person in (record["person"], *record["officers"].values())
    whom = {"rid": road.ring.pairwise(principal.organisation, record["resident"])} if involved else None
    return {
        "id": record["id"],
        "state": state_at(record, asking.caller.at).value,
        "purpose": record["purpose"],
        "subject": whom,
        "officers": sorted(record["officers"]),
        "reference": record["reference"],
        "duration": duration_text(timedelta(seconds=record["seconds"])),
        "asked_by": record["by"],
        "asked_at": record["asked"],
        "decided_by": record["decided_by"] or None,
        "until": record["until"] or None,
    }
