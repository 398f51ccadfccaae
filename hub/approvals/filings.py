"""Filings (数据使用备案) over HTTP: filed, decided by everybody they concern, withdrawn; each act in the trail.

Accepted on paper or here, a filing is one kind of control row, and what reads rest on is the same.
"""

import secrets
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, NamedTuple

from hub.access.flow import Road
from hub.approvals.filing_deciders import is_filer, sees, served, side_of
from hub.approvals.filing_sources import deciding
from hub.errors import BadInput, Reason
from hub.model.filing import ACCEPTED, Filing, name_of
from hub.model.filing_request import Record, State, awaited, decided, ended, filed, state_at
from hub.model.instant import day_of
from hub.model.principal import Role
from hub.model.purpose import Basis
from hub.model.working_time import working_days_after
from hub.rights.desk import Asked
from hub.rights.recording import act_of, refuse
from hub.store.controls import current
from hub.store.engine import ControlRow, Event
from hub.store.transaction import SqlcipherTransaction

KIND = "filing"
FILERS = frozenset({Role.DEPARTMENT, Role.ORGANISATION})
ROLES = FILERS | {Role.SECURITY_OFFICER, Role.AUDITOR, Role.ADMIN, Role.SECRETARY}
"""Who has anything to do with filings."""
MOST_OPEN = 50
"""Filings of one requester that may wait for decisions at a time."""
_STATED = ("requester", "purpose", "basis", "citation", "scenario", "scope", "volume", "valid_until")


class Statement(NamedTuple):
    """What is filed.

    Attributes:
        purpose: id of the purpose.
        basis: the legal basis.
        citation: the article it cites.
        scenario: what the data is used for.
        scope: area prefix.
        volume: distinct people a day.
        valid_until: the last day.
    """

    purpose: str
    basis: str
    citation: str
    scenario: str
    scope: str
    volume: int
    valid_until: date


async def file(road: Road, asked: Asked, stated: Statement) -> dict[str, Any]:
    """File a use of resident data.

    Raises:
        BadInput: the basis is not one that the caller may stand on for the purpose, or the day is past.
        Refused: `not_allowed`, `unknown_purpose`, `not_a_requester`, `out_of_scope`, or too many wait; recorded.
        TrailUnavailable: nothing was filed.
    """
    caller, principal = asked.caller, asked.caller.principal
    if reason := _objection(road, asked, stated):
        raise await refuse(road, asked, KIND, reason)
    if stated.basis not in {basis.value for basis in road.policies.bases(stated.purpose, principal.requester)}:
        raise BadInput("basis", f"must be one that purpose `{stated.purpose}` lets this requester stand on")
    if stated.valid_until < caller.today:
        raise BadInput("valid_until", "must not be past")
    filing = Filing(
        secrets.token_hex(12),
        principal.organisation,
        stated.purpose,
        Basis(stated.basis),
        stated.citation,
        stated.scenario,
        stated.scope,
        stated.volume,
        stated.valid_until,
    )
    sources, needed = deciding(road.policies.plan(stated.purpose, principal.requester), principal)
    record = filed(filing, by=principal.id, person=principal.person, sources=sources, needed=needed, at=caller.at)
    act = _act(asked, record, State.PENDING.value, filed={name: record[name] for name in _STATED})

    def action(tx: SqlcipherTransaction) -> bool:
        own = [row for row in current(tx.db, road.ring, KIND) if row.body["requester"] == filing.requester]
        if sum(state_at(row.body, caller.today) is State.PENDING for row in own) >= MOST_OPEN:
            return False
        tx.put_control(KIND, filing.id, record, Event(act, {"subject": ""}))
        return True

    if not await road.lane.write(action):
        raise await refuse(road, asked, KIND, Reason.RATE_LIMITED)
    return shown(road, asked, record)


def _objection(road: Road, asked: Asked, stated: Statement) -> Reason | None:
    principal = asked.caller.principal
    purpose = road.policies.purposes.get(stated.purpose)
    if principal.role not in FILERS:
        return Reason.NOT_ALLOWED
    if purpose is None:
        return Reason.UNKNOWN_PURPOSE
    if principal.requester not in purpose.requesters:
        return Reason.NOT_A_REQUESTER
    return None if stated.scope.startswith(principal.area) else Reason.OUT_OF_SCOPE


async def filings(road: Road, asked: Asked, state: State | None, after: str, limit: int) -> dict[str, Any]:
    """The filings a caller made, supervises or may have to decide about, newest first.

    Args:
        road: the road's means.
        asked: who asks.
        state: only those in this state.
        after: the last id of the page before.
        limit: how many to list.

    Raises:
        BadInput: the cursor is not one that this list gave.
        Refused: a role that has nothing to do with filings; recorded.
    """
    caller = asked.caller
    if caller.principal.role not in ROLES:
        raise await refuse(road, asked, KIND, Reason.NOT_ALLOWED)
    road.turn.begin()
    rows = sorted(road.reader.control(KIND), key=_place, reverse=True)
    seen = [row for row in rows if sees(caller.principal, row.body)]
    start = 0
    if after:
        start = next((place for place, row in enumerate(seen, 1) if name_of(row.id) == after), 0)
        if not start:
            raise BadInput("cursor", "is not one that this list gave")
    wanted = [row for row in seen[start:] if state is None or state_at(row.body, caller.today) is state]
    items = [shown(road, asked, row.body) for row in wanted[:limit]]
    return {"items": items, "next": items[-1]["id"] if len(wanted) > limit else None}


