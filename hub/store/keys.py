"""Keys: a root that opens a keyring, and what the rest of the hub may ask of it.

The root key comes from a file beside the data directory or from the environment; everything else is derived from
it or wrapped under it, so that callers never hold the root, a tier key or the index key.
"""

import base64
import hashlib
import hmac
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESSIV

from hub.errors import OperatorError
from hub.model.tier import Tier
from hub.store.keyring_file import (
    FIRST_KEY_ID,
    KEY_BYTES,
    LAST_KEY_ID,
    NONCE_BYTES,
    SINGLE_KEYS,
    keyring_state,
    read_keys,
    tier_key,
)

TOKEN_BYTES = 16
PSEUDONYM_BYTES = 16
_KEY_IDS = range(FIRST_KEY_ID, LAST_KEY_ID + 1)
_LARGEST_ID = (1 << 63) - 1
_SEALED_FROM = 1 + NONCE_BYTES
WRAPPED_BYTES = _SEALED_FROM + KEY_BYTES + 16
_FORMAT = 1


class Warrant(Protocol):
    """The right to open tiers: a permit of the road, or a feed's right to merge."""

    @property
    def tiers(self) -> frozenset[Tier]:
        """Which tiers may be opened."""
        ...


class WarrantError(Exception):
    """Code tried to open a tier that its warrant does not name: a defect, never an answer to a caller."""


class KeyProvider(Protocol):
    """What callers may ask; a later provider can live in another process and count what it opens."""

    def wrap(self, key: bytes, tier: Tier) -> bytes:
        """Seal a data key under the tier's key; returns `WRAPPED_BYTES` bytes."""
        ...

    def wrap_all(self, keys: Sequence[bytes], tiers: Sequence[Tier]) -> bytes:
        """Seal data keys, each under its tier's key, in one call; returns `WRAPPED_BYTES` bytes for each, in order."""
        ...

    def unwrap(self, wrapped: bytes, tier: Tier, warrant: Warrant) -> bytes:
        """Open a data key. Raises WarrantError, or OperatorError where the bytes were changed."""
        ...

    def index(self, value: bytes) -> bytes:
        """The blind index token of a value, `TOKEN_BYTES` bytes."""
        ...


class _Rotating(NamedTuple):
    """The keyring's own right to move data keys from one key of a tier to another."""

    tiers: frozenset[Tier]


