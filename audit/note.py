"""Signed notes, c2sp.org/signed-note: a text and Ed25519 signatures over it, each under a key's name and id.

A key's id is the beginning of SHA-256(name ‖ 0x0A ‖ type ‖ public key): an identifier, not a proof of anything.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from audit.errors import LogError, VerificationError
from audit.strict import base64_bytes, base64_text

ED25519 = 0x01
"""The signature type of Ed25519 over the note's text."""

COSIGNATURE = 0x04
"""The signature type of a witness's Ed25519 with a time, c2sp.org/tlog-cosignature."""

MAX_SIGNATURES = 100
"""More signature lines than this are refused unread; other implementations draw the line here too."""

_ID_BYTES = 4
KEY_BYTES = 32
_DASH = "\N{EM DASH} "
_KINDS = {ED25519: "an Ed25519 key", COSIGNATURE: "a witness's Ed25519 key"}
PRIVATE = "PRIVATE+KEY+"


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line.

    Attributes:
        name: the key's name.
        key_id: 4 bytes.
        signature: what follows the key id, in the format of the key's type.
    """

    name: str
    key_id: bytes
    signature: bytes

    def line(self) -> str:
        """The line of a note, with its newline."""
        return f"{_DASH}{self.name} {base64_text(self.key_id + self.signature)}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A note as read or as verified.

    Attributes:
        text: the signed text with its last newline.
        signatures: all of the note's; of a verified note, those by known keys.
    """

    text: str
    signatures: tuple[Signature, ...]


class Key(Protocol):
    """What checks the signatures of one key, of whatever type."""

    @property
    def name(self) -> str:
        """The key's name."""

    @property
    def key_id(self) -> bytes:
        """The key's id, 4 bytes."""

    def verify(self, text: str, signature: bytes) -> bool:
        """Whether a signature over a note's text is by this key."""


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key and the name it signs under.

    Attributes:
        name: of the key; for a log's own key, the log's origin.
        public: raw Ed25519 public key, 32 bytes.
    """

    name: str
    public: bytes

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a verifier key, `name+id+base64(type ‖ public key)`.

        Raises:
            VerificationError: another form, another type than Ed25519, or an id that is not this key's.
        """
        name, key = parse_key(text, ED25519)
        verifier = cls(name, key)
        if text != str(verifier):
            raise VerificationError("the verifier key's id is not that of its name and key")
        return verifier

    @property
    def key_id(self) -> bytes:
        """The key's id, 4 bytes."""
        return key_id(self.name, ED25519, self.public)

    def __str__(self) -> str:
        return format_key(self.name, self.key_id, ED25519, self.public)

    def verify(self, text: str, signature: bytes) -> bool:
        """Whether a signature of 64 bytes over a note's text is by this key."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text.encode())
        except (InvalidSignature, ValueError):
            return False
        return True


class Signer:
    """A private key and the name it signs under. Nothing about it but its verifier is ever shown.

    Args:
        name: of the key.
        private: raw Ed25519 private key, 32 bytes.

    Raises:
        LogError: the name cannot stand in a note, or the key has another length.
    """

    def __init__(self, name: str, private: bytes) -> None:
        if not is_key_name(name) or len(private) != KEY_BYTES:
            raise LogError("a signer key needs a name without spaces and plus signs, and 32 bytes")
        self._key = Ed25519PrivateKey.from_private_bytes(private)
        self._private = private
        self.verifier = Verifier(name, self._key.public_key().public_bytes_raw())

    @classmethod
    def generate(cls, name: str) -> Self:
        """Make a fresh key. Raises LogError as the class."""
        return cls(name, Ed25519PrivateKey.generate().private_bytes_raw())

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a signer key, `PRIVATE+KEY+name+id+base64(type ‖ private key)`.

        Raises:
            LogError: another form, another type than Ed25519, or an id that is not this key's.
        """
        try:
            name, private = parse_key(text.removeprefix(PRIVATE), ED25519)
        except VerificationError:
            raise LogError("the signer key is malformed") from None
        signer = cls(name, private)
        if text != signer.secret():
            raise LogError("the signer key is malformed or its id is not that of its name and key")
        return signer

    @property
    def name(self) -> str:
        """The key's name."""
        return self.verifier.name

    def secret(self) -> str:
        """The signer key as text, for the one file that keeps it."""
        return PRIVATE + format_key(self.name, self.verifier.key_id, ED25519, self._private)

    def sign(self, text: str) -> Signature:
        """Sign a note's text. Ed25519 is deterministic: the same text gives the same signature."""
        return Signature(self.name, self.verifier.key_id, self._key.sign(text.encode()))


