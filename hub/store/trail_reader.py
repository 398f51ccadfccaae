"""Whole entries of the trail, read back from the store."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson
from cryptography.exceptions import InvalidTag

from audit.entry import commitment
from audit.log import latest_checkpoint, tree
from audit.tables import StoredCheckpoint, recent_checkpoints
from hub.store.keys import PSEUDONYM_BYTES, Keyring
from hub.store.publication import published_size
from hub.store.sqlcipher import SqlcipherReader
from hub.store.trail import unsealed

_QUERY = (
    "SELECT idx, act, act_salt, subject_commitment, ordinal_commitment, sealed, "
    "(SELECT resident FROM about WHERE entry = idx) FROM log_entry WHERE idx = ? AND act <> x''"
)

_RECENT = 50


class TrailEntry(NamedTuple):
    """An entry as the trail's readers see it.

    Attributes:
        position: its index in the log.
        act: what happened.
        act_salt: 32 bytes.
        subject_commitment: 32 bytes.
        ordinal_commitment: 32 bytes.
        sealed: subject and ordinal parts with their salts.
        resident: internal id of the data subject; None for nobody, somebody erased or somebody not in the store.
    """

    position: int
    act: dict[str, Any]
    act_salt: bytes
    subject_commitment: bytes
    ordinal_commitment: bytes
    sealed: bytes
    resident: int | None


class Head(NamedTuple):
    """How far the log is.

    Attributes:
        origin: its name.
        size: how many entries it has.
        last: the last checkpoint signed; None before the first.
        published: the last one published.
        recent: the latest ones, newest first.
    """

    origin: str
    size: int
    last: StoredCheckpoint | None
    published: StoredCheckpoint | None
    recent: tuple[StoredCheckpoint, ...]


def read_head(reader: SqlcipherReader) -> Head:
    """How far the log is. Raises LogError where its own record is damaged."""
    with reader.view():
        state, last, size = tree(reader.db), latest_checkpoint(reader.db), published_size(reader.db)
        recent = tuple(recent_checkpoints(reader.db, _RECENT))
        published = next(iter(recent_checkpoints(reader.db, 1, size)), None) if size else last
        return Head(state.origin, state.size, last, published, recent)


def read_entries(reader: SqlcipherReader, indexes: Sequence[int]) -> list[TrailEntry]:
    """Entries in the order asked; what there is none of, or was purged, is left out.

    Args:
        reader: the store.
        indexes: of the entries.
    """
    found = (reader.db.execute(_QUERY, (index,)).fetchone() for index in indexes)
    return [TrailEntry(row[0], orjson.loads(row[1]), *row[2:]) for row in found if row]


def pseudonym_of(ring: Keyring, resident: int) -> str:
    """The trail's name for somebody in the store."""
    return ring.pseudonym_of(resident)


def stranger_in(ring: Keyring, act: bytes, act_salt: bytes, sealed: bytes) -> str | None:
    """The pseudonym in an entry about somebody who is not in the store.

    Returns:
        32 hex digits; None where it is about nobody, or about somebody whose key it was sealed under.
    """
    try:
        subject = orjson.loads(unsealed(sealed, commitment("act", act_salt, act), ring.strangers)[1]).get("subject")
        return subject if len(bytes.fromhex(subject)) == PSEUDONYM_BYTES else None
    except (InvalidTag, ValueError, TypeError):
        return None
