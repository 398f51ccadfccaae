"""One approval (审批): asked for, decided by somebody else, used within its time, revoked at once.

An approval lies in the control section of the person it is about, so that a decision about them finds it without
looking anywhere else. It is bound to the person who asked, the purpose as it stood then, fields, time and reads.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from hub.model.instant import timestamp
from hub.model.purpose import Approval
from hub.model.terms import APPROVALS, Terms, listed

UNDECIDED_FOR = timedelta(days=7)
"""After which a request that nobody decided is void."""
KEPT_FOR = timedelta(days=30)
"""For which an approval that is no longer in force is kept among a person's terms; the trail keeps it for good."""
MOST_ENDED = 20
"""So many of them at most."""
BY_TWO = frozenset({Approval.TWO_PERSON})
Record = dict[str, Any]


class State(StrEnum):
    """Where an approval stands."""

    PENDING = "pending"
    APPROVED = "approved"
    DENIED = "denied"
    EXPIRED = "expired"
    REVOKED = "revoked"


def requested(
    name: str,
    *,
    by: str,
    person: str,
    requester: str,
    purpose: str,
    mark: str,
    kind: Approval,
    fields: tuple[str, ...],
    reason: str,
    duration: timedelta,
    at: datetime,
) -> Record:
    """A request as it is filed.

    Args:
        name: the approval's id.
        by: the principal who asks.
        person: the human being behind it.
        requester: as policies name the principal.
        purpose: id of the purpose.
        mark: digest of the purpose as it stands.
        kind: who must say yes.
        fields: what is asked for.
        reason: why, in the requester's words.
        duration: for how long, counted from the decision.
        at: now, UTC.
    """
    return {
        "id": name,
        "state": State.PENDING.value,
        "by": by,
        "person": person,
        "requester": requester,
        "purpose": purpose,
        "mark": mark,
        "kind": kind.value,
        "fields": list(fields),
        "reason": reason,
        "seconds": int(duration.total_seconds()),
        "asked": timestamp(at),
        "decisions": [],
        "until": "",
        "reads": 0,
        "used": 0,
    }


def state_at(record: Mapping[str, Any], at: datetime) -> State:
    """Where an approval stands at an instant: time alone ends requests and approvals."""
    state, now = State(record["state"]), timestamp(at)
    if state is State.PENDING and timestamp(at - UNDECIDED_FOR) > record["asked"]:
        return State.EXPIRED
    if state is State.APPROVED and (now >= record["until"] or 0 < record["reads"] <= record["used"]):
        return State.EXPIRED
    return state


def decided(
    record: Mapping[str, Any],
    *,
    approve: bool,
    by: str,
    person: str,
    standing: str,
    stands_for: str,
    reason: str,
    fields: tuple[str, ...] | None,
    duration: timedelta | None,
    reads: int,
    at: datetime,
) -> Record:
    """An approval after one more decision; where two people must agree, the first yes leaves it pending.

    Args:
        record: pending, and the one who decides is not the one who asked.
        approve: yes or no.
        by: the principal who decides.
        person: the human being behind it.
        standing: as whom: `secretary`, `deputy`, `security_officer`, `subdistrict`.
        stands_for: the person in whose place they decide: their own, but for a deputy.
        reason: why, in their words.
        fields: what it is narrowed to; None for all that was asked.
        duration: what it is shortened to; None for as long as was asked.
        reads: how often it may be used; 0 for as often as needed.
        at: now, UTC.
    """
    said = {
        "by": by,
        "person": person,
        "as": standing,
        "stands_for": stands_for,
        "approve": approve,
        "reason": reason,
        "at": timestamp(at),
    }
    fresh: Record = {**record, "decisions": [*record["decisions"], said]}
    if not approve:
        return fresh | {"state": State.DENIED.value}
    fresh["fields"] = [key for key in record["fields"] if fields is None or key in fields]
    if duration is not None:
        fresh["seconds"] = int(duration.total_seconds())
    if Approval(record["kind"]) in BY_TWO and len(fresh["decisions"]) < 2:  # noqa: PLR2004
        return fresh
    until = timestamp(at + timedelta(seconds=fresh["seconds"]))
    return fresh | {"state": State.APPROVED.value, "until": until, "reads": reads}


def about(terms: Terms, person: str, purpose: str) -> Iterator[Record]:
    """The approvals that a person asked for, for a purpose."""
    return (each for each in listed(terms, APPROVALS) if each["person"] == person and each["purpose"] == purpose)


def is_open(record: Mapping[str, Any], at: datetime) -> bool:
    """Whether an approval waits or is in force at an instant."""
    return state_at(record, at) in (State.PENDING, State.APPROVED)


def kept(terms: Terms, at: datetime) -> dict[str, Any]:
    """The terms without approvals that ended long ago, and with the latest of those that ended lately."""
    oldest = timestamp(at - KEPT_FOR)
    records = list(listed(terms, APPROVALS))
    ended = [each for each in records if not is_open(each, at) and max(each["until"], each["asked"]) >= oldest]
    latest = {each["id"] for each in ended[-MOST_ENDED:]}
    records = [each for each in records if is_open(each, at) or each["id"] in latest]
    return {**{kind: value for kind, value in terms.items() if kind != APPROVALS}, APPROVALS: records}
