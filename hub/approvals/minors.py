"""Standing approvals for minors: one worker, one grid, one purpose, for up to 90 days (未成年人网络保护条例)."""

import re
import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple

from hub.access.decide import FILING_ROLES, decide_purpose
from hub.access.flow import Road
from hub.access.purpose import state_matter
from hub.approvals.deciders import Judge, may_decide
from hub.errors import BadInput, Reason
from hub.model.approval import Record, State, decided, requested, state_at
from hub.model.decision import AccessRequest
from hub.model.duration import duration_text
from hub.model.filing import Filing
from hub.model.instant import timestamp
from hub.model.minor_approval import LONGEST, MINOR_APPROVAL
from hub.model.principal import Role
from hub.model.purpose import Approval, Purpose
from hub.model.subject import Facts, SubjectRef
from hub.rights.desk import Asked
from hub.rights.recording import act_of, refuse
from hub.store.controls import current
from hub.store.engine import Event
from hub.store.transaction import SqlcipherTransaction

_GRID = re.compile(r"[1-9][0-9]{14}")
_ID = re.compile(r"[0-9a-f]{24}")


class Wish(NamedTuple):
    """What is asked for.

    Attributes:
        grid: 15 digits.
        purpose: id of the purpose.
        reason: why.
        duration: for how long, counted from the decision.
    """

    grid: str
    purpose: str
    reason: str
    duration: timedelta


def is_standing(name: str) -> bool:
    """Whether an approval's id is that of a standing one."""
    return _ID.fullmatch(name) is not None


async def ask_standing(road: Road, asked: Asked, wish: Wish) -> dict[str, Any]:
    """Ask that one may read the minors of a grid for a purpose.

    Raises:
        BadInput: the wish's form is wrong.
        Refused: a disclosure for this purpose could not follow even if it were approved; recorded.
        TrailUnavailable: nothing was asked for.
    """
    caller = asked.caller
    if not _GRID.fullmatch(wish.grid):
        raise BadInput("grid", "must have 15 digits")
    if wish.duration > LONGEST:
        raise BadInput("duration", f"must be at most {duration_text(LONGEST)}")
    purpose, reason = await _considered(road, asked, wish)
    name = secrets.token_hex(12)
    record = requested(
        name,
        by=caller.principal.id,
        person=caller.principal.person,
        requester=caller.principal.requester,
        purpose=purpose.id,
        mark=road.policies.marks[purpose.id],
        kind=Approval.SECRETARY,
        fields=(),
        reason=reason,
        duration=wish.duration,
        at=caller.at,
    ) | {"grid": wish.grid}

    def action(tx: SqlcipherTransaction) -> Record:
        return _put(tx, asked, record, "requested")

    return shown(road, asked, await road.lane.write(action))


async def decide_standing(
    road: Road, asked: Asked, name: str, *, approve: bool, reason: str, duration: timedelta | None
) -> dict[str, Any]:
    """Decide about a standing approval, once.

    Raises:
        BadInput: it would be lengthened.
        Refused: `not_found`, `self_approval`, `already_decided`, or the caller may not decide; recorded.
        TrailUnavailable: nothing was decided.
    """
    caller = asked.caller

    def change(record: Record, judge: Judge) -> Record | Reason:
        if state_at(record, caller.at) is not State.PENDING:
            return Reason.ALREADY_DECIDED
        if duration is not None and duration.total_seconds() > record["seconds"]:
            raise BadInput("duration", "may be shortened, never lengthened")
        return decided(
            record,
            approve=approve,
            by=caller.principal.id,
            person=caller.principal.person,
            standing=judge.standing,
            stands_for=judge.stands_for,
            reason=reason,
            fields=None,
            duration=duration,
            reads=0,
            at=caller.at,
        )

    return await _change(road, asked, name, change)


async def revoke_standing(road: Road, asked: Asked, name: str) -> dict[str, Any]:
    """End a standing approval, or a request for one, at once; whoever asked may, and whoever may decide.

    Raises:
        Refused: `not_found`, `already_decided` where it has ended, or the caller may not; recorded.
        TrailUnavailable: nothing was revoked.
    """

    def change(record: Record, _judge: Judge) -> Record | Reason:
        if state_at(record, asked.caller.at) not in (State.PENDING, State.APPROVED):
            return Reason.ALREADY_DECIDED
        return record | {"state": State.REVOKED.value, "revoked": timestamp(asked.caller.at)}

    return await _change(road, asked, name, change, own=True)


