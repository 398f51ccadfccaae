"""Confirming corrections (校核): the department a value comes from says whether a resident is right."""

from collections.abc import Sequence
from typing import Any

from hub.access.flow import Road
from hub.access.locate import Located, locate_resident
from hub.approvals.deciders import concerns
from hub.errors import BadInput, Reason
from hub.feeds.merge import merge
from hub.feeds.sealing import ALL_TIERS, OpenedSections, change
from hub.model.correction import CORRECTIONS, Record, State, answered, kept, overdue, pending
from hub.model.file import Value
from hub.model.instant import timestamp
from hub.model.principal import DEPARTMENTS, Principal, Role
from hub.model.subject import Facts
from hub.model.terms import listed, record_of, with_record
from hub.model.tier import Tier
from hub.rights.claimed import NOTHING, Claimed, opened_claim
from hub.rights.corrections import AREAS, KIND, lists, tier_of
from hub.rights.desk import Asked
from hub.rights.recording import about, act_of, refuse
from hub.schema.doubts import doubts_of
from hub.store.accounts import SECTIONS, for_sections
from hub.store.engine import Event
from hub.store.own_trail import Self
from hub.store.sections import SealedFile
from hub.store.tokens import matter_token
from hub.store.trail import prepare
from hub.store.transaction import SqlcipherTransaction

_MOST_LISTED = 500
_NEEDED = (Tier.CONTROL, Tier.BASIC, Tier.IDENTITY, Tier.CARE)
"""Sections from which facts and lists are brought up to date, besides the one that is corrected."""


async def corrections(road: Road, asked: Asked, state: State | None, after: str, limit: int) -> dict[str, Any]:
    """The corrections that a department answers, oldest first; each person listed finds the look among their accesses.

    Args:
        road: the road's means.
        asked: a department.
        state: only those in this state; None for all.
        after: the last id of the page before.
        limit: how many to list.

    Raises:
        BadInput: the cursor is not one that this list gave.
        Refused: another role; recorded.
        TrailUnavailable: nothing is shown.
    """
    principal = asked.caller.principal
    if principal.role is not Role.DEPARTMENT:
        raise await refuse(road, asked, KIND, Reason.NOT_ALLOWED)
    road.turn.begin()
    found: list[tuple[Record, Located]] = []
    for resident in road.reader.roster(_list_of(road, principal), 0, _MOST_LISTED):
        person = locate_resident(resident, (), road.reader, road.ring)
        if person is None or not person.facts.grid.startswith(principal.area):
            continue
        mine = (each for each in listed(person.facts.terms, CORRECTIONS) if each["department"] == principal.code)
        found += [(each, person) for each in mine if state in (None, each["state"])]
    found.sort(key=lambda each: (each[0]["filed"], each[0]["id"]))
    start = 0
    if after:
        start = next((place for place, (record, _) in enumerate(found, 1) if record["id"] == after), 0)
        if not start:
            raise BadInput("cursor", "is not one that this list gave")
    page = found[start : start + limit]
    events = [Event(act_of(asked, KIND, "listed", listed=len(page)), {"subject": ""})]
    events += [
        about(road.ring, _self(whose), act_of(asked, KIND, "disclosed", fields=[record["field"]]))
        for record, whose in page
    ]
    await road.lane.record_all(events)
    items = [_shown(road, asked, whose, record, _claimed(road, whose, record)) for record, whose in page]
    return {"items": items, "next": page[-1][0]["id"] if start + limit < len(found) else None}


async def answer_correction(road: Road, asked: Asked, name: str, reason: str, *, confirm: bool) -> dict[str, Any]:
    """Confirm or refuse a correction, once; what is confirmed is in the file when this returns.

    Args:
        road: the road's means.
        asked: the department the value comes from.
        name: the correction's id.
        reason: why; the person reads it.
        confirm: the resident is right.

    Raises:
        Refused: another role, `not_found`, the caller's own household, `already_decided`; recorded.
        TrailUnavailable: nothing was decided.
    """
    principal = asked.caller.principal
    if principal.role is not Role.DEPARTMENT:
        raise await refuse(road, asked, KIND, Reason.NOT_ALLOWED)
    resident = road.ring.resident_in(KIND, name)
    road.turn.begin()
    found = resident and locate_resident(resident, (), road.reader, road.ring)
    record = record_of(found.facts.terms, CORRECTIONS, name) if found else None
    if not resident or not found or record is None or not _answers(principal, found.facts, record):
        raise await refuse(road, asked, KIND, Reason.NOT_FOUND)
    person = _self(found)
    if concerns(principal, resident, road.standing, road.reader, road.ring):
        raise await refuse(road, asked, KIND, Reason.SELF_APPROVAL, person)
    claimed = _claimed(road, found, record)

    def action(tx: SqlcipherTransaction) -> Record | Reason:
        facts = tx.facts(resident)
        now = record_of(facts.terms, CORRECTIONS, name) if facts else None
        if facts is None or now is None:
            return Reason.NOT_FOUND
        if (reason_against := _against(now, principal)) is not None:
            return reason_against
        fresh = answered(now, confirm=confirm, reason=reason, by=asked.caller)
        was = facts
        if confirm:
            facts = _write(tx, road, asked, found, facts, now, claimed.value)
        terms = kept(with_record(facts.terms, CORRECTIONS, fresh))
        act = act_of(asked, KIND, fresh["state"], fields=[now["field"]], id=name)
        tx.amend(resident, facts._replace(terms=terms), Event(act, {"reason": reason}))
        if not any(each["department"] == now["department"] for each in pending(terms)):
            tx.list_under(resident, off=lists(road, now["department"], was))
        return fresh

    made = await road.lane.write(action)
    if isinstance(made, Reason):
        raise await refuse(road, asked, KIND, made, person)
    return _shown(road, asked, found, made, NOTHING)


