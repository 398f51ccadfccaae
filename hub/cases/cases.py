"""Cases: opened by an office for the people it works with, told to each of them, closed by the office or a party.

Each step is an entry about every party, written together with what it changes in their terms.
"""

import secrets
from datetime import timedelta
from typing import Any, NamedTuple

from hub.access.flow import Road
from hub.access.locate import Located, locate_resident
from hub.approvals.deciders import concerns
from hub.errors import BadInput, Reason
from hub.model.case import (
    CASES,
    MOST_OPEN,
    MOST_PARTIES,
    OPEN_FOR,
    Record,
    State,
    case,
    closed,
    kept,
    state_at,
)
from hub.model.duration import duration_text, parse_duration
from hub.model.principal import Principal, Role
from hub.model.purpose import Approval, Purpose
from hub.model.subject import SubjectRef
from hub.model.terms import listed, record_of, with_record
from hub.observations.subjects import in_area, requester_of, self_in
from hub.rights.desk import Asked
from hub.rights.recording import act_of, actor_part, refuse
from hub.store.engine import Event
from hub.store.own_trail import self_of
from hub.store.tokens import matter_token
from hub.store.transaction import SqlcipherTransaction

KIND = "case"
_OF_OFFICE = "case of"
_MOST_LISTED = 500


class Wanted(NamedTuple):
    """A case as somebody wants it opened.

    Attributes:
        purpose: what the parties are to be read for; one that is bound to a case.
        number: the office's own.
        parties: about whom.
        duration: for how long it is open; None for as long as is usual.
    """

    purpose: str
    number: str
    parties: list[SubjectRef]
    duration: timedelta | None


async def open_case(road: Road, asked: Asked, wanted: Wanted) -> dict[str, Any]:
    """Open a case.

    Args:
        road: the road's means.
        asked: a requester of the purpose, with a filing if they need one.
        wanted: the case.

    Raises:
        BadInput: nobody, too many, or somebody twice; the purpose knows no cases; it would be open for too long.
        Refused: as a disclosure for the purpose would be; or it would concern the caller's own household; recorded.
        TrailUnavailable: nothing was opened.
    """
    caller = asked.caller
    purpose, found = await _considered(road, asked, wanted)
    parties = sorted(each.sealed.resident for each in found)
    if len(set(parties)) < len(parties):
        raise BadInput("parties", "must not name anybody twice")
    record = case(
        secrets.token_hex(12),
        number=wanted.number,
        purpose=purpose.id,
        mark=road.policies.marks[purpose.id],
        organisation=caller.principal.organisation,
        by=caller.principal.id,
        parties=len(parties),
        duration=_duration(purpose, wanted.duration),
        at=caller.at,
    )
    act = _act(asked, record, "opened")
    lists = [matter_token(road.ring, KIND, record["id"]), matter_token(road.ring, _OF_OFFICE, record["organisation"])]

    def action(tx: SqlcipherTransaction) -> Reason | None:
        for resident in parties:
            facts = tx.facts(resident)
            if facts is None:
                return Reason.OUT_OF_SCOPE
            terms = with_record(kept(facts.terms, caller.at), CASES, record)
            own = [each for each in terms[CASES] if each["organisation"] == record["organisation"]]
            if sum(state_at(each, caller.at) is State.OPEN for each in own) > MOST_OPEN:
                return Reason.RATE_LIMITED
            tx.amend(resident, facts._replace(terms=terms), Event(act, {"number": record["number"]}))
            tx.list_under(resident, on=lists)
        return None

    if (refused := await road.lane.write(action)) is not None:
        raise await refuse(road, asked, KIND, refused)
    return _shown(road, asked, record, parties)


async def close_case(road: Road, asked: Asked, name: str, reason: str) -> dict[str, Any]:
    """Close a case: its office does, or a party who will not have it (人民调解法 第十七条).

    Args:
        road: the road's means.
        asked: somebody of the office, or a party.
        name: id of the case.
        reason: why.

    Raises:
        Refused: `not_found`, or `already_decided` where it is closed; recorded.
        TrailUnavailable: nothing was closed.
    """
    road.turn.begin()
    parties = road.reader.roster(matter_token(road.ring, KIND, name), 0, MOST_PARTIES)
    found = next((record for each in parties if (record := _record(road, each, name))), None)
    if found is None or not _may_close(road, asked, found, parties):
        raise await refuse(road, asked, KIND, Reason.NOT_FOUND)

    def action(tx: SqlcipherTransaction) -> Record | Reason:
        fresh: Record | Reason = Reason.NOT_FOUND
        for resident in parties:
            facts = tx.facts(resident)
            record = record_of(facts.terms, CASES, name) if facts else None
            if facts is None or record is None:
                continue  # erased meanwhile
            if record["closed"]:
                return Reason.ALREADY_DECIDED
            fresh = closed(record, asked.caller.at)
            terms = with_record(facts.terms, CASES, fresh)
            told = {"reason": reason, **actor_part(road.ring, asked)}
            tx.amend(resident, facts._replace(terms=terms), Event(_act(asked, fresh, "closed"), told))
            offices = {each["organisation"] for each in terms[CASES] if not each["closed"]}
            if fresh["organisation"] not in offices:
                tx.list_under(resident, off=[matter_token(road.ring, _OF_OFFICE, fresh["organisation"])])
        return fresh

    made = await road.lane.write(action)
    if isinstance(made, Reason):
        raise await refuse(road, asked, KIND, made)
    return _shown(road, asked, made, parties)


