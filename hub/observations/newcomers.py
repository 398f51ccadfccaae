"""Newcomers: somebody at the door whom the store does not know. They wait until the register confirms who they are.

A person who lives elsewhere and one who is not there at all are one answer, so that nobody learns who is registered.
"""

import secrets
import uuid
from collections.abc import Mapping
from typing import Any

from hub.access.flow import Road
from hub.errors import BadInput, Reason
from hub.feeds.sealing import new_file
from hub.model.file import Sections, Value
from hub.model.instant import timestamp
from hub.model.principal import Principal, Role
from hub.model.tier import Tier
from hub.observations.subjects import lives_in
from hub.observations.values import Values
from hub.rights.desk import Asked
from hub.rights.recording import act_of, pseudonym, refuse
from hub.schema.fields import fields
from hub.schema.idno import is_synthetic
from hub.store.accounts import SECTIONS, for_new_file
from hub.store.controls import current
from hub.store.engine import Event
from hub.store.sections import data_key
from hub.store.tokens import idno_token
from hub.store.trail import prepare
from hub.store.transaction import SqlcipherTransaction
from hub.store.warrants import OWN_TRAIL

KIND = "newcomer"
PURPOSE = "WALK"
REGISTER = "police"
"""Who says that somebody is who they are said to be."""
MOST_OPEN = 500
"""Newcomers of one observer that may wait at the same time."""
_NEXT = "UPDATE counter SET n = n + 1 WHERE name = 'resident' RETURNING n"
_KNOWN = "SELECT 1 FROM lookup WHERE token = ?"


def is_report(asked: Asked, purpose: str, idno: str, values: Mapping[str, Any]) -> bool:
    """Whether an observation speaks of a newcomer: by number, with a name, and a grid of the observer's own."""
    own = lives_in(str(values.get("grid", "")), asked.caller.principal.area)
    return purpose == PURPOSE and bool(idno) and "name" in values and own


async def report(road: Road, asked: Asked, idno: str, values: Values) -> dict[str, Any]:
    """Put somebody on the list of newcomers.

    Args:
        road: the road's means.
        asked: who was at the door; the checks of the purpose are behind them.
        idno: the normalised number they gave.
        values: field to checked value.

    Raises:
        BadInput: a number of a real person, where the hub is a demonstration.
        Refused: too many of the observer's wait; recorded.
        TrailUnavailable: nothing was reported.
    """
    caller = asked.caller
    if road.synthetic_only and not is_synthetic(idno):
        raise BadInput("subject.idno", "must be of an unassigned area or of 1899 here: this hub is for development")
    name = secrets.token_hex(12)
    body: dict[str, object] = {
        "idno": idno,
        "grid": values["grid"],
        "values": values,
        "by": caller.principal.id,
        "person": caller.principal.person,
        "at": timestamp(caller.at),
        "state": "pending",
    }
    act = act_of(asked, KIND, "observed", purpose=PURPOSE, fields=sorted(values), approval=name)
    subject: dict[str, object] = {"subject": road.ring.pseudonym(f"idno\0{idno}".encode())}

    def action(tx: SqlcipherTransaction) -> bool:
        waiting = [row for row in current(tx.db, road.ring, KIND) if row.body["state"] == "pending"]
        if sum(row.body["person"] == caller.principal.person for row in waiting) >= MOST_OPEN:
            return False
        tx.put_control(KIND, name, body, Event(act, subject))
        return True

    if not await road.lane.write(action):
        raise await refuse(road, asked, KIND, Reason.RATE_LIMITED)
    return {"id": name, "state": "pending", "subject": None, "purpose": PURPOSE, "fields": sorted(values)}


