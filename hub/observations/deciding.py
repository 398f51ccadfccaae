"""Confirming what staff observed (校核): each source decides on its own fields, and what it confirms is its own."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from hub.access.flow import Road
from hub.access.locate import Located, locate_resident
from hub.errors import BadInput, Reason
from hub.model.file import Value
from hub.model.observation import OBSERVATIONS, SECRETARY, Record, State, decidable, decided, state_of
from hub.model.principal import Principal, Role
from hub.model.terms import record_of, with_record
from hub.observations.lists import listed_in, lists_over
from hub.observations.recording import KIND, OBSERVED_BY, waiting_for
from hub.observations.subjects import lives_in
from hub.observations.values import opened_values, parts_of
from hub.observations.writing import Opened, write_values
from hub.rights.desk import Asked
from hub.rights.recording import about, act_of, refuse
from hub.schema.fields import fields
from hub.store.engine import Event
from hub.store.own_trail import Self
from hub.store.tokens import matter_token
from hub.store.transaction import SqlcipherTransaction

DECISION = "observation_decision"
_MOST_LISTED = 500


class Verdict(NamedTuple):
    """What a source says.

    Attributes:
        confirm: whether it is so.
        reason: why, or why not.
        fields: about which; None for all that are the source's to decide.
    """

    confirm: bool
    reason: str
    fields: list[str] | None


class _Found(NamedTuple):
    """An observation with whom it is about."""

    located: Located
    record: Record


def source_of(principal: Principal) -> str:
    """What a principal can be the source of: a department, or what a community's secretary knows; else nothing."""
    if principal.role is Role.DEPARTMENT:
        return principal.code
    return SECRETARY if principal.role is Role.SECRETARY else ""


async def decide_observation(road: Road, asked: Asked, name: str, verdict: Verdict) -> dict[str, Any]:
    """Confirm an observation's fields, or refuse them.

    Args:
        road: the road's means.
        asked: a source of the fields, in the person's area.
        name: the observation's id.
        verdict: what is decided.

    Raises:
        BadInput: it names fields that are not the source's to decide.
        Refused: `not_found` also for one of another area, `self_approval`, `already_decided`, or the caller is the
            source of nothing in it; recorded.
        TrailUnavailable: nothing was decided.
    """
    caller, source = asked.caller, source_of(asked.caller.principal)
    resident = road.ring.resident_in(KIND, name)
    road.turn.begin()
    found = None if resident is None else locate_resident(resident, (), road.reader, road.ring)
    if resident is None or found is None or not lives_in(found.facts.grid, caller.principal.area):
        raise await refuse(road, asked, DECISION, Reason.NOT_FOUND)

    def action(tx: SqlcipherTransaction) -> Record | Reason:
        facts = tx.facts(resident)
        record = record_of(facts.terms, OBSERVATIONS, name) if facts else None
        if facts is None or record is None:
            return Reason.NOT_FOUND
        keys = _decided_about(asked, record, verdict.fields)
        if isinstance(keys, Reason):
            return keys
        fresh = decided(
            record,
            keys,
            confirm=verdict.confirm,
            by=caller.principal.id,
            person=caller.principal.person,
            reason=verdict.reason,
            at=caller.at,
        )
        state = "confirmed" if verdict.confirm else "refused"
        act = act_of(asked, DECISION, state, purpose=record["purpose"], fields=sorted(keys), approval=name)
        terms = with_record(facts.terms, OBSERVATIONS, fresh)
        tx.amend(resident, facts._replace(terms=terms), Event(act, {"reason": verdict.reason}))
        if verdict.confirm:
            _write(tx, road, asked, found, record, keys, source)
        if not any(source in _waits_for(each) for each in terms[OBSERVATIONS]):
            tx.list_under(resident, off=listed_in(road.ring, waiting_for(source), facts.grid))
        return fresh

    made = await road.lane.write(action)
    if isinstance(made, Reason):
        raise await refuse(road, asked, DECISION, made, Self(resident, found.trail_key))
    return _shown(road, asked, _Found(found, made))


def _decided_about(asked: Asked, record: Record, named: list[str] | None) -> list[str] | Reason:
    """The fields that a source's word is about, or why it has none."""
    principal = asked.caller.principal
    own = decidable(record, source_of(principal))
    if not own:
        return Reason.NOT_ALLOWED
    if record["person"] == principal.person:
        return Reason.SELF_APPROVAL
    if named is not None and not set(named) <= set(own):
        raise BadInput("fields", "must be fields of which the caller is a source")
    keys = [key for key in (own if named is None else named) if record["fields"][key] == State.PENDING]
    return keys or Reason.ALREADY_DECIDED


