"""Step 6: make the outcome durable before anything leaves.

The act goes back to the caller inside the receipt and stays for ever, so it names no data subject and tells no more
than the answer does. What only the trail may know lies in the subject part, sealed under the person's own key.
"""

from collections.abc import Awaitable
from functools import lru_cache

from hub.errors import Reason
from hub.model.decision import AccessRequest, Denial, Disclosure, Withheld
from hub.model.filing import Filing
from hub.model.instant import timestamp
from hub.model.principal import Principal
from hub.model.purpose import Approval
from hub.schema.fields import fields
from hub.store.engine import Event, Receipt
from hub.store.keys import Keyring
from hub.store.lane import Lane
from hub.store.trail import SEALED, canonical, sealed_pseudonym
from hub.store.volumes import Quota


def record(events: list[Event], lane: Lane) -> Awaitable[list[Receipt]]:
    """Append events to the trail, durably and in order.

    Raises:
        TrailUnavailable: when awaited; nothing was recorded, so nothing may leave.
    """
    return lane.record_all(events)


def record_within(events: list[Event], lane: Lane) -> Awaitable[list[Receipt | None]]:
    """The same for disclosures on a filing: None, and nothing recorded, where its volume of the day is used up."""
    return lane.record_within(events)


def disclosed(
    disclosure: Disclosure,
    ring: Keyring,
    trail_key: bytes,
    approval: str = "",
    filing: Filing | None = None,
    case: str = "",
    kin: str = "",
) -> Event:
    """The event of a disclosure.

    Args:
        disclosure: what leaves.
        ring: the keys.
        trail_key: of the data subject.
        approval: id of the approval it rests on.
        filing: of the department or organisation.
        case: id of the case it is bound to, or of the naming.
        kin: in whose right a resident asks.
    """
    permit = disclosure.permit
    request = permit.request
    caller, purpose = request.caller, request.purpose.id if request.purpose else None
    before, between, after = _frame(
        caller.principal,
        caller.operator,
        request.policy,
        purpose,
        disclosure.withheld,
        permit.basis,
        tuple(disclosure.fields),
        permit.rules,
        approval,
        _further(request, filing=filing.name if filing else "", case=case, kin=kin),
    )
    act = before + timestamp(caller.at).encode() + between + request.trace_id.encode() + after
    # A volume never keeps help from somebody in danger: each emergency is opened for one person, and reviewed.
    rescue = request.purpose is not None and request.purpose.approval is Approval.BREAK_GLASS
    quota = Quota(filing.number, caller.today.toordinal(), filing.volume) if filing and not rescue else None
    subject = _subject(ring, permit.resident, permit.request, disclosure.withheld)
    return Event(act, subject, permit.resident, trail_key, quota)


def used(request: AccessRequest, approvals: tuple[str, ...]) -> Event:
    """The event of an approval that counts one more read; whom it is about is filled in where it is written."""
    act = _act(request, "used", ()) | {"kind": "approval", "approval": approvals[0]}
    return Event(act, {"reason": ""})


def named(disclosure: Disclosure, ring: Keyring, resident: int, trail_key: bytes, shown: dict[str, bool]) -> Event:
    """The event for a resident whom fields of somebody else's file name.

    Args:
        disclosure: of the other file.
        ring: the keys.
        resident: internal id of whom the fields name.
        trail_key: theirs.
        shown: field to whether it leaves.
    """
    request, given = disclosure.permit.request, [key for key, leaves in shown.items() if leaves]
    act = _act(request, "disclosed" if given else "denied", ()) | {"kind": "named", "fields": sorted(given)}
    act |= {"basis": disclosure.permit.basis} if given else {"reasons": [Reason.NOT_AVAILABLE.value]}
    # Whose file it is, and what the caller said of that person, is not theirs to know.
    return Event(act, {"subject": ring.pseudonym_of(resident), "named_in": sorted(shown)}, resident, trail_key)


def denied(denial: Denial, ring: Keyring, resident: int | None = None, trail_key: bytes | None = None) -> Event:
    """The event of a denial; without internal id and trail key where there is no such person."""
    act = _act(denial.request, "denied", denial.withheld) | {"reasons": list(denial.reasons)}
    subject = _subject(ring, resident, denial.request, denial.withheld)
    if denial.truth:
        subject["truth"] = denial.truth
    return Event(act, subject, resident, trail_key)


