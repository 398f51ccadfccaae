"""Corrections (更正): a resident says what is wrong, and it waits for the source to confirm it."""

from typing import Any, NamedTuple

from hub.access.locate import locate_resident
from hub.errors import Reason
from hub.model.correction import CORRECTIONS, MOST_PENDING, Record, filed, kept, overdue, pending
from hub.model.notice import Matter
from hub.model.subject import Facts
from hub.model.terms import listed, with_record
from hub.model.tier import Tier
from hub.rights.claimed import NOTHING, Claimed, opened_claim, sealed_claim
from hub.rights.correctable import checked, confirming, correctable
from hub.rights.desk import Asked, Desk
from hub.rights.notices import Wanted, announce
from hub.rights.own_file import held_values, keys_of
from hub.rights.recording import act_of, own, own_self, refuse
from hub.rights.visibility import kept_from_family, own_terms
from hub.schema.fields import fields
from hub.store.engine import Event
from hub.store.tokens import matter_token
from hub.store.transaction import SqlcipherTransaction

KIND = "correction"
_TELEPHONE = "tel"
AREAS = (2, 4, 6, 9, 12)
"""Lengths of area prefixes under which corrections that wait are listed for each department."""


class Wish(NamedTuple):
    """What a resident wants corrected.

    Attributes:
        field: its key.
        value: as sent.
        reason: why; may be empty.
    """

    field: str
    value: Any
    reason: str


async def correct(desk: Desk, asked: Asked, wish: Wish) -> dict[str, Any]:
    """Ask that a value of one's own file be corrected; it waits for the department it comes from.

    Args:
        desk: the hub's means.
        asked: a resident.
        wish: what is wrong, and what it should be.

    Raises:
        BadInput: not a field that can be corrected, or not a value of it.
        Refused: not a resident, too many wait already, or a relative names what is not there for them; recorded.
        TrailUnavailable: nothing was filed.
    """
    # The answer to a write may be kept to be given again, so it does not repeat the value.
    field = correctable(wish.field)
    value = checked(wish.field, wish.value)
    person = await own_self(desk, asked, KIND)
    held = held_values(desk, person.resident, field)
    if asked.agent and asked.agent.relative:
        hidden = field.key in kept_from_family(own_terms(desk, person.resident))
        if hidden or not held:
            # Relatives correct what stands there and add nothing: so what is kept from them looks like what is absent.
            raise await refuse(desk, asked, KIND, Reason.NOT_AVAILABLE, person)
    department = confirming(field, held)
    name = desk.ring.sealed_id(KIND, person.resident)
    claimed, keys = Claimed(value, wish.reason), keys_of(desk, person.resident)
    sealed = sealed_claim(desk.ring, keys, person.resident, field.tier, name, claimed)
    due = desk.deadlines.request_due(asked.caller.today)
    record = filed(name, field=field.key, sealed=sealed, department=department, by=asked.actor, due=due)
    act = act_of(asked, KIND, "filed", fields=[field.key], id=name)
    event = own(desk, asked, person, act, reason=wish.reason)

    def action(tx: SqlcipherTransaction) -> Reason | None:
        facts = tx.facts(person.resident)
        if facts is None:
            return Reason.NOT_FOUND
        if len(pending(facts.terms)) >= MOST_PENDING:
            return Reason.RATE_LIMITED
        terms = kept(with_record(facts.terms, CORRECTIONS, record))
        tx.amend(person.resident, facts._replace(terms=terms), Event(event.act, event.subject))
        tx.list_under(person.resident, on=lists(desk, department, facts))
        if field.key == _TELEPHONE and held:
            # Whoever still answers the old number learns of it, should somebody else have asked for the change.
            changes = Wanted(Matter.TELEPHONE_CHANGES, str(held[0].value))
            announce(tx, desk.ring, asked, person.resident, [changes])
        return None

    refused = await desk.lane.write(action)
    if refused is not None:
        raise await refuse(desk, asked, KIND, refused, person)
    return shown(record, NOTHING, asked)


async def own_corrections(desk: Desk, asked: Asked) -> list[dict[str, Any]]:
    """The caller's corrections, newest first; whoever acts for a resident sees those they filed, and that is recorded.

    Raises:
        Refused: not a resident, or one whose file is not here; recorded.
        TrailUnavailable: the look could not be recorded; nothing is told.
    """
    person = await own_self(desk, asked, KIND)
    told = told_corrections(desk, asked, person.resident)
    if asked.agent is not None:
        await desk.lane.record_all([own(desk, asked, person, act_of(asked, KIND, "disclosed"))])
    return [each for each, by in reversed(told) if asked.agent is None or by == asked.actor.principal.person]


def told_corrections(desk: Desk, asked: Asked, resident: int) -> list[tuple[dict[str, Any], str]]:
    """A person's corrections as they see them, oldest first, each with who filed it."""
    found = locate_resident(resident, (), desk.reader, desk.ring)
    if found is None:
        return []
    keys = found.sealed.keys
    return [
        (shown(record, opened_claim(desk.ring, keys, resident, tier_of(record), record), asked), record["person"])
        for record in listed(found.facts.terms, CORRECTIONS)
    ]


def tier_of(record: Record) -> Tier:
    """The tier of the field that a correction is about."""
    return fields()[record["field"]].tier


def lists(desk: Desk, department: str, facts: Facts) -> list[bytes]:
    """The lists a person is on while a correction waits for a department."""
    return [matter_token(desk.ring, KIND, f"{department}@{facts.grid[:length]}") for length in AREAS]


def shown(record: Record, claimed: Claimed, asked: Asked) -> dict[str, Any]:
    """A correction as the person sees it."""
    told = ("id", "state", "field", "department", "filed", "due", "answer")
    return {name: record[name] for name in told} | {
        "value": claimed.value,
        "reason": claimed.reason,
        "decided": record["decided"] or None,
        "overdue": overdue(record, asked.caller.today),
    }
