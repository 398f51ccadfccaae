"""Orders because of an event (突发事件): while one stands, the purpose of responding to it is open for its area.

When it is closed, everything collected under it is destroyed, unless an assessed hold for evidence is recorded.
"""

import secrets
from datetime import datetime, timedelta
from typing import Any

from hub.access.flow import Road
from hub.errors import BadInput, Reason
from hub.model.duration import duration_text
from hub.model.emergency import ORDER
from hub.model.instant import timestamp
from hub.model.principal import Principal, Role
from hub.observations.subjects import lives_in
from hub.observations.under_order import destroy_collected, fresh_key
from hub.rights.desk import Asked
from hub.rights.recording import act_of, refuse
from hub.store.controls import current
from hub.store.engine import ControlRow, Event
from hub.store.transaction import SqlcipherTransaction

PURPOSE = "EMERG"
LONGEST = timedelta(days=30)
"""After which an event that goes on needs another order."""
_DEPARTMENT = "emergency"
_WATCHING = frozenset({Role.SECURITY_OFFICER, Role.AUDITOR, Role.SECRETARY})
"""Who sees the orders over their area besides those who issue them."""


async def issue_order(road: Road, asked: Asked, area: str, citation: str, until: datetime) -> dict[str, Any]:
    """Issue an order for an area.

    Args:
        road: the road's means.
        asked: the emergency department of an area that holds it.
        area: a prefix of area codes, 2 to 15 digits.
        citation: the article or decision it rests on.
        until: the instant at which it ends by itself, UTC.

    Raises:
        BadInput: the instant is not ahead, or too far ahead.
        Refused: another role, or another area; recorded.
        TrailUnavailable: nothing was issued.
    """
    caller = asked.caller
    if not caller.at < until <= caller.at + LONGEST:
        raise BadInput("until", f"must be ahead, by at most {duration_text(LONGEST)}")
    if not _issues(caller.principal):
        raise await refuse(road, asked, ORDER, Reason.NOT_ALLOWED)
    if not area.startswith(caller.principal.area):
        raise await refuse(road, asked, ORDER, Reason.OUT_OF_SCOPE)
    name = secrets.token_hex(12)
    body: dict[str, object] = {
        "area": area,
        "citation": citation,
        "until": timestamp(until),
        "state": "open",
        "issued": timestamp(caller.at),
        "by": caller.principal.id,
        "person": caller.principal.person,
        "closed": "",
        "hold": "",
        "key": fresh_key(),
    }
    act = act_of(asked, ORDER, "issued", purpose=PURPOSE, citation=citation, until=body["until"], over=area)

    def action(tx: SqlcipherTransaction) -> None:
        tx.put_control(ORDER, name, body, Event(act | {"approval": name}, {"subject": ""}))

    await road.lane.write(action)
    return shown(name, body, asked)


async def close_order(road: Road, asked: Asked, name: str, hold: str) -> dict[str, Any]:
    """Close an order: from now on nothing is read under it, and what was collected under it is destroyed.

    Args:
        road: the road's means.
        asked: the emergency department of an area that holds the order's.
        name: the order's id.
        hold: what was assessed and demands that evidence is kept, cited; empty to destroy.

    Raises:
        Refused: `not_found` also for one of another area, `already_decided`, or another role; recorded.
        TrailUnavailable: nothing was closed.
    """
    caller = asked.caller
    if not _issues(caller.principal):
        raise await refuse(road, asked, ORDER, Reason.NOT_ALLOWED)

    def action(tx: SqlcipherTransaction) -> dict[str, object] | Reason:
        found = current(tx.db, road.ring, ORDER, name)
        if not found or not str(found[0].body["area"]).startswith(caller.principal.area):
            return Reason.NOT_FOUND
        if found[0].body["state"] != "open":
            return Reason.ALREADY_DECIDED
        body = found[0].body | {"state": "closed", "closed": timestamp(caller.at), "hold": hold}
        if not hold:
            body["key"] = ""  # what was sealed under it is noise from this moment on
        act = act_of(asked, ORDER, "closed", purpose=PURPOSE, approval=name, hold=hold or None)
        tx.put_control(ORDER, name, body, Event(act, {"subject": ""}))
        return body

    made = await road.lane.write(action)
    if isinstance(made, Reason):
        raise await refuse(road, asked, ORDER, made)
    if not hold:
        await destroy_collected(road, asked, name)
    return shown(name, made, asked)


async def orders(road: Road, asked: Asked) -> list[dict[str, Any]]:
    """The orders over the caller's area, or within it, newest first.

    Raises:
        Refused: another role; recorded.
    """
    principal = asked.caller.principal
    if principal.role not in _WATCHING and not _issues(principal):
        raise await refuse(road, asked, ORDER, Reason.NOT_ALLOWED)
    road.turn.begin()
    rows = [row for row in road.reader.control(ORDER) if _touches(row, principal.area)]
    newest = sorted(rows, key=lambda row: (str(row.body["issued"]), row.id), reverse=True)
    return [shown(row.id, row.body, asked) for row in newest]


def shown(name: str, body: dict[str, object], asked: Asked) -> dict[str, Any]:
    """An order as everybody sees it who may."""
    state = body["state"]
    if state == "open" and str(body["until"]) <= timestamp(asked.caller.at):
        state = "expired"
    return {
        "id": name,
        "state": state,
        "area": body["area"],
        "citation": body["citation"],
        "issued_by": body["by"],
        "issued_at": body["issued"],
        "until": body["until"],
        "closed_at": body["closed"] or None,
        "hold": body["hold"] or None,
    }


def _issues(principal: Principal) -> bool:
    return principal.role is Role.DEPARTMENT and principal.code == _DEPARTMENT


def _touches(row: ControlRow, area: str) -> bool:
    over = str(row.body["area"])
    return lives_in(over, area) or lives_in(area, over)
