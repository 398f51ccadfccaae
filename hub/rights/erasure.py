"""Carrying out erasures: not while an objection, anomaly or emergency is open about the person; they stay frozen."""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import NamedTuple

from hub.identity.appointments import appointments, revoke
from hub.model.emergency import Review
from hub.model.merge import MERGE, MERGE_BEFORE, taken_in
from hub.model.naming import NAMING
from hub.model.terms import EMERGENCIES
from hub.rights.deferrals import KIND as DEFERRAL
from hub.rights.requests import ANOMALY, DISPUTE, ERASURE, FREEZE
from hub.store.controls import current
from hub.store.erasure import erase
from hub.store.installation import system_event
from hub.store.keys import Keyring
from hub.store.own_trail import file_of
from hub.store.sqlcipher import SqlcipherReader
from hub.store.transaction import SqlcipherTransaction
from hub.store.writer import Writer

# Internal ids count from 1, and none is used again.
_NOBODY = {"resident": 0, "rid": "", "by": "", "against": "", "state": "done"}
_NO_FILES = {"given_up": 0, "kept_before": {}, "given_up_before": {}}


class Carried(NamedTuple):
    """What became of approved erasures.

    Attributes:
        erased: how many people were erased.
        held: how many were not, because something about them is open; they stay frozen.
    """

    erased: int
    held: int


def carry_out(writer: Writer, reader: SqlcipherReader, ring: Keyring, at: datetime) -> Carried:
    """Carry out every erasure that was approved. May be repeated, and finishes what a crash broke off.

    Args:
        writer: not in use by anybody else in this process.
        reader: with no view open: its old pages would keep the keys alive.
        ring: the keys.
        at: when, UTC.

    Raises:
        TrailUnavailable: not everything is done; running it again goes on.
    """
    erased: set[int] = set()
    held: set[int] = set()
    for row in reader.control(ERASURE):
        resident = int(str(row.body["resident"]))
        if row.body["state"] != "approved" or resident in erased | held:
            continue  # relatives of somebody who died may each have asked
        # Files that were given up for this one go first: it is what names them, should a crash come in between.
        theirs = [*_taken_in(writer, resident), resident]
        if not all(_erase_unless_held(writer, reader, ring, each, theirs, at) for each in theirs):
            held.add(resident)
            continue
        _end_roles(writer, reader, str(row.body["rid"]))
        for each in theirs:
            _close(writer, ring, each, at)
        erased.add(resident)
    return Carried(len(erased), len(held))


def erase_person(
    writer: Writer,
    reader: SqlcipherReader,
    ring: Keyring,
    resident: int,
    at: datetime,
    unless: Callable[[SqlcipherTransaction], bool],
) -> bool:
    """Erase somebody of whom nothing is left; returns whether they were. Raises as `carry_out`.

    Args:
        writer: not in use by anybody else in this process.
        reader: with no view open.
        ring: the keys.
        resident: the internal id.
        at: when, UTC.
        unless: asked in the transaction that would begin it: whether something is there all the same.
    """
    found, held = file_of(reader, ring, resident), is_held(ring, [resident])
    if found is None or not erase(writer, reader, ring, resident, at, lambda tx: unless(tx) or held(tx)):
        return False
    _end_roles(writer, reader, found[1].rid)
    _close(writer, ring, resident, at)
    return True


def is_held(ring: Keyring, residents: Collection[int]) -> Callable[[SqlcipherTransaction], bool]:
    """The question, to be asked in the transaction that begins an erasure, whether it must not begin.

    Args:
        ring: the keys.
        residents: internal ids of all files of the person.
    """

    def held(tx: SqlcipherTransaction) -> bool:
        for facts in map(tx.facts, residents):
            emergencies = facts.terms.get(EMERGENCIES, ()) if facts else ()
            if any(each["review"] == Review.UNREVIEWED for each in emergencies):
                return True  # whoever broke the glass would never be judged
        rows = (row.body for kind in (DISPUTE, ANOMALY) for row in current(tx.db, ring, kind))
        return any(body.get("resident") in residents and body["state"] == "open" for body in rows)

    return held


def _taken_in(writer: Writer, resident: int) -> list[int]:
    def ask(tx: SqlcipherTransaction) -> list[int]:
        facts = tx.facts(resident)
        return taken_in(facts.terms) if facts else []

    [found] = writer.run([ask])
    if isinstance(found, Exception):
        raise found
    return list(found)


def _erase_unless_held(
    writer: Writer, reader: SqlcipherReader, ring: Keyring, resident: int, theirs: Collection[int], at: datetime
) -> bool:
    if reader.get(resident, ()) is None:
        return True  # a crash came between the erasure and closing the request
    return erase(writer, reader, ring, resident, at, is_held(ring, theirs))


def _end_roles(writer: Writer, reader: SqlcipherReader, rid: str) -> None:
    for name, held in appointments(reader).items():
        if held.principal.rid == rid and not held.revoked:
            revoke(writer, reader, name)


def _close(writer: Writer, ring: Keyring, resident: int, at: datetime) -> None:
    """Close every row about somebody who is no more, and take out whose it was."""

    def action(tx: SqlcipherTransaction) -> None:
        for kind in (ERASURE, FREEZE, DISPUTE, DEFERRAL, MERGE, MERGE_BEFORE, NAMING):
            for row in current(tx.db, ring, kind):
                if resident in (row.body["resident"], row.body.get("given_up")):
                    event = system_event(kind, at, id=row.id)
                    more = _NO_FILES if kind in (MERGE, MERGE_BEFORE) else {}
                    tx.put_control(kind, row.id, row.body | _NOBODY | more, event)

    [failure] = writer.run([action], sign=True)
    if failure is not None:
        raise failure
