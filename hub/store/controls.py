"""Control rows: sealed with what identifies them, so that whoever edits the database gains nothing.

A row that was changed or moved stands for nothing at once. An older row put back whole is authentic in itself; it is
found by replaying the log, where the entry of every write names its row.
"""

from collections.abc import Iterable
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag

from audit.entry import commitment
from hub.store.engine import ControlRow, Event
from hub.store.keys import Keyring
from hub.store.trail import unsealed

_ROW = "row"


def sealed(ring: Keyring, row: ControlRow) -> bytes:
    """The body of a row as stored: bound to its kind, id, version and log entry."""
    return ring.seal_control(orjson.dumps(row.body), _binding(row.kind, row.id, row.version, row.entry))


def opened(ring: Keyring, stored: tuple[Any, ...]) -> ControlRow | None:
    """A row as read from the store, `(kind, id, version, entry, body)`; None where it was changed or moved."""
    kind, name, version, entry, blob = stored
    body = ring.open_control(blob, _binding(kind, name, version, entry))
    return None if body is None else ControlRow(kind, name, version, entry, orjson.loads(body))


def accounting_for(ring: Keyring, event: Event, kind: str, name: str) -> Event:
    """An event that also names the control row it writes: in its subject part, for a row may be about a person."""
    return event._replace(subject=event.subject | {_ROW: _name(ring, kind, name)})


def last_entries(ring: Keyring, entries: Iterable[tuple[int, bytes, bytes, bytes]]) -> dict[str, int]:
    """Replay a log: the last entry of every control row's name.

    Args:
        ring: the keys.
        entries: index, act, act's salt and sealed parts of every entry, ascending.
    """
    last = {}
    for index, act, salt, parts in entries:
        try:
            subject = orjson.loads(unsealed(parts, commitment("act", salt, act), ring.strangers)[1])
        except (InvalidTag, ValueError):
            continue  # about a data subject, or damaged, which the check of the log itself tells
        if name := subject.get(_ROW):
            last[name] = index
    return last


def contradicted(ring: Keyring, rows: Iterable[tuple[str, str, int]], last: dict[str, int]) -> list[str]:
    """What the log does not account for.

    Args:
        ring: the keys.
        rows: kind, id and entry of every row there is.
        last: as `last_entries` gives it.

    Returns:
        Kinds and ids of rows that are not the last ones written, and how many were removed.
    """
    entries = {_name(ring, kind, name): (f"{kind} {name}", entry) for kind, name, entry in rows}
    problems = [row for name, (row, entry) in entries.items() if last.get(name) != entry]
    removed = len(last.keys() - entries.keys())
    return problems + ([f"{removed} that the log accounts for are missing"] if removed else [])


def _name(ring: Keyring, kind: str, name: str) -> str:
    return ring.pseudonym(f"control\0{kind}\0{name}".encode())


def _binding(kind: str, name: str, version: int, entry: int) -> bytes:
    return f"{kind}\0{name}\0{version}\0{entry}".encode()