def searched(request: AccessRequest, grid: str, listed: int, tag: str = "") -> Event:
    """The event of a look at a list; each person listed has an entry besides."""
    act = _act(request, "disclosed", ()) | {"kind": "search", "grid": grid, "listed": listed}
    act |= {"tag": tag} if tag else {}
    return Event(act, {"subject": "", "reason": ""})


def search_denied(denial: Denial, grid: str) -> Event:
    """The event of a look at a list that was refused."""
    reasons = list(denial.reasons)
    act = _act(denial.request, "denied", ()) | {"kind": "search", "grid": grid, "listed": 0, "reasons": reasons}
    return Event(act, {"subject": "", "reason": ""})


@lru_cache(maxsize=4096)
def _frame(
    principal: Principal,
    operator: str,
    policy: str,
    purpose: str | None,
    withheld: tuple[Withheld, ...],
    basis: str,
    given: tuple[str, ...],
    rules: tuple[str, ...],
    approval: str,
    further: tuple[tuple[str, object], ...],
) -> tuple[bytes, bytes, bytes]:
    """The canonical bytes of a disclosure's act before, between and after its time and its trace id.

    Most disclosures differ in nothing else, and writing an act out takes longer than deciding on it.
    """
    act = _said(principal, operator, policy, purpose, "disclosed", withheld)
    rests_on = {"approval": approval or None, **dict(further)}
    whole = canonical(act | {"basis": basis, "fields": sorted(given), "rules": list(rules)} | rests_on)
    # What somebody else chose cannot look like a member: its quotation marks are escaped.
    before, rest = whole.split(b'"time":""')
    between, after = rest.split(b'"trace_id":""')
    return before + b'"time":"', b'"' + between + b'"trace_id":"', b'"' + after


def _act(request: AccessRequest, outcome: str, withheld: tuple[Withheld, ...]) -> dict[str, object]:
    caller, purpose = request.caller, request.purpose.id if request.purpose else None
    said = _said(caller.principal, caller.operator, request.policy, purpose, outcome, withheld)
    return said | {"time": timestamp(caller.at), "trace_id": request.trace_id} | dict(_further(request))


def _further(request: AccessRequest, **names: str) -> tuple[tuple[str, object], ...]:
    """Members that few acts have; what is given and what is refused for a sealed purpose are sealed alike."""
    found: list[tuple[str, object]] = [(name, value) for name, value in names.items() if value]
    return (*found, (SEALED, True)) if _is_sealed(request) else tuple(found)


def _is_sealed(request: AccessRequest) -> bool:
    return request.purpose is not None and request.purpose.approval is Approval.NAMED_OFFICERS


def _said(
    principal: Principal, operator: str, policy: str, purpose: str | None, outcome: str, withheld: tuple[Withheld, ...]
) -> dict[str, object]:
    """An act's members, its time and its trace id still empty."""
    known = fields()
    return {
        "v": 1,
        "kind": "disclosure",
        "time": "",
        # A resident's own id belongs to the part that is erased with them.
        "actor": principal.role if principal.rid else principal.id,
        "operator": operator,
        "role": principal.role,
        "department": principal.code,
        "area": principal.area,
        "policy": policy,
        "purpose": purpose,
        "basis": None,
        "fields": [],
        # A name that is no field may hold anything, even personal data: it is counted, not kept.
        "withheld": [[each.field, each.reason] for each in withheld if each.field in known],
        "unknown_fields": sum(each.field not in known for each in withheld),
        "outcome": outcome,
        "reasons": [],
        "approval": None,
        "on_behalf_of": None,
        "trace_id": "",
    }


def _subject(
    ring: Keyring, resident: int | None, request: AccessRequest, withheld: tuple[Withheld, ...]
) -> dict[str, object]:
    # Free text may speak about the person, so the caller's reason is erased with them.
    idno, rid = request.subject
    if resident is not None:
        name = ring.pseudonym_of(resident) if not _is_sealed(request) else sealed_pseudonym(ring, resident)
    else:
        name = ring.pseudonym((f"idno\0{idno}" if idno else f"rid\0{rid}").encode())
    part: dict[str, object] = {"subject": name, "reason": request.reason}
    if request.caller.principal.rid:
        # A pseudonym, too: an evidence pack about one person must not name another.
        part["actor"] = ring.pseudonym(f"rid\0{request.caller.principal.rid}".encode())
    truths = [[each.field, each.truth] for each in withheld if each.truth]
    return part | {"truths": truths} if truths else part
