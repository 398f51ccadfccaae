"""Erasing a person: the keys are destroyed, and what remains in any copy of the store is noise.

A crash leaves one of three states, and `finish_erasures` brings each to its end: nothing recorded yet (nothing
happened), the intent recorded (the keys may or may not be gone), the row gone (all done). The acts of the trail stay;
what it said of the person was sealed under a key of theirs.
"""

from collections.abc import Callable
from datetime import datetime

from hub.model.instant import timestamp
from hub.store.engine import Event
from hub.store.installation import system_event
from hub.store.keys import Keyring
from hub.store.sections import data_key
from hub.store.sqlcipher import SqlcipherReader
from hub.store.trail import prepare
from hub.store.trail_index import forget_in_trail
from hub.store.transaction import SqlcipherTransaction
from hub.store.warrants import ERASING
from hub.store.writer import Writer

_INTEND = "INSERT OR IGNORE INTO erasure VALUES (?)"


def erase(
    writer: Writer,
    reader: SqlcipherReader,
    ring: Keyring,
    resident: int,
    at: datetime,
    held: Callable[[SqlcipherTransaction], bool] = lambda _: False,
) -> bool:
    """Destroy everything by which a person's file could be read, for ever.

    Args:
        writer: writes intent and completion.
        reader: finds the person.
        ring: the keys.
        resident: the internal id.
        at: when, UTC.
        held: asked in the transaction that would begin it, so that nothing comes in between: whether it must not.

    Returns:
        Whether there was such a person, and nothing held the erasure up.

    Raises:
        TrailUnavailable: nothing, or not yet everything, was destroyed; starting the hub again finishes it.
    """
    sealed = reader.get(resident, ())
    if sealed is None:
        return False
    act = {"v": 1, "kind": "erasure", "time": timestamp(at), "actor": "hub", "outcome": "intended"}
    subject: dict[str, object] = {"subject": ring.pseudonym_of(resident)}
    event = prepare(Event(act, subject, resident, data_key(ring, sealed.keys, "trail", ERASING)))

    def intend(tx: SqlcipherTransaction) -> bool:
        if held(tx):
            return False
        tx.record(event)
        tx.db.execute(_INTEND, (resident,))
        return True

    [intended] = writer.run([intend])
    if isinstance(intended, Exception):
        raise intended
    if not intended:
        return False
    finish_erasures(writer, reader, at)
    return True


def finish_erasures(writer: Writer, reader: SqlcipherReader, at: datetime) -> int:
    """Carry out every erasure that was intended; called at start-up too. Returns how many there were.

    Raises:
        TrailUnavailable: as `erase`.
    """
    intended = reader.intended_erasures()
    for resident in intended:
        writer.destroy_keys(resident)
        forget_in_trail(reader, resident)
        lookups, lists = reader.tokens_of(resident)

        def complete(
            tx: SqlcipherTransaction,
            resident: int = resident,
            lookups: list[bytes] = lookups,
            lists: list[bytes] = lists,
        ) -> None:
            tx.remove_file(resident, lookups, lists)
            tx.db.execute("DELETE FROM erasure WHERE resident = ?", (resident,))
            tx.record(prepare(system_event("erasure", at)))

        [failure] = writer.run([complete], sign=True)
        if failure is not None:
            raise failure
    return len(intended)
