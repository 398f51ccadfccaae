"""Looking through the trail: entries of one's own area, newest first; each look is an entry itself."""

from typing import Any

from hub.errors import OperatorError
from hub.store.engine import Event
from hub.store.keys import Keyring
from hub.store.own_trail import person_of
from hub.store.trail import SEALED, canonical
from hub.store.trail_query import TrailQuery
from hub.store.trail_reader import TrailEntry, pseudonym_of, stranger_in
from hub.supervision.desk import Asked, Desk, act_of

KIND = "trail_search"
_SHOWN = ("time", "kind", "actor", "role", "department")
_SHOWN_BEHIND = (
    "purpose",
    "basis",
    "fields",
    "outcome",
    "reasons",
    "approval",
    "case",
    "kin",
    "on_behalf_of",
    "trace_id",
)
_LISTS = frozenset({"fields", "reasons"})


async def search(desk: Desk, asked: Asked, query: TrailQuery, before: int | None, limit: int) -> dict[str, Any]:
    """A page of entries.

    Args:
        desk: the hub's means.
        asked: a security officer or auditor.
        query: the filters; the area is the caller's own, whatever it says.
        before: only entries below this index; None from the newest on.
        limit: how many at most.

    Returns:
        `items`, and in `next` the index that the next page is below, or None. A page may be short, even empty, and
        not be the last: only so many entries are looked at for one.

    Raises:
        TrailUnavailable: the look could not be recorded, or the projection is far behind; nothing is shown.
    """
    page = desk.trail.search(query._replace(area=asked.caller.principal.area), before, limit)
    desk.turn.begin()
    items = [
        shown(desk.ring, entry) for entry in desk.trail.entries(page.entries) if _lives_in_area(desk, asked, entry)
    ]
    filters = sorted(name for name, value in query._asdict().items() if value is not None and name != "area")
    act = act_of(desk, asked, KIND, "disclosed", filters=filters, listed=len(items))
    await desk.lane.record_all([_look(desk, act, query.subject)])
    return {"items": items, "next": None if page.next is None else str(page.next)}


def _lives_in_area(desk: Desk, asked: Asked, entry: TrailEntry) -> bool:
    """Whether an entry of somebody without an area, a resident, is about somebody of the caller's."""
    if entry.act.get("area") or not entry.act.get("role") or entry.resident is None:
        return True  # the search has looked at the area already
    try:
        found = person_of(desk.reader, desk.ring, entry.resident)
    except OperatorError:
        return False
    return found is not None and found[1].grid.startswith(asked.caller.principal.area)


def shown(ring: Keyring, entry: TrailEntry) -> dict[str, Any]:
    """What an auditor sees of an entry: no value of a field, no reason in words, a pseudonym for the person."""
    act = entry.act
    if act.get(SEALED):
        subject: str | None = None  # nor whether there is anybody
    elif entry.resident is not None:
        subject = pseudonym_of(ring, entry.resident)
    else:
        subject = stranger_in(ring, canonical(act), entry.act_salt, entry.sealed)
    before = {name: act.get(name) or None for name in _SHOWN}
    behind = {name: act.get(name) or ([] if name in _LISTS else None) for name in _SHOWN_BEHIND}
    return {"index": entry.position, **before, "subject": subject, **behind}


def _look(desk: Desk, act: dict[str, object], pseudonym: str | None) -> Event:
    subject: dict[str, object] = {"subject": pseudonym or "", "reason": ""}
    resident = desk.ring.resident_behind(pseudonym) if pseudonym else None
    if resident is None:
        return Event(act, subject)
    try:
        # Somebody's trail was looked for: it is about them, and erased with them.
        desk.turn.begin()
        found = person_of(desk.reader, desk.ring, resident)
    except OperatorError:
        found = None  # their keys were changed behind the hub's back; the look is recorded all the same
    return Event(act, subject, resident, found[0].key) if found else Event(act, {"subject": "", "reason": ""})