class _Mac:
    """HMAC-SHA-256 under one key (RFC 2104); the key's blocks are hashed once, not for every value."""

    def __init__(self, key: bytes) -> None:
        block = key.ljust(hashlib.sha256().block_size, b"\0")
        self._inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in block))
        self._outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in block))

    def of(self, value: bytes) -> bytes:
        """The code of a value, 32 bytes."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(value)
        outer.update(inner.digest())
        return outer.digest()


class _Permutation:
    """Numbers as blocks of AES-256 (FIPS 197) and back: no two are alike, and without the key nobody can tell one.

    A pseudonym that only a hash could tell would need a table of everybody, written at random places.
    """

    def __init__(self, key: bytes) -> None:
        # One block at a time, each another number: nothing repeats that a mode of operation would have to hide.
        cipher = Cipher(algorithms.AES(key), modes.ECB())  # noqa: S305
        self._encrypt, self._decrypt = cipher.encryptor().update, cipher.decryptor().update

    def of(self, number: int) -> bytes:
        """The block of a number, `PSEUDONYM_BYTES` bytes."""
        return self._encrypt(number.to_bytes(PSEUDONYM_BYTES, "big"))

    def number(self, block: bytes) -> int | None:
        """The number of a block; None of one that stands for no internal id."""
        number = int.from_bytes(self._decrypt(block), "big")
        return number if number <= _LARGEST_ID else None


class Keyring:
    """The embedded provider: root key in a file or the environment, all other keys wrapped under it.

    Args:
        folder: the keys directory, mode 0700.
        environ: where the root key may be found; it wins over the file.

    Raises:
        OperatorError: missing or readable by others, or the root key does not open the keyring.
    """

    def __init__(self, folder: Path, environ: Mapping[str, str] = os.environ) -> None:
        self.folder = folder
        self._environ = environ
        self._state: tuple[int, ...] = ()
        self._ciphers: dict[tuple[Tier, int], AESGCM] = {}
        self.key_ids: Mapping[Tier, tuple[int, ...]] = {}
        keys = self._take()
        missing = [name for name in SINGLE_KEYS if name not in keys]
        if missing:
            raise OperatorError(f"the keyring in {folder} lacks the key `{missing[0]}`; restore it from a backup")
        self._index = _Mac(keys["index"])
        self._database = keys["database"]
        self._control = AESGCM(keys["control"])
        self._pairwise_root = keys["pairwise"]
        self._pairwise: dict[str, AESSIV] = {}
        self._pseudonym = _Mac(keys["pseudonym"])
        self._residents = _Permutation(hmac.digest(keys["pseudonym"], b"aes\0residents", "sha256"))
        self.strangers = keys["strangers"]
        self.log_seed = keys["log"]

    def wrap(self, key: bytes, tier: Tier) -> bytes:
        """Seal a data key under the tier's key; returns `WRAPPED_BYTES` bytes."""
        return self.wrap_all([key], [tier])

    def wrap_all(self, keys: Sequence[bytes], tiers: Sequence[Tier]) -> bytes:
        """Seal data keys, each under its tier's key, in one call; returns `WRAPPED_BYTES` bytes for each, in order."""
        current, chance, start = self._current, os.urandom(NONCE_BYTES * len(keys)), 0
        wrapped: list[bytes] = []
        for key, tier in zip(keys, tiers, strict=True):
            mark, encrypt, name = current[tier]
            nonce = chance[start : start + NONCE_BYTES]
            start += NONCE_BYTES
            wrapped.append(mark + nonce + encrypt(nonce, key, name))
        return b"".join(wrapped)

    def unwrap(self, wrapped: bytes, tier: Tier, warrant: Warrant) -> bytes:
        """Open a data key for whoever holds a warrant for its tier.

        Raises:
            WarrantError: the warrant does not name the tier.
            OperatorError: the key was destroyed, changed or belongs elsewhere.
        """
        if tier not in warrant.tiers:
            raise WarrantError(f"no warrant for the tier `{tier}`")
        cipher = self._ciphers.get((tier, wrapped[0])) if wrapped else None
        if cipher is None:
            cipher = self._rotated_to(tier, wrapped)
        try:
            return cipher.decrypt(wrapped[1:_SEALED_FROM], wrapped[_SEALED_FROM:], tier.encode())
        except (InvalidTag, ValueError):
            raise OperatorError(f"a data key of the tier `{tier}` was changed or is not of this keyring") from None

    def rewrapped(self, wrapped: bytes, tier: Tier) -> bytes:
        """A wrapped data key under the tier's current key; the same bytes where it is. Raises OperatorError."""
        mark, _, _ = self._current[tier]
        if wrapped[:1] == mark:
            return wrapped
        return self.wrap(self.unwrap(wrapped, tier, _Rotating(frozenset({tier}))), tier)

    def refresh(self) -> None:
        """Take over what a rotation changed in the keyring since. Raises OperatorError as the class."""
        if keyring_state(self.folder) != self._state:
            self._take()

    def index(self, value: bytes) -> bytes:
        """The blind index token of a value (HMAC-SHA-256 under the index key, truncated), `TOKEN_BYTES` bytes."""
        return self._index.of(value)[:TOKEN_BYTES]

    def pseudonym(self, value: bytes) -> str:
        """The trail's name for somebody or something that is not in the store: 32 hex digits that lead nowhere back."""
        return self._pseudonym.of(value)[:PSEUDONYM_BYTES].hex()

    def pseudonym_of(self, resident: int) -> str:
        """The trail's name for somebody in the store: 32 hex digits that only the hub can compute."""
        return self._residents.of(resident).hex()

    def resident_behind(self, pseudonym: str) -> int | None:
        """The internal id of whom the trail calls by a pseudonym (32 hex digits); None where it is no resident's."""
        return self._residents.number(bytes.fromhex(pseudonym))

    def database_key(self, name: str) -> str:
        """The raw 256-bit key of one database file, as 64 hex digits."""
        return hmac.digest(self._database, name.encode(), "sha256").hex()

    def seal_control(self, body: bytes, binding: bytes) -> bytes:
        """Seal a control row's body; `binding` is authenticated with it."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._control.encrypt(nonce, body, binding)

    def open_control(self, sealed: bytes, binding: bytes) -> bytes | None:
        """Open a control row's body, or None where the row was changed or moved."""
        try:
            return self._control.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], binding)
        except (InvalidTag, ValueError, TypeError):
            return None

    def pairwise(self, organisation: str, resident: int) -> str:
        """The id by which one organisation knows one resident; two organisations' ids cannot be joined."""
        sealed = self._siv(organisation).encrypt(resident.to_bytes(8, "big"), None)
        return base64.urlsafe_b64encode(sealed).decode()

    def resident_of(self, organisation: str, rid: str) -> int | None:
        """The resident behind an organisation's own pairwise id, or None where it is nobody's."""
        try:
            sealed = base64.urlsafe_b64decode(rid.encode())
            if base64.urlsafe_b64encode(sealed) != rid.encode():
                return None  # the decoder passes over foreign characters, but an id has one spelling
            return int.from_bytes(self._siv(organisation).decrypt(sealed, None), "big")
        except (ValueError, InvalidTag):
            return None

    def sealed_id(self, kind: str, resident: int) -> str:
        """A fresh id for something of a kind that is about a resident; only the hub can tell about whom."""
        sealed = self._siv(f"id of {kind}").encrypt(resident.to_bytes(8, "big") + os.urandom(8), None)
        return base64.urlsafe_b64encode(sealed).decode().rstrip("=")

    def resident_in(self, kind: str, name: str) -> int | None:
        """The resident that something of a kind is about, by its id; None where the hub never gave this id."""
        try:
            sealed = base64.urlsafe_b64decode(name.encode() + b"=" * (-len(name) % 4))
            if base64.urlsafe_b64encode(sealed).decode().rstrip("=") != name:
                return None
            return int.from_bytes(self._siv(f"id of {kind}").decrypt(sealed, None)[:8], "big")
        except (ValueError, InvalidTag):
            return None

    def _siv(self, organisation: str) -> AESSIV:
        if (siv := self._pairwise.get(organisation)) is None:
            key = hmac.digest(self._pairwise_root, organisation.encode(), "sha256")
            siv = self._pairwise[organisation] = AESSIV(key)
        return siv

    def change(self, changing: Callable[[Path, Mapping[str, str]], None]) -> None:
        """Change the keyring's file, with what opens it, and take over what became of it. Raises as `changing`."""
        changing(self.folder, self._environ)
        self._take()

    def _take(self) -> dict[str, bytes]:
        state = keyring_state(self.folder)
        keys = read_keys(self.folder, self._environ)
        ids: dict[Tier, tuple[int, ...]] = {}
        for tier in Tier:
            ids[tier] = tuple(number for number in _KEY_IDS if tier_key(tier, number) in keys)
            if not ids[tier]:
                lacking = tier_key(tier, FIRST_KEY_ID)
                raise OperatorError(f"the keyring in {self.folder} lacks the key `{lacking}`; restore it from a backup")
            # One that was dropped stays known to this process: a view that is a moment old may hold what it sealed.
            self._ciphers |= {(tier, number): AESGCM(keys[tier_key(tier, number)]) for number in ids[tier]}
        self._current = {
            tier: (bytes((held[-1],)), self._ciphers[tier, held[-1]].encrypt, tier.encode())
            for tier, held in ids.items()
        }
        self.key_ids, self._state = ids, state
        return keys

    def _rotated_to(self, tier: Tier, wrapped: bytes) -> AESGCM:
        """The cipher of a key that this process has not heard of."""
        if wrapped:
            self.refresh()
            if (cipher := self._ciphers.get((tier, wrapped[0]))) is not None:
                return cipher
        raise OperatorError(f"a data key of the tier `{tier}` names a key that the keyring does not hold")
