"""Deferring the notice of an access, only where a law demands secrecy: two people, a citation, a day on which it ends.

A deferred entry is left out of its person's list of accesses. That something is left out cannot be hidden, since the
ordinals have no gap, and is not: the list says which ordinals are withheld, and everybody can ask how many there are
in the whole hub. No entry about the person is made for a deferral; the ones that account for it are about nobody.
"""

import secrets
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from hub.errors import BadInput, Reason
from hub.model.instant import timestamp
from hub.model.principal import Role
from hub.rights.desk import Asked, Desk
from hub.rights.recording import act_of, refuse
from hub.rights.requests import human_behind
from hub.store.controls import current
from hub.store.engine import ControlRow, Event
from hub.store.own_trail import person_of, read_own
from hub.store.transaction import SqlcipherTransaction

KIND = "deferral"
LONGEST = timedelta(days=366)
"""After this a deferral must be asked for again: nobody is kept in the dark by forgetting."""
_DECIDERS = frozenset({Role.SECURITY_OFFICER, Role.AUDITOR})
_PURPOSE = "AUDIT"
_TOLD = ("state", "filed", "index", "citation", "until", "by")


async def ask_deferral(desk: Desk, asked: Asked, index: int, citation: str, until: date) -> dict[str, Any]:
    """Ask that somebody be told later of one access to their file.

    Args:
        desk: the hub's means.
        asked: a security officer of the person's area.
        index: of the entry about them.
        citation: the article that demands secrecy.
        until: the day in China from which on they are told.

    Raises:
        BadInput: the day is not ahead, or too far ahead.
        Refused: another role, or no such entry in the caller's area, or a resident's own doing.
        TrailUnavailable: nothing was asked for.
    """
    if not asked.caller.today < until <= asked.caller.today + LONGEST:
        raise BadInput("until", f"must be a day ahead, at most {LONGEST.days} days")
    if asked.caller.principal.role is not Role.SECURITY_OFFICER:
        raise await refuse(desk, asked, KIND, Reason.NOT_ALLOWED)
    desk.turn.fresh()
    resident = _deferrable(desk, asked, index)
    if resident is None:
        raise await refuse(desk, asked, KIND, Reason.NOT_FOUND)
    name = secrets.token_hex(12)
    body = {
        "resident": resident,
        "index": index,
        "citation": citation,
        "until": until.isoformat(),
        "state": "pending",
        "filed": timestamp(asked.caller.at),
        "by": asked.caller.principal.person,
    }
    await desk.lane.write(lambda tx: _put(tx, asked, name, body, ""))
    return shown(name, body)


async def decide_deferral(desk: Desk, asked: Asked, name: str, *, approve: bool, reason: str) -> dict[str, Any]:
    """Consent to a deferral, or not; once, and by another person than the one who asks.

    Args:
        desk: the hub's means.
        asked: a security officer or an auditor of the person's area.
        name: the deferral's id.
        approve: whether the person is told later.
        reason: why.

    Raises:
        Refused: another role; no such deferral in the caller's area; the caller asked for it, or made the access
            itself; decided before.
        TrailUnavailable: nothing was decided.
    """
    principal = asked.caller.principal
    if principal.role not in _DECIDERS:
        raise await refuse(desk, asked, KIND, Reason.NOT_ALLOWED)
    desk.turn.fresh()
    row = next((row for row in desk.reader.control(KIND) if row.id == name), None)
    if row is None or _deferrable(desk, asked, _index(row)) is None:
        raise await refuse(desk, asked, KIND, Reason.NOT_FOUND)
    if principal.person in (row.body["by"], _accessor(desk, row)):
        raise await refuse(desk, asked, KIND, Reason.SELF_APPROVAL)
    state = "approved" if approve else "denied"

    def action(tx: SqlcipherTransaction) -> dict[str, Any] | None:
        # Read again where nobody else can write: of two who decide at once, one is told that it was decided.
        [now] = current(tx.db, desk.ring, KIND, name)
        if now.body["state"] != "pending":
            return None
        return _put(tx, asked, name, now.body | {"state": state}, reason)

    decided = await desk.lane.write(action)
    if decided is None:
        raise await refuse(desk, asked, KIND, Reason.ALREADY_DECIDED)
    return shown(name, decided)


async def deferrals(desk: Desk, asked: Asked) -> list[dict[str, Any]]:
    """Deferrals asked for or in force in the caller's area, oldest first; the look is recorded.

    Raises:
        Refused: another role.
        TrailUnavailable: nothing is shown.
    """
    if asked.caller.principal.role not in _DECIDERS:
        raise await refuse(desk, asked, "deferral_read", Reason.NOT_ALLOWED)
    desk.turn.fresh()
    rows = sorted(desk.reader.control(KIND), key=lambda row: row.entry)
    listed = [shown(row.id, row.body) for row in rows if _deferrable(desk, asked, _index(row)) is not None]
    act = act_of(asked, "deferral_read", "disclosed", purpose=_PURPOSE, listed=len(listed))
    await desk.lane.record_all([Event(act, {"subject": ""})])
    return listed


def in_force(rows: Iterable[ControlRow], day: date) -> list[ControlRow]:
    """The deferrals that count on a day in China."""
    return [row for row in rows if row.body["state"] == "approved" and day.isoformat() < str(row.body["until"])]


def shown(name: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """What officers are told of a deferral."""
    return {"id": name} | {member: body[member] for member in _TOLD}


def _put(tx: SqlcipherTransaction, asked: Asked, name: str, body: dict[str, Any], reason: str) -> dict[str, Any]:
    told = {member: body[member] for member in ("index", "citation", "until")}
    act = act_of(asked, KIND, str(body["state"]), purpose=_PURPOSE, id=name, **told)
    tx.put_control(KIND, name, body, Event(act, {"subject": "", "reason": reason}))
    return body


def _deferrable(desk: Desk, asked: Asked, index: int) -> int | None:
    """The internal id of whom an entry is about, if they live in the caller's area and did not act themselves."""
    resident = desk.reader.whom(index)
    found = person_of(desk.reader, desk.ring, resident) if resident else None
    if resident is None or found is None:
        return None
    person, facts = found
    if not (facts.grid and facts.grid.startswith(asked.caller.principal.area)):
        return None
    [entry] = read_own(desk.reader, "", person, [index])
    return resident if entry.act.get("role") != Role.RESIDENT else None


def _accessor(desk: Desk, row: ControlRow) -> str:
    found = person_of(desk.reader, desk.ring, int(str(row.body["resident"])))
    [entry] = read_own(desk.reader, "", found[0], [_index(row)]) if found else [None]
    return human_behind(entry.act) if entry else ""


def _index(row: ControlRow) -> int:
    return int(str(row.body["index"]))