def sign(text: str, *signers: Signer) -> bytes:
    """Make a signed note.

    Args:
        text: ends in a newline and holds no other control characters.
        signers: at least one.

    Raises:
        LogError: a text that no verifier would accept.
    """
    note = (text + "\n" + "".join(signer.sign(text).line() for signer in signers)).encode()
    try:
        accepted = parse(note).text == text
    except VerificationError:
        accepted = False
    if not accepted:
        raise LogError("the text cannot stand in a signed note")
    return note


def parse(data: bytes) -> Note:
    """Take a note apart, without verifying anything.

    Raises:
        VerificationError: not UTF-8, a control character, no text, no signature, too many, or a line after the last
            blank one that is not a signature.
    """
    try:
        note = data.decode()
    except UnicodeDecodeError:
        raise VerificationError("the note is not UTF-8") from None
    if any(character < " " and character != "\n" for character in note):
        raise VerificationError("the note holds a control character")
    # The text may hold blank lines; the last one ends it.
    text, blank, lines = note.rpartition("\n\n")
    if not blank or not lines.endswith("\n"):
        raise VerificationError("the note does not end in a blank line and signature lines")
    signatures = lines.split("\n")[:-1]
    if len(signatures) > MAX_SIGNATURES:
        raise VerificationError(f"the note has more than {MAX_SIGNATURES} signatures")
    return Note(text + "\n", tuple(parse_signature(line) for line in signatures))


def verify(data: bytes, verifiers: Sequence[Key]) -> Note:
    """Open a note.

    Every signature by a known key must be good, also one that repeats another; signatures by unknown keys are
    ignored, even those that share a known key's name or id.

    Args:
        data: the note.
        verifiers: the keys that are trusted, no two with the same name and id.

    Returns:
        The note with the signatures by known keys, each once.

    Raises:
        VerificationError: malformed, a known key's signature is bad, or no known key has signed.
    """
    note = parse(data)
    known = {(verifier.name, verifier.key_id): verifier for verifier in verifiers}
    if len(known) != len(verifiers):
        raise VerificationError("two trusted keys share a name and an id")
    verified: dict[Signature, None] = {}
    for signature in note.signatures:
        verifier = known.get((signature.name, signature.key_id))
        if verifier is None:
            continue
        if not verifier.verify(note.text, signature.signature):
            raise VerificationError(f"the signature by {_shown(verifier)} is bad")
        verified[signature] = None
    if not verified:
        raise VerificationError("no trusted key has signed the note")
    return Note(note.text, tuple(verified))


def is_key_name(name: str) -> bool:
    """Whether a text can name a key: not empty, without white space, plus signs and control characters."""
    return bool(name) and not any(c.isspace() or c == "+" or c < " " or "\ud800" <= c <= "\udfff" for c in name)


def parse_signature(line: str) -> Signature:
    """Take a signature line apart, without its newline. Raises VerificationError."""
    name, _, encoded = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not is_key_name(name):
        raise VerificationError("a line after the note's text is not a signature line")
    blob = base64_bytes(encoded, "signature")
    if len(blob) <= _ID_BYTES:
        raise VerificationError("a signature line holds no signature")
    return Signature(name, blob[:_ID_BYTES], blob[_ID_BYTES:])


def parse_key(text: str, kind: int) -> tuple[str, bytes]:
    """Take the encoding of a key apart, without checking its id.

    Args:
        text: `name+id+base64(type ‖ key)`. Callers write the key out again and compare, which leaves it one spelling.
        kind: the type it must be of.

    Returns:
        The name and the key's 32 bytes.

    Raises:
        VerificationError: another form or type.
    """
    # Split at the first two plus signs only: base64 may hold more of them.
    name, _, rest = text.partition("+")
    _, _, encoded = rest.partition("+")
    blob = base64_bytes(encoded, "key")
    if not is_key_name(name) or len(blob) != 1 + KEY_BYTES:
        raise VerificationError("the key is not of the form name+id+key")
    if blob[0] != kind:
        raise VerificationError(f"the key is not {_KINDS[kind]}")
    return name, blob[1:]


def format_key(name: str, identifier: bytes, kind: int, key: bytes) -> str:
    """The encoding of a key, `name+id+base64(type ‖ key)`."""
    return f"{name}+{identifier.hex()}+{base64_text(bytes([kind]) + key)}"


def key_id(name: str, kind: int, public: bytes) -> bytes:
    """The id of a public key: the first 4 bytes of SHA-256(name ‖ 0x0A ‖ type ‖ public key)."""
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:_ID_BYTES]


def _shown(verifier: Key) -> str:
    return f"{verifier.name}+{verifier.key_id.hex()}"
