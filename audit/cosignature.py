"""Cosignatures, c2sp.org/tlog-cosignature: a witness's Ed25519 signature, with a time, over a log's checkpoint.

It says that at this time the checkpoint's tree was the largest the witness had seen of the log, and that it had seen
each of its trees grow out of the one before.
"""

import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from audit.checkpoint import parse_checkpoint
from audit.errors import LogError, VerificationError
from audit.note import COSIGNATURE, KEY_BYTES, PRIVATE, Signature, format_key, is_key_name, key_id, parse_key
from audit.strict import MAX_SIZE

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TIME = struct.Struct(">Q")
_SIGNATURE_BYTES = 64


@dataclass(frozen=True, slots=True)
class Cosigner:
    """A witness's public key and the name it signs under.

    Attributes:
        name: of the key, a URL without a scheme.
        public: raw Ed25519 public key, 32 bytes.
    """

    name: str
    public: bytes

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a verifier key, `name+id+base64(0x04 ‖ public key)`.

        Raises:
            VerificationError: another form, another type, or an id that is not this key's.
        """
        cosigner = cls(*parse_key(text, COSIGNATURE))
        if text != str(cosigner):
            raise VerificationError("the verifier key's id is not that of its name and key")
        return cosigner

    @property
    def key_id(self) -> bytes:
        """The key's id, 4 bytes."""
        return key_id(self.name, COSIGNATURE, self.public)

    def __str__(self) -> str:
        return format_key(self.name, self.key_id, COSIGNATURE, self.public)

    def verify(self, text: str, signature: bytes) -> bool:
        """Whether a cosignature of 72 bytes over a checkpoint's text is by this key."""
        if len(signature) != _TIME.size + _SIGNATURE_BYTES:
            return False
        (time,) = _TIME.unpack_from(signature)
        if time > MAX_SIZE:
            return False
        try:
            public = Ed25519PublicKey.from_public_bytes(self.public)
            public.verify(signature[_TIME.size :], _message(text, time))
        except (InvalidSignature, ValueError):
            return False
        return True


class CosignatureSigner:
    """A witness's private key. Nothing about it but its verifier is ever shown.

    Args:
        name: of the key.
        private: raw Ed25519 private key, 32 bytes; used for nothing but cosignatures under this name.

    Raises:
        LogError: the name cannot stand in a note, or the key has another length.
    """

    def __init__(self, name: str, private: bytes) -> None:
        if not is_key_name(name) or len(private) != KEY_BYTES:
            raise LogError("a witness's key needs a name without spaces and plus signs, and 32 bytes")
        self._key = Ed25519PrivateKey.from_private_bytes(private)
        self._private = private
        self.verifier = Cosigner(name, self._key.public_key().public_bytes_raw())

    @classmethod
    def generate(cls, name: str) -> Self:
        """Make a fresh key. Raises LogError as the class."""
        return cls(name, Ed25519PrivateKey.generate().private_bytes_raw())

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a signer key, `PRIVATE+KEY+name+id+base64(0x04 ‖ private key)`.

        Raises:
            LogError: another form, another type, or an id that is not this key's.
        """
        try:
            signer = cls(*parse_key(text.removeprefix(PRIVATE), COSIGNATURE))
        except VerificationError:
            raise LogError("the witness's key is malformed") from None
        if text != signer.secret():
            raise LogError("the witness's key is malformed or its id is not that of its name and key")
        return signer

    def secret(self) -> str:
        """The signer key as text, for the one file that keeps it."""
        return PRIVATE + format_key(self.verifier.name, self.verifier.key_id, COSIGNATURE, self._private)

    def cosign(self, text: str, time: datetime) -> Signature:
        """Cosign a checkpoint.

        Args:
            text: the checkpoint's.
            time: now, with its time zone; kept to the second.

        Raises:
            VerificationError: the text is not a checkpoint's.
        """
        parse_checkpoint(text)
        seconds = (time - _EPOCH) // timedelta(seconds=1)
        signature = _TIME.pack(seconds) + self._key.sign(_message(text, seconds))
        return Signature(self.verifier.name, self.verifier.key_id, signature)


def cosigned_at(signature: Signature) -> int:
    """When a cosignature was given, in seconds since the epoch.

    Raises:
        VerificationError: it has not the length of one.
    """
    if len(signature.signature) != _TIME.size + _SIGNATURE_BYTES:
        raise VerificationError("the signature is not a cosignature with a time")
    (time,) = _TIME.unpack_from(signature.signature)
    return int(time)


def _message(text: str, time: int) -> bytes:
    return f"cosignature/v1\ntime {time}\n{text}".encode()
