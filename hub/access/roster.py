"""The grid roster: the same road for each person on a list, basic fields only; and those of a grid who have a tag."""

from typing import Any, NamedTuple

from hub.access.decide import decide_purpose
from hub.access.flow import Outcome, Road
from hub.access.locate import Located, locate_resident
from hub.access.record import record, search_denied, searched
from hub.access.respond import refuse
from hub.errors import BadInput, Reason
from hub.model.decision import AccessRequest, Denial, Disclosure
from hub.model.principal import Caller, Role
from hub.model.protection import is_protected
from hub.model.subject import SubjectRef
from hub.store.tokens import list_token

PURPOSE = "ROSTER"
ROLES = frozenset({Role.GRID_WORKER, Role.CLERK})
TAGGED = {"tag.alone": "VISIT"}
"""Tags by which people can be listed, and for which purpose: it shows its own fields, the tag among them."""
MOST_READ = 1000
"""How many files one page may open while it looks for names that match."""


class Page(NamedTuple):
    """A page of the roster.

    Attributes:
        items: disclosure bodies, in the roster's order.
        next: where the next page starts, or None at the end.
    """

    items: list[dict[str, Any]]
    next: str | None


async def search(
    road: Road, caller: Caller, grid: str, part: str, cursor: str, limit: int, trace_id: str, tag: str = ""
) -> Page | dict[str, Any]:
    """List people of a grid.

    Args:
        road: the steps' means.
        caller: who asks: a grid worker or clerk, or with a tag whoever may use its purpose.
        grid: 15 digits.
        part: part of a name, or empty for everybody.
        cursor: `next` of the page before, or empty.
        limit: how many to list at most.
        trace_id: 32 hex digits.
        tag: one of `TAGGED`, or empty for everybody.

    Returns:
        A page, or what a refusal says. People of whom nothing may be shown are not listed.

    Raises:
        BadInput: the cursor is not one of the caller's own.
        TrailUnavailable: nothing is listed.
    """
    purpose = road.policies.purposes.get(TAGGED.get(tag, PURPOSE))
    keys = purpose.fields if purpose else ()
    request = AccessRequest(caller, SubjectRef(), purpose, keys, "", trace_id, road.policies.digest)
    denial = decide_purpose(request, None) or road.locked(request)
    if denial is None and not grid.startswith(caller.principal.area):
        denial = Denial(request, (Reason.OUT_OF_SCOPE,))
    if denial is not None:
        [receipt] = await record([search_denied(denial, grid)], road.lane)
        return refuse(denial, receipt)
    after = _resident_at(road, caller, cursor)
    road.turn.begin()
    outcomes, last = _listed(road, request, (list_token(road.ring, grid, tag), tag), part, after, limit)
    events = [searched(request, grid, len(outcomes), tag), *(outcome.event for outcome in outcomes)]
    receipts = await record(events, road.lane)
    items = [road.answer(*each).body for each in zip(outcomes, receipts[1:], strict=True)]
    return Page(items, road.ring.pairwise(_cursors(caller), last) if last else None)


def _listed(
    road: Road, request: AccessRequest, listed: tuple[bytes, str], part: str, after: int, limit: int
) -> tuple[list[Outcome], int]:
    purpose = request.purpose
    tiers = road.sections(purpose.id, request.caller.principal.requester) if purpose else ()
    token, tag = listed
    residents = road.reader.roster(token, after, MOST_READ)
    outcomes: list[Outcome] = []
    for resident in residents:
        outcome = _one(road, request, locate_resident(resident, tiers, road.reader, road.ring), tag)
        if outcome is not None and part in str(getattr(outcome.result, "fields", {}).get("name", "")):
            outcomes.append(outcome)
            if len(outcomes) == limit:
                return outcomes, resident
    return outcomes, residents[-1] if len(residents) == MOST_READ else 0


def _one(road: Road, request: AccessRequest, found: Located | None, tag: str) -> Outcome | None:
    if found is None or (tag and is_protected(found.facts.terms)):
        return None  # no list tells where a protected person lives, see `hub/access/grounds.py`
    outcome = road.judge(request, (), found)
    if not isinstance(outcome.result, Disclosure) or (tag and not outcome.result.fields.get(tag)):
        return None
    # A look at a list is no read that an approval may count: who rests on one is read alone.
    return None if outcome.counted else outcome


def _resident_at(road: Road, caller: Caller, cursor: str) -> int:
    if not cursor:
        return 0
    resident = road.ring.resident_of(_cursors(caller), cursor)
    if resident is None:
        raise BadInput("cursor", "is not one that this list gave")
    return resident


def _cursors(caller: Caller) -> str:
    return f"roster of {caller.principal.id}"
