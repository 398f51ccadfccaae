"""How much was asked for, by whom and for what, hour by hour: counted as the trail grows, read in slices."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from hub.errors import BadInput
from hub.model.instant import CHINA, timestamp
from hub.store.engine import Event
from hub.store.trail_volumes import Tally
from hub.supervision.desk import Asked, Desk, act_of

KIND = "trail_volumes"
USUAL = timedelta(days=7)
"""What is looked at where the caller names no beginning."""
LONGEST = timedelta(days=366)
HOURLY = timedelta(days=7)
"""Up to which length of a period each hour is told by itself."""
_SLICE = 6
_HOUR = timedelta(hours=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DENIED = "denied"


class Wanted(NamedTuple):
    """What is counted; None is no filter.

    Attributes:
        since: the first instant, UTC; a week before the end where it is None.
        until: the first instant that is too late, UTC; now where it is None. Both are widened to whole hours.
    """

    since: datetime | None = None
    until: datetime | None = None
    department: str | None = None
    purpose: str | None = None
    kind: str | None = None


class _Sum:
    """Entries, refusals and over-asks by some key."""

    def __init__(self) -> None:
        self._entries, self._denied, self._over = Counter[Any](), Counter[Any](), Counter[Any]()

    def add(self, key: Any, tally: Tally) -> None:
        self._entries[key] += tally.entries
        self._over[key] += tally.over_asks
        if tally.outcome == _DENIED:
            self._denied[key] += tally.entries

    def of(self, key: Any) -> dict[str, int]:
        return {"entries": self._entries[key], "denied": self._denied[key], "over_asks": self._over[key]}

    def by_number(self, name: str) -> list[dict[str, Any]]:
        order = sorted(self._entries, key=lambda key: (-self._entries[key], key or ""))
        return [{name: key, **self.of(key)} for key in order]


class _Counted:
    """Everything that is told of a period."""

    def __init__(self) -> None:
        self.hours, self.days, self.clock = _Sum(), _Sum(), _Sum()
        self.by: Mapping[str, _Sum] = {name: _Sum() for name in ("department", "purpose", "kind", "outcome")}

    def count(self, tallies: Iterable[Tally], wanted: Wanted) -> None:
        filters = [(name, value) for name in ("department", "purpose", "kind") if (value := getattr(wanted, name))]
        for tally in tallies:
            if any(getattr(tally, name) != value for name, value in filters):
                continue
            at = (_EPOCH + tally.hour * _HOUR).astimezone(CHINA)
            self.hours.add(tally.hour, tally)
            self.days.add(at.date().isoformat(), tally)
            self.clock.add(at.hour, tally)
            for name, summed in self.by.items():
                summed.add(getattr(tally, name), tally)


async def volumes(desk: Desk, asked: Asked, wanted: Wanted) -> dict[str, Any]:
    """Counts of the trail of the caller's area; the look is recorded before anything is told.

    Args:
        desk: the hub's means.
        asked: a security officer or auditor.
        wanted: what is counted.

    Returns:
        Entries, refusals and over-asks: `total`; by day and by hour of the day in China; by department, purpose, kind
        and outcome, the most first; and hour by hour where the period is a week or less.

    Raises:
        BadInput: the period ends before it begins, or is longer than a year.
        TrailUnavailable: the trail cannot be searched now, or the look not be recorded.
    """
    until = wanted.until or asked.caller.at
    since = wanted.since or until - USUAL
    first, end = int((since - _EPOCH) // _HOUR), -int((_EPOCH - until) // _HOUR)
    if not 0 < end - first <= LONGEST // _HOUR + 1:
        raise BadInput("since", f"must be before `until`, by {LONGEST.days} days at most")
    counted = _Counted()
    for start in range(first, end, _SLICE):
        area = asked.caller.principal.area
        counted.count(desk.trail.volumes(area, start, min(start + _SLICE, end)), wanted)
        await asyncio.sleep(0)  # others ask, too
    filters = sorted(name for name, value in wanted._asdict().items() if value is not None)
    told = _told(counted, first, end)
    act = act_of(desk, asked, KIND, "disclosed", filters=filters, listed=told["total"]["entries"])
    await desk.lane.record_all([Event(act, {"subject": ""})])
    return told


def _told(counted: _Counted, first: int, end: int) -> dict[str, Any]:
    since, until = _EPOCH + first * _HOUR, _EPOCH + end * _HOUR
    hourly = until - since <= HOURLY + _HOUR
    hours = range(first, end) if hourly else ()
    days = sorted({(since + number * _HOUR).astimezone(CHINA).date() for number in range(end - first)})
    outcomes = counted.by["outcome"].by_number("outcome")
    total = {name: sum(each[name] for each in outcomes) for name in ("entries", "denied", "over_asks")}
    return {
        "since": timestamp(since),
        "until": timestamp(until),
        "total": total,
        "hours": [{"hour": timestamp(_EPOCH + hour * _HOUR), **counted.hours.of(hour)} for hour in hours],
        "days": [{"day": day.isoformat(), **counted.days.of(day.isoformat())} for day in days],
        "hours_of_day": [{"hour": hour, **counted.clock.of(hour)} for hour in range(24)],
        "departments": counted.by["department"].by_number("department"),
        "purposes": counted.by["purpose"].by_number("purpose"),
        "kinds": counted.by["kind"].by_number("kind"),
        "outcomes": outcomes,
    }
