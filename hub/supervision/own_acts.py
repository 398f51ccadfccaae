"""What somebody has done themselves, newest first: staff see their own looks as the trail has them."""

from typing import Any

from hub.errors import Reason
from hub.model.principal import Role
from hub.store.engine import Event
from hub.store.trail import SEALED
from hub.store.trail_query import TrailQuery
from hub.store.trail_reader import TrailEntry
from hub.supervision.desk import Asked, Desk, act_of, refuse

KIND = "own_acts"
_SHOWN = ("time", "kind", "purpose", "outcome", "approval")
_LISTS = ("fields", "reasons")


async def own_acts(desk: Desk, asked: Asked, before: int | None, limit: int) -> dict[str, Any]:
    """A page of what the caller has done.

    Args:
        desk: the hub's means.
        asked: staff of any kind. Residents have `/v1/me/accesses`, which tells them more.
        before: only entries below this index; None from the newest on.
        limit: how many at most.

    Returns:
        `items`, each with the caller's own pairwise `rid` of the person where there is one, and in `next` the index
        that the next page is below, or None. A page may be short, even empty, and not be the last.

    Raises:
        Refused: a resident asks.
        TrailUnavailable: the look could not be recorded, or the projection is far behind; nothing is shown.
    """
    principal = asked.caller.principal
    if principal.role is Role.RESIDENT:
        raise await refuse(desk, asked, KIND, Reason.NOT_ALLOWED)
    page = desk.trail.search(TrailQuery(actor=principal.id, area=principal.area), before, limit)
    entries = [each for each in desk.trail.entries(page.entries) if each.act["kind"] != KIND]
    items = [_shown(desk, asked, each) for each in entries]
    act = act_of(desk, asked, KIND, "disclosed", listed=len(items), purpose=None)
    await desk.lane.record_all([Event(act, {"subject": "", "reason": ""})])
    return {"items": items, "next": None if page.next is None else str(page.next)}


def _shown(desk: Desk, asked: Asked, entry: TrailEntry) -> dict[str, Any]:
    act, organisation = entry.act, asked.caller.principal.organisation
    named = entry.resident is not None and not act.get(SEALED)
    return {
        "index": entry.position,
        **{name: act.get(name) or None for name in _SHOWN},
        **{name: act.get(name) or [] for name in _LISTS},
        "rid": desk.ring.pairwise(organisation, entry.resident) if named and entry.resident is not None else None,
    }
