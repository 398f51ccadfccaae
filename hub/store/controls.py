"""Control rows: sealed with what identifies them, so that whoever edits the database gains nothing.

A row that was changed or moved stands for nothing at once. An older row put back whole is authentic in itself; it is
found by replaying the log, where the entry of every write names its row.
"""

from typing import Any

import orjson

from hub.store.accounts import OF_HUB, OF_PERSON, ROW, for_row, row_name
from hub.store.engine import ControlRow, Event
from hub.store.keys import Keyring


def sealed(ring: Keyring, row: ControlRow) -> bytes:
    """The body of a row as stored: bound to its kind, id, version and log entry."""
    return ring.seal_control(orjson.dumps(row.body), _binding(row.kind, row.id, row.version, row.entry))


def opened(ring: Keyring, stored: tuple[Any, ...]) -> ControlRow | None:
    """A row as read from the store, `(kind, id, version, entry, body)`; None where it was changed or moved."""
    kind, name, version, entry, blob = stored
    body = ring.open_control(blob, _binding(kind, name, version, entry))
    return None if body is None else ControlRow(kind, name, version, entry, orjson.loads(body))


def current(db: Any, ring: Keyring, kind: str, name: str | None = None) -> list[ControlRow]:
    """The authentic rows of a kind, or the one of a name, as a write transaction sees them: it decides by these.

    Args:
        db: the transaction's connection.
        ring: the keys.
        kind: as in `ControlRow`.
        name: the row's id; None for all.
    """
    query = "SELECT kind, id, version, entry, body FROM control WHERE kind = ? AND (? IS NULL OR id = ?)"
    rows = (opened(ring, row) for row in db.execute(query, (kind, name, name)))
    return [row for row in rows if row is not None]


def accounting_for(ring: Keyring, event: Event, row: ControlRow, body: bytes) -> Event:
    """An event that also accounts for the control row it writes: in its subject part, for a row may be about a person.

    Args:
        ring: the keys.
        event: what happened.
        row: what is written.
        body: as sealed.
    """
    act = event.act if isinstance(event.act, dict) else orjson.loads(event.act)
    accounts = for_row(row_name(ring, row.kind, row.id), row.version, body)
    return event._replace(
        act=act | {ROW: OF_HUB if event.resident is None else OF_PERSON}, subject=event.subject | accounts
    )


def _binding(kind: str, name: str, version: int, entry: int) -> bytes:
    return f"{kind}\0{name}\0{version}\0{entry}".encode()
