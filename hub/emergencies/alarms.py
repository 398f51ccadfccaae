"""Alarms: what a device or the call centre reports about a person. An alarm opens nothing; it verifies what does."""

from typing import Any

from hub.access.flow import Road
from hub.access.locate import locate
from hub.errors import BadInput, Reason
from hub.model.emergency import CALL, raised, with_alarm
from hub.model.principal import Principal, Role
from hub.model.subject import DEAD, SubjectRef
from hub.observations.subjects import in_area
from hub.rights.desk import Asked
from hub.rights.recording import act_of, refuse
from hub.store.engine import Event
from hub.store.own_trail import Self
from hub.store.transaction import SqlcipherTransaction

KIND = "alarm"
CALL_CENTRE = "emergency_call"
_BESIDE_CALLS = frozenset({Role.CLERK, Role.SECRETARY})
"""Who else answers a telephone: they may enter the number of a call, for a colleague at the person's door."""


async def raise_alarm(road: Road, asked: Asked, subject: SubjectRef, kind: str, number: str) -> dict[str, Any]:
    """Report an alarm.

    Args:
        road: the road's means.
        asked: a device's organisation, or the call centre; for a call also the counter.
        subject: who is in danger.
        kind: of alarm, such as `fall`; `call` for a call that somebody took.
        number: the number a call is filed under; none for other alarms.

    Raises:
        BadInput: a call without its number, or a number without a call.
        Refused: another role, somebody elsewhere, or `frozen` about somebody who died; recorded.
        TrailUnavailable: nothing was reported.
    """
    caller = asked.caller
    if bool(number) != (kind == CALL):
        raise BadInput("number", "is for calls, and required there")
    road.turn.begin()
    if not _reports(caller.principal, kind):
        raise await refuse(road, asked, KIND, Reason.NOT_ALLOWED)
    if road.misses.refused(caller.principal.id, caller.at):
        raise await refuse(road, asked, KIND, Reason.RATE_LIMITED)
    found = locate(subject, caller.principal, (), road.reader, road.ring)
    found = await in_area(road, asked, KIND, found, [caller.principal.area])
    if found.facts.life == DEAD:
        # Said plainly: should the register be wrong, whoever watches over the device must not wait for the hub.
        raise await refuse(road, asked, KIND, Reason.FROZEN, Self(found.sealed.resident, found.trail_key))
    resident = found.sealed.resident
    alarm = raised(
        road.ring.sealed_id(KIND, resident),
        kind=kind,
        number=number,
        by=caller.principal.id,
        person=caller.principal.person,
        at=caller.at,
    )
    act = act_of(asked, KIND, "raised", purpose="SOS", alarm=alarm["id"])

    def action(tx: SqlcipherTransaction) -> bool:
        facts = tx.facts(resident)
        if facts is None:
            return False
        terms = with_alarm(facts.terms, alarm, caller.at)
        # What kind of alarm it is may tell an illness: only the person's own part of the entry says so.
        tx.amend(resident, facts._replace(terms=terms), Event(act, {"alarm": kind}))
        return True

    if not await road.lane.write(action):
        raise await refuse(road, asked, KIND, Reason.OUT_OF_SCOPE)
    return {name: alarm[name] for name in ("id", "kind", "at")}


def _reports(principal: Principal, kind: str) -> bool:
    centre = principal.role is Role.DEPARTMENT and principal.code == CALL_CENTRE
    return centre or principal.role is Role.ORGANISATION or (kind == CALL and principal.role in _BESIDE_CALLS)