def standing_approvals(road: Road, asked: Asked, state: State | None) -> list[dict[str, Any]]:
    """The standing approvals a caller asked for or may decide, in a state or in any."""
    caller = asked.caller
    return [
        shown(road, asked, record)
        for record in (row.body for row in road.reader.control(MINOR_APPROVAL))
        if (state is None or state_at(record, caller.at) is state)
        and (record["person"] == caller.principal.person or isinstance(_judge(road, asked, record), Judge))
    ]


def shown(road: Road, asked: Asked, record: Record) -> dict[str, Any]:
    """A standing approval as its requester and its deciders see it."""
    found = road.policies.purposes.get(record["purpose"])
    return {
        "id": record["id"],
        "state": state_at(record, asked.caller.at).value,
        "grid": record["grid"],
        "purpose": record["purpose"],
        "purpose_name": found and found.name,
        "fields": [],
        "approval": record["kind"],
        "reason": record["reason"],
        "duration": duration_text(timedelta(seconds=record["seconds"])),
        "requested_by": record["by"],
        "requested_at": record["asked"],
        "until": record["until"] or None,
        "decisions": [
            {member: each[member] for member in ("by", "as", "reason", "at")}
            | {"decision": "approve" if each["approve"] else "deny"}
            for each in record["decisions"]
        ],
    }


async def _considered(road: Road, asked: Asked, wish: Wish) -> tuple[Purpose, str]:
    caller = asked.caller
    principal = caller.principal
    purpose, fields, reason = state_matter(wish.purpose, None, wish.reason, road.policies)
    request = AccessRequest(caller, SubjectRef(), purpose, fields, reason, asked.trace_id, road.policies.digest)
    road.turn.begin()
    filings: tuple[Filing, ...] = ()
    if purpose is not None and principal.role in FILING_ROLES:
        filings = road.standing.filings(principal, purpose.id, caller.today)
    denial = decide_purpose(request, next(iter(filings), None))
    if denial is not None or purpose is None:
        raise await refuse(road, asked, MINOR_APPROVAL, denial.reasons[0] if denial else Reason.UNKNOWN_PURPOSE)
    if principal.role is Role.RESIDENT:
        raise await refuse(road, asked, MINOR_APPROVAL, Reason.NOT_ALLOWED)
    if purpose.approval is Approval.NAMED_OFFICERS:
        raise await refuse(road, asked, MINOR_APPROVAL, Reason.NOT_AVAILABLE)
    scopes = tuple(filing.scope for filing in filings) or (principal.area,)
    if not wish.grid.startswith(principal.area) or not wish.grid.startswith(scopes):
        raise await refuse(road, asked, MINOR_APPROVAL, Reason.OUT_OF_SCOPE)
    if not reason:
        raise await refuse(road, asked, MINOR_APPROVAL, Reason.REASON_REQUIRED)
    return purpose, reason


async def _change(
    road: Road, asked: Asked, name: str, change: Callable[[Record, Judge], Record | Reason], *, own: bool = False
) -> dict[str, Any]:
    def action(tx: SqlcipherTransaction) -> Record | Reason:
        # Read where nobody else can write: of two who decide at once, one is told that it was decided.
        rows = current(tx.db, road.ring, MINOR_APPROVAL, name)
        if not rows:
            return Reason.NOT_FOUND
        record: Record = dict(rows[0].body)
        judge = _judge(road, asked, record)
        if own and record["person"] == asked.caller.principal.person:
            judge = Judge("requester", asked.caller.principal.person)
        fresh = change(record, judge) if isinstance(judge, Judge) else judge
        return fresh if isinstance(fresh, Reason) else _put(tx, asked, fresh, str(fresh["state"]))

    made = await road.lane.write(action)
    if isinstance(made, Reason):
        raise await refuse(road, asked, MINOR_APPROVAL, made)
    return shown(road, asked, made)


def _put(tx: SqlcipherTransaction, asked: Asked, record: Record, outcome: str) -> Record:
    more = {"purpose": record["purpose"], "grid": record["grid"], "approval": record["id"]}
    event = Event(act_of(asked, MINOR_APPROVAL, outcome, **more), {"subject": "", "reason": record["reason"]})
    tx.put_control(MINOR_APPROVAL, record["id"], record, event)
    return record


def _judge(road: Road, asked: Asked, record: Record) -> Judge | Reason:
    return may_decide(asked.caller, Facts("", record["grid"]), record, road.standing)
