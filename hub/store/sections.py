"""Sealing: a resident's file as one row with a section per tier.

An envelope is `suite(1) version(4) nonce(12) ciphertext`. The associated data binds resident, tier, version and
suite, so that a section can neither be moved to another person or tier nor pass for a later version of itself.
Every section is always there and padded to a size class: that a medical or sealed section holds something cannot be
seen from outside.
"""

import os
import struct
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hub.errors import OperatorError
from hub.model.file import Section, Value
from hub.model.tier import Tier
from hub.store.chance import Chance
from hub.store.keyring_file import KEY_BYTES, NONCE_BYTES
from hub.store.keys import WRAPPED_BYTES, Keyring, Warrant

SUITE_AES_256_GCM = 1
SMALLEST_CLASS = 192
SLOTS: tuple[str, ...] = (*Tier, "trail")
"""The data keys of a person in their stored order: one per section, and one for what the trail says of them."""

_HEADER = struct.Struct(">BI")
VERSIONED_BYTES = _HEADER.size
"""How much of an envelope says which version it is."""
_BODY = _HEADER.size + NONCE_BYTES
_START_OF = {name: number * WRAPPED_BYTES for number, name in enumerate(SLOTS)}
_TIER_OF = {name: Tier.CONTROL if name == "trail" else Tier(name) for name in SLOTS}
_TIERS = tuple(_TIER_OF.values())
_VALUE = tuple.__new__
_nonce = Chance(NONCE_BYTES).next
_CUT_KEYS = struct.Struct(f"{KEY_BYTES}s" * len(SLOTS)).unpack
_CUT_NONCES = struct.Struct(f"{NONCE_BYTES}s" * len(Tier)).unpack
_WITHOUT_FLAGS = 2
_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder().decode


class SealedFile(NamedTuple):
    """One person's row as the store holds it.

    Attributes:
        resident: the internal id.
        keys: all wrapped data keys, `len(SLOTS) * WRAPPED_BYTES` bytes, in the order of SLOTS.
        sections: envelopes of the tiers that were asked for.
    """

    resident: int
    keys: bytes
    sections: dict[Tier, bytes]


class FreshKeys(NamedTuple):
    """Data keys of a new person.

    Attributes:
        plain: by slot, 32 bytes each; to seal the first sections with, then to be forgotten.
        wrapped: as the store holds them, in the order of SLOTS.
    """

    plain: dict[str, bytes]
    wrapped: bytes


def fresh_keys(ring: Keyring) -> FreshKeys:
    """Make data keys for one person, one per slot."""
    keys = _CUT_KEYS(os.urandom(KEY_BYTES * len(SLOTS)))
    return FreshKeys(dict(zip(SLOTS, keys, strict=True)), ring.wrap_all(keys, _TIERS))


def with_fresh_keys(ring: Keyring, keys: bytes, tiers: Sequence[Tier]) -> tuple[bytes, dict[Tier, bytes]]:
    """A person's wrapped data keys with fresh ones for some tiers, and these (32 bytes each), to seal with."""
    fresh = {tier: os.urandom(KEY_BYTES) for tier in tiers}
    wrapped = bytearray(keys)
    for tier, key in fresh.items():
        start = _START_OF[tier]
        wrapped[start : start + WRAPPED_BYTES] = ring.wrap(key, tier)
    return bytes(wrapped), fresh


def data_key(ring: Keyring, keys: bytes, slot: str, warrant: Warrant) -> bytes:
    """Open one of a person's data keys (32 bytes). Raises as `Keyring.unwrap`."""
    start = _START_OF[slot]
    return ring.unwrap(keys[start : start + WRAPPED_BYTES], _TIER_OF[slot], warrant)


def seal_first(keys: FreshKeys, resident: int, contents: Mapping[Tier, Any]) -> list[bytes]:
    """Seal every section of a new person, in the order of `Tier`; a tier without content is sealed empty."""
    whose, plain = b"%d" % resident, keys.plain
    envelopes = []
    for nonce, (tier, binding) in zip(_CUT_NONCES(os.urandom(NONCE_BYTES * len(_FIRST))), _FIRST, strict=True):
        padded = _pad(_pack(contents[tier])) if tier in contents else _PADDED_EMPTY
        envelopes.append(_FIRST_HEADER + nonce + AESGCM(plain[tier]).encrypt(nonce, padded, whose + binding))
    return envelopes


def rewrapped(ring: Keyring, keys: bytes) -> bytes:
    """A person's wrapped data keys under the current keys of their tiers; the same object where all of them are.

    Raises:
        OperatorError: one was changed, or is under a key that the keyring does not hold.
    """
    if keys[::WRAPPED_BYTES] == bytes(ring.key_ids[tier][-1] for tier in _TIERS):
        return keys  # each begins with the id of the key that it is under
    fresh = []
    for slot, start in _START_OF.items():
        fresh.append(ring.rewrapped(keys[start : start + WRAPPED_BYTES], _TIER_OF[slot]))
    joined = b"".join(fresh)
    return keys if joined == keys else joined


