"""Emergencies (紧急调阅): alarms, grants that break the glass for an hour, and orders (突发事件) for an area.

Alarms and grants lie in the control section of the person they are about. An order is about an area and nobody in
particular, so it stands among the hub's own control rows.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from hub.model.instant import timestamp
from hub.model.terms import EMERGENCIES, Terms, listed

ALARMS = "alarms"
"""Kind of terms: what devices and call centres have reported about a person."""
ORDER, UNREVIEWED = "order", "unreviewed"
"""Kinds of control rows: an order, and of a person whose emergencies wait for a review, until when each may."""
CALL = "call"
"""The kind of alarm that somebody enters by hand, with the number of a call."""
ALARM_COUNTS_FOR = timedelta(hours=2)
"""After which an alarm verifies no emergency any more."""
OPEN_FOR = timedelta(minutes=60)
REVIEWED_WITHIN = timedelta(hours=24)
KEPT_FOR = timedelta(days=30)
"""For which a reviewed emergency is kept among a person's terms; the trail keeps it for good."""
MOST_ALARMS = 20
"""Alarms kept for a person; an older one is past anything it could verify, or one of a device that never stops."""
Record = dict[str, Any]


class Strength(StrEnum):
    """How well founded an emergency is: what `Grounds.emergency` says."""

    VERIFIED = "verified"
    CLAIMED = "claimed"


class Review(StrEnum):
    """What somebody else found when they looked at an emergency afterwards."""

    UNREVIEWED = "unreviewed"
    JUSTIFIED = "justified"
    UNJUSTIFIED = "unjustified"


class Trigger(NamedTuple):
    """What an emergency rests on.

    Attributes:
        kind: `alarm`, `call` or `order`.
        id: of the alarm, call or order; a call also by its number.
    """

    kind: str
    id: str


def raised(name: str, *, kind: str, number: str, by: str, person: str, at: datetime) -> Record:
    """An alarm.

    Args:
        name: its id.
        kind: `fall`, `button`, `call` and so on.
        number: of a call; empty for devices.
        by: the principal that reports it.
        person: the human being behind it.
        at: now, UTC.
    """
    return {"id": name, "kind": kind, "number": number, "by": by, "person": person, "at": timestamp(at)}


def with_alarm(terms: Terms, alarm: Record, at: datetime) -> dict[str, Any]:
    """The terms with one more alarm, and without those that verify nothing any more."""
    oldest = timestamp(at - ALARM_COUNTS_FOR)
    alarms = [each for each in listed(terms, ALARMS) if each["at"] >= oldest]
    return {**terms, ALARMS: [*alarms, alarm][-MOST_ALARMS:]}


def verifying(terms: Terms, trigger: Trigger, person: str, at: datetime) -> Record | None:
    """The alarm or call that a trigger names, if it verifies an emergency: a recent one, by another person.

    Args:
        terms: of the person in danger.
        trigger: what the opener names.
        person: the opener's; nobody verifies what they themselves say.
        at: now, UTC.
    """
    oldest = timestamp(at - ALARM_COUNTS_FOR)
    for alarm in listed(terms, ALARMS):
        named = trigger.id == alarm["id"] or (trigger.kind == CALL and trigger.id == alarm["number"])
        fitting = trigger.kind == "alarm" or alarm["kind"] == trigger.kind
        if named and fitting and alarm["person"] != person and alarm["at"] >= oldest:
            return alarm
    return None


def opened(
    name: str,
    *,
    by: str,
    person: str,
    strength: Strength,
    trigger: Trigger | None,
    reason: str,
    at: datetime,
    lasts: timedelta = OPEN_FOR,
) -> Record:
    """An emergency as it is opened.

    Args:
        name: its id.
        by: the principal who opens it.
        person: the human being behind it: nobody else may use it.
        strength: whether its trigger was verified.
        trigger: what it rests on; None for a mere claim.
        reason: why, in the opener's words.
        at: now, UTC.
        lasts: for how long it is open.
    """
    return {
        "id": name,
        "by": by,
        "person": person,
        "strength": strength.value,
        "trigger": list(trigger) if trigger else [],
        "reason": reason,
        "opened": timestamp(at),
        "until": timestamp(at + lasts),
        "due": timestamp(at + REVIEWED_WITHIN),
        "review": Review.UNREVIEWED.value,
    }


def reviewed(
    record: Mapping[str, Any], *, verdict: Review, by: str, person: str, standing: str, note: str, at: datetime
) -> Record:
    """An emergency after its review; one without justification ends at once.

    Args:
        record: unreviewed.
        verdict: what was found.
        by: the principal who reviews.
        person: the human being behind it.
        standing: as whom: `secretary`, `deputy`, `security_officer`, `subdistrict`.
        note: what they say about it.
        at: now, UTC.
    """
    said = {"by": by, "person": person, "as": standing, "note": note, "at": timestamp(at)}
    until = min(record["until"], timestamp(at)) if verdict is Review.UNJUSTIFIED else record["until"]
    return {**record, "review": verdict.value, "reviewed": said, "until": until}


def in_force(terms: Terms, person: str, at: datetime) -> Record | None:
    """The emergency that a person may act on now, a verified one before a claimed one; None where none is open."""
    now = timestamp(at)
    found = [each for each in listed(terms, EMERGENCIES) if each["person"] == person and now < each["until"]]
    return min(found, key=lambda each: each["strength"] != Strength.VERIFIED, default=None)


def kept(terms: Terms, at: datetime) -> dict[str, Any]:
    """The terms without emergencies that were reviewed long ago."""
    oldest = timestamp(at - KEPT_FOR)
    records = [
        each
        for each in listed(terms, EMERGENCIES)
        if each["review"] == Review.UNREVIEWED or each["reviewed"]["at"] >= oldest
    ]
    return {**terms, EMERGENCIES: records}


class Order(NamedTuple):
    """An order in force over an area because of an event.

    Attributes:
        id: its id.
        area: a prefix of area codes.
        citation: the article or decision it rests on.
        until: the instant at which it ends by itself, RFC 3339, UTC.
    """

    id: str
    area: str
    citation: str
    until: str

    def covers(self, grid: str, at: datetime) -> bool:
        """Whether somebody of a grid is under it at an instant."""
        return bool(grid) and grid.startswith(self.area) and timestamp(at) < self.until


def order_over(orders: Iterable[Order], grid: str, at: datetime) -> str:
    """The id of an order that covers a grid now; empty where there is none."""
    return next((order.id for order in orders if order.covers(grid, at)), "")
