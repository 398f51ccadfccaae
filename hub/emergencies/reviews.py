"""Reviewing emergencies: somebody else says within a day whether breaking the glass was justified.

What nobody has reviewed by then keeps its opener from everything but the next rescue, and goes to the subdistrict too.
"""

from typing import Any

from hub.access.flow import Road
from hub.access.locate import locate_resident
from hub.approvals.deciders import concerns
from hub.emergencies.opening import KIND, PURPOSE, shown
from hub.emergencies.waiting import OPENED_BY, WAITING, wait_no_longer
from hub.errors import BadInput, Reason
from hub.model.emergency import Record, Review, reviewed
from hub.model.instant import timestamp
from hub.model.principal import Role
from hub.model.subject import Facts
from hub.model.terms import EMERGENCIES, record_of, with_record
from hub.observations.lists import listed_in, lists_over
from hub.observations.subjects import lives_in
from hub.rights.desk import Asked
from hub.rights.recording import act_of, refuse
from hub.store.engine import Event
from hub.store.own_trail import self_of
from hub.store.tokens import matter_token
from hub.store.transaction import SqlcipherTransaction

REVIEW = "emergency_review"
_SUBDISTRICT = "subdistrict"
_MOST_LISTED = 500


async def review_emergency(road: Road, asked: Asked, name: str, verdict: Review, note: str) -> dict[str, Any]:
    """Review an emergency, once.

    Args:
        road: the road's means.
        asked: the secretary of the area, a deputy, a security officer; the subdistrict once it is overdue.
        name: the emergency's id.
        verdict: what was found; an emergency without justification ends at once.
        note: what is to be said about it; the person may read it.

    Raises:
        Refused: `not_found`, `self_approval`, `already_decided`, or the caller may not review; recorded.
        TrailUnavailable: nothing was reviewed.
    """
    caller = asked.caller
    resident = road.ring.resident_in(KIND, name)
    road.turn.begin()
    if resident is None or not (facts := _facts(road, resident)) or not record_of(facts.terms, EMERGENCIES, name):
        raise await refuse(road, asked, REVIEW, Reason.NOT_FOUND)
    concerned = concerns(caller.principal, resident, road.standing, road.reader, road.ring)

    def action(tx: SqlcipherTransaction) -> Record | Reason:
        now = tx.facts(resident)
        record = record_of(now.terms, EMERGENCIES, name) if now else None
        if now is None or record is None:
            return Reason.NOT_FOUND
        standing = _standing(road, asked, now.grid, record)
        if isinstance(standing, Reason):
            return standing
        if concerned:
            return Reason.SELF_APPROVAL
        if record["review"] != Review.UNREVIEWED:
            return Reason.ALREADY_DECIDED
        fresh = reviewed(
            record,
            verdict=verdict,
            by=caller.principal.id,
            person=caller.principal.person,
            standing=standing,
            note=note,
            at=caller.at,
        )
        terms = with_record(now.terms, EMERGENCIES, fresh)
        act = act_of(asked, REVIEW, verdict.value, purpose=PURPOSE, approval=name)
        tx.amend(resident, now._replace(terms=terms), Event(act, {"note": note}))
        if all(each["review"] != Review.UNREVIEWED for each in terms[EMERGENCIES]):
            tx.list_under(resident, off=listed_in(road.ring, WAITING, now.grid))
        wait_no_longer(tx, road.ring, asked, record["person"], name)
        return fresh

    made = await road.lane.write(action)
    if isinstance(made, Reason):
        raise await refuse(road, asked, REVIEW, made)
    return shown(road, asked, resident, made)


async def emergencies(road: Road, asked: Asked, state: Review | None, after: str, limit: int) -> dict[str, Any]:
    """Emergencies that wait for the caller's review, that they opened, or that are about themselves; newest first.

    Args:
        road: the road's means.
        asked: who asks.
        state: only those in this state.
        after: the last id of the page before.
        limit: how many to list.

    Raises:
        BadInput: the cursor is not one that this list gave.
    """
    road.turn.begin()
    found = [
        (record, resident, facts)
        for resident in _residents(road, asked)
        if (facts := _facts(road, resident)) is not None
        for record in facts.terms.get(EMERGENCIES, ())
    ]
    items = [
        shown(road, asked, resident, record) | {"overdue": _overdue(record, asked)}
        for record, resident, facts in sorted(found, key=lambda each: (each[0]["opened"], each[0]["id"]), reverse=True)
        if (state is None or record["review"] == state) and _concerns(road, asked, facts, record)
    ]
    start = 0
    if after:
        start = next((place for place, item in enumerate(items, 1) if item["id"] == after), 0)
        if not start:
            raise BadInput("cursor", "is not one that this list gave")
    page = items[start : start + limit]
    return {"items": page, "next": page[-1]["id"] if start + limit < len(items) else None}


def _standing(road: Road, asked: Asked, grid: str, record: Record) -> str | Reason:
    """As whom the caller reviews, or why not."""
    principal, now = asked.caller.principal, timestamp(asked.caller.at)
    if principal.person == record["person"]:
        return Reason.SELF_APPROVAL
    if any(lives_in(grid, each.community) for each in _deputised(road, asked)):
        return "deputy"
    subdistrict = principal.role is Role.DEPARTMENT and principal.code == _SUBDISTRICT
    if principal.role not in (Role.SECRETARY, Role.SECURITY_OFFICER) and not subdistrict:
        return Reason.NOT_ALLOWED
    if not lives_in(grid, principal.area):
        return Reason.OUT_OF_SCOPE
    if subdistrict:
        return _SUBDISTRICT if record["due"] <= now else Reason.NOT_ALLOWED
    return principal.role.value


def _concerns(road: Road, asked: Asked, facts: Facts, record: Record) -> bool:
    principal = asked.caller.principal
    if principal.person == record["person"] or principal.rid == facts.rid:
        return True
    return not isinstance(_standing(road, asked, facts.grid, record), Reason)


def _residents(road: Road, asked: Asked) -> list[int]:
    principal, ring = asked.caller.principal, road.ring
    areas = [principal.area] if principal.area else []
    areas += [each.community for each in _deputised(road, asked)]
    tokens = [matter_token(ring, OPENED_BY, principal.person), *lists_over(ring, WAITING, areas)]
    found = {each for token in tokens for each in road.reader.roster(token, 0, _MOST_LISTED)}
    if principal.rid and (own := self_of(road.reader, ring, principal.rid)) is not None:
        found.add(own.resident)
    return sorted(found)


def _deputised(road: Road, asked: Asked) -> list[Any]:
    now = timestamp(asked.caller.at)
    return [each for each in road.standing.deputies.get(asked.caller.principal.id, ()) if each.stands_in_at(now)]


def _overdue(record: Record, asked: Asked) -> bool:
    return bool(record["review"] == Review.UNREVIEWED and record["due"] <= timestamp(asked.caller.at))


def _facts(road: Road, resident: int) -> Facts | None:
    found = locate_resident(resident, (), road.reader, road.ring)
    return found and found.facts
