"""Rosters: one approval asked for about many people at once, decided at once, with people excluded one by one.

What is approved becomes an ordinary approval of each person on it, in the same turn, and is used and revoked as such.
"""

import asyncio
import secrets
from datetime import timedelta
from typing import Any

from hub.access.flow import Road
from hub.access.locate import locate, locate_resident
from hub.approvals.deciders import Judge, concerns, may_decide
from hub.approvals.inboxes import ASKED, KIND
from hub.approvals.requests import Verdict, Wish, considered, purpose_name
from hub.errors import BadInput, Reason
from hub.model.approval import Record, State, decided, kept, requested, state_at
from hub.model.duration import duration_text
from hub.model.subject import Facts, SubjectRef
from hub.model.terms import APPROVALS, with_record
from hub.rights.desk import Asked
from hub.rights.recording import act_of, refuse
from hub.store.controls import current
from hub.store.engine import Event
from hub.store.tokens import matter_token
from hub.store.transaction import SqlcipherTransaction

ROSTER = "approval_roster"
MOST_MEMBERS = 500
_TOGETHER = 50
"""How many people are looked at before others get a turn of the event loop."""


async def ask_roster(road: Road, asked: Asked, subjects: list[SubjectRef], wish: Wish) -> dict[str, Any]:
    """Ask for the same approval about many people.

    Args:
        road: the road's means.
        asked: who asks.
        subjects: about whom, 1 to `MOST_MEMBERS`.
        wish: what for, as for one person; its `subject` does not count.

    Raises:
        BadInput: too many or no people, somebody twice, or the wish's form is wrong.
        Refused: a disclosure could not follow for one of them even if it were approved; recorded about that one.
        TrailUnavailable: nothing was asked for.
    """
    if not 0 < len(subjects) <= MOST_MEMBERS:
        raise BadInput("subjects", f"must name 1 to {MOST_MEMBERS} people")
    caller, members = asked.caller, list[int]()
    for number, subject in enumerate(subjects, 1):
        purpose, fields, kind, found = await considered(road, asked, wish._replace(subject=subject))
        members.append(found.sealed.resident)
        if not number % _TOGETHER:
            await asyncio.sleep(0)
    if len(set(members)) < len(members):
        raise BadInput("subjects", "must not name anybody twice")
    name = secrets.token_hex(12)
    record = requested(
        name,
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
    ) | {"members": members, "excluded": []}
    more = {"purpose": purpose.id, "fields": sorted(fields), "approval": name, "listed": len(members)}
    act = act_of(asked, ROSTER, "requested", **more)
    await road.lane.write(lambda tx: tx.put_control(ROSTER, name, record, Event(act, {"subject": ""})))
    return shown(road, asked, record)


async def decide_roster(
    road: Road, asked: Asked, name: str, verdict: Verdict, excluded: list[SubjectRef]
) -> dict[str, Any]:
    """Decide about everybody on a roster at once, but for those who are excluded.

    Raises:
        BadInput: somebody is excluded who is not on it, or it would be widened.
        Refused: `not_found`, `self_approval`, `already_decided`, or the caller may not decide about one of those who
            are left; recorded.
        TrailUnavailable: nothing was decided.
    """
    road.turn.begin()
    roster = listed(road, asked, name)
    if roster is None:
        raise await refuse(road, asked, ROSTER, Reason.NOT_FOUND)
    out = {_resident(road, asked, subject) for subject in excluded}
    if not out <= set(roster["members"]):
        raise BadInput("excluded", "must name people who are on the roster")

    def action(tx: SqlcipherTransaction) -> Record | Reason:
        [now] = current(tx.db, road.ring, ROSTER, name)
        record = _record(now.body)
        judged = _judged(tx, road, asked, record, out)
        if isinstance(judged, Reason):
            return judged
        judge, members = judged
        fresh = _decide(record, judge, verdict, asked, road) | {"excluded": sorted({*record["excluded"], *out})}
        said = "agreed" if fresh["state"] == State.PENDING else str(fresh["state"])
        more = {"purpose": fresh["purpose"], "fields": sorted(fresh["fields"]), "approval": name}
        act = act_of(asked, ROSTER, said, **more, listed=len(members))
        tx.put_control(ROSTER, name, fresh, Event(act, {"subject": ""}))
        if fresh["state"] == State.APPROVED:
            for resident, facts in members.items():
                _grant(tx, road, asked, resident, facts, fresh)
        return fresh

    made = await road.lane.write(action)
    if isinstance(made, Reason):
        raise await refuse(road, asked, ROSTER, made)
    return shown(road, asked, made)


async def rosters(road: Road, asked: Asked) -> list[dict[str, Any]]:
    """The rosters a caller asked for or may decide about, newest first."""
    road.turn.begin()
    records = [_record(row.body) for row in road.reader.control(ROSTER)]
    mine = [record for record in records if _concerned_with(road, asked, record)]
    return [
        shown(road, asked, each) for each in sorted(mine, key=lambda each: (each["asked"], each["id"]), reverse=True)
    ]


