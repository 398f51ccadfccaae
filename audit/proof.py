"""Proofs to keep, c2sp.org/tlog-proof@v1: an entry's index, its inclusion proof and the checkpoint it leads to."""

from collections.abc import Sequence
from dataclasses import dataclass

from audit.checkpoint import Checkpoint, verify_checkpoint
from audit.errors import VerificationError
from audit.merkle import HASH_BYTES, leaf_hash, verify_inclusion
from audit.note import Key
from audit.strict import base64_bytes, base64_text, decimal

_HEADER = "c2sp.org/tlog-proof@v1"
_INDEX = "index "
_EXTRA = "extra "
MAX_HASHES = 63
"""No tree is higher than its size has bits."""


@dataclass(frozen=True, slots=True)
class Proof:
    """An inclusion proof with what it leads to.

    Attributes:
        index: the entry, counted from zero.
        hashes: from the leaf's sibling up to the root's child.
        checkpoint: the signed note, verbatim.
        extra: opaque bytes that nothing authenticates; None for none.
    """

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes | None = None

    def serialized(self) -> bytes:
        """The proof as a file or an answer of type `text/plain`."""
        lines = [_HEADER]
        if self.extra is not None:
            lines.append(_EXTRA + base64_text(self.extra))
        lines.append(f"{_INDEX}{self.index}")
        lines.extend(base64_text(value) for value in self.hashes)
        return "".join(f"{line}\n" for line in lines).encode() + b"\n" + self.checkpoint


@dataclass(frozen=True, slots=True)
class Proved:
    """What a proof has shown.

    Attributes:
        index: where in the log the leaf stands.
        checkpoint: the tree it is in.
    """

    index: int
    checkpoint: Checkpoint


def parse_proof(data: bytes) -> Proof:
    """Take a proof apart, without verifying anything.

    Raises:
        VerificationError: another header, a line that is missing, malformed or out of place, or no checkpoint.
    """
    head, blank, checkpoint = data.partition(b"\n\n")
    try:
        lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError:
        raise VerificationError("the proof is not ASCII before its checkpoint") from None
    if lines.pop(0) != _HEADER:
        raise VerificationError("the proof is not a c2sp.org/tlog-proof@v1")
    if not blank or not checkpoint:
        raise VerificationError("the proof holds no checkpoint")
    extra = None
    if lines and lines[0].startswith(_EXTRA):
        extra = base64_bytes(lines.pop(0).removeprefix(_EXTRA), "extra data")
    if not lines or not lines[0].startswith(_INDEX):
        raise VerificationError("the proof holds no index")
    index = decimal(lines.pop(0).removeprefix(_INDEX), "index")
    if len(lines) > MAX_HASHES:
        raise VerificationError(f"the proof has more than {MAX_HASHES} hashes")
    return Proof(index, tuple(base64_bytes(line, "hash", HASH_BYTES) for line in lines), checkpoint, extra)


def verify_proof(data: bytes, leaf: bytes, verifiers: Sequence[Key], origin: str | None = None) -> Proved:
    """Check that a leaf is in a log that a trusted key has signed.

    Args:
        data: the proof.
        leaf: the leaf's data, which the proof itself does not hold.
        verifiers: the keys that are trusted.
        origin: the log that is asked for; None for any whose key is trusted.

    Raises:
        VerificationError: it is not, or not shown to be.
    """
    proof = parse_proof(data)
    checkpoint = verify_checkpoint(proof.checkpoint, verifiers, origin)
    verify_inclusion(leaf_hash(leaf), proof.index, checkpoint.size, proof.hashes, checkpoint.root)
    return Proved(proof.index, checkpoint)