def keys_behind(db: Any, ring: Keyring, table: str = "data_key") -> dict[Tier, int]:
    """How many people have data keys that are not under the current key of a tier, by tier; none that has none.

    Args:
        db: a connection to the data keys.
        ring: the keys.
        table: where they are.
    """
    found: dict[Tier, int] = {}
    for slot, start in _START_OF.items():
        tier = _TIER_OF[slot]
        count = f"SELECT count(*) FROM {table} WHERE substr(wrapped, {start + 1}, 1) <> ?"  # noqa: S608 - no input
        if number := db.execute(count, (bytes((ring.key_ids[tier][-1],)),)).fetchone()[0]:
            found[tier] = max(found.get(tier, 0), number)
    return found


def seal(key: bytes, resident: int, tier: Tier, version: int, content: Any) -> bytes:
    """Seal what a section holds under its data key, padded to its size class."""
    return seal_under(AESGCM(key), resident, tier, version, content)


def seal_under(cipher: AESGCM, resident: int, tier: Tier, version: int, content: Any) -> bytes:
    """The same with the data key's cipher: making one costs as much as using it."""
    header = _HEADER.pack(SUITE_AES_256_GCM, version)
    nonce = _nonce()
    return header + nonce + cipher.encrypt(nonce, _pad(_pack(content)), _binding(resident, tier, header))


def unseal(key: bytes, resident: int, tier: Tier, envelope: bytes) -> Any:
    """Open an envelope.

    Raises:
        OperatorError: the envelope was changed, moved or sealed under another key.
    """
    return unseal_under(AESGCM(key), resident, tier, envelope)


def unseal_under(cipher: AESGCM, resident: int, tier: Tier, envelope: bytes) -> Any:
    """The same with the data key's cipher."""
    header, nonce = envelope[:VERSIONED_BYTES], envelope[VERSIONED_BYTES:_BODY]
    if len(envelope) < _BODY or header[0] != SUITE_AES_256_GCM:
        raise OperatorError(f"a section of the tier `{tier}` has an unknown form")
    try:
        padded = cipher.decrypt(nonce, envelope[_BODY:], _binding(resident, tier, header))
    except InvalidTag:
        raise OperatorError(f"a section of the tier `{tier}` was changed behind the hub's back") from None
    return _unpack(padded[: padded.rindex(b"\x80")])


def version_of(envelope: bytes) -> int:
    """The version an envelope claims; trustworthy once it has been opened."""
    return int(_HEADER.unpack_from(envelope)[1])


def encode(section: Section) -> Any:
    """A section as compact data: values point into a table of their evidence, most of which is shared."""
    table: dict[tuple[Any, ...], int] = {}
    fields = {}
    for name, values in section.items():
        rows = []
        for value in values:
            # By place, for it runs for every field of every row of an import: what is said, its evidence, its flags.
            evidence, flags = value[1:6], value[6]
            if (number := table.get(evidence)) is None:
                number = table[evidence] = len(table)
            rows.append((value[0], number, flags) if flags else (value[0], number))
        fields[name] = rows
    return [list(table), fields]


EMPTY: Any = encode({})
"""What a section without values is."""


def decode(content: Any) -> Section:
    """The section that `encode` made compact."""
    table: list[Any] = content[0]
    fields: dict[str, Any] = content[1]
    # Runs for every field of every row of an import, hence the constructor without its checks of names.
    return {
        name: tuple(
            [
                _VALUE(Value, (row[0], *table[row[1]], tuple(row[2]) if len(row) > _WITHOUT_FLAGS else ()))
                for row in rows
            ]
        )
        for name, rows in fields.items()
    }


def in_force(content: Any) -> dict[str, Any]:
    """Only the value in force of each field of what `encode` made, without its evidence."""
    return {name: rows[0][0] for name, rows in content[1].items()}


def _pad(body: bytes) -> bytes:
    size = SMALLEST_CLASS
    while size <= len(body):
        size *= 2
    return (body + b"\x80").ljust(size, b"\0")


def _binding(resident: int, tier: str, header: bytes) -> bytes:
    return b"%d%s%s" % (resident, _MARKS[tier], header)


_PADDED_EMPTY = _pad(_pack(EMPTY))
_FIRST_HEADER = _HEADER.pack(SUITE_AES_256_GCM, 1)
_MARKS: dict[str, bytes] = {tier: b"|%s|" % tier.encode() for tier in Tier}
_FIRST = [(tier, _MARKS[tier] + _FIRST_HEADER) for tier in Tier]
"""What a first version is bound to besides the person."""