async def newcomers(road: Road, asked: Asked) -> list[dict[str, Any]]:
    """The newcomers that wait for the register in its area, oldest first; the look is recorded.

    Raises:
        Refused: another role; recorded.
        TrailUnavailable: nothing is shown.
    """
    principal = asked.caller.principal
    if not is_register(principal):
        raise await refuse(road, asked, KIND, Reason.NOT_ALLOWED)
    road.turn.begin()
    rows = [row for row in road.reader.control(KIND) if row.body["state"] == "pending"]
    rows = [row for row in rows if lives_in(str(row.body["grid"]), principal.area)]
    act = act_of(asked, KIND, "disclosed", purpose=PURPOSE, listed=len(rows))
    await road.lane.record_all([Event(act, {"subject": ""})])
    told = ("state", "idno", "grid", "values")
    return [
        {"id": row.id, "observed_by": row.body["by"], "observed_at": row.body["at"]}
        | {member: row.body[member] for member in told}
        for row in sorted(rows, key=lambda row: row.entry)
    ]


async def decide_newcomer(road: Road, asked: Asked, name: str, *, confirm: bool, reason: str) -> dict[str, Any]:
    """Take a newcomer into the store, or not. One who has come in by an import meanwhile stays as they are.

    Args:
        road: the road's means.
        asked: the register of the area.
        name: id of the report.
        confirm: whether they are who they are said to be.
        reason: why, or why not.

    Raises:
        Refused: `not_found` also for one of another area, `self_approval`, `already_decided`, another role; recorded.
        TrailUnavailable: nothing was decided.
    """
    principal = asked.caller.principal
    if not is_register(principal):
        raise await refuse(road, asked, KIND, Reason.NOT_ALLOWED)

    def action(tx: SqlcipherTransaction) -> dict[str, Any] | Reason:
        found = current(tx.db, road.ring, KIND, name)
        if not found or not lives_in(str(found[0].body["grid"]), principal.area):
            return Reason.NOT_FOUND
        body = found[0].body
        if body["state"] != "pending":
            return Reason.ALREADY_DECIDED
        if body["person"] == principal.person:
            return Reason.SELF_APPROVAL
        if confirm:
            _take_in(tx, road, asked, name, body)
        # Whose report it was outlives it, what it said does not.
        fresh = body | {"state": "confirmed" if confirm else "refused", "idno": "", "values": {}}
        act = act_of(asked, KIND, str(fresh["state"]), purpose=PURPOSE, approval=name)
        tx.put_control(KIND, name, fresh, Event(act, {"subject": "", "reason": reason}))
        return fresh

    made = await road.lane.write(action)
    if isinstance(made, Reason):
        raise await refuse(road, asked, KIND, made)
    return {"id": name, "state": made["state"]}


def _take_in(tx: SqlcipherTransaction, road: Road, asked: Asked, name: str, body: Mapping[str, Any]) -> None:
    idno = str(body["idno"])
    if tx.db.execute(_KNOWN, (idno_token(road.ring, idno),)).fetchone():
        return
    resident = int(tx.db.execute(_NEXT).fetchone()[0])
    made = new_file(road.ring, resident, _sections({**body["values"], "idno": idno}, asked), str(uuid.uuid4()))
    tx.create_file(*made)
    act = act_of(asked, KIND, "created", purpose=PURPOSE, approval=name) | {SECTIONS: len(made.envelopes)}
    subject = {"subject": pseudonym(road.ring, resident)} | for_new_file(made.envelopes)
    tx.record(prepare(Event(act, subject, resident, data_key(road.ring, made.keys, "trail", OWN_TRAIL))))


def _sections(values: Mapping[str, Any], asked: Asked) -> Sections:
    held: dict[Tier, dict[str, tuple[Value, ...]]] = {}
    today = asked.caller.today.isoformat()
    for key, value in values.items():
        held.setdefault(fields()[key].tier, {})[key] = (Value(value, REGISTER, today, "statutory"),)
    return held


def is_register(principal: Principal) -> bool:
    """Whether somebody is the register, for whatever area."""
    return principal.role is Role.DEPARTMENT and principal.code == REGISTER
