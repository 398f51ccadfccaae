"""What residents ask for besides looking: disputing an access, freezing and erasing their file.

Each request is a control row under a random id. Two entries account for it in the same transaction: one about nobody
for the row, which outlives the person, and one about the person, in whose sealed part stands what they said.
"""

import secrets
from collections.abc import Mapping
from datetime import date
from typing import Any

from hub.errors import BadInput, Reason
from hub.model.freeze import Freeze
from hub.model.instant import timestamp
from hub.model.principal import parse_principal
from hub.rights.desk import Asked, Desk
from hub.rights.recording import act_of, own, own_files, own_self, refuse
from hub.store.controls import current
from hub.store.engine import Event
from hub.store.own_trail import Self, read_own
from hub.store.trail import prepare
from hub.store.transaction import SqlcipherTransaction

DISPUTE, FREEZE, ERASURE, ANOMALY = "dispute", "freeze", "erasure_request", "anomaly"
"""Kinds of control rows about a person. An anomaly is noted by supervision; it counts here while its state is open."""
OPEN = frozenset({"open", "pending"})
IN_FORCE = "in_force"
READ = "request_read"
"""Kind of entry: somebody looks at what was asked for."""
_FROZEN = "freezes"
"""The matter of a mandate that is for freezes alone."""
_BEING_ERASED = "SELECT 1 FROM erasure WHERE resident = ?"


async def dispute(desk: Desk, asked: Asked, index: int, reason: str) -> dict[str, Any]:
    """Object to one access to one's own file. While the dispute is open, the person is not erased.

    Args:
        desk: the hub's means.
        asked: the resident.
        index: of the entry about them that they dispute.
        reason: why, in their words; sealed under their key.

    Raises:
        Refused: not a resident, or no entry about them has this index.
        TrailUnavailable: nothing was filed.
    """
    person = await own_self(desk, asked, DISPUTE)
    desk.turn.fresh()
    whom = desk.reader.whom(index)
    person = next((each for each in own_files(desk, person) if each.resident == whom), person)
    if whom != person.resident:
        raise await refuse(desk, asked, DISPUTE, Reason.NOT_FOUND, person)
    [entry] = read_own(desk.reader, "", person, [index])
    body = {"state": "open", "index": index, "against": human_behind(entry.act)}
    return await _file(desk, asked, DISPUTE, person, body, reason)


async def freeze(desk: Desk, asked: Asked, reason: str) -> dict[str, Any]:
    """Freeze one's own file as far as one may: what stands on consent or a contract, at once.

    Args:
        desk: the hub's means.
        asked: the resident.
        reason: why, in their words.

    Raises:
        Refused: not a resident.
        TrailUnavailable: nothing was filed.
    """
    person = await own_self(desk, asked, FREEZE)
    return await _file(desk, asked, FREEZE, person, {"state": IN_FORCE, "extent": Freeze.WISHED.value}, reason)


async def thaw(desk: Desk, asked: Asked, name: str) -> dict[str, Any]:
    """End a freeze that one asked for oneself.

    Raises:
        Refused: not a resident; no such freeze of theirs; ended before.
        TrailUnavailable: nothing was ended.
    """
    person = await own_self(desk, asked, FREEZE)
    found = [row.body for row in desk.reader.control(FREEZE) if row.id == name]
    if not found or found[0]["resident"] != person.resident or found[0]["extent"] != Freeze.WISHED:
        raise await refuse(desk, asked, FREEZE, Reason.NOT_FOUND, person)
    event = prepare(own(desk, asked, person, act_of(asked, FREEZE, "ended")))

    def action(tx: SqlcipherTransaction) -> dict[str, Any] | None:
        [row] = current(tx.db, desk.ring, FREEZE, name)
        if row.body["state"] != IN_FORCE:
            return None
        return put(tx, FREEZE, name, row.body | {"state": "ended"}, asked, tx.record(event).position)

    ended = await desk.lane.write(action)
    if ended is None:
        raise await refuse(desk, asked, FREEZE, Reason.ALREADY_DECIDED, person)
    return shown(name, ended, asked.caller.today)


async def ask_erasure(desk: Desk, asked: Asked, reason: str) -> dict[str, Any]:
    """Ask to be erased. What a law obliges to keep is not erased on request: a security officer decides.

    Args:
        desk: the hub's means.
        asked: the resident.
        reason: why, in their words.

    Returns:
        The request; the one of the same person's that is pending already, where there is one.

    Raises:
        Refused: not a resident.
        TrailUnavailable: nothing was filed.
    """
    person = await own_self(desk, asked, ERASURE)
    return await _file(desk, asked, ERASURE, person, {"state": "pending", "rid": asked.caller.principal.rid}, reason)


