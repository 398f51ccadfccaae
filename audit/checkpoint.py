"""Checkpoints, c2sp.org/tlog-checkpoint: a signed note that states a log's size and root.

The text has three lines, origin, tree size and root, and may have more, which mean nothing here.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from audit.errors import LogError, VerificationError
from audit.merkle import EMPTY_ROOT, HASH_BYTES
from audit.note import Key, Signer, Verifier, is_key_name, sign, verify
from audit.strict import base64_bytes, base64_text, decimal

__all__ = [
    "Checkpoint",
    "Signer",
    "Verifier",
    "check_origin",
    "parse_checkpoint",
    "sign_checkpoint",
    "verify_checkpoint",
]

_REQUIRED_LINES = 3


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log states about itself.

    Attributes:
        origin: the log's unique name.
        size: how many entries it has.
        root: the Merkle tree's root over them, 32 bytes.
        extensions: further lines, opaque.
    """

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def text(self) -> str:
        """The note's text."""
        return "".join(f"{line}\n" for line in (self.origin, self.size, base64_text(self.root), *self.extensions))


def parse_checkpoint(text: str) -> Checkpoint:
    """Read a checkpoint's text.

    Raises:
        VerificationError: fewer than three lines, an empty one, a size or root that is not spelt as the format
            demands, or an empty tree with a root that is not that of one.
    """
    *lines, rest = text.split("\n")
    if rest or len(lines) < _REQUIRED_LINES or "" in lines:
        raise VerificationError("the checkpoint is not three or more lines, none of them empty")
    origin, size, root, *extensions = lines
    checkpoint = Checkpoint(
        origin, decimal(size, "tree size"), base64_bytes(root, "root hash", HASH_BYTES), tuple(extensions)
    )
    if not checkpoint.size and checkpoint.root != EMPTY_ROOT:
        raise VerificationError("the checkpoint's root is not that of the empty tree")
    return checkpoint


def sign_checkpoint(checkpoint: Checkpoint, signer: Signer) -> bytes:
    """Sign a checkpoint.

    Raises:
        LogError: the signer's name is not the log's origin.
    """
    if signer.name != checkpoint.origin:
        raise LogError("the signer's name is not the log's origin")
    return sign(checkpoint.text(), signer)


def verify_checkpoint(data: bytes, verifiers: Sequence[Key], origin: str | None = None) -> Checkpoint:
    """Open a checkpoint that the log itself has signed.

    Args:
        data: the signed note.
        verifiers: the keys that are trusted. The log's own has the log's origin as its name; the signatures of
            others, such as witnesses, are checked but do not stand in for it.
        origin: the log that is asked for; None for any whose key is trusted.

    Raises:
        VerificationError: malformed, not signed by the log's key, another log's, or a known key's signature is bad.
    """
    note = verify(data, verifiers)
    checkpoint = parse_checkpoint(note.text)
    if origin is not None and checkpoint.origin != origin:
        raise VerificationError("the checkpoint is another log's")
    own = {(key.name, key.key_id) for key in verifiers if isinstance(key, Verifier) and key.name == checkpoint.origin}
    if not any((signature.name, signature.key_id) in own for signature in note.signatures):
        raise VerificationError("the log's own key has not signed the checkpoint")
    return checkpoint


def check_origin(origin: str) -> None:
    """Refuse an origin that cannot also name the log's key. Raises LogError."""
    if not is_key_name(origin):
        raise LogError("a log's origin is not empty and holds no spaces, plus signs or control characters")
