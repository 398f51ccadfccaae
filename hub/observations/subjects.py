"""Who an alarm, an emergency or an observation is about, and whether the caller may speak of them at all."""

from typing import Any

from hub.access.decide import FILING_ROLES, decide_purpose
from hub.access.flow import Road
from hub.access.locate import Located, locate
from hub.access.purpose import state_matter
from hub.errors import Reason
from hub.model.decision import AccessRequest
from hub.model.filing import Filing
from hub.model.subject import SubjectRef
from hub.rights.desk import Asked
from hub.rights.recording import refuse
from hub.store.own_trail import Self


def self_in(found: Located | None) -> Self | None:
    """The person found, as the trail knows them."""
    return found and Self(found.sealed.resident, found.trail_key)


async def requester_of(
    road: Road, asked: Asked, kind: str, purpose_id: str, subject: SubjectRef, reason: str
) -> tuple[AccessRequest, list[str], Located | None]:
    """The checks that come before the person: is the caller a requester of the purpose, with a filing if they need one.

    Args:
        road: the road's means.
        asked: who asks.
        kind: of event a refusal is recorded as.
        purpose_id: for what.
        subject: about whom.
        reason: why, in the caller's words.

    Returns:
        The request; the areas it may be about; and the person, where there is one.

    Raises:
        BadInput: the purpose or the reason has the wrong form.
        Refused: in the order of the checks; recorded.
    """
    caller = asked.caller
    purpose, fields, reason = state_matter(purpose_id, None, reason, road.policies)
    request = AccessRequest(caller, subject, purpose, fields, reason, asked.trace_id, road.policies.digest)
    road.turn.begin()
    if road.misses.refused(caller.principal.id, caller.at):
        raise await refuse(road, asked, kind, Reason.RATE_LIMITED)
    filings: tuple[Filing, ...] = ()
    if purpose is not None and caller.principal.role in FILING_ROLES:
        filings = road.standing.filings(caller.principal, purpose.id, caller.today)
    found = locate(subject, caller.principal, (), road.reader, road.ring)
    denial = decide_purpose(request, next(iter(filings), None))
    if denial is not None:
        raise await refuse(road, asked, kind, denial.reasons[0], self_in(found))
    return request, [filing.scope for filing in filings] or [caller.principal.area], found


async def in_area(road: Road, asked: Asked, kind: str, found: Located | None, areas: list[str]) -> Located:
    """The person, where they live in one of some areas within the caller's own.

    Raises:
        Refused: `out_of_scope`: unknown and elsewhere are one answer; recorded.
    """
    area = asked.caller.principal.area
    if found is None or not lives_in(found.facts.grid, area) or not any(lives_in(found.facts.grid, a) for a in areas):
        raise await out_of_scope(road, asked, kind, found)
    return found


async def out_of_scope(road: Road, asked: Asked, kind: str, found: Located | None) -> Any:
    """Record that somebody asked about a person they have nothing to do with; returns what to raise."""
    road.misses.note(asked.caller.principal.id, asked.caller.at)
    return await refuse(road, asked, kind, Reason.OUT_OF_SCOPE, self_in(found))


def lives_in(grid: str, area: str) -> bool:
    """Whether a grid lies in an area."""
    return bool(grid and area) and grid.startswith(area)
