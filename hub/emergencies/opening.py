"""Breaking the glass: an emergency is opened at once and reviewed afterwards, by somebody else, within a day."""

from typing import Any

from hub.access.flow import Road
from hub.access.locate import Located, locate_resident
from hub.approvals.deciders import concerns
from hub.emergencies.waiting import wait_for_review
from hub.errors import Reason
from hub.model.decision import AccessRequest
from hub.model.duration import parse_duration
from hub.model.emergency import (
    OPEN_FOR,
    Record,
    Strength,
    Trigger,
    in_force,
    kept,
    opened,
    order_over,
    verifying,
)
from hub.model.notice import Matter
from hub.model.principal import Role
from hub.model.subject import DEAD, Facts, SubjectRef
from hub.model.terms import EMERGENCIES, with_record
from hub.model.tier import Tier
from hub.observations.subjects import in_area, out_of_scope, requester_of, self_in
from hub.rights.desk import Asked
from hub.rights.notices import Wanted, announce, telephone_of
from hub.rights.recording import act_of, refuse
from hub.store import sections
from hub.store.engine import Event
from hub.store.sections import data_key, unseal
from hub.store.transaction import SqlcipherTransaction
from hub.store.warrants import HOUSEHOLD

KIND = "emergency"
PURPOSE = "SOS"


async def open_emergency(
    road: Road, asked: Asked, subject: SubjectRef, trigger: Trigger | None, reason: str
) -> dict[str, Any]:
    """Open an emergency. A trigger that verifies nothing is no reason to refuse: it makes a claim of it.

    Args:
        road: the road's means.
        asked: a requester of the purpose; a resident only as family, and only with an alarm.
        subject: who is in danger.
        trigger: an alarm, a call or an order; None for a mere claim.
        reason: why.

    Returns:
        The emergency as it is now: the one that is open already, where it opens as much.

    Raises:
        BadInput: the reason holds a number.
        Refused: the caller may not ask for this purpose, the person lives elsewhere, there is no reason, or a
            relative has no alarm; recorded.
        TrailUnavailable: nothing was opened.
    """
    caller = asked.caller
    request, areas, found = await requester_of(road, asked, KIND, PURPOSE, subject, reason)
    relative = caller.principal.role is Role.RESIDENT
    if relative:
        found = await _family(road, asked, found)
        trigger = trigger if trigger and trigger.kind == "alarm" else None
    else:
        found = await in_area(road, asked, KIND, found, areas)
    if not request.reason:
        raise await refuse(road, asked, KIND, Reason.REASON_REQUIRED, self_in(found))
    resident = found.sealed.resident

    def action(tx: SqlcipherTransaction) -> Record | Reason:
        facts = tx.facts(resident)
        if facts is None:
            return Reason.OUT_OF_SCOPE
        record = _record(road, asked, request, facts, trigger, resident)
        if relative and record["strength"] != Strength.VERIFIED:
            return Reason.EMERGENCY_NOT_OPEN
        already = in_force(facts.terms, caller.principal.person, caller.at)
        if already is not None and record["strength"] in (already["strength"], Strength.CLAIMED):
            return already
        _put(tx, road, asked, resident, facts, record)
        return record

    made = await road.lane.write(action)
    if isinstance(made, Reason):
        raise await refuse(road, asked, KIND, made, self_in(found))
    return shown(road, asked, resident, made)


def _record(
    road: Road, asked: Asked, request: AccessRequest, facts: Facts, trigger: Trigger | None, resident: int
) -> Record:
    caller, longest = asked.caller, request.purpose.longest if request.purpose else ""
    strength = Strength.CLAIMED
    # Nothing verifies an emergency of somebody who died; a claim is left, for registers may be wrong.
    if trigger is not None and facts.life != DEAD and _verifies(road, asked, facts, trigger):
        strength = Strength.VERIFIED
    return opened(
        road.ring.sealed_id(KIND, resident),
        by=caller.principal.id,
        person=caller.principal.person,
        strength=strength,
        trigger=trigger if strength is Strength.VERIFIED else None,
        reason=request.reason,
        at=caller.at,
        lasts=parse_duration("longest", longest) if longest else OPEN_FOR,
    )


def _verifies(road: Road, asked: Asked, facts: Facts, trigger: Trigger) -> bool:
    if trigger.kind == "order":
        covering = [order for order in road.standing.orders if order.id == trigger.id]
        return bool(order_over(covering, facts.grid, asked.caller.at))
    return verifying(facts.terms, trigger, asked.caller.principal.person, asked.caller.at) is not None


def _put(tx: SqlcipherTransaction, road: Road, asked: Asked, resident: int, facts: Facts, record: Record) -> None:
    terms = with_record(kept(facts.terms, asked.caller.at), EMERGENCIES, record)
    act = act_of(
        asked,
        KIND,
        "opened",
        purpose=PURPOSE,
        basis="emergency",
        approval=record["id"],
        emergency=record["strength"],
        trigger=record["trigger"][0] if record["trigger"] else None,
        until=record["until"],
    )
    tx.amend(resident, facts._replace(terms=terms), Event(act, {"reason": record["reason"]}))
    wait_for_review(tx, road.ring, asked, resident, facts.grid, record)
    announce(tx, road.ring, asked, resident, [_to_person(tx, road, resident), *_to_secretaries(road, asked, facts)])


def _to_person(tx: SqlcipherTransaction, road: Road, resident: int) -> Wanted:
    return Wanted(Matter.EMERGENCY_OPENED, telephone_of(tx, road.ring, resident))


def _to_secretaries(road: Road, asked: Asked, facts: Facts) -> list[Wanted]:
    told = road.standing.in_office(Role.SECRETARY, facts.grid, asked.caller.today)
    return [Wanted(Matter.EMERGENCY_TO_REVIEW, principal=each.id) for each in told]


def shown(road: Road, asked: Asked, resident: int, record: Record) -> dict[str, Any]:
    """An emergency as its opener, those who review it and the person themselves see it."""
    now = asked.caller.at
    said = record.get("reviewed")
    verified = record["strength"] == Strength.VERIFIED
    still = in_force({EMERGENCIES: [record]}, record["person"], now) is not None
    return {
        "id": record["id"],
        "state": record["review"],
        "open": still,
        "verified": verified,
        "subject": {"rid": road.ring.pairwise(asked.caller.principal.organisation, resident)},
        "trigger": dict([record["trigger"]]) if record["trigger"] else None,
        "reason": record["reason"],
        "opened_by": record["by"],
        "opened_at": record["opened"],
        "until": record["until"],
        "due": record["due"],
        "review": said and {name: said[name] for name in ("by", "as", "note", "at")},
    }


async def _family(road: Road, asked: Asked, found: Located | None) -> Located:
    """The person, where the caller is one of their household, their guardian, or they themselves."""
    principal = asked.caller.principal
    resident = found.sealed.resident if found else 0
    related = found is not None and (
        concerns(principal, resident, road.standing, road.reader, road.ring) or _guards(road, principal.rid, resident)
    )
    if found is None or not related:
        raise await out_of_scope(road, asked, KIND, found)
    return found


def _guards(road: Road, rid: str, resident: int) -> bool:
    found = locate_resident(resident, (Tier.FAMILY,), road.reader, road.ring)
    if found is None:
        return False
    key = data_key(road.ring, found.sealed.keys, Tier.FAMILY, HOUSEHOLD)
    family = sections.in_force(unseal(key, resident, Tier.FAMILY, found.sealed.sections[Tier.FAMILY]))
    return rid in (family.get("minor.guardian") or ())
