"""Looking through the trail: entries of one's own area, newest first; each look is an entry itself."""

from typing import Any

from audit.errors import VerificationError
from audit.strict import base64_text
from audit.verify import leaf_of, parse_trust, receipt_of, verify_receipt
from hub.errors import OperatorError, Reason
from hub.store.engine import Event
from hub.store.keys import Keyring
from hub.store.own_trail import person_of
from hub.store.trail import SEALED, canonical
from hub.store.trail_query import TrailPage, TrailQuery
from hub.store.trail_reader import TrailEntry, pseudonym_of, stranger_in
from hub.supervision.desk import Asked, Desk, act_of, refuse

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
    items = [shown(desk.ring, entry) for entry in desk.trail.entries(page.entries) if lives_in_area(desk, asked, entry)]
    filters = sorted(name for name, value in query._asdict().items() if value is not None and name != "area")
    act = act_of(desk, asked, KIND, "disclosed", filters=filters, listed=len(items))
    await desk.lane.record_all([about(desk, act, query.subject)])
    return {"items": items, "next": None if page.next is None else str(page.next)}


async def one(desk: Desk, asked: Asked, index: int | None) -> dict[str, Any]:
    """An entry with its proof, verified by what a third party verifies it with.

    Args:
        desk: the hub's means.
        asked: a security officer or auditor.
        index: of the entry; None where it cannot be one.

    Returns:
        As an item of `search`; `withheld`; the `receipt`, of which subject and ordinal are commitments; and once a
        checkpoint covers the entry, the `proof` and in `verified` the size of the tree it was found in.

    Raises:
        Refused: there is no such entry in the caller's area, or it was purged; recorded.
        TrailUnavailable: the look could not be recorded; nothing is shown.
    """
    area = asked.caller.principal.area
    page = desk.trail.search(TrailQuery(area=area), index + 1, 1) if index is not None else TrailPage([], None)
    desk.turn.fresh()
    found = desk.trail.entries(page.entries) if page.entries == [index] else []
    if not found or not lives_in_area(desk, asked, found[0]):
        raise await refuse(desk, asked, KIND, Reason.NOT_FOUND)
    [entry] = found
    act = act_of(desk, asked, KIND, "disclosed", filters=["index"], listed=1)
    await desk.lane.record_all([about(desk, act, shown(desk.ring, entry)["subject"])])
    return shown(desk.ring, entry) | {"withheld": entry.act.get("withheld", [])} | _proven(desk, entry)


def _proven(desk: Desk, entry: TrailEntry) -> dict[str, Any]:
    head, text = desk.trail.head(), desk.reader.receipt(entry.position)
    receipt: dict[str, Any] = {
        "origin": head.origin,
        "index": entry.position,
        "act": entry.act,
        "act_salt": base64_text(entry.act_salt),
        "subject_commitment": base64_text(entry.subject_commitment),
        "ordinal_commitment": base64_text(entry.ordinal_commitment),
    }
    receipt["leaf"] = base64_text(leaf_of(receipt))
    if text is None:
        return {"receipt": receipt, "proof": None, "verified": None}
    try:
        keys = parse_trust(desk.trail.directory.log_key.read_bytes())
        size = verify_receipt(receipt_of(receipt), text, keys).checkpoint.size
    except VerificationError:
        size = None  # the log contradicts itself, and whoever looks must see that
    return {"receipt": receipt, "proof": text.decode(), "verified": size}


def lives_in_area(desk: Desk, asked: Asked, entry: TrailEntry) -> bool:
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


def about(desk: Desk, act: dict[str, object], pseudonym: str | None) -> Event:
    """A look as an event about the person whose pseudonym was looked for, where there is one."""
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
