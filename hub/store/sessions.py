"""Sessions of the pages: one sealed row each, found by the hash of an id that only the browser holds.

All processes read the same rows, so that a session that was ended is ended everywhere with the next request.
"""

import hashlib
from typing import NamedTuple

import orjson

from hub.store.engine import Event
from hub.store.keys import Keyring
from hub.store.trail import prepare
from hub.store.transaction import SqlcipherTransaction

_INSERT = "INSERT INTO session VALUES (?, ?, ?, ?)"


class Session(NamedTuple):
    """Somebody who has signed in.

    Attributes:
        principal: as whom, `role:scope#person`.
        operator: the human operator of a department or organisation; else empty.
        begun: when, seconds since the epoch, UTC.
        used: when a page was last asked for, about.
        ends: when it ends whatever happens.
        form_key: what every form of this session carries, 32 random bytes as text.
        large: whether large type was fitting at sign-in.
    """

    principal: str
    operator: str
    begun: int
    used: int
    ends: int
    form_key: str
    large: bool


def name_of(secret: str) -> bytes:
    """What a session is filed under: the hash of the id that the browser holds, 32 bytes."""
    return hashlib.sha256(secret.encode()).digest()


def sealed(ring: Keyring, name: bytes, session: Session) -> bytes:
    """A session as stored: bound to its name, so that no row can be put in another's place."""
    return ring.seal_control(orjson.dumps(list(session)), b"session\0" + name)


def opened(ring: Keyring, name: bytes, stored: bytes) -> Session | None:
    """A session as read from the store; None where the row was changed or moved."""
    body = ring.open_control(stored, b"session\0" + name)
    return None if body is None else Session(*orjson.loads(body))


def begin(tx: SqlcipherTransaction, ring: Keyring, name: bytes, person: str, session: Session, event: Event) -> None:
    """Put a session on record together with its entry; those that have ended by time go."""
    tx.changed = True
    tx.db.execute("DELETE FROM session WHERE until < ?", (session.begun,))
    row = (name, _person(ring, person), session.ends, sealed(ring, name, session))
    tx.db.execute(_INSERT, row)
    tx.record(prepare(event))


def touch(tx: SqlcipherTransaction, ring: Keyring, name: bytes, session: Session) -> None:
    """Note that a session is in use; one that was ended in the meantime stays ended."""
    tx.db.execute("UPDATE session SET body = ? WHERE name = ?", (sealed(ring, name, session), name))


def end(tx: SqlcipherTransaction, name: bytes, event: Event) -> int:
    """End one session, with its entry where there was one; returns how many ended."""
    return _ended(tx, tx.db.execute("DELETE FROM session WHERE name = ?", (name,)).rowcount, event)


def end_all(tx: SqlcipherTransaction, ring: Keyring, person: str, event: Event) -> int:
    """End all sessions of a human being, in whatever role; returns how many ended."""
    ended = tx.db.execute("DELETE FROM session WHERE person = ?", (_person(ring, person),)).rowcount
    return _ended(tx, ended, event)


def _ended(tx: SqlcipherTransaction, count: int, event: Event) -> int:
    if count:
        tx.changed = True
        act = event.act if isinstance(event.act, dict) else orjson.loads(event.act)
        tx.record(prepare(event._replace(act=act | {"listed": count})))
    return count


def _person(ring: Keyring, person: str) -> bytes:
    return ring.index(b"session\0" + person.encode())
