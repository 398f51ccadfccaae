"""Filed use against actual use: what a filing was used for, counted from the trail, without anybody's values."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hub.access.flow import Road
from hub.approvals.filing_deciders import in_area, is_filer
from hub.approvals.filings import found
from hub.errors import Reason
from hub.model.filing import Filing
from hub.model.filing_request import state_at
from hub.model.instant import CHINA, day_of, timestamp
from hub.model.naming import is_named
from hub.model.principal import Role, parse_principal
from hub.model.purpose import Approval
from hub.rights.desk import Asked
from hub.rights.recording import act_of, refuse
from hub.store.engine import Event
from hub.store.trail_query import TrailQuery
from hub.store.trail_reader import TrailEntry

KIND = "filing_use"
EXPIRING = timedelta(days=30)
"""Before the last day of a filing, from when on it is said to expire."""
USUAL_PERIOD = timedelta(days=30)
"""What is looked at where the caller names no beginning."""
MOST_EXAMINED = 100_000
"""Entries looked at for one report; one of more says that it is not complete."""
_AT_ONCE = 100
_SUPERVISING = frozenset({Role.SECURITY_OFFICER, Role.AUDITOR})


@dataclass(slots=True)
class _Use:
    """What is counted."""

    reads: int = 0
    unknown: int = 0
    examined: int = 0
    people: dict[date, set[int]] = field(default_factory=dict)
    fields: Counter[str] = field(default_factory=Counter)
    over_asked: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)

    def count(self, entry: TrailEntry) -> None:
        """Count one entry."""
        act = entry.act
        if act["outcome"] == "disclosed":
            self.reads += 1
            self.fields.update(act["fields"])
            people = self.people.setdefault(day_of(datetime.fromisoformat(act["time"])), set())
            if entry.resident is not None:
                people.add(entry.resident)
        else:
            self.refused.update(act["reasons"])
        self.unknown += act.get("unknown_fields", 0)
        asked_too_much = (key for key, reason in act.get("withheld", ()) if reason == Reason.NOT_IN_PURPOSE)
        self.over_asked.update(asked_too_much)


async def use(road: Road, asked: Asked, name: str, since: datetime | None, until: datetime | None) -> dict[str, Any]:
    """What a filing was used for in a period; the look is recorded before anything is told.

    Args:
        road: the road's means.
        asked: the filer, or a security officer or auditor of the area.
        name: the filing's id outside.
        since: the first instant, UTC; a month before the end where it is None.
        until: the first instant that is too late, UTC; now where it is None.

    Raises:
        Refused: there is no such filing, or the caller may not look at its use; recorded.
        TrailUnavailable: the trail cannot be searched now, or the look not be recorded.
    """
    row = await found(road, asked, name, KIND)
    principal = asked.caller.principal
    if not is_filer(principal, row.body):
        if principal.role not in _SUPERVISING:
            raise await refuse(road, asked, KIND, Reason.NOT_ALLOWED)
        if not in_area(principal, row.body):
            raise await refuse(road, asked, KIND, Reason.OUT_OF_SCOPE)
    elif _is_sealed_for(road, asked, str(row.body["purpose"])):
        raise await refuse(road, asked, KIND, Reason.NOT_ALLOWED)
    until = until or asked.caller.at + timedelta(milliseconds=1)
    since = since or _beginning(until)
    filing = Filing.from_record(row.body)
    counted = _Use()
    complete = await _count(road, filing, since, until, counted)
    act = act_of(
        asked, KIND, "disclosed", filing=name, listed=counted.examined, since=timestamp(since), until=timestamp(until)
    )
    await road.lane.record_all([Event(act, {"subject": ""})])
    body = {"id": name, "state": state_at(row.body, asked.caller.today).value}
    period = {"since": timestamp(since), "until": timestamp(until), "complete": complete}
    return body | _filed(filing, asked.caller.today) | period | _told(road, filing, counted)


def _is_sealed_for(road: Road, asked: Asked, name: str) -> bool:
    """Whether even counts of a purpose's use are for its named officers alone, among those who may request it."""
    purpose, caller = road.policies.purposes.get(name), asked.caller
    if purpose is None or purpose.approval is not Approval.NAMED_OFFICERS:
        return False
    return not is_named(road.standing.named(), caller.principal.person, name, road.policies.marks[name], caller.at)


async def _count(road: Road, filing: Filing, since: datetime, until: datetime, counted: _Use) -> bool:
    """Count a period's entries, a few at a time; returns whether all of them were."""
    filer = parse_principal(filing.requester)
    query = TrailQuery(
        purpose=filing.purpose,
        department=filer.code,
        kind="disclosure",
        since=since,
        until=until,
        area=filer.area,
    )
    before = None
    while counted.examined < MOST_EXAMINED:
        page = road.trail.search(query, before, _AT_ONCE)
        for entry in road.trail.entries(page.entries):
            # A refusal names no filing: it counts for each that the same requester has for the purpose.
            if entry.act["role"] == filer.role and entry.act.get("filing", filing.name) == filing.name:
                counted.count(entry)
        counted.examined += len(page.entries)
        if page.next is None:
            return True
        before = page.next
        await asyncio.sleep(0)  # others ask, too
    return False


def _filed(filing: Filing, today: date) -> dict[str, Any]:
    return {
        "requester": filing.requester,
        "purpose": filing.purpose,
        "scope": filing.scope,
        "volume": filing.volume,
        "valid_until": filing.valid_until.isoformat(),
        "expiring": today <= filing.valid_until <= today + EXPIRING,
    }


def _told(road: Road, filing: Filing, counted: _Use) -> dict[str, Any]:
    a_day = [len(people) for people in counted.people.values()]
    filed = road.policies.plan(filing.purpose, _requester(filing))
    return {
        "reads": counted.reads,
        "days": len(a_day),
        "subjects_per_day": {
            "max": max(a_day, default=0),
            "mean": round(sum(a_day) / len(a_day), 2) if a_day else 0,
        },
        "fields": dict(sorted(counted.fields.items())),
        "fields_never_used": [key for key in filed if key not in counted.fields],
        "over_asks": dict(_by_count(counted.over_asked)),
        "unknown_fields": counted.unknown,
        "refusals": dict(_by_count(counted.refused)),
    }


def _by_count(counter: Counter[str]) -> Iterator[tuple[str, int]]:
    return iter(sorted(counter.items(), key=lambda each: (-each[1], each[0])))


def _requester(filing: Filing) -> str:
    return parse_principal(filing.requester).requester


def _beginning(until: datetime) -> datetime:
    """The midnight in China a month before."""
    day = (until - USUAL_PERIOD).astimezone(CHINA)
    return day.replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
