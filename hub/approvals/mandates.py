"""Mandates: opened at the counter or by a guardian, confirmed by a second person, and used one matter at a time."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple

from hub.access.flow import Road
from hub.access.kin import is_kin, still_stands
from hub.access.locate import Located, locate, locate_resident
from hub.approvals.deciders import concerns
from hub.approvals.mandate_codes import after_code, with_code
from hub.approvals.mandate_rosters import put_on, rosters
from hub.errors import BadInput, Reason
from hub.model.mandate import (
    LASTS,
    MANDATES,
    MOST,
    OF_RELATIVES,
    ROUTES,
    Proof,
    Record,
    State,
    confirmed,
    ended,
    kept,
    mandate,
    state_at,
)
from hub.model.principal import Caller, Principal, Role, parse_principal
from hub.model.purpose import Approval, Purpose
from hub.model.subject import DEAD, Facts, SubjectRef
from hub.model.terms import record_of, with_record
from hub.model.tier import Tier
from hub.rights.desk import Agent, Asked
from hub.rights.recording import act_of, actor_part, refuse
from hub.store.engine import Event
from hub.store.own_trail import Self, self_of
from hub.store.transaction import SqlcipherTransaction

KIND = "mandate"
LONGEST = timedelta(days=90)
"""For which a resident may let somebody act for them."""
_NEVER = frozenset({Approval.NAMED_OFFICERS, Approval.BREAK_GLASS, Approval.ORDER, Approval.IDENTITY_CHECK})
_WITNESSES = frozenset({Role.CLERK, Role.GRID_WORKER, Role.SECRETARY})


class Wanted(NamedTuple):
    """A mandate as somebody wants it opened.

    Attributes:
        subject: for whom; None for the caller's own self.
        matter: a purpose, or a group of the resident's own routes.
        form: number of the paper form the resident signed.
        witness: principal of a second person who heard the resident say it.
        code: whether a code is to be sent to the resident's telephone.
        agent: principal of the resident whom the caller lets act for them.
        duration: for how long, where the caller lets somebody act for them.
        reason: why; required of relatives of somebody who died.
    """

    subject: SubjectRef | None
    matter: str
    form: str = ""
    witness: str = ""
    code: bool = False
    agent: str = ""
    duration: timedelta = LASTS
    reason: str = ""


async def open_mandate(road: Road, asked: Asked, wanted: Wanted) -> dict[str, Any]:
    """Open a mandate: a clerk at the counter, a guardian, a near relative of the dead, a resident for themselves.

    Raises:
        BadInput: witness or agent cannot be that.
        Refused: unknown matter or one that nobody does for another, nobody of the caller's own, or another role;
            recorded.
        TrailUnavailable: nothing was opened.
    """
    caller = asked.caller
    road.turn.begin()
    found, proof = await _for_whom(road, asked, wanted)
    person = Self(found.sealed.resident, found.trail_key)
    if found.facts.life == DEAD and proof is not Proof.RELATIVE:
        raise await refuse(road, asked, KIND, Reason.NOT_ALLOWED, person)  # nobody acts for who can want nothing
    if reason := _matter_refused(road, wanted, proof):
        raise await refuse(road, asked, KIND, reason, person)
    by = caller.principal if proof is not Proof.RESIDENT else _agent(road, caller, wanted)
    witness = _witness(road, caller, found.facts, wanted.witness) if proof is Proof.SPOKEN else ""
    record = mandate(
        road.ring.sealed_id(KIND, person.resident),
        by=by.id,
        person=by.person,
        matter=wanted.matter,
        proof=proof,
        form=wanted.form,
        witness=witness,
        at=caller.at,
        lasts=wanted.duration if proof is Proof.RESIDENT else LASTS,
    )
    act = act_of(asked, KIND, record["state"], on_behalf_of=record["id"], matter=wanted.matter, proof=proof.value)
    if witness:
        act["witness"] = witness

    before = rosters(road, [each for each in (by.id, witness) if each])

    def action(tx: SqlcipherTransaction) -> Record | Reason:
        facts = tx.facts(person.resident)
        if facts is None:
            return Reason.OUT_OF_SCOPE
        if len(kept(facts.terms, caller.at)[MANDATES]) >= MOST:
            return Reason.RATE_LIMITED
        made = with_code(tx, road, asked, person.resident, record) if proof is Proof.CODE else record
        facts = tx.facts(person.resident) or facts  # a notice with the code stands among the terms now
        if isinstance(made, Reason):
            return made
        terms = with_record(kept(facts.terms, caller.at), MANDATES, made)
        told = {"form": wanted.form, "reason": wanted.reason, **actor_part(road.ring, asked)}
        tx.amend(person.resident, facts._replace(terms=terms), Event(act, told))
        put_on(tx, person.resident, before, caller.at)
        return made

    return await _written(road, asked, person, action)


async def confirm_mandate(road: Road, asked: Asked, name: str, code: str = "") -> dict[str, Any]:
    """Confirm that one heard a resident give a mandate, or enter the code that was sent to them.

    A wrong code is a try: the mandate as it is then is the answer.

    Raises:
        Refused: `not_found`, not the witness named, or confirmed or ended before; recorded.
        TrailUnavailable: nothing was confirmed.
    """
    caller = asked.caller

    def change(record: Record, _facts: Facts) -> Record | Reason:
        if code:
            return after_code(road.ring, record, code, asked)
        if record["person"] == caller.principal.person:
            return Reason.SELF_APPROVAL
        if record["witness"] != caller.principal.id:
            return Reason.NOT_ALLOWED
        return confirmed(record, caller.at) if _state(record, asked) is State.PENDING else Reason.ALREADY_DECIDED

    return await _change(road, asked, name, "tried" if code else "confirmed", change)


async def end_mandate(road: Road, asked: Asked, name: str) -> dict[str, Any]:
    """End a mandate at once: whoever acts on it may, and the resident.

    Raises:
        Refused: `not_found`, or ended before; recorded.
        TrailUnavailable: nothing was ended.
    """
    principal = asked.caller.principal

    def change(record: Record, facts: Facts) -> Record | Reason:
        if principal.id != record["by"] and principal.rid != facts.rid:
            return Reason.NOT_FOUND
        return ended(record, asked.caller.at) if _state(record, asked) is not State.ENDED else Reason.ALREADY_DECIDED

    return await _change(road, asked, name, "ended", change)


async def acting(road: Road, agent: Asked, name: str, *matters: str) -> Asked:
    """The resident on whose behalf somebody speaks, for routes of a matter.

    Args:
        road: the road's means.
        agent: who speaks.
        name: id of the mandate.
        matters: groups that the route belongs to; `consents` is also open to a mandate for a purpose that takes an
            agreement.

    Raises:
        Refused: no such mandate of theirs, another matter, not confirmed, or ended; recorded.
    """
    resident, facts, record = await mandate_of(road, agent, name)
    on_purpose = "consents" in matters and record["matter"] in road.policies.texts
    if record["matter"] not in matters and not on_purpose:
        raise await refuse(road, agent, KIND, Reason.NOT_ALLOWED, resident)
    caller = agent.caller
    themselves = Caller(parse_principal(f"{Role.RESIDENT}:{facts.rid}"), "", caller.at, caller.today)
    proof = record["proof"]
    behind = Agent(caller, name, record["matter"], guardian=proof == Proof.GUARDIAN, relative=proof == Proof.RELATIVE)
    return Asked(themselves, agent.trace_id, behind)


async def mandate_of(road: Road, agent: Asked, name: str) -> tuple[Self, Facts, Record]:
    """The resident and the mandate that somebody acts on. Raises Refused where they cannot."""
    resident = road.ring.resident_in(KIND, name)
    road.turn.begin()
    found = locate_resident(resident, (Tier.FAMILY,), road.reader, road.ring) if resident is not None else None
    record = record_of(found.facts.terms, MANDATES, name) if found else None
    if found is None or record is None or record["by"] != agent.caller.principal.id:
        raise await refuse(road, agent, KIND, Reason.NOT_ALLOWED)
    person = Self(found.sealed.resident, found.trail_key)
    if not still_stands(found, record["proof"], agent.caller, road.reader, road.ring):
        raise await refuse(road, agent, KIND, Reason.NOT_ALLOWED, person)
    state = state_at(record, agent.caller.at)
    if state is not State.OPEN:
        reason = Reason.APPROVAL_REQUIRED if state is State.PENDING else Reason.APPROVAL_EXPIRED
        raise await refuse(road, agent, KIND, reason, person)
    return person, found.facts, record


def shown(road: Road, asked: Asked, resident: int, record: Record) -> dict[str, Any]:
    """A mandate as whoever acts on it sees it."""
    return {
        "id": record["id"],
        "state": state_at(record, asked.caller.at).value,
        "subject": {"rid": road.ring.pairwise(asked.caller.principal.organisation, resident)},
        "matter": record["matter"],
        "proof": record["proof"],
        "witness": record["witness"] or None,
        "opened": record["at"],
        "until": record["until"],
    }


def _state(record: Record, asked: Asked) -> State:
    return state_at(record, asked.caller.at)


async def _change(
    road: Road, asked: Asked, name: str, outcome: str, change: Callable[[Record, Facts], Record | Reason]
) -> dict[str, Any]:
    person = await _person(road, asked, name)

    def action(tx: SqlcipherTransaction) -> Record | Reason:
        facts = tx.facts(person.resident)
        record = record_of(facts.terms, MANDATES, name) if facts else None
        if facts is None or record is None:
            return Reason.NOT_FOUND
        fresh = change(record, facts)
        if isinstance(fresh, Reason):
            return fresh
        act = act_of(asked, KIND, outcome, on_behalf_of=name, matter=record["matter"])
        terms = with_record(facts.terms, MANDATES, fresh)
        tx.amend(person.resident, facts._replace(terms=terms), Event(act, actor_part(road.ring, asked)))
        return fresh

    return await _written(road, asked, person, action)


async def _written(road: Road, asked: Asked, person: Self, action: Any) -> dict[str, Any]:
    made = await road.lane.write(action)
    if isinstance(made, Reason):
        raise await refuse(road, asked, KIND, made, person)
    return shown(road, asked, person.resident, made)


async def _for_whom(road: Road, asked: Asked, wanted: Wanted) -> tuple[Located, Proof]:
    principal = asked.caller.principal
    if principal.role is Role.RESIDENT:
        return await _for_resident(road, asked, wanted)
    if principal.role is not Role.CLERK:
        raise await refuse(road, asked, KIND, Reason.NOT_ALLOWED)
    if [bool(wanted.form), bool(wanted.witness), wanted.code].count(True) != 1:
        raise BadInput("proof", "must have `form`, or `spoken` and `witness`, or `code`")
    if wanted.code and not road.sends:
        raise await refuse(road, asked, KIND, Reason.NOT_OFFERED)
    if wanted.subject is None or wanted.agent:
        raise BadInput("subject", "must be named, and the clerk acts")
    found = locate(wanted.subject, principal, (), road.reader, road.ring)
    if found is None or not found.facts.grid.startswith(principal.area or "-"):
        person = found and Self(found.sealed.resident, found.trail_key)
        raise await refuse(road, asked, KIND, Reason.OUT_OF_SCOPE, person)
    if concerns(principal, found.sealed.resident, road.standing, road.reader, road.ring):
        raise await refuse(road, asked, KIND, Reason.SELF_APPROVAL, Self(found.sealed.resident, found.trail_key))
    return found, Proof.CODE if wanted.code else Proof.FORM if wanted.form else Proof.SPOKEN


async def _for_resident(road: Road, asked: Asked, wanted: Wanted) -> tuple[Located, Proof]:
    principal = asked.caller.principal
    if wanted.form or wanted.witness or wanted.code:
        raise BadInput("proof", "is not asked of residents: a guardian is on record, and for oneself none is needed")
    if wanted.subject is None:
        own = self_of(road.reader, road.ring, principal.rid)
        found = locate_resident(own.resident, (), road.reader, road.ring) if own else None
        if found is None:
            raise await refuse(road, asked, KIND, Reason.NOT_FOUND)
        return found, Proof.RESIDENT
    found = locate(wanted.subject, principal, (Tier.FAMILY,), road.reader, road.ring)
    if not is_kin(found, asked.caller, road.reader, road.ring) or found is None:
        person = found and Self(found.sealed.resident, found.trail_key)
        raise await refuse(road, asked, KIND, Reason.OUT_OF_SCOPE, person)
    return found, Proof.RELATIVE if found.facts.life == DEAD else Proof.GUARDIAN


def form_is_served(purpose: Purpose) -> bool:
    """Whether a clerk may fill in a purpose's form with a resident."""
    return purpose.approval not in _NEVER and bool(purpose.fields)