def cases(road: Road, asked: Asked, state: State | None) -> list[dict[str, Any]]:
    """The cases of the caller's office that nobody has closed, or a resident's own, newest first.

    Args:
        road: the road's means.
        asked: who asks; whoever is no requester of a case's purpose has none.
        state: only those in this state; None for all.
    """
    road.turn.begin()
    found = _own(road, asked) if asked.caller.principal.role is Role.RESIDENT else _of_office(road, asked)
    chosen = [each for each in found if state is None or state_at(each[0], asked.caller.at) is state]
    chosen.sort(key=lambda each: (each[0]["opened"], each[0]["id"]), reverse=True)
    return [_shown(road, asked, record, parties) for record, parties in chosen]


async def _considered(road: Road, asked: Asked, wanted: Wanted) -> tuple[Purpose, list[Located]]:
    if not 0 < len(wanted.parties) <= MOST_PARTIES:
        raise BadInput("parties", f"must name 1 to {MOST_PARTIES} people")
    found, purpose = list[Located](), None
    for subject in wanted.parties:
        request, areas, party = await requester_of(road, asked, KIND, wanted.purpose, subject, wanted.number)
        purpose = request.purpose
        if purpose is not None and purpose.approval is not Approval.CASE:
            raise BadInput("purpose", "must be one that is bound to a case")
        party = await in_area(road, asked, KIND, party, areas)
        if concerns(asked.caller.principal, party.sealed.resident, road.standing, road.reader, road.ring):
            raise await refuse(road, asked, KIND, Reason.SELF_APPROVAL, self_in(party))
        found.append(party)
    if purpose is None:
        raise await refuse(road, asked, KIND, Reason.UNKNOWN_PURPOSE)
    return purpose, found


def _duration(purpose: Purpose, wished: timedelta | None) -> timedelta:
    longest = parse_duration("longest", purpose.longest) if purpose.longest else OPEN_FOR
    if wished is not None and wished > longest:
        raise BadInput("duration", f"must be at most {duration_text(longest)}")
    return wished or min(OPEN_FOR, longest)


def _may_close(road: Road, asked: Asked, record: Record, parties: list[int]) -> bool:
    principal = asked.caller.principal
    if principal.role is Role.RESIDENT:
        own = self_of(road.reader, road.ring, principal.rid)
        return own is not None and own.resident in parties
    return _is_of_office(road, principal, record)


def _is_of_office(road: Road, principal: Principal, record: Record) -> bool:
    # A community's staff share one name for residents; only those who mediate have its cases.
    purpose = road.policies.purposes.get(record["purpose"])
    requesters = purpose.requesters if purpose else ()
    return record["organisation"] == principal.organisation and principal.requester in requesters


def _of_office(road: Road, asked: Asked) -> list[tuple[Record, list[int]]]:
    principal = asked.caller.principal
    by_id: dict[str, tuple[Record, list[int]]] = {}
    token = matter_token(road.ring, _OF_OFFICE, principal.organisation)
    for resident in road.reader.roster(token, 0, _MOST_LISTED):
        found = locate_resident(resident, (), road.reader, road.ring)
        for record in listed(found.facts.terms, CASES) if found else ():
            if not record["closed"] and _is_of_office(road, principal, record):
                by_id.setdefault(record["id"], (record, []))[1].append(resident)
    return list(by_id.values())


def _own(road: Road, asked: Asked) -> list[tuple[Record, list[int]]]:
    own = self_of(road.reader, road.ring, asked.caller.principal.rid)
    found = locate_resident(own.resident, (), road.reader, road.ring) if own else None
    return [(record, []) for record in listed(found.facts.terms, CASES)] if found else []


def _record(road: Road, resident: int, name: str) -> Record | None:
    found = locate_resident(resident, (), road.reader, road.ring)
    return record_of(found.facts.terms, CASES, name) if found else None


def _act(asked: Asked, record: Record, outcome: str) -> dict[str, object]:
    more = {"case": record["id"], "until": record["until"], "listed": record["parties"]}
    return act_of(asked, KIND, outcome, purpose=record["purpose"], **more)


def _shown(road: Road, asked: Asked, record: Record, parties: list[int]) -> dict[str, Any]:
    """A case as its office sees it; a party is told how many there are, never who the others are."""
    principal = asked.caller.principal
    names = [] if principal.role is Role.RESIDENT else parties
    return {
        "id": record["id"],
        "number": record["number"],
        "state": state_at(record, asked.caller.at).value,
        "purpose": record["purpose"],
        "parties": [{"rid": road.ring.pairwise(principal.organisation, each)} for each in names],
        "parties_count": record["parties"],
        "opened_by": record["by"],
        "opened": record["opened"],
        "until": record["until"],
        "closed": record["closed"] or None,
    }