async def decide_filing(road: Road, asked: Asked, name: str, *, approve: bool, reason: str) -> dict[str, Any]:
    """Agree to a filing for one's side, or refuse it.

    Raises:
        Refused: `not_found`, `not_allowed`, `out_of_scope`, `self_approval`, `already_decided`; recorded.
        TrailUnavailable: nothing was decided.
    """
    caller, principal = asked.caller, asked.caller.principal

    def change(record: Record, answering: frozenset[str]) -> Record | Reason:
        side = side_of(caller, record, answering)
        if isinstance(side, Reason):
            return side
        return decided(
            record,
            approve=approve,
            by=principal.id,
            person=principal.person,
            side=side,
            reason=reason,
            served=answering,
            at=caller.at,
        )

    return await _change(road, asked, name, change, reason)


async def withdraw_filing(road: Road, asked: Asked, name: str, reason: str) -> dict[str, Any]:
    """Withdraw one's own filing, or a request for one, at once.

    Raises:
        Refused: `not_found`, `not_allowed` where it is another's, `already_decided` where it has ended; recorded.
        TrailUnavailable: nothing was withdrawn.
    """
    caller = asked.caller

    def change(record: Record, _: frozenset[str]) -> Record | Reason:
        if not is_filer(caller.principal, record):
            return Reason.NOT_ALLOWED
        if state_at(record, caller.today) not in (State.PENDING, State.APPROVED):
            return Reason.ALREADY_DECIDED
        return ended(record, State.WITHDRAWN, caller.at)

    return await _change(road, asked, name, change, reason)


async def _change(
    road: Road, asked: Asked, name: str, change: Callable[[Record, frozenset[str]], Record | Reason], reason: str
) -> dict[str, Any]:
    row = await found(road, asked, name, KIND)
    answering = served(str(row.body["scope"]), road.standing, asked.caller.today)

    def action(tx: SqlcipherTransaction) -> Record | Reason:
        # Read again where nobody else can write: of many who decide at once, each decides on what the others did.
        [now] = current(tx.db, road.ring, KIND, row.id)
        fresh = change(now.body, answering)
        if isinstance(fresh, Reason):
            return fresh
        _put(tx, asked, fresh, reason)
        if fresh["state"] == State.APPROVED:
            _replace_others(tx, road, asked, fresh)
        return fresh

    made = await road.lane.write(action)
    if isinstance(made, Reason):
        raise await refuse(road, asked, KIND, made)
    return shown(road, asked, made)


async def found(road: Road, asked: Asked, name: str, kind: str) -> ControlRow:
    """A filing by its id outside.

    Args:
        road: the road's means.
        asked: who asks.
        name: 24 hex digits.
        kind: of event, for the refusal.

    Raises:
        Refused: there is none, or the caller's role has nothing to do with filings; recorded.
    """
    if asked.caller.principal.role not in ROLES:
        raise await refuse(road, asked, kind, Reason.NOT_ALLOWED)
    road.turn.begin()
    row = next((row for row in road.reader.control(KIND) if name_of(row.id) == name), None)
    if row is None:
        raise await refuse(road, asked, kind, Reason.NOT_FOUND)
    return row


def _replace_others(tx: SqlcipherTransaction, road: Road, asked: Asked, accepted: Record) -> None:
    """What was filed anew stands in place of what was filed before for the same purpose and scope."""
    for row in current(tx.db, road.ring, KIND):
        same = all(row.body[name] == accepted[name] for name in ("requester", "purpose", "scope"))
        if same and row.id != accepted["id"] and row.body.get("state", ACCEPTED) == ACCEPTED:
            _put(tx, asked, ended(row.body, State.REPLACED, asked.caller.at), "")


def _put(tx: SqlcipherTransaction, asked: Asked, record: Record, reason: str) -> None:
    outcome = "agreed" if record["state"] == State.PENDING else str(record["state"])
    event = Event(_act(asked, record, outcome), {"subject": "", "reason": reason})
    tx.put_control(KIND, str(record["id"]), record, event)


def _act(asked: Asked, record: Record, outcome: str, **more: object) -> dict[str, object]:
    said = {"purpose": record["purpose"], "basis": record["basis"], "filing": name_of(str(record["id"]))}
    return act_of(asked, KIND, outcome, **said, **more)


def _place(row: ControlRow) -> tuple[str, str]:
    return str(row.body.get("filed", "")), row.id


def shown(road: Road, asked: Asked, record: Record) -> dict[str, Any]:
    """A filing as those see it whom it concerns."""
    today = asked.caller.today
    state = state_at(record, today)
    waiting = state is State.PENDING
    due = due_on(road, record)
    answering = served(str(record["scope"]), road.standing, today) if waiting else frozenset()
    return {
        "id": name_of(str(record["id"])),
        "state": state.value,
        **{name: record[name] for name in _STATED},
        "filed_by": record.get("by"),
        "filed_at": record.get("filed"),
        "sources": record.get("sources", {}),
        "awaits": awaited(record, answering) if waiting else [],
        "due": due and due.isoformat(),
        "overdue": due is not None and waiting and today > due,
        "ended_at": record.get("ended") or None,
        "decisions": [
            {name: each[name] for name in ("by", "side", "reason", "at")}
            | {"decision": "approve" if each["approve"] else "deny"}
            for each in record.get("decisions", ())
        ],
    }


def due_on(road: Road, record: Record) -> date | None:
    """The last day on which a decision about a filing is in time; None for one accepted on paper."""
    if not record.get("filed"):
        return None
    deadlines = road.deadlines
    since = day_of(datetime.fromisoformat(record["filed"]))
    return working_days_after(since, deadlines.filing_days, deadlines.calendar)
