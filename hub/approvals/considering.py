"""Whom a request is about, for those who decide about it: name and age band, and the person finds that they looked."""

from typing import Any, NamedTuple

from hub.access.derive import DERIVATIONS
from hub.access.flow import Road
from hub.access.locate import Located, locate_resident
from hub.approvals.deciders import Judge, concerns, may_decide
from hub.approvals.inboxes import KIND
from hub.approvals.requests import shown
from hub.approvals.rosters import ROSTER, listed
from hub.approvals.rosters import shown as shown_roster
from hub.errors import Reason
from hub.model.approval import Record
from hub.model.terms import APPROVALS, record_of
from hub.model.tier import Tier
from hub.rights.desk import Asked
from hub.rights.recording import about, act_of, refuse
from hub.store.engine import Event
from hub.store.own_trail import Self
from hub.store.sections import data_key, in_force, unseal
from hub.store.warrants import CONSIDERING

TOLD = ("ageband", "name")


class _Matter(NamedTuple):
    found: Located
    record: Record


async def consider(road: Road, asked: Asked, name: str) -> dict[str, Any]:
    """An approval with the name of whom it is about, for somebody who may decide about it.

    Args:
        road: the road's means.
        asked: who decides.
        name: the approval's id.

    Raises:
        Refused: `not_found`, `self_approval`, or the caller may not decide; recorded.
        TrailUnavailable: the look could not be recorded; nothing is told.
    """
    resident = road.ring.resident_in(KIND, name)
    road.turn.begin()
    found = None if resident is None else locate_resident(resident, (Tier.BASIC,), road.reader, road.ring)
    record = record_of(found.facts.terms, APPROVALS, name) if found else None
    if resident is None or found is None or record is None:
        raise await refuse(road, asked, KIND, Reason.NOT_FOUND)
    judge = may_decide(asked.caller, found.facts, record, road.standing)
    if isinstance(judge, Judge) and concerns(asked.caller.principal, resident, road.standing, road.reader, road.ring):
        judge = Reason.SELF_APPROVAL
    if isinstance(judge, Reason):
        raise await refuse(road, asked, KIND, judge, Self(resident, found.trail_key))
    person = told(road, asked, found)
    await road.lane.record_all([_look(road, asked, KIND, record, found)])
    return shown(road, asked, resident, record) | {"person": person}


async def consider_roster(road: Road, asked: Asked, name: str) -> dict[str, Any]:
    """A roster with the names of those on it, for somebody who may decide about all of them. Raises as `consider`."""
    road.turn.begin()
    record = listed(road, asked, name)
    if record is None or record["person"] == asked.caller.principal.person:
        raise await refuse(road, asked, ROSTER, Reason.NOT_FOUND)
    people = [locate_resident(each, (Tier.BASIC,), road.reader, road.ring) for each in record["members"]]
    there = [each for each in people if each is not None]
    if not all(isinstance(may_decide(asked.caller, each.facts, record, road.standing), Judge) for each in there):
        raise await refuse(road, asked, ROSTER, Reason.OUT_OF_SCOPE)
    own = asked.caller.principal
    if any(concerns(own, each.sealed.resident, road.standing, road.reader, road.ring) for each in there):
        raise await refuse(road, asked, ROSTER, Reason.SELF_APPROVAL)
    named = [told(road, asked, each) for each in there]
    await road.lane.record_all([_look(road, asked, ROSTER, record, each) for each in there])
    return shown_roster(road, asked, record) | {"people": named}


def told(road: Road, asked: Asked, found: Located) -> dict[str, Any]:
    """What somebody is called, and about how old they are, for one who decides about a request that concerns them."""
    sealed = found.sealed
    key = data_key(road.ring, sealed.keys, Tier.BASIC, CONSIDERING)
    basic = in_force(unseal(key, sealed.resident, Tier.BASIC, sealed.sections[Tier.BASIC]))
    band = DERIVATIONS["age_band"].derive({}, found.facts, "", asked.caller.today)
    rid = road.ring.pairwise(asked.caller.principal.organisation, sealed.resident)
    return {"rid": rid, "name": basic.get("name"), "ageband": band}


def _look(road: Road, asked: Asked, kind: str, record: Record, found: Located) -> Event:
    more = {"purpose": record["purpose"], "fields": list(TOLD), "approval": record["id"]}
    act = act_of(asked, kind, "considered", **more)
    return about(road.ring, Self(found.sealed.resident, found.trail_key), act, reason="")
