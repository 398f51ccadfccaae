"""Approvals (审批): asked for, decided, revoked; each act is an entry about the person, written together with it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple

from hub.access.decide import EMERGENCIES, FILING_ROLES, decide_purpose
from hub.access.flow import Road
from hub.access.locate import Located, locate, locate_resident
from hub.access.purpose import state_matter
from hub.approvals.deciders import Judge, concerns, may_decide
from hub.approvals.inboxes import KIND, area_lists, areas_of, lists_of, own_lists
from hub.approvals.minors import standing_approvals
from hub.errors import BadInput, Reason
from hub.model.approval import Record, State, decided, is_open, kept, requested, state_at
from hub.model.decision import AccessRequest
from hub.model.duration import duration_text, parse_duration
from hub.model.filing import Filing
from hub.model.instant import timestamp
from hub.model.purpose import Approval, Purpose, strictest
from hub.model.subject import Facts, SubjectRef
from hub.model.terms import APPROVALS, record_of, with_record
from hub.rights.desk import Asked
from hub.rights.recording import act_of, refuse
from hub.store.engine import Event
from hub.store.own_trail import Self
from hub.store.transaction import SqlcipherTransaction

_LONGEST = {Approval.SECRETARY_ONCE: timedelta(days=366)}
LONGEST = timedelta(days=90)
"""For which an approval may last where it is not given once for an enrolment."""
MOST_OPEN = 20
"""Approvals of one person, about one person, that wait or are in force."""
_MOST_LISTED = 500
_MILD = frozenset({Approval.NONE, Approval.IDENTITY_CHECK, Approval.CASE, Approval.MANDATE})
"""Where nobody need say yes by the purpose itself, a secretary may still: for a minor, say."""


class Wish(NamedTuple):
    """What is asked for.

    Attributes:
        subject: about whom.
        purpose: id of the purpose.
        fields: what to see; None for all that the purpose may show.
        reason: why.
        duration: for how long.
    """

    subject: SubjectRef
    purpose: str
    fields: list[str] | None
    reason: str
    duration: timedelta


class Verdict(NamedTuple):
    """What is decided.

    Attributes:
        approve: yes or no.
        reason: why.
        fields: what it is narrowed to; None for all.
        duration: what it is shortened to; None for as long as was asked.
    """

    approve: bool
    reason: str
    fields: list[str] | None
    duration: timedelta | None


async def ask(road: Road, asked: Asked, wish: Wish) -> dict[str, Any]:
    """Ask for an approval.

    Raises:
        BadInput: the wish's form is wrong.
        Refused: a disclosure for this purpose could not follow even if it were approved; recorded.
        TrailUnavailable: nothing was asked for.
    """
    caller = asked.caller
    purpose, fields, kind, found = await considered(road, asked, wish)
    resident = found.sealed.resident
    record = requested(
        road.ring.sealed_id(KIND, resident),
        by=caller.principal.id,
        person=caller.principal.person,
        requester=caller.principal.requester,
        purpose=purpose.id,
        mark=road.policies.marks[purpose.id],
        kind=kind,
        fields=fields,
        reason=wish.reason,
        duration=wish.duration,
        at=caller.at,
    )
    act = act_of(asked, KIND, "requested", purpose=purpose.id, fields=sorted(fields), approval=record["id"])

    def action(tx: SqlcipherTransaction) -> Record | Reason:
        facts = tx.facts(resident)
        if facts is None:
            return Reason.OUT_OF_SCOPE
        terms = with_record(kept(facts.terms, caller.at), APPROVALS, record)
        own = [each for each in terms[APPROVALS] if each["person"] == caller.principal.person]
        if sum(is_open(each, caller.at) for each in own) > MOST_OPEN:
            return Reason.RATE_LIMITED
        tx.amend(resident, facts._replace(terms=terms), Event(act, {"reason": wish.reason}))
        tx.list_under(resident, on=lists_of(road.ring, facts.grid, record))
        return record

    made = await road.lane.write(action)
    if isinstance(made, Reason):
        raise await refuse(road, asked, KIND, made, _self(found))
    return shown(road, asked, resident, made)


async def considered(road: Road, asked: Asked, wish: Wish) -> tuple[Purpose, tuple[str, ...], Approval, Located]:
    """Whether an approval would be of any use: the purpose, the fields, who must say yes, and the person."""
    caller = asked.caller
    purpose, fields, reason = state_matter(wish.purpose, wish.fields, wish.reason, road.policies)
    request = AccessRequest(caller, wish.subject, purpose, fields, reason, asked.trace_id, road.policies.digest)
    road.turn.begin()
    filings: tuple[Filing, ...] = ()
    if purpose is not None and caller.principal.role in FILING_ROLES:
        filings = road.standing.filings(caller.principal, purpose.id, caller.today)
    found = locate(wish.subject, caller.principal, (), road.reader, road.ring)
    denial = decide_purpose(request, next(iter(filings), None))
    if denial is not None:
        raise await refuse(road, asked, KIND, denial.reasons[0], _self(found))
    if purpose is not None and purpose.approval is Approval.NAMED_OFFICERS:
        # Nobody's yes opens what a law seals, and a request would tell its deciders whom somebody suspects.
        raise await refuse(road, asked, KIND, Reason.NOT_AVAILABLE, _self(found))
    if purpose is not None and purpose.approval in EMERGENCIES:
        raise await refuse(road, asked, KIND, Reason.EMERGENCY_NOT_OPEN, _self(found))
    scopes = [filing.scope for filing in filings] or [caller.principal.area]
    if purpose is None or found is None or not _in_area(found.facts, caller.principal.area, scopes):
        raise await refuse(road, asked, KIND, Reason.OUT_OF_SCOPE, _self(found))
    plan = road.policies.plan(purpose.id, caller.principal.requester)
    fields = fields if wish.fields else tuple(plan)
    if not set(fields) <= plan.keys():
        raise await refuse(road, asked, KIND, Reason.NOT_IN_PURPOSE, _self(found))
    if not reason:
        raise await refuse(road, asked, KIND, Reason.REASON_REQUIRED, _self(found))
    kind = strictest(purpose.approval, *(plan[key].approval for key in fields))
    kind = Approval.SECRETARY if kind in _MILD else kind
    longest = parse_duration("longest", purpose.longest) if purpose.longest else _LONGEST.get(kind, LONGEST)
    if wish.duration > longest:
        raise BadInput("duration", f"must be at most {duration_text(longest)}")
    return purpose, fields, kind, found


async def decide_approval(road: Road, asked: Asked, name: str, verdict: Verdict) -> dict[str, Any]:
    """Decide about a request: approve it, perhaps narrowed, or deny it.

    Raises:
        BadInput: it would be widened.
        Refused: `not_found`, `self_approval`, `already_decided`, or the caller may not decide; recorded.
        TrailUnavailable: nothing was decided.
    """
    caller = asked.caller

    def act(record: Record, judge: Judge) -> Record | Reason:
        if state_at(record, caller.at) is not State.PENDING or record["purpose"] not in road.policies.purposes:
            return Reason.ALREADY_DECIDED
        if any(judge.stands_for in (said["person"], said["stands_for"]) for said in record["decisions"]):
            return Reason.SELF_APPROVAL  # two must agree, and a deputy is no second person beside their secretary
        if verdict.fields is not None and not set(verdict.fields) <= set(record["fields"]):
            raise BadInput("fields", "may be narrowed, never widened")
        if verdict.duration is not None and verdict.duration.total_seconds() > record["seconds"]:
            raise BadInput("duration", "may be shortened, never lengthened")
        return decided(
            record,
            approve=verdict.approve,
            by=caller.principal.id,
            person=caller.principal.person,
            standing=judge.standing,
            stands_for=judge.stands_for,
            reason=verdict.reason,
            fields=None if verdict.fields is None else tuple(verdict.fields),
            duration=verdict.duration,
            reads=road.policies.purposes[record["purpose"]].reads,
            at=caller.at,
        )

    return await _change(road, asked, name, act, verdict.reason)


async def revoke_approval(road: Road, asked: Asked, name: str, reason: str) -> dict[str, Any]:
    """End an approval, or a request, at once; whoever may decide about it may, and whoever asked for it.

    Raises:
        Refused: `not_found`, `already_decided` where it has ended, or the caller may not; recorded.
        TrailUnavailable: nothing was revoked.
    """

    def act(record: Record, _judge: Judge) -> Record | Reason:
        if state_at(record, asked.caller.at) not in (State.PENDING, State.APPROVED):
            return Reason.ALREADY_DECIDED
        return record | {"state": State.REVOKED.value, "revoked": timestamp(asked.caller.at)}

    return await _change(road, asked, name, act, reason, own=True)


async def approvals(road: Road, asked: Asked, state: State | None, after: str, limit: int) -> dict[str, Any]:
    """The approvals a caller asked for or may decide, newest first.

    Args:
        road: the road's means.
        asked: who asks.
        state: only those in this state.
        after: the last id of the page before.
        limit: how many to list.

    Raises:
        BadInput: the cursor is not one that this list gave.
    """
    caller = asked.caller
    road.turn.begin()
    residents = {
        resident
        for token in own_lists(road.ring, caller.principal.person, areas_of(caller, road.standing))
        for resident in road.reader.roster(token, 0, _MOST_LISTED)
    }
    found = [
        (record, resident, facts)
        for resident in residents
        if (facts := _facts(road, resident)) is not None
        for record in facts.terms.get(APPROVALS, ())
    ]
    items = standing_approvals(road, asked, state) + [
        shown(road, asked, resident, record)
        for record, resident, facts in found
        if (state is None or state_at(record, caller.at) is state)
        and (record["person"] == caller.principal.person or _decidable(road, asked, facts, record))
    ]
    items.sort(key=lambda item: (item["requested_at"], item["id"]), reverse=True)
    start = 0
    if after:
        start = next((place for place, item in enumerate(items, 1) if item["id"] == after), 0)
        if not start:
            raise BadInput("cursor", "is not one that this list gave")
    page = items[start : start + limit]
    return {"items": page, "next": page[-1]["id"] if start + limit < len(items) else None}


def purpose_name(road: Road, purpose: str) -> dict[str, str] | None:
    """What a purpose is called, for those who may not use it themselves; None of one that is in force no more."""
    found = road.policies.purposes.get(purpose)
    return found.name if found else None


def shown(road: Road, asked: Asked, resident: int, record: Record) -> dict[str, Any]:
    """An approval as its requester and its deciders see it."""
    caller = asked.caller
    return {
        "id": record["id"],
        "state": state_at(record, caller.at).value,
        "subject": {"rid": road.ring.pairwise(caller.principal.organisation, resident)},
        "purpose": record["purpose"],
        "purpose_name": purpose_name(road, record["purpose"]),
        "fields": record["fields"],
        "approval": record["kind"],
        "reason": record["reason"],
        "duration": duration_text(timedelta(seconds=record["seconds"])),
        "requested_by": record["by"],
        "requested_at": record["asked"],
        "until": record["until"] or None,
        "decisions": [
            {name: each[name] for name in ("by", "as", "reason", "at")}
            | {"decision": "approve" if each["approve"] else "deny"}
            for each in record["decisions"]
        ],
    }


async def _change(
    road: Road,
    asked: Asked,
    name: str,
    change: Callable[[Record, Judge], Record | Reason],
    reason: str,
    *,
    own: bool = False,
) -> dict[str, Any]:
    caller = asked.caller
    resident = road.ring.resident_in(KIND, name)
    road.turn.begin()
    found = None if resident is None else locate_resident(resident, (), road.reader, road.ring)
    if resident is None or found is None or record_of(found.facts.terms, APPROVALS, name) is None:
        raise await refuse(road, asked, KIND, Reason.NOT_FOUND)
    # Whose household it is does not change within the moment that the write waits for its turn.
    concerned = concerns(caller.principal, resident, road.standing, road.reader, road.ring)

    def action(tx: SqlcipherTransaction) -> Record | Reason:
        facts = tx.facts(resident)
        record = record_of(facts.terms, APPROVALS, name) if facts else None
        if facts is None or record is None:
            return Reason.NOT_FOUND
        judge = may_decide(caller, facts, record, road.standing)
        if own and record["person"] == caller.principal.person:
            judge = Judge("requester", caller.principal.person)
        elif concerned:
            judge = Reason.SELF_APPROVAL
        fresh = change(record, judge) if isinstance(judge, Judge) else judge
        if isinstance(fresh, Reason):
            return fresh
        terms = with_record(facts.terms, APPROVALS, fresh)
        more = {"purpose": fresh["purpose"], "fields": sorted(fresh["fields"]), "approval": name}
        act = act_of(asked, KIND, _outcome(fresh), **more)
        tx.amend(resident, facts._replace(terms=terms), Event(act, {"reason": reason}))
        if not any(each["state"] == State.PENDING for each in terms[APPROVALS]):
            tx.list_under(resident, off=area_lists(road.ring, facts.grid))
        return fresh

    made = await road.lane.write(action)
    if isinstance(made, Reason):
        raise await refuse(road, asked, KIND, made, _self(found))
    return shown(road, asked, resident, made)


def _outcome(record: Record) -> str:
    return "agreed" if record["state"] == State.PENDING else str(record["state"])


def _self(found: Located | None) -> Self | None:
    return found and Self(found.sealed.resident, found.trail_key)


def _in_area(facts: Facts, area: str, scopes: list[str]) -> bool:
    return bool(area) and facts.grid.startswith(area) and any(facts.grid.startswith(scope) for scope in scopes)


def _facts(road: Road, resident: int) -> Facts | None:
    found = locate_resident(resident, (), road.reader, road.ring)
    return found and found.facts


def _decidable(road: Road, asked: Asked, facts: Facts, record: Record) -> bool:
    return isinstance(may_decide(asked.caller, facts, record, road.standing), Judge)