def listed(road: Road, asked: Asked, name: str) -> Record | None:
    """One of them by its id."""
    row = next((row for row in road.reader.control(ROSTER) if row.id == name), None)
    record = row and _record(row.body)
    return record if record and _concerned_with(road, asked, record) else None


def shown(road: Road, asked: Asked, record: Record) -> dict[str, Any]:
    """A roster as its requester and its deciders see it; people by the caller's own pairwise ids."""
    organisation = asked.caller.principal.organisation
    return {
        "id": record["id"],
        "state": state_at(record, asked.caller.at).value,
        "subjects": [{"rid": road.ring.pairwise(organisation, each)} for each in record["members"]],
        "excluded": [{"rid": road.ring.pairwise(organisation, each)} for each in record["excluded"]],
        "purpose": record["purpose"],
        "purpose_name": purpose_name(road, record["purpose"]),
        "fields": record["fields"],
        "approval": record["kind"],
        "reason": record["reason"],
        "duration": duration_text(timedelta(seconds=record["seconds"])),
        "requested_by": record["by"],
        "requested_at": record["asked"],
        "until": record["until"] or None,
    }


def _judged(
    tx: SqlcipherTransaction, road: Road, asked: Asked, record: Record, out: set[int]
) -> tuple[Judge, dict[int, Facts]] | Reason:
    """As whom the caller decides about everybody who is left, with what is known of them; or why not."""
    if state_at(record, asked.caller.at) is not State.PENDING or record["purpose"] not in road.policies.purposes:
        return Reason.ALREADY_DECIDED
    members: dict[int, Facts] = {}
    judge: Judge | Reason = Reason.NOT_FOUND
    for resident in record["members"]:
        if resident in out or resident in record["excluded"] or (facts := tx.facts(resident)) is None:
            continue
        judge = may_decide(asked.caller, facts, record, road.standing)
        if isinstance(judge, Reason):
            return judge
        if concerns(asked.caller.principal, resident, road.standing, road.reader, road.ring):
            return Reason.SELF_APPROVAL
        members[resident] = facts
    if isinstance(judge, Reason):
        return judge
    if any(judge.stands_for in (said["person"], said["stands_for"]) for said in record["decisions"]):
        return Reason.SELF_APPROVAL
    return judge, members


def _decide(record: Record, judge: Judge, verdict: Verdict, asked: Asked, road: Road) -> Record:
    if verdict.fields is not None and not set(verdict.fields) <= set(record["fields"]):
        raise BadInput("fields", "may be narrowed, never widened")
    if verdict.duration is not None and verdict.duration.total_seconds() > record["seconds"]:
        raise BadInput("duration", "may be shortened, never lengthened")
    return decided(
        record,
        approve=verdict.approve,
        by=asked.caller.principal.id,
        person=asked.caller.principal.person,
        standing=judge.standing,
        stands_for=judge.stands_for,
        reason=verdict.reason,
        fields=None if verdict.fields is None else tuple(verdict.fields),
        duration=verdict.duration,
        reads=road.policies.purposes[record["purpose"]].reads,
        at=asked.caller.at,
    )


def _grant(tx: SqlcipherTransaction, road: Road, asked: Asked, resident: int, facts: Facts, roster: Record) -> None:
    """Make an approval of one person's own out of what was approved about all."""
    own = {name: value for name, value in roster.items() if name not in ("members", "excluded")}
    record = own | {"id": road.ring.sealed_id(KIND, resident)}
    terms = with_record(kept(facts.terms, asked.caller.at), APPROVALS, record)
    more = {"purpose": record["purpose"], "fields": sorted(record["fields"]), "approval": record["id"]}
    act = act_of(asked, KIND, "approved", **more, roster=roster["id"])
    tx.amend(resident, facts._replace(terms=terms), Event(act, {"reason": record["reason"]}))
    tx.list_under(resident, on=[matter_token(road.ring, ASKED, record["person"])])


def _concerned_with(road: Road, asked: Asked, record: Record) -> bool:
    """Whether a caller asked for a roster, or may decide about the first person on it who is still there."""
    if record["person"] == asked.caller.principal.person:
        return True
    for resident in record["members"]:
        found = locate_resident(resident, (), road.reader, road.ring)
        if found is not None:
            return isinstance(may_decide(asked.caller, found.facts, record, road.standing), Judge)
    return False


def _resident(road: Road, asked: Asked, subject: SubjectRef) -> int:
    found = locate(subject, asked.caller.principal, (), road.reader, road.ring)
    return found.sealed.resident if found else 0


def _record(body: Any) -> Record:
    return dict(body)
