"""Whose pseudonym it is: asked by one person, approved by another, told once.

A request is a control row under a random id. Two entries account for each step in one transaction: one about nobody
for the row, and one about the person, who finds it among the accesses to their file. Only people in the store can be
re-identified, and only by those whose area covers where they live; anybody else is answered as nobody.
"""

import secrets
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from hub.errors import BadInput, OperatorError, Reason
from hub.model.instant import timestamp
from hub.model.tier import Tier
from hub.store.controls import current
from hub.store.engine import ControlRow, Event
from hub.store.own_trail import Self, person_of
from hub.store.sections import data_key, in_force, unseal
from hub.store.trail import prepare
from hub.store.trail_reader import pseudonym_of
from hub.store.transaction import SqlcipherTransaction
from hub.store.warrants import IDENTIFYING
from hub.supervision.desk import Asked, Desk, Refused, act_of, must_supervise, refuse

KIND = "reidentification"
STATES = ("pending", "approved", "denied", "read", "expired")
MAY_WAIT = timedelta(days=7)
"""How long a request waits for a decision."""
MAY_BE_READ = timedelta(hours=24)
"""How long after the approval the answer may be read."""
_TOLD = {"name": Tier.BASIC, "idno": Tier.IDENTITY}
_SHOWN = ("subject", "reason", "requested_by", "requested_at", "decided_by", "decided_at", "decision_reason", "read_at")


class _Matter(NamedTuple):
    """A request, and the person it is about."""

    row: ControlRow
    person: Self


class Page(NamedTuple):
    """A page of requests; `next` is where the next one starts, or None at the end."""

    items: list[dict[str, Any]]
    next: str | None


async def ask(desk: Desk, asked: Asked, subject: str, reason: str) -> dict[str, Any]:
    """Ask whose pseudonym it is.

    Args:
        desk: the hub's means.
        asked: a security officer or auditor.
        subject: a pseudonym, 32 hex digits.
        reason: why; the person reads it.

    Returns:
        The request as it stands.

    Raises:
        Refused: another role, or nobody in the caller's area has this pseudonym; recorded.
        TrailUnavailable: nothing was asked.
    """
    await must_supervise(desk, asked, KIND)
    person = _covered(desk, asked, subject)
    if person is None:
        raise await refuse(desk, asked, KIND, Reason.NOT_FOUND)
    principal = asked.caller.principal
    body: dict[str, Any] = {
        "state": "pending",
        "resident": person.resident,
        "reason": reason,
        "requested_by": principal.id,
        "person": principal.person,
        "requested_at": timestamp(asked.caller.at),
    }
    name = secrets.token_hex(12)
    event = prepare(_about(desk, asked, person, name, "pending", reason))

    def action(tx: SqlcipherTransaction) -> ControlRow:
        tx.record(event)
        return _put(tx, desk, asked, name, body)

    return _shown(desk, asked, await desk.lane.write(action))


async def listed(desk: Desk, asked: Asked, state: str | None, cursor: str, limit: int) -> Page:
    """Requests about people of the caller's area, newest first; the look is recorded.

    Args:
        desk: the hub's means.
        asked: a security officer or auditor.
        state: one of `STATES`, or None for all.
        cursor: `next` of the page before, or empty.
        limit: how many at most.

    Raises:
        Refused: another role; recorded.
        BadInput: there is no such state, or the cursor is not one of this list's.
        TrailUnavailable: nothing is shown.
    """
    await must_supervise(desk, asked, KIND)
    if state is not None and state not in STATES:
        raise BadInput("state", f"must be one of {', '.join(STATES)}")
    desk.turn.begin()
    # A request keeps its place when it is decided, so that pages neither repeat nor leave out any.
    rows = sorted(desk.reader.control(KIND), key=_place, reverse=True)
    if cursor and not any(row.id == cursor for row in rows):
        raise BadInput("cursor", "is not one that this list gave")
    last = next((_place(row) for row in rows if row.id == cursor), None)
    wanted = (row for row in rows if state in (None, _state(row, asked.caller.at)))
    behind = (row for row in wanted if last is None or _place(row) < last)
    found = [row for row in behind if _in_area(desk, asked, _resident(row))][: limit + 1]
    items = [_shown(desk, asked, row) for row in found[:limit]]
    await desk.lane.record_all([Event(act_of(desk, asked, KIND, "listed", listed=len(items)), {"subject": ""})])
    return Page(items, found[limit - 1].id if len(found) > limit else None)


async def decide(desk: Desk, asked: Asked, name: str, reason: str, *, approve: bool) -> dict[str, Any]:
    """Decide about another person's request, once.

    Args:
        desk: the hub's means.
        asked: a security officer or auditor, and another person than the one who asked.
        name: the request's id.
        reason: why.
        approve: or deny.

    Returns:
        The request as it stands.

    Raises:
        Refused: another role; no such request in the caller's area; one's own; decided or expired before. Recorded.
        TrailUnavailable: nothing was decided.
    """
    await must_supervise(desk, asked, KIND)
    matter = await _matter(desk, asked, name)
    principal = asked.caller.principal
    if matter.row.body["person"] == principal.person:
        raise await _refuse_about(desk, asked, matter, Reason.SELF_APPROVAL)
    verdict = "approved" if approve else "denied"
    said = {"state": verdict, "decided_by": principal.id, "decided_at": timestamp(asked.caller.at)}
    said["decision_reason"] = reason
    event = prepare(_about(desk, asked, matter.person, name, verdict, reason))

    def action(tx: SqlcipherTransaction) -> ControlRow | None:
        # Read again where nobody else can write: of two who decide at once, one is told that it was decided.
        now = _row(tx, desk, name)
        if now is None or _state(now, asked.caller.at) != "pending":
            return None
        tx.record(event)
        return _put(tx, desk, asked, name, now.body | said)

    decided = await desk.lane.write(action)
    if decided is None:
        raise await _refuse_about(desk, asked, matter, Reason.ALREADY_DECIDED)
    return _shown(desk, asked, decided)


