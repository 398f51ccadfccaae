"""Answers to writes, kept for a day under the caller's own key, so that a write asked for twice happens once.

An answer is claimed before the write and kept after it. Whoever finds a claim without an answer learns that it may
have happened: nothing is ever written twice.
"""

import hashlib
from datetime import datetime, timedelta
from typing import NamedTuple

from hub.store.keys import Keyring
from hub.store.transaction import SqlcipherTransaction

KEPT_FOR = timedelta(days=1)
_INSERT = "INSERT OR IGNORE INTO replay VALUES (?, ?, ?, NULL)"
_SELECT = "SELECT asked, reply FROM replay WHERE name = ?"


class Claim(NamedTuple):
    """A write that a caller asks for under a key of theirs.

    Attributes:
        name: digest of caller, route and key, 32 bytes.
        asked: digest of the body, 32 bytes.
    """

    name: bytes
    asked: bytes


class Replay(NamedTuple):
    """What is known of a claim.

    Attributes:
        same: whether the same was asked for then.
        reply: the answer as kept; None where it was never learnt.
    """

    same: bool
    reply: bytes | None


def claim(caller: str, route: str, key: str, body: bytes) -> Claim:
    """Name a write by who asks, where, and under which key."""
    named = hashlib.sha256(f"{caller}\0{route}\0{key}".encode()).digest()
    return Claim(named, hashlib.sha256(body).digest())


def take(tx: SqlcipherTransaction, ring: Keyring, claimed: Claim, at: datetime) -> Replay | None:
    """Claim a write within a transaction; None where nobody had, and what is known of it where somebody had."""
    tx.db.execute("DELETE FROM replay WHERE at < ?", (int((at - KEPT_FOR).timestamp()),))
    if tx.db.execute(_INSERT, (claimed.name, int(at.timestamp()), claimed.asked)).rowcount:
        return None
    asked, sealed = tx.db.execute(_SELECT, (claimed.name,)).fetchone()
    return Replay(asked == claimed.asked, sealed and ring.open_control(sealed, claimed.name))


def keep(tx: SqlcipherTransaction, ring: Keyring, claimed: Claim, reply: bytes) -> None:
    """Keep the answer to a claimed write."""
    sealed = ring.seal_control(reply, claimed.name)
    tx.db.execute("UPDATE replay SET reply = ? WHERE name = ?", (sealed, claimed.name))


def release(tx: SqlcipherTransaction, claimed: Claim) -> None:
    """Give a claim back: nothing was written."""
    tx.db.execute("DELETE FROM replay WHERE name = ? AND reply IS NULL", (claimed.name,))
