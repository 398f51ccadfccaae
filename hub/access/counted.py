"""Reads whose entry is written together with more: how often an approval was used, and whom else the read names."""

from hub.access.record import used
from hub.errors import Reason
from hub.model.approval import State, state_at
from hub.model.decision import AccessRequest
from hub.model.terms import APPROVALS, record_of, with_record
from hub.store.engine import Event, Place, Prepared, Receipt
from hub.store.lane import Lane
from hub.store.trail import prepare
from hub.store.transaction import SqlcipherTransaction


async def record_together(
    event: Event, request: AccessRequest, approvals: tuple[str, ...], others: tuple[Event, ...], lane: Lane
) -> Receipt | Reason:
    """Step 6 for a disclosure that rests on approvals which allow so many reads, or that names other residents.

    Args:
        event: the disclosure.
        request: what was asked.
        approvals: ids of those it rests on.
        others: about each resident that it names.
        lane: where it is recorded.

    Returns:
        The receipt; or why nothing was recorded: somebody else took the last read meanwhile, or the approval ended,
            or its filing's volume is used up.

    Raises:
        TrailUnavailable: nothing was recorded, so nothing may leave.
    """
    told = [prepare(each) for each in others]

    def action(tx: SqlcipherTransaction, prepared: Prepared) -> Place | Reason:
        if not approvals:
            return _with_others(tx, prepared, told)
        resident = event.resident or 0
        facts = tx.facts(resident)
        records = [record_of(facts.terms, APPROVALS, name) for name in approvals] if facts else []
        standing = [each for each in records if each and state_at(each, request.caller.at) is State.APPROVED]
        if facts is None or len(standing) < len(approvals):
            return Reason.APPROVAL_EXPIRED
        place = _with_others(tx, prepared, told)
        if isinstance(place, Reason):
            return place
        terms = facts.terms
        for each in standing:
            terms = with_record(terms, APPROVALS, each | {"used": each["used"] + 1})
        tx.amend(resident, facts._replace(terms=terms), used(request, approvals))
        return place

    return await lane.record_by(event, action)


def _with_others(tx: SqlcipherTransaction, prepared: Prepared, others: list[Prepared]) -> Place | Reason:
    place = tx.record_within(prepared)
    if place is None:
        return Reason.VOLUME_EXCEEDED
    for each in others:
        tx.record(each)
    return place
