"""A copy of one's own data in a machine-readable bundle (个人信息保护法 第四十五条)."""

from collections import Counter
from typing import Any

from hub.access.locate import locate_resident
from hub.model.approval import state_at
from hub.model.instant import timestamp
from hub.model.terms import APPROVALS, CONSENTS, Terms, listed
from hub.model.visibility import wishes
from hub.rights.accesses import told_entries
from hub.rights.consents import shown as shown_consent
from hub.rights.corrections import told_corrections
from hub.rights.desk import Asked, Desk
from hub.rights.own_file import recorded_file
from hub.rights.recording import own_self
from hub.store.own_trail import Self

KIND = "own_export"
FORMAT = "resident-hub-export@1"
MOST_SUMMARISED = 2000
"""The latest entries that the summary of accesses counts; `GET /v1/me/accesses` lists all of them."""


async def export(desk: Desk, asked: Asked) -> dict[str, Any]:
    """Everything the hub holds that the caller may have: file, consents, wishes, corrections, who looked.

    Raises:
        Refused: not a resident, or one whose file is not here; recorded.
        TrailUnavailable: nothing is shown.
    """
    person = await own_self(desk, asked, KIND)
    found = locate_resident(person.resident, (), desk.reader, desk.ring)
    terms: Terms = found.facts.terms if found else {}
    file = await recorded_file(desk, asked, person, KIND)
    desk.turn.fresh()
    return {
        "format": FORMAT,
        "made_at": timestamp(asked.caller.at),
        "file": file,
        "consents": [shown_consent(desk, asked, person.resident, record) for record in listed(terms, CONSENTS)],
        "visibility": [
            {"group": group, "audience": audience, "visible": visible}
            for (group, audience), visible in wishes(terms).items()
        ],
        "corrections": [each for each, _ in told_corrections(desk, asked, person.resident)],
        "approvals": [_approval(record, asked) for record in listed(terms, APPROVALS)],
        "accesses": _summary(desk, asked, person, file["entry"]),
    }


def _approval(record: dict[str, Any], asked: Asked) -> dict[str, Any]:
    told = ("id", "requester", "purpose", "fields", "asked")
    return {name: record[name] for name in told} | {
        "state": state_at(record, asked.caller.at).value,
        "until": record["until"] or None,
    }


def _summary(desk: Desk, asked: Asked, person: Self, before: int) -> dict[str, Any]:
    """How often who looked for what, from the entries that the person would be shown one by one."""
    counts: Counter[tuple[str, ...]] = Counter()
    latest: dict[tuple[str, ...], str] = {}
    entries = told_entries(desk, asked, person, before, MOST_SUMMARISED)
    named = ("kind", "role", "department", "purpose", "outcome")
    for entry in entries:
        who = tuple(str(entry.act.get(member) or "") for member in named)
        counts[who] += 1
        latest[who] = max(latest.get(who, ""), str(entry.act.get("time")))
    return {
        "entries": len(entries),
        "complete": len(entries) < MOST_SUMMARISED,
        "by": [
            dict(zip(named, who, strict=True)) | {"count": number, "latest": latest[who]}
            for who, number in sorted(counts.items())
        ],
    }
