"""Step 6: make the outcome durable before anything leaves.

The act goes back to the caller inside the receipt and stays for ever, so it names no data subject and tells no more
than the answer does. What only the trail may know lies in the subject part, sealed under the person's own key.
"""

from hub.model.decision import AccessRequest, Denial, Disclosure, Withheld
from hub.model.instant import timestamp
from hub.schema.fields import fields
from hub.store.engine import Event, Receipt
from hub.store.keys import Keyring
from hub.store.lane import Lane


async def record(events: list[Event], lane: Lane) -> list[Receipt]:
    """Append events to the trail, durably and in order.

    Raises:
        TrailUnavailable: nothing was recorded, so nothing may leave.
    """
    return await lane.record_all(events)


def disclosed(disclosure: Disclosure, ring: Keyring, trail_key: bytes) -> Event:
    """The event of a disclosure."""
    permit = disclosure.permit
    act = _act(permit.request, "disclosed", disclosure.withheld) | {
        "basis": permit.basis,
        "fields": sorted(disclosure.fields),
        "rules": list(permit.rules),
    }
    return Event(act, _subject(ring, permit.resident, permit.request, disclosure.withheld), permit.resident, trail_key)


def denied(denial: Denial, ring: Keyring, resident: int | None = None, trail_key: bytes | None = None) -> Event:
    """The event of a denial; without internal id and trail key where there is no such person."""
    act = _act(denial.request, "denied", denial.withheld) | {"reasons": list(denial.reasons)}
    subject = _subject(ring, resident, denial.request, denial.withheld)
    if denial.truth:
        subject["truth"] = denial.truth
    return Event(act, subject, resident, trail_key)


def searched(request: AccessRequest, grid: str, listed: int) -> Event:
    """The event of a look at a list; each person listed has an entry besides."""
    act = _act(request, "disclosed", ()) | {"kind": "search", "grid": grid, "listed": listed}
    return Event(act, {"subject": "", "reason": ""})


def search_denied(denial: Denial, grid: str) -> Event:
    """The event of a look at a list that was refused."""
    reasons = list(denial.reasons)
    act = _act(denial.request, "denied", ()) | {"kind": "search", "grid": grid, "listed": 0, "reasons": reasons}
    return Event(act, {"subject": "", "reason": ""})


def _act(request: AccessRequest, outcome: str, withheld: tuple[Withheld, ...]) -> dict[str, object]:
    principal, purpose = request.caller.principal, request.purpose
    known = fields()
    return {
        "v": 1,
        "kind": "disclosure",
        "time": timestamp(request.caller.at),
        # A resident's own id belongs to the part that is erased with them.
        "actor": principal.role if principal.rid else principal.id,
        "operator": request.caller.operator,
        "role": principal.role,
        "department": principal.code,
        "area": principal.area,
        "policy": request.policy,
        "purpose": purpose.id if purpose else None,
        "basis": None,
        "fields": [],
        # A name that is no field may hold anything, even personal data: it is counted, not kept.
        "withheld": [[each.field, each.reason] for each in withheld if each.field in known],
        "unknown_fields": sum(each.field not in known for each in withheld),
        "outcome": outcome,
        "reasons": [],
        "approval": None,
        "on_behalf_of": None,
        "trace_id": request.trace_id,
    }


def _subject(
    ring: Keyring, resident: int | None, request: AccessRequest, withheld: tuple[Withheld, ...]
) -> dict[str, object]:
    # Free text may speak about the person, so the caller's reason is erased with them.
    idno, rid = request.subject
    name = f"resident\0{resident}" if resident is not None else f"idno\0{idno}" if idno else f"rid\0{rid}"
    part: dict[str, object] = {"subject": ring.pseudonym(name.encode()), "reason": request.reason}
    if request.caller.principal.rid:
        part["actor"] = request.caller.principal.id
    truths = [[each.field, each.truth] for each in withheld if each.truth]
    return part | {"truths": truths} if truths else part
