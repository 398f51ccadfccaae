"""A resident's own view of the trail: who looked at their file, and the proof that nothing is left out.

The look is itself an entry about the resident, durable before the answer leaves. Its ordinal says how many entries
there are before it, so that its receipt is a signed total: a list that lacks one of them contradicts it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from audit.purge import PURGED
from hub.errors import BadInput, Reason
from hub.model.merge import MERGES
from hub.model.terms import listed, record_of
from hub.rights.deferrals import KIND as DEFERRAL
from hub.rights.deferrals import in_force
from hub.rights.desk import Asked, Desk
from hub.rights.recording import act_of, own, own_self, refuse
from hub.rights.visibility import kept_from_family, own_terms
from hub.rights.words import BASES, DEPARTMENTS, OUTCOMES, ROLES, in_words
from hub.schema.fields import fields
from hub.store.engine import ControlRow
from hub.store.own_trail import OwnEntry, Self, file_of, read_own
from hub.store.trail import SEALED

KIND = "trail_read"


async def accesses(desk: Desk, asked: Asked, cursor: str, limit: int, merge: str = "") -> dict[str, Any]:
    """A page of the entries about the caller, newest first.

    Args:
        desk: the hub's means.
        asked: a resident.
        cursor: `next` of the page before, or empty for the newest.
        limit: how many at most.
        merge: id of a merge that stands, for what was recorded about the file that was given up; it has a number of
            entries, and so a proof, of its own.

    Returns:
        `items`; `next`; `withheld_ordinals`, of entries whose notice is deferred by law; and `total`, how many
        entries there were before this look, with the look's own receipt. The first page's total is what all pages
        together are held against: entries that come in between do not shift it.

    Raises:
        BadInput: the cursor is not one of the caller's own.
        Refused: not a resident, or one whose file is not here; no such merge of theirs.
        TrailUnavailable: the look could not be recorded, so nothing is shown.
    """
    person = await own_self(desk, asked, KIND)
    kept = _kept_from_relatives(desk, asked, person)
    if merge:
        person = await _given_up(desk, asked, person, merge)
    before = _place(desk, asked, cursor)
    [receipt] = await desk.lane.record_all([own(desk, asked, person, act_of(asked, KIND, "disclosed"))])
    desk.turn.fresh()
    deferred = _deferred(desk, person)
    hidden = {int(str(row.body["index"])) for row in in_force(deferred.values(), asked.caller.today)}
    below = before if before is not None else receipt.position
    page, left_out, rest = _page(desk, (asked, kept), person, hidden, below, limit)
    return {
        "items": [_item(desk, each, deferred) for each in read_own(desk.reader, receipt.origin, person, page)],
        "next": _cursor(desk, asked, page[-1]) if rest else None,
        "total": _total(desk, receipt.origin, person, receipt.position),
        "withheld_ordinals": [each.ordinal for each in read_own(desk.reader, receipt.origin, person, left_out)],
    }


async def own_merges(desk: Desk, asked: Asked) -> list[dict[str, Any]]:
    """The files that were found to be the caller's own, too: id of the merge, and since when they are one.

    Raises:
        Refused: not a resident, or one whose file is not here.
        TrailUnavailable: the look could not be recorded.
    """
    person = await own_self(desk, asked, KIND)
    found = file_of(desk.reader, desk.ring, person.resident)
    told = [{"id": each["id"], "since": each["at"]} for each in listed(found[1].terms, MERGES)] if found else []
    await desk.lane.record_all([own(desk, asked, person, act_of(asked, KIND, "disclosed"))])
    return told


async def _given_up(desk: Desk, asked: Asked, person: Self, merge: str) -> Self:
    found = file_of(desk.reader, desk.ring, person.resident)
    record = record_of(found[1].terms, MERGES, merge) if found else None
    other = record and file_of(desk.reader, desk.ring, record["resident"])
    if not other:
        raise await refuse(desk, asked, KIND, Reason.NOT_FOUND, person)
    return other[0]


def told_entries(desk: Desk, asked: Asked, person: Self, before: int, most: int) -> list[OwnEntry]:
    """Entries about a person below an index, newest first, without those whose notice is deferred.

    Args:
        desk: the hub's means, a view begun.
        asked: the person.
        person: the same as the store knows them.
        before: an index.
        most: how many at most.
    """
    deferred = in_force(_deferred(desk, person).values(), asked.caller.today)
    hidden = {int(str(row.body["index"])) for row in deferred}
    indexes = newest(desk, person.resident, before, most + len(hidden))
    return read_own(desk.reader, "", person, [index for index in indexes if index not in hidden][:most])


def newest(desk: Desk, resident: int, before: int, limit: int) -> list[int]:
    """Indexes of the entries about a person, newest first: the last few by the store, the rest by the index."""
    indexed = min(desk.trail.taken(), before)
    found = desk.reader.about(resident, indexed, before, limit)
    if len(found) < limit:
        found += desk.trail.of_resident(resident, indexed, limit - len(found))
    return found


def _deferred(desk: Desk, person: Self) -> dict[int, ControlRow]:
    """The deferrals about a person that were consented to, ended ones too, by the index of the entry."""
    rows = (row for row in desk.reader.control(DEFERRAL) if row.body["resident"] == person.resident)
    agreed = sorted((row for row in rows if row.body["state"] == "approved"), key=lambda row: str(row.body["until"]))
    return {int(str(row.body["index"])): row for row in agreed}


def _page(
    desk: Desk, reader: tuple[Asked, frozenset[str]], person: Self, hidden: set[int], below: int, limit: int
) -> tuple[list[int], list[int], bool]:
    """What is listed, what is left out, and whether there is more; sealed entries are for the person's own eyes.

    Neither do relatives see what entries say of fields that the dead kept from them.
    """
    (asked, kept), wanted, hidden = reader, limit + len(hidden) + 1, set(hidden)
    while True:
        indexes = newest(desk, person.resident, below, wanted)
        if asked.agent is not None:
            read = read_own(desk.reader, "", person, indexes)
            hidden |= {each.position for each in read if each.act.get(SEALED) or not kept.isdisjoint(_speaks_of(each))}
        listed, left_out, rest = _cut(indexes, hidden, limit)
        if rest or len(indexes) < wanted:
            return listed, left_out, rest
        wanted *= 2


def _kept_from_relatives(desk: Desk, asked: Asked, person: Self) -> frozenset[str]:
    """The fields that somebody who died kept from a relative who reads, by the file that stands for them."""
    of_dead = asked.agent is not None and asked.agent.relative
    return kept_from_family(own_terms(desk, person.resident)) if of_dead else frozenset()


def _speaks_of(entry: OwnEntry) -> set[str]:
    """The fields that an entry names: given, kept back, or said of somebody in another's file."""
    act = entry.act
    return {
        *(act.get("fields") or ()),
        *(key for key, _ in act.get("withheld") or ()),
        *entry.subject.get("named_in", ()),
    }


