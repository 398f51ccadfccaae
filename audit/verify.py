"""Verify what a log has handed out, offline: so far, receipts.

A receipt says what was recorded; a proof says that it stands in the log; a trusted key says whose log that is.
Each of the three is worth nothing without the others.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from audit.entry import PARTS, SALT_BYTES, canonical, commitment, leaf_data
from audit.errors import VerificationError
from audit.merkle import HASH_BYTES
from audit.note import Key, Verifier
from audit.proof import Proved, verify_proof
from audit.strict import MAX_SIZE, base64_bytes

MAX_BYTES = 1 << 20
"""Receipts that are larger are refused unread."""

_REQUIRED = frozenset({"origin", "index", "leaf"})
_MEMBERS = _REQUIRED.union(*({name, f"{name}_salt", f"{name}_commitment"} for name in PARTS))


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt whose leaf commits to what it shows.

    Attributes:
        origin: the log it names.
        index: the entry it names.
        leaf: leaf data, 32 bytes.
        parts: the parts it shows, by name; the act alone for a caller, all three for a resident.
    """

    origin: str
    index: int
    leaf: bytes
    parts: dict[str, dict[str, Any]]


def parse_receipt(data: bytes) -> Receipt:
    """Read a receipt and check that its leaf commits to the parts it shows.

    Every part comes either with its salt, as `act` and `act_salt`, or as its commitment alone, as
    `subject_commitment`. A part with its salt may come with its commitment too. An answer that has the receipt as
    its member `receipt` may be given whole.

    Raises:
        VerificationError: malformed, a member missing or unknown, or a leaf that is not of these parts.
    """
    document = parse_object(data)
    return receipt_of(_object(document, "receipt") if "receipt" in document else document)


def receipt_of(document: dict[str, Any]) -> Receipt:
    """A receipt that has been read as JSON, checked as `parse_receipt` does.

    Raises:
        VerificationError: as `parse_receipt`.
    """
    if _REQUIRED - document.keys():
        raise VerificationError("the receipt lacks its origin, index or leaf")
    if document.keys() - _MEMBERS:
        # What nobody has committed to must not look as if it were proven.
        raise VerificationError("the receipt has a member that nothing commits to")
    leaf = leaf_of(document)
    receipt = Receipt(
        _origin(document),
        _index(document),
        _bytes(document, "leaf", HASH_BYTES),
        {name: document[name] for name in PARTS if name in document},
    )
    if receipt.leaf != leaf:
        raise VerificationError("the receipt's leaf does not commit to what it shows", receipt.index)
    return receipt


def leaf_of(document: dict[str, Any]) -> bytes:
    """The leaf of an event that is shown, or committed to, as a receipt does it.

    Raises:
        VerificationError: a part is malformed, or neither it nor its commitment is there.
    """
    return leaf_data(*(_commitment(document, name) for name in PARTS))


def verify_receipt(receipt: Receipt, proof: bytes, verifiers: Sequence[Key]) -> Proved:
    """Check that a receipt's entry stands in the log it names, at the index it names.

    Args:
        receipt: as read.
        proof: the tlog-proof of its entry.
        verifiers: the keys that are trusted; a log's own has its origin as its name.

    Raises:
        VerificationError: it does not, or is not shown to.
    """
    proved = verify_proof(proof, receipt.leaf, verifiers, receipt.origin)
    if proved.index != receipt.index:
        raise VerificationError("the proof is of another entry than the receipt", receipt.index)
    return proved


def parse_trust(data: bytes) -> list[Verifier]:
    """Read a file of verifier keys: one on a line; blank lines and lines that begin with `#` mean nothing.

    Raises:
        VerificationError: a malformed key, or none.
    """
    try:
        lines = [line.strip() for line in data.decode().splitlines()]
    except UnicodeDecodeError:
        raise VerificationError("the file of keys is not UTF-8") from None
    verifiers = [Verifier.parse(line) for line in lines if line and not line.startswith("#")]
    if not verifiers:
        raise VerificationError("the file of keys holds none")
    return verifiers


def _commitment(document: dict[str, Any], name: str) -> bytes:
    """The commitment to a part, computed where the part is shown."""
    salt, known = f"{name}_salt", f"{name}_commitment"
    stated = _bytes(document, known, HASH_BYTES) if known in document else None
    if (name in document) != (salt in document):
        raise VerificationError(f"the receipt's {name} and its salt come together or not at all")
    if name in document:
        body = canonical(_object(document, name))
        computed = commitment(name, _bytes(document, salt, SALT_BYTES), body)
        if stated not in {None, computed}:
            raise VerificationError(f"the receipt's {name} is not what its commitment commits to")
        return computed
    if stated is None:
        raise VerificationError(f"the receipt has neither the {name} nor its commitment")
    return stated


def parse_object(data: bytes, most: int = MAX_BYTES) -> dict[str, Any]:
    """Read a JSON object strictly: no member twice, no number that is not an integer, no more than `most` bytes.

    Raises:
        VerificationError: it is anything else.
    """
    if len(data) > most:
        raise VerificationError("the receipt is too large to be one")
    try:
        document = json.loads(
            data.decode(), object_pairs_hook=_unique, parse_float=_refuse_number, parse_constant=_refuse_number
        )
    except (ValueError, RecursionError):
        raise VerificationError("the receipt is not JSON in UTF-8") from None
    if not isinstance(document, dict):
        raise VerificationError("the receipt is not a JSON object")
    return document


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise VerificationError("the receipt names a member twice")
    return members


def _refuse_number(_text: str) -> None:
    raise VerificationError("the receipt holds a number that is not an integer")


def _object(document: dict[str, Any], member: str) -> dict[str, Any]:
    value = document[member]
    if not isinstance(value, dict):
        raise VerificationError(f"the receipt's {member} is not an object")
    return value


def _bytes(document: dict[str, Any], member: str, length: int) -> bytes:
    value = document[member]
    if not isinstance(value, str):
        raise VerificationError(f"the receipt's {member} is not a string")
    return base64_bytes(value, f"receipt's {member}", length)


def _origin(document: dict[str, Any]) -> str:
    origin = document["origin"]
    if not isinstance(origin, str):
        raise VerificationError("the receipt's origin is not a string")
    return origin


def _index(document: dict[str, Any]) -> int:
    index = document["index"]
    if not isinstance(index, int) or isinstance(index, bool) or not 0 <= index < MAX_SIZE:
        raise VerificationError("the receipt's index is not a place in a log")
    return index