def _write(
    tx: SqlcipherTransaction, road: Road, asked: Asked, found: Located, record: Record, keys: list[str], source: str
) -> None:
    """What a source confirms it says itself from now on, so that its rank and its later imports count for it."""
    resident, sealed = found.sealed.resident, found.sealed.keys
    values = opened_values(road.ring, sealed, resident, record, parts_of(keys))
    said = source if source != SECRETARY else "grid_worker"
    today = asked.caller.today.isoformat()

    def confirmed(_opened: Opened) -> dict[str, Value]:
        return {key: Value(value, said, today, "statutory") for key, value in values.items()}

    tiers = {fields()[key].tier for key in values}
    act = act_of(asked, KIND, "updated", purpose=record["purpose"], fields=sorted(keys), approval=record["id"])
    write_values(tx, road.ring, sealed, resident, tiers, confirmed, act, {})


async def observations(road: Road, asked: Asked, state: State | None, after: str, limit: int) -> dict[str, Any]:
    """Observations the caller is a source for, with the values that wait for it, and those they made; newest first.

    A source that is shown values finds itself among the accesses to the person's file.

    Args:
        road: the road's means.
        asked: who asks.
        state: only those in this state.
        after: the last id of the page before.
        limit: how many to list.

    Raises:
        BadInput: the cursor is not one that this list gave.
        TrailUnavailable: nothing is shown.
    """
    road.turn.begin()
    found = sorted(_listed(road, asked), key=lambda each: (each.record["at"], each.record["id"]), reverse=True)
    found = [each for each in found if state is None or state_of(each.record) is state]
    start = 0
    if after:
        start = next((place for place, each in enumerate(found, 1) if each.record["id"] == after), 0)
        if not start:
            raise BadInput("cursor", "is not one that this list gave")
    page = found[start : start + limit]
    items = [_shown(road, asked, each) | {"values": _values(road, asked, each)} for each in page]
    events = [
        about(
            road.ring,
            Self(each.located.sealed.resident, each.located.trail_key),
            act_of(asked, KIND, "disclosed", purpose=each.record["purpose"], fields=sorted(item["values"])),
        )
        for each, item in zip(page, items, strict=True)
        if item["values"]
    ]
    if events:
        await road.lane.record_all(events)
    return {"items": items, "next": items[-1]["id"] if start + limit < len(found) else None}


def _listed(road: Road, asked: Asked) -> Iterator[_Found]:
    principal = asked.caller.principal
    tokens = [matter_token(road.ring, OBSERVED_BY, principal.person)]
    if source := source_of(principal):
        tokens += lists_over(road.ring, waiting_for(source), [principal.area])
    residents = {each for token in tokens for each in road.reader.roster(token, 0, _MOST_LISTED)}
    for resident in residents:
        located = locate_resident(resident, (), road.reader, road.ring)
        for record in located.facts.terms.get(OBSERVATIONS, ()) if located else ():
            own = record["person"] == principal.person
            if located and (own or (lives_in(located.facts.grid, principal.area) and decidable(record, source))):
                yield _Found(located, record)


def _values(road: Road, asked: Asked, found: _Found) -> dict[str, Any]:
    """The values that wait for the caller's word; nobody who made an observation is shown it again."""
    located, record = found
    source = source_of(asked.caller.principal)
    if record["person"] == asked.caller.principal.person or not lives_in(
        located.facts.grid, asked.caller.principal.area
    ):
        return {}
    wanted = [key for key in decidable(record, source) if record["fields"][key] == State.PENDING]
    return opened_values(road.ring, located.sealed.keys, located.sealed.resident, record, wanted)


def _waits_for(record: Record) -> set[str]:
    pending = [key for key, state in record["fields"].items() if state == State.PENDING]
    return {who for key in pending for who in record["deciders"][key]}


def _shown(road: Road, asked: Asked, found: _Found) -> dict[str, Any]:
    record = found.record
    organisation = asked.caller.principal.organisation
    return {
        "id": record["id"],
        "state": state_of(record).value,
        "subject": {"rid": road.ring.pairwise(organisation, found.located.sealed.resident)},
        "purpose": record["purpose"],
        "fields": dict(record["fields"]),
        "observed_by": record["by"],
        "observed_at": record["at"],
        "decisions": [
            {"by": each["by"], "fields": each["fields"], "reason": each["reason"], "at": each["at"]}
            | {"decision": "approve" if each["confirm"] else "deny"}
            for each in record["decided"]
        ],
    }