def _matter_refused(road: Road, wanted: Wanted, proof: Proof) -> Reason | None:
    if proof is Proof.RELATIVE:
        if wanted.matter not in OF_RELATIVES:
            return Reason.NOT_ALLOWED
        return None if wanted.reason else Reason.REASON_REQUIRED
    if wanted.matter in ROUTES:
        return None
    purpose = road.policies.purposes.get(wanted.matter)
    if purpose is None:
        return Reason.UNKNOWN_PURPOSE
    if proof in (Proof.FORM, Proof.SPOKEN, Proof.CODE):
        return None if form_is_served(purpose) else Reason.NOT_ALLOWED
    return None if purpose.id in road.policies.texts else Reason.NOT_ALLOWED


def _witness(road: Road, caller: Caller, facts: Facts, name: str) -> str:
    witness = _named(name, "proof.witness")
    if not road.standing.holds(witness.id, caller.today) or witness.role not in _WITNESSES:
        raise BadInput("proof.witness", "must be a clerk, grid worker or secretary in office")
    if not facts.grid.startswith(witness.area[: len(caller.principal.area)]):
        raise BadInput("proof.witness", "must be of the same community")
    if witness.person == caller.principal.person:
        raise BadInput("proof.witness", "must be another person")
    return witness.id


def _agent(road: Road, caller: Caller, wanted: Wanted) -> Principal:
    agent = _named(wanted.agent, "agent")
    if agent.role is not Role.RESIDENT or not road.standing.holds(agent.id, caller.today):
        raise BadInput("agent", "must be a resident who uses the hub")
    if agent.person == caller.principal.person or agent.rid == caller.principal.rid:
        raise BadInput("agent", "must be another person")
    if wanted.duration > LONGEST:
        raise BadInput("duration", f"must be at most {LONGEST.days} days")
    return agent


def _named(text: str, member: str) -> Principal:
    try:
        return parse_principal(text)
    except BadInput as error:
        raise BadInput(member, error.rule) from None


async def _person(road: Road, asked: Asked, name: str) -> Self:
    resident = road.ring.resident_in(KIND, name)
    road.turn.begin()
    found = locate_resident(resident, (), road.reader, road.ring) if resident is not None else None
    if found is None:
        raise await refuse(road, asked, KIND, Reason.NOT_FOUND)
    return Self(found.sealed.resident, found.trail_key)