async def read(desk: Desk, asked: Asked, name: str) -> dict[str, Any]:
    """A request; with the identity, once, for the principal who asked, after another person's approval.

    Args:
        desk: the hub's means.
        asked: a security officer or auditor.
        name: the request's id.

    Raises:
        Refused: another role, or no such request in the caller's area; recorded.
        TrailUnavailable: nothing is told.
    """
    await must_supervise(desk, asked, KIND)
    matter = await _matter(desk, asked, name)
    at, principal = asked.caller.at, asked.caller.principal
    identity = None
    if matter.row.body["requested_by"] == principal.id and _state(matter.row, at) == "approved":
        identity = _identity(desk, matter.person.resident)
    told = prepare(_telling(desk, asked, matter, sorted(identity or ())))
    looked = prepare(Event(act_of(desk, asked, KIND, "listed", listed=1, id=name), {"subject": ""}))

    def action(tx: SqlcipherTransaction) -> tuple[ControlRow, bool]:
        now = _row(tx, desk, name) or matter.row
        if identity is None or _state(now, at) != "approved":
            tx.record(looked)
            return now, False
        tx.record(told)
        return _put(tx, desk, asked, name, now.body | {"state": "read", "read_at": timestamp(at)}), True

    row, first = await desk.lane.write(action)
    return _shown(desk, asked, row) | ({"identity": identity} if first else {})


async def _matter(desk: Desk, asked: Asked, name: str) -> _Matter:
    desk.turn.begin()
    row = next((row for row in desk.reader.control(KIND) if row.id == name), None)
    person = row and _in_area(desk, asked, _resident(row))
    if row is None or person is None:
        raise await refuse(desk, asked, KIND, Reason.NOT_FOUND)
    return _Matter(row, person)


def _covered(desk: Desk, asked: Asked, pseudonym: str) -> Self | None:
    resident = desk.ring.resident_behind(pseudonym)
    desk.turn.begin()
    return None if resident is None else _in_area(desk, asked, resident)


def _in_area(desk: Desk, asked: Asked, resident: int) -> Self | None:
    try:
        found = person_of(desk.reader, desk.ring, resident)
    except OperatorError:
        return None  # changed behind the hub's back: nothing can be told of them
    area = asked.caller.principal.area
    return found[0] if found and found[1].grid.startswith(area) else None


def _identity(desk: Desk, resident: int) -> dict[str, Any] | None:
    sealed = desk.reader.get(resident, tuple(_TOLD.values()))
    if sealed is None:
        return None
    told = {}
    for field, tier in _TOLD.items():
        key = data_key(desk.ring, sealed.keys, tier, IDENTIFYING)
        told[field] = in_force(unseal(key, resident, tier, sealed.sections[tier])).get(field)
    return told


def _about(
    desk: Desk, asked: Asked, person: Self, name: str, outcome: str, reason: str, reasons: tuple[Reason, ...] = ()
) -> Event:
    subject: dict[str, object] = {"subject": pseudonym_of(desk.ring, person.resident), "reason": reason}
    act = act_of(desk, asked, KIND, outcome, approval=name, reasons=[each.value for each in reasons])
    return Event(act, subject, person.resident, person.key)


def _telling(desk: Desk, asked: Asked, matter: _Matter, fields: list[str]) -> Event:
    act = act_of(desk, asked, "disclosure", "disclosed", fields=fields, approval=matter.row.id)
    person = matter.person
    subject: dict[str, object] = {"subject": pseudonym_of(desk.ring, person.resident)}
    return Event(act, subject | {"reason": matter.row.body["reason"]}, person.resident, person.key)


async def _refuse_about(desk: Desk, asked: Asked, matter: _Matter, reason: Reason) -> Refused:
    event = _about(desk, asked, matter.person, matter.row.id, "denied", "", (reason,))
    await desk.lane.record_all([event])
    return Refused(reason)


def _resident(row: ControlRow) -> int:
    return int(str(row.body["resident"]))


def _place(row: ControlRow) -> tuple[str, str]:
    return str(row.body["requested_at"]), row.id


def _row(tx: SqlcipherTransaction, desk: Desk, name: str) -> ControlRow | None:
    return next(iter(current(tx.db, desk.ring, KIND, name)), None)


def _put(tx: SqlcipherTransaction, desk: Desk, asked: Asked, name: str, body: dict[str, Any]) -> ControlRow:
    # About nobody, so that it can be held against the store when the person's own entries are noise.
    event = Event(act_of(desk, asked, KIND, str(body["state"]), approval=name), {"subject": ""})
    place = tx.put_control(KIND, name, body, event)
    return ControlRow(KIND, name, 0, place.position, body)


def _state(row: ControlRow, at: datetime) -> str:
    state = str(row.body["state"])
    since, allowed = {"pending": ("requested_at", MAY_WAIT), "approved": ("decided_at", MAY_BE_READ)}.get(
        state, ("", timedelta.max)
    )
    return "expired" if since and at - datetime.fromisoformat(str(row.body[since])) > allowed else state


def _shown(desk: Desk, asked: Asked, row: ControlRow) -> dict[str, Any]:
    body = row.body | {"subject": pseudonym_of(desk.ring, _resident(row))}
    told = {name: body.get(name) for name in _SHOWN}
    return {"id": row.id, "state": _state(row, asked.caller.at), **told}