def _cut(indexes: Sequence[int], hidden: set[int], limit: int) -> tuple[list[int], list[int], bool]:
    """What of some indexes is listed on a page, what is left out among those, and whether there is more."""
    listed: list[int] = []
    left_out: list[int] = []
    for index in indexes:
        if len(listed) == limit:
            return listed, left_out, True
        (left_out if index in hidden else listed).append(index)
    return listed, left_out, False


def _total(desk: Desk, origin: str, person: Self, position: int) -> dict[str, Any]:
    [look] = read_own(desk.reader, origin, person, [position])
    return {"count": look.ordinal - 1, "receipt": look.receipt}


def _item(desk: Desk, entry: OwnEntry, deferred: Mapping[int, ControlRow]) -> dict[str, Any]:
    act = entry.act
    role, department = str(act.get("role") or "hub"), str(act.get("department") or "")
    purpose = desk.policies.purposes.get(str(act.get("purpose")))
    known = fields()
    named = [str(key) for key in act.get("fields") or ()]
    later = deferred.get(entry.position)
    item = {
        "index": entry.position,
        "kind": act.get("kind"),
        "when": act.get("time"),
        # A resident who acted stands, as a pseudonym, in the part that is erased with the person it is about.
        "who": entry.subject.get("actor") or act.get("actor"),
        "operator": act.get("operator") or None,
        "role": role,
        "role_name": in_words(ROLES, role),
        "department": department or None,
        "department_name": in_words(DEPARTMENTS, department),
        "purpose": act.get("purpose"),
        "purpose_name": purpose.name if purpose else None,
        "fields": named,
        "field_names": {key: known[key].title for key in named if key in known},
        "basis": act.get("basis"),
        "basis_name": in_words(BASES, str(act.get("basis") or "")),
        "outcome": act.get("outcome"),
        "outcome_name": in_words(OUTCOMES, str(act.get("outcome") or "")),
        "reasons": act.get("reasons") or [],
        "receipt": entry.receipt,
    }
    if PURGED in entry.subject:
        item[PURGED] = entry.subject[PURGED]
    if later is not None:
        item["deferred"] = {member: later.body[member] for member in ("citation", "until")}
    return item


def _place(desk: Desk, asked: Asked, cursor: str) -> int | None:
    if not cursor:
        return None
    place = desk.ring.resident_of(_cursors(asked), cursor)
    if place is None:
        raise BadInput("cursor", "is not one that this list gave")
    return place


def _cursor(desk: Desk, asked: Asked, index: int) -> str:
    return desk.ring.pairwise(_cursors(asked), index)


def _cursors(asked: Asked) -> str:
    return f"accesses of {asked.caller.principal.id}"
