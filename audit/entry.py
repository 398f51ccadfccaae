"""What a leaf commits to: the three parts of an event, each under its own salt.

An event is an act, a subject and an ordinal, each a JSON object. The leaf holds commitments to them, so that each
part can be shown or destroyed without the others, and a published leaf tells nothing.
"""

import hashlib
import json
from typing import Any

from audit.errors import VerificationError

SALT_BYTES = 32
PARTS = ("act", "subject", "ordinal")
"""The parts of an event, in the order in which the leaf commits to them."""

LEAF_PREFIX = b"hub-audit-v1"
_MAX_INTEGER = 2**53 - 1
_MAX_DEPTH = 32
_ARRAY = (list, tuple)
_LITERALS = {None: "null", True: "true", False: "false"}
_quote = json.encoder.encode_basestring
"""Escapes what RFC 8785 escapes, as it does: quotation mark, backslash and characters below U+0020."""


def canonical(value: dict[str, Any]) -> bytes:
    """The canonical bytes of a part (RFC 8785), for the values a part may hold.

    Those are objects with ASCII keys, arrays, strings, integers that a double holds exactly, true, false and null.
    For these, RFC 8785's order by UTF-16 code units is the order of code points.

    Raises:
        VerificationError: the value holds anything else: a fraction, a wider integer, half a surrogate pair, or
            objects nested more than 32 deep.
    """
    if not isinstance(value, dict):
        raise VerificationError("a part is not a JSON object")
    try:
        return _object(value, _MAX_DEPTH - 1).encode()
    except UnicodeEncodeError:
        raise VerificationError("a part holds half a surrogate pair") from None


def commitment(name: str, salt: bytes, body: bytes) -> bytes:
    """Commit to a part: SHA-256(name ‖ salt ‖ body).

    Args:
        name: one of `PARTS`; no name is the beginning of another, and the salt's length is fixed, so that no two
            parts commit to the same bytes.
        salt: 32 secret random bytes; without them nobody can guess the body from the commitment.
        body: the part's canonical bytes.

    Raises:
        VerificationError: an unknown name or a salt of another length.
    """
    if len(salt) != SALT_BYTES or name not in PARTS:
        raise VerificationError(f"a commitment needs a part's name and a salt of {SALT_BYTES} bytes")
    return hashlib.sha256(name.encode() + salt + body).digest()


def leaf_data(act: bytes, subject: bytes, ordinal: bytes) -> bytes:
    """The leaf of an event: SHA-256("hub-audit-v1" ‖ the three commitments), 32 bytes.

    Raises:
        VerificationError: a commitment is not 32 bytes long.
    """
    if not len(act) == len(subject) == len(ordinal) == hashlib.sha256().digest_size:
        raise VerificationError("a commitment is not 32 bytes long")
    return hashlib.sha256(LEAF_PREFIX + act + subject + ordinal).digest()


def _text(value: object, depth: int) -> str:
    # Written out rather than left to `json`: that module coerces keys, writes fractions, and costs twice as much for
    # the small objects this is called with for every recorded event.
    if isinstance(value, str):
        return _quote(value)
    if value is None or isinstance(value, bool):
        return _LITERALS[value]
    if isinstance(value, int):
        if not -_MAX_INTEGER <= value <= _MAX_INTEGER:
            raise VerificationError("a part holds an integer beyond 2^53 - 1")
        return int.__repr__(value)
    if not depth:
        raise VerificationError(f"a part is nested more than {_MAX_DEPTH} deep")
    if isinstance(value, dict):
        return _object(value, depth - 1)
    if isinstance(value, _ARRAY):
        return "[" + ",".join([_text(item, depth - 1) for item in value]) + "]"
    raise VerificationError("a part holds a value that is not an object, array, string, integer, boolean or null")


def _object(value: dict[Any, object], depth: int) -> str:
    try:
        keys = sorted(value)
        plain = "".join(keys).isascii()
    except TypeError:
        plain = False
    if not plain:
        raise VerificationError("a part has a key that is not an ASCII string")
    members = []
    for key in keys:
        item = value[key]
        members.append(f"{_quote(key)}:{_quote(item) if item.__class__ is str else _text(item, depth)}")
    return "{" + ",".join(members) + "}"
