"""Control rows: sealed with what identifies them, so that whoever edits the database gains nothing."""

from typing import Any

import orjson

from hub.store.engine import ControlRow
from hub.store.keys import Keyring


def sealed(ring: Keyring, row: ControlRow) -> bytes:
    """The body of a row as stored: bound to its kind, id, version and log entry."""
    return ring.seal_control(orjson.dumps(row.body), _binding(row.kind, row.id, row.version, row.entry))


def opened(ring: Keyring, stored: tuple[Any, ...]) -> ControlRow | None:
    """A row as read from the store, `(kind, id, version, entry, body)`; None where it was changed or moved."""
    kind, name, version, entry, blob = stored
    body = ring.open_control(blob, _binding(kind, name, version, entry))
    return None if body is None else ControlRow(kind, name, version, entry, orjson.loads(body))


def _binding(kind: str, name: str, version: int, entry: int) -> bytes:
    return f"{kind}\0{name}\0{version}\0{entry}".encode()