def _against(record: Record, principal: Principal) -> Reason | None:
    """Why somebody may not answer a correction that their department answers."""
    if record["state"] != State.PENDING:
        return Reason.ALREADY_DECIDED
    return Reason.SELF_APPROVAL if record["person"] == principal.person else None


def _write(
    tx: SqlcipherTransaction, road: Road, asked: Asked, found: Located, facts: Facts, record: Record, said: Any
) -> Facts:
    """Write a confirmed value as an import of the department would, with the entry that accounts for it.

    The sections are read within the write, so that nothing that came meanwhile is lost. Returns the facts as they are
    from now on.
    """
    person, tier = _self(found), tier_of(record)
    tiers = tuple(dict.fromkeys((*_NEEDED, tier)))
    columns = ", ".join(tiers)
    # Column names are members of `Tier`; the value is bound.
    row = tx.db.execute(f"SELECT {columns} FROM file WHERE resident = ?", (person.resident,)).fetchone()  # noqa: S608
    sealed = SealedFile(person.resident, found.sealed.keys, dict(zip(tiers, row, strict=True)))
    held = OpenedSections(road.ring, sealed, ALL_TIERS)
    merged: dict[Tier, Any] = {}
    for value in _values(asked, record, said, held[tier].get(record["field"], ())):
        merged |= merge({tier: merged.get(tier, held[tier])}, {tier: {record["field"]: value}}).changed
    if not merged:
        return facts
    made = change(road.ring, sealed, held, merged, facts, rid=facts.rid)
    tx.update_sections(person.resident, made.envelopes, made.tokens)
    act = act_of(asked, KIND, "written", fields=[record["field"]], **{SECTIONS: len(made.envelopes)})
    tx.record(prepare(about(road.ring, person, act, **for_sections(made.envelopes))))
    return made.facts or facts


def _values(asked: Asked, record: Record, said: Any, held: Sequence[Value]) -> list[Value]:
    """What is merged, in order: what no department said gives way to the department's word."""
    today = asked.caller.today.isoformat()
    gone = [each._replace(value=None, at=max(today, each.at)) for each in held if each.source not in DEPARTMENTS]
    flags = doubts_of(record["field"], said, today)
    confirmed = Value(said, record["department"], today, "statutory", verified=True, flags=flags)
    return [*gone, confirmed]


def _answers(principal: Principal, facts: Facts, record: Record) -> bool:
    return bool(facts.grid) and facts.grid.startswith(principal.area) and record["department"] == principal.code


def _list_of(road: Road, principal: Principal) -> bytes:
    length = max(length for length in AREAS if length <= len(principal.area))
    return matter_token(road.ring, KIND, f"{principal.code}@{principal.area[:length]}")


def _self(found: Located) -> Self:
    return Self(found.sealed.resident, found.trail_key)


def _claimed(road: Road, found: Located, record: Record) -> Claimed:
    return opened_claim(road.ring, found.sealed.keys, found.sealed.resident, tier_of(record), record)


def _shown(road: Road, asked: Asked, found: Located, record: Record, claimed: Claimed) -> dict[str, Any]:
    told = ("id", "state", "field", "filed", "due", "answer")
    organisation = asked.caller.principal.organisation
    return {name: record[name] for name in told} | {
        "value": claimed.value,
        "reason": claimed.reason,
        "subject": {"rid": road.ring.pairwise(organisation, found.sealed.resident)},
        "decided": record["decided"] or None,
        "overdue": overdue(record, asked.caller.today),
        "as_of": timestamp(asked.caller.at),
    }