async def _file(
    desk: Desk, asked: Asked, kind: str, person: Self, body: Mapping[str, object], reason: str
) -> dict[str, Any]:
    name = secrets.token_hex(12)
    event = prepare(own(desk, asked, person, act_of(asked, kind, "filed"), reason=reason))
    record = {
        "resident": person.resident,
        "filed": timestamp(asked.caller.at),
        "by": _behind(asked),
        **body,
    }
    if kind in (DISPUTE, ERASURE):
        record["due"] = desk.deadlines.request_due(asked.caller.today)

    def action(tx: SqlcipherTransaction) -> tuple[str, dict[str, Any]] | None:
        if tx.db.execute(_BEING_ERASED, (person.resident,)).fetchone():
            return None
        if kind == ERASURE:
            for row in current(tx.db, desk.ring, ERASURE):
                mine = row.body["resident"] == person.resident and row.body["by"] == record["by"]
                if mine and row.body["state"] in OPEN:
                    return row.id, row.body
        return name, put(tx, kind, name, record, asked, tx.record(event).position)

    filed = await desk.lane.write(action)
    if filed is None:
        raise await refuse(desk, asked, kind, Reason.NOT_FOUND)
    return shown(filed[0], filed[1], asked.caller.today)


def _behind(asked: Asked) -> str:
    """The human being whose wish it is: nobody decides about their own."""
    own = asked.agent is not None and asked.agent.in_own_right
    return (asked.actor if own else asked.caller).principal.person


async def own_requests(desk: Desk, asked: Asked) -> list[dict[str, Any]]:
    """What the caller has disputed, frozen and asked to erase, oldest first, and by when each is to be answered.

    Whoever acts for a resident in the matter of freezes sees those alone, a relative of the dead what they asked for.

    Raises:
        Refused: not a resident; recorded.
        TrailUnavailable: the look could not be recorded.
    """
    person = await own_self(desk, asked, READ)
    mine = {each.resident for each in own_files(desk, person)}
    freezes_alone = asked.agent is not None and asked.agent.matter == _FROZEN
    kinds = (FREEZE,) if freezes_alone else (DISPUTE, FREEZE, ERASURE)
    rows = [row for kind in kinds for row in desk.reader.control(kind)]
    if asked.agent is not None and asked.agent.relative:
        rows = [row for row in rows if row.kind == ERASURE and row.body["by"] == _behind(asked)]
    await desk.lane.record_all([own(desk, asked, person, act_of(asked, READ, "disclosed"))])
    return [
        shown(row.id, row.body, asked.caller.today) | {"kind": row.kind}
        for row in sorted(rows, key=lambda row: row.entry)
        if row.body["resident"] in mine
    ]


def put(
    tx: SqlcipherTransaction, kind: str, name: str, body: dict[str, Any], asked: Asked, entry: int
) -> dict[str, Any]:
    """Write a row with the entry that accounts for it; returns its body.

    Args:
        tx: the transaction that decides.
        kind: of row.
        name: its id.
        body: what it says from now on.
        asked: who did it.
        entry: index of the entry about the person that says so.
    """
    body = body | {"entry": entry}
    # About nobody, so that it can be held against the store when the person's own entries are noise.
    act = act_of(asked, kind, str(body["state"]), id=name)
    tx.put_control(kind, name, body, Event(act, {"subject": ""}))
    return body


def shown(name: str, body: Mapping[str, Any], today: date) -> dict[str, Any]:
    """What is told of a request: never whose it is by any other name than the trail's.

    Args:
        name: its id.
        body: what its row says.
        today: the day in China: whoever has not answered by the day it was due is late.
    """
    told = ("state", "filed", "entry", "index", "extent", "citation", "due")
    answer = {"id": name} | {member: body[member] for member in told if member in body}
    if "due" in body:
        answer["overdue"] = body["state"] in OPEN and today.isoformat() > str(body["due"])
    return answer


def human_behind(act: Mapping[str, Any]) -> str:
    """The human being behind an act, comparable between principals; empty where it names none."""
    try:
        return parse_principal(str(act.get("actor"))).person
    except BadInput:
        return ""
