"""Who decides about residents' requests: an officer or auditor of their area, never the person it concerns."""

from typing import Any

from hub.errors import Reason
from hub.model.freeze import Freeze
from hub.model.principal import Role
from hub.rights.desk import Asked, Desk
from hub.rights.recording import about, act_of, pseudonym, refuse
from hub.rights.requests import DISPUTE, ERASURE, FREEZE, IN_FORCE, OPEN, READ, put, shown
from hub.store.controls import current
from hub.store.engine import ControlRow, Event
from hub.store.own_trail import Self, person_of
from hub.store.trail import prepare
from hub.store.transaction import SqlcipherTransaction

KIND = "request_decision"
_DECIDERS = {
    DISPUTE: frozenset({Role.SECURITY_OFFICER, Role.AUDITOR}),
    ERASURE: frozenset({Role.SECURITY_OFFICER}),
}
_VERDICTS = {
    DISPUTE: {"approve": "upheld", "deny": "dismissed"},
    ERASURE: {"approve": "approved", "deny": "denied"},
}


async def pending(desk: Desk, asked: Asked) -> list[dict[str, Any]]:
    """Requests that wait for a decision the caller may make, oldest first; the look is recorded.

    Raises:
        Refused: another role.
        TrailUnavailable: nothing is shown.
    """
    role = asked.caller.principal.role
    kinds = [kind for kind, deciders in _DECIDERS.items() if role in deciders]
    if not kinds:
        raise await refuse(desk, asked, READ, Reason.NOT_ALLOWED)
    desk.turn.begin()
    found = [row for kind in kinds for row in desk.reader.control(kind) if row.body["state"] in OPEN]
    listed = [
        shown(row.id, row.body, asked.caller.today)
        | {"kind": row.kind, "subject": pseudonym(desk.ring, _resident(row))}
        for row in sorted(found, key=lambda row: row.entry)
        if _in_area(desk, asked, row)
    ]
    event = Event(act_of(asked, READ, "disclosed", listed=len(listed)), {"subject": ""})
    await desk.lane.record_all([event])
    return listed


async def decide_request(
    desk: Desk, asked: Asked, name: str, *, approve: bool, reason: str, citation: str
) -> dict[str, Any]:
    """Decide about a request, once.

    An approved erasure freezes the file at once, whatever else happens; `hub erase` carries it out.

    Args:
        desk: the hub's means.
        asked: who decides.
        name: the request's id.
        approve: uphold a dispute, or erase; else dismiss, or keep.
        reason: why; the person reads it among the accesses to their file.
        citation: the article that decides it.

    Returns:
        The request as it is now.

    Raises:
        Refused: another role; no such request in the caller's area; the caller's own, or one against them; decided
            before.
        TrailUnavailable: nothing was decided.
    """
    principal = asked.caller.principal
    if not any(principal.role in deciders for deciders in _DECIDERS.values()):
        raise await refuse(desk, asked, KIND, Reason.NOT_ALLOWED)
    desk.turn.begin()
    row = next((row for kind in _DECIDERS for row in desk.reader.control(kind) if row.id == name), None)
    person = _in_area(desk, asked, row) if row else None
    if row is None or person is None:
        raise await refuse(desk, asked, KIND, Reason.NOT_FOUND)
    if principal.role not in _DECIDERS[row.kind]:
        raise await refuse(desk, asked, KIND, Reason.NOT_ALLOWED, person)
    if principal.person in (row.body["by"], row.body.get("against")):
        raise await refuse(desk, asked, KIND, Reason.SELF_APPROVAL, person)
    verdict = _VERDICTS[row.kind]["approve" if approve else "deny"]
    decided = await desk.lane.write(_deciding(desk, asked, row, person, verdict, reason, citation))
    if decided is None:
        raise await refuse(desk, asked, KIND, Reason.ALREADY_DECIDED, person)
    return shown(name, decided, asked.caller.today)


def _deciding(desk: Desk, asked: Asked, row: ControlRow, person: Self, verdict: str, reason: str, citation: str) -> Any:
    act = act_of(asked, row.kind, verdict, citation=citation, id=row.id)
    event = prepare(about(desk.ring, person, act, reason=reason))

    def action(tx: SqlcipherTransaction) -> dict[str, Any] | None:
        # Read again where nobody else can write: of two who decide at once, one is told that it was decided.
        [now] = current(tx.db, desk.ring, row.kind, row.id)
        if now.body["state"] not in OPEN:
            return None
        entry = tx.record(event).position
        if verdict == "approved":
            held = {"resident": person.resident, "by": "", "filed": now.body["filed"]}
            held |= {"state": IN_FORCE, "extent": Freeze.HELD.value}
            put(tx, FREEZE, row.id, held, asked, entry)
        return put(tx, row.kind, row.id, now.body | {"state": verdict, "citation": citation}, asked, entry)

    return action


def _in_area(desk: Desk, asked: Asked, row: ControlRow) -> Self | None:
    """The person a request is about, where they live in the caller's area."""
    found = person_of(desk.reader, desk.ring, _resident(row))
    area = asked.caller.principal.area
    return found[0] if found and found[1].grid and found[1].grid.startswith(area) else None


def _resident(row: ControlRow) -> int:
    return int(str(row.body["resident"]))
