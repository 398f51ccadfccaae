"""Mandates in force: those somebody acts on, those that wait for their word; and for what there may be one."""

from typing import Any

from hub.access.decide import is_offered
from hub.access.flow import Road
from hub.access.kin import still_stands
from hub.access.locate import locate_resident
from hub.approvals.considering import TOLD, told
from hub.approvals.mandate_rosters import roster_of
from hub.approvals.mandates import KIND, form_is_served, shown
from hub.errors import Reason
from hub.model.mandate import MANDATES, Record, State, state_at
from hub.model.principal import Caller, Role
from hub.model.terms import listed, record_of
from hub.model.tier import Tier
from hub.rights.desk import Asked
from hub.rights.recording import about, act_of, actor_part, refuse
from hub.store.own_trail import Self

_MOST_LISTED = 200
_NEEDED = (Tier.BASIC, Tier.FAMILY)


def mandates(road: Road, asked: Asked) -> list[dict[str, Any]]:
    """The mandates in force that the caller acts on or is to confirm, newest first; nobody's name is told.

    Args:
        road: the road's means.
        asked: who asks.
    """
    road.turn.begin()
    principal = asked.caller.principal
    found = [
        (resident, record)
        for resident in road.reader.roster(roster_of(road.ring, principal.id), 0, _MOST_LISTED)
        if (person := locate_resident(resident, (), road.reader, road.ring))
        for record in listed(person.facts.terms, MANDATES)
        if _concerns(record, asked.caller)
    ]
    found.sort(key=lambda each: (each[1]["at"], each[1]["id"]), reverse=True)
    return [_told(road, asked, resident, record) for resident, record in found]


def offered(road: Road, asked: Asked) -> list[dict[str, Any]]:
    """The purposes whose form a clerk may fill in with a resident, with the form's fields; none for anybody else."""
    if asked.caller.principal.role is not Role.CLERK:
        return []
    return [
        {
            "matter": purpose.id,
            "matter_name": purpose.name,
            "fields": purpose.fields,
            "consent": purpose.id in road.policies.texts,
        }
        for purpose in road.policies.purposes.values()
        if form_is_served(purpose) and (is_offered(purpose) or purpose.id in road.policies.texts)
    ]


def second_persons(road: Road, asked: Asked) -> list[str]:
    """Who may confirm what a resident said at the caller's counter: the clerk's colleagues in office; else nobody.

    Args:
        road: the road's means, a view begun.
        asked: who asks.
    """
    principal = asked.caller.principal
    if principal.role is not Role.CLERK:
        return []
    staff = road.standing.staff_of(principal.area, asked.caller.today)
    return [each.id for each in staff if each.person != principal.person]


async def consider_mandate(road: Road, asked: Asked, name: str) -> dict[str, Any]:
    """One of them with the name of the resident, for the second person; the resident finds that they looked.

    Args:
        road: the road's means.
        asked: who acts on it, or is to confirm it.
        name: its id.

    Raises:
        Refused: no such mandate in force that concerns the caller, or what it rests on is so no more; recorded.
        TrailUnavailable: the look could not be recorded; nothing is told.
    """
    resident = road.ring.resident_in(KIND, name)
    road.turn.begin()
    found = None if resident is None else locate_resident(resident, _NEEDED, road.reader, road.ring)
    record = record_of(found.facts.terms, MANDATES, name) if found else None
    if resident is None or found is None or record is None or not _concerns(record, asked.caller):
        raise await refuse(road, asked, KIND, Reason.NOT_FOUND)
    if not still_stands(found, record["proof"], asked.caller, road.reader, road.ring):
        raise await refuse(road, asked, KIND, Reason.NOT_FOUND, Self(resident, found.trail_key))
    person = told(road, asked, found)
    act = act_of(asked, KIND, "considered", fields=list(TOLD), on_behalf_of=name, matter=record["matter"])
    event = about(road.ring, Self(resident, found.trail_key), act, **actor_part(road.ring, asked))
    await road.lane.record_all([event])
    return _told(road, asked, resident, record) | {"person": person}


def _concerns(record: Record, caller: Caller) -> bool:
    state, own = state_at(record, caller.at), caller.principal.id
    return (record["by"] == own and state is not State.ENDED) or (record["witness"] == own and state is State.PENDING)


def _told(road: Road, asked: Asked, resident: int, record: Record) -> dict[str, Any]:
    purpose = road.policies.purposes.get(record["matter"])
    by = record["by"]
    return shown(road, asked, resident, record) | {
        "matter_name": purpose.name if purpose else None,
        "form": record["form"] or None,
        "by": Role.RESIDENT.value if by.startswith(f"{Role.RESIDENT}:") else by,
        "acts": by == asked.caller.principal.id,
    }
