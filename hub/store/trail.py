"""What the trail keeps of an event: three committed parts, two of them sealed under the data subject's own key."""

from hashlib import sha256

import msgspec
import orjson
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from audit.entry import LEAF_PREFIX
from audit.log import Entry
from hub.store.chance import Chance
from hub.store.engine import Event, Place, Prepared, Receipt
from hub.store.keyring_file import NONCE_BYTES
from hub.store.keys import Keyring

SALT_BYTES = 32
SEALED = "sealed"
"""Member of acts about what a law seals: whom they are about, the trail's readers are not told."""
salts_of_entry = Chance(3 * SALT_BYTES).next
"""Salts of the three parts of an entry, one behind the other."""
_nonce = Chance(NONCE_BYTES).next
_pack = msgspec.msgpack.Encoder().encode


def canonical(part: dict[str, object]) -> bytes:
    """The same bytes as `audit.entry.canonical`, which says what a part may hold, at a tenth of its time."""
    return orjson.dumps(part, option=orjson.OPT_SORT_KEYS)


def sealed_pseudonym(ring: Keyring, resident: int) -> str:
    """The name for somebody in sealed entries: one that nobody can hold against the name in all others."""
    return ring.pseudonym(b"sealed\0%d" % resident)


def prepare(event: Event) -> Prepared:
    """Compute all of an entry that does not depend on its place in the log, outside the writer's turn."""
    salts = salts_of_entry()
    act_salt, subject_salt, ordinal_salt = salts[:32], salts[32:64], salts[64:]
    act = event.act if isinstance(event.act, bytes) else canonical(event.act)
    subject = canonical(event.subject)
    # Commitments as `audit.entry.commitment` makes them, written out: this runs for every answer.
    return Prepared(
        event,
        act,
        act_salt,
        sha256(b"act" + act_salt + act).digest(),
        subject,
        subject_salt,
        sha256(b"subject" + subject_salt + subject).digest(),
        ordinal_salt,
    )


def finish(prepared: Prepared, ordinal: int | None, strangers: bytes) -> Entry:
    """The log entry of an event.

    Args:
        prepared: the event.
        ordinal: how many entries there are about this data subject, this one included; None without a subject.
        strangers: key that seals what is said of people who are not in the store.
    """
    counted = b'{"ordinal":null}' if ordinal is None else b'{"ordinal":%d}' % ordinal
    parts = _pack((prepared.subject_salt, prepared.subject, prepared.ordinal_salt, counted))
    nonce = _nonce()
    ordinal_commitment = sha256(b"ordinal" + prepared.ordinal_salt + counted).digest()
    # As `audit.entry.leaf_data`; the log takes it as it is, and the receipt has it, too.
    commitments = prepared.act_commitment + prepared.subject_commitment + ordinal_commitment
    return Entry(
        prepared.act,
        prepared.act_salt,
        prepared.subject_commitment,
        ordinal_commitment,
        nonce + AESGCM(prepared.event.trail_key or strangers).encrypt(nonce, parts, prepared.act_commitment),
        sha256(LEAF_PREFIX + commitments).digest(),
    )


def unsealed(sealed: bytes, act_commitment: bytes, key: bytes) -> tuple[bytes, bytes, bytes, bytes]:
    """The sealed parts of an entry: subject salt, subject, ordinal salt, ordinal.

    Raises:
        InvalidTag: the key is not the data subject's, or the entry was changed.
    """
    plain = AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], act_commitment)
    subject_salt, subject, ordinal_salt, ordinal = msgspec.msgpack.decode(plain)
    return subject_salt, subject, ordinal_salt, ordinal


def receipt(origin: str, place: Place, prepared: Prepared) -> Receipt:
    """What a caller gets for an entry."""
    return Receipt(
        origin,
        place.position,
        place.leaf,
        prepared.act,
        prepared.act_salt,
        prepared.subject_commitment,
        place.ordinal_commitment,
    )
