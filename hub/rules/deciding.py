"""Deciding about a change of rules: two different people's yes to its digest, or one no."""

from collections.abc import Mapping
from typing import Any

from hub.errors import BadInput, Reason
from hub.identity.appointments import appointments
from hub.identity.principals import Appointment
from hub.model.instant import timestamp
from hub.model.principal import Role
from hub.rules.approvers import NEEDED, ROLES, may_approve
from hub.rules.changes import (
    KIND,
    Body,
    How,
    Matter,
    Proposal,
    Speak,
    State,
    appointed_in,
    put,
    recorded_in,
    recorded_now,
    shown,
    state_now,
    state_of,
    take_effect,
)
from hub.rules.difference import unified
from hub.rules.proposing import put_proposal
from hub.rules.records import must_be_held, texts_of
from hub.store.controls import current
from hub.store.engine import ControlRow, Event
from hub.store.transaction import SqlcipherTransaction
from hub.supervision.desk import Asked, Desk, act_of, refuse

_READERS = ROLES | {Role.AUDITOR}


async def propose(desk: Desk, asked: Asked, proposal: Proposal) -> dict[str, Any]:
    """Put a change on record for two people to decide; one that only narrows takes effect at once.

    Args:
        desk: the hub's means.
        asked: an administrator or a security officer, as `must_set_rules` has made sure.
        proposal: what would be otherwise.

    Raises:
        BadInput: what it was compared with has changed meanwhile.
        TrailUnavailable: nothing was proposed.
    """
    speak = _speaker(desk, asked, proposal.reason)
    made = await desk.lane.write(lambda tx: put_proposal(tx, desk.ring, proposal, speak))
    desk.turn.fresh()
    return shown(made.name, made.body, State(made.body["state"]))


async def must_set_rules(desk: Desk, asked: Asked) -> None:
    """Let administrators and security officers of a district pass. Raises Refused, recorded."""
    if not may_approve(asked.caller.principal):
        raise await refuse(desk, asked, KIND, Reason.NOT_ALLOWED)


async def changes(desk: Desk, asked: Asked, state: str | None) -> list[dict[str, Any]]:
    """Changes whatever became of them, newest first.

    Args:
        desk: the hub's means.
        asked: an administrator, a security officer or an auditor.
        state: only those in this state.

    Raises:
        BadInput: there is no such state.
        Refused: another role; recorded.
    """
    if asked.caller.principal.role not in _READERS:
        raise await refuse(desk, asked, KIND, Reason.NOT_ALLOWED)
    if state is not None and state not in set(State):
        raise BadInput("state", f"must be one of {', '.join(State)}")
    desk.turn.begin()
    rows = sorted(desk.reader.control(KIND), key=lambda row: (row.body["proposed_at"], row.id), reverse=True)
    listed = [shown(row.id, row.body, stands) for row, stands in zip(rows, _states(desk, asked, rows), strict=True)]
    return [each for each in listed if state in (None, each["state"])]


async def change(desk: Desk, asked: Asked, name: str) -> dict[str, Any]:
    """One change, with the texts line by line.

    Raises:
        Refused: another role, or no such change; recorded.
    """
    if asked.caller.principal.role not in _READERS:
        raise await refuse(desk, asked, KIND, Reason.NOT_ALLOWED)
    row = await _row(desk, asked, name)
    texts = []
    if row.body["matter"] == Matter.RULES:
        before, after = (texts_of(desk.reader, str(row.body[each])) for each in ("base_digest", "digest"))
        texts = [{"path": path, "diff": diff} for path, diff in unified(before, after)]
    [state] = _states(desk, asked, [row])
    return shown(row.id, row.body, state) | {"texts": texts}


async def decide(desk: Desk, asked: Asked, name: str, digest: str, reason: str, *, approve: bool) -> dict[str, Any]:
    """Say yes or no to a change. With the second person's yes it is in force; the first no ends it.

    Args:
        desk: the hub's means.
        asked: an administrator or a security officer whose area covers what it is about.
        name: the change's id.
        digest: what is approved, as the change names it.
        reason: why.
        approve: yes or no.

    Raises:
        BadInput: the digest is another one.
        Refused: not one who may decide; no such change; the caller is appointed in it, or has said yes before, in
            whatever role; it was decided, has expired, or something else took effect meanwhile. Recorded.
        TrailUnavailable: nothing was decided.
    """
    principal = asked.caller.principal
    await must_set_rules(desk, asked)
    row = await _row(desk, asked, name)
    if digest != row.body["digest"]:
        raise BadInput("digest", "must be that of the change")
    appointed = appointed_in(row.body)
    if not may_approve(principal, appointed):
        raise await refuse(desk, asked, KIND, Reason.NOT_ALLOWED)
    if principal.person in {each.person for each in appointed}:
        raise await refuse(desk, asked, KIND, Reason.SELF_APPROVAL)
    speak = _speaker(desk, asked, reason)
    made = await desk.lane.write(lambda tx: _decided(tx, desk, asked, name, speak, approve=approve))
    if isinstance(made, Reason):
        raise await refuse(desk, asked, KIND, made)
    desk.turn.fresh()
    return shown(name, made, State(made["state"]))


def _decided(
    tx: SqlcipherTransaction, desk: Desk, asked: Asked, name: str, speak: Speak, *, approve: bool
) -> Body | Reason:
    """Read again where nobody else can write, and decide there."""
    caller = asked.caller
    [row] = current(tx.db, desk.ring, KIND, name)
    body: Body = dict(row.body)
    if state_now(tx, desk.ring, body, caller.at) is not State.PENDING:
        return Reason.ALREADY_DECIDED
    mine = {"by": caller.principal.id, "person": caller.principal.person, "at": timestamp(caller.at)}
    if not _stands(tx, desk, asked, mine):
        return Reason.NOT_ALLOWED
    if not approve:
        return put(tx, name, body | {"state": State.DENIED.value, "decided_at": mine["at"]}, "denied", speak)
    if any(each["person"] == mine["person"] for each in body["approvals"]):
        return Reason.SELF_APPROVAL
    # Whoever was revoked since they said yes has not said it any more.
    body["approvals"] = [*(each for each in body["approvals"] if _stands(tx, desk, asked, each)), mine]
    if len({each["person"] for each in body["approvals"]}) < NEEDED:
        return put(tx, name, body, "agreed", speak)
    return take_effect(tx, desk.ring, name, body, caller.at, How.APPROVAL, "approved", speak)


def _stands(tx: SqlcipherTransaction, desk: Desk, asked: Asked, approval: Mapping[str, str]) -> bool:
    record = recorded_now(tx, desk.ring)(approval["by"])
    return record is not None and Appointment.from_record(record).in_force_on(asked.caller.today)


async def _row(desk: Desk, asked: Asked, name: str) -> ControlRow:
    desk.turn.fresh()
    for row in desk.reader.control(KIND, name):
        return row
    raise await refuse(desk, asked, KIND, Reason.NOT_FOUND)


def _states(desk: Desk, asked: Asked, rows: list[ControlRow]) -> list[State]:
    recorded, version = recorded_in(appointments(desk.reader)), must_be_held(desk.reader).version
    return [state_of(row.body, asked.caller.at, version, recorded) for row in rows]


def _speaker(desk: Desk, asked: Asked, reason: str) -> Speak:
    def speak(kind: str, outcome: str, **more: object) -> Event:
        said = {"purpose": None, "basis": None} | more
        return Event(act_of(desk, asked, kind, outcome, **said), {"subject": "", "reason": reason})

    return speak
