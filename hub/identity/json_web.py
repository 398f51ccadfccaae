"""Strict reading of JSON Web Tokens before anything in them is trusted.

Duplicate members, numbers that JSON does not have, and text that is not base64url are refused here, so that the
issuer and the key are chosen by the same bytes that the signature is checked over (RFC 8725, sections 2 and 3).
"""

import base64
import json
import re
from typing import Any

from hub.errors import Unauthenticated

MOST_TOKEN_CHARACTERS = 8192
_COMPACT = re.compile(r"[A-Za-z0-9_-]{1,8192}\.[A-Za-z0-9_-]{1,8192}\.[A-Za-z0-9_-]{1,8192}")


def read_unverified(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Read the header and the claims of a compact JWS without checking its signature.

    Args:
        token: three base64url segments, at most `MOST_TOKEN_CHARACTERS` long.

    Returns:
        The header and the claims, both still to be proved.

    Raises:
        Unauthenticated: the text is no such token.
    """
    if len(token) > MOST_TOKEN_CHARACTERS:
        raise Unauthenticated(f"a token has at most {MOST_TOKEN_CHARACTERS} characters")
    if not _COMPACT.fullmatch(token):
        raise Unauthenticated("a token has three segments of base64url")
    header, claims, _ = token.split(".")
    return _segment(header, "header"), _segment(claims, "claims")


def strict_object(text: bytes) -> dict[str, Any]:
    """Parse one JSON object.

    Raises:
        ValueError: it is no JSON object, has a member twice, or holds a number that JSON does not have.
    """
    try:
        value = json.loads(text.decode(), object_pairs_hook=_members, parse_constant=_no_constant)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(value, dict):
        raise ValueError("not an object")  # noqa: TRY004 - parsers here leak one kind of error
    return value


def _segment(segment: str, name: str) -> dict[str, Any]:
    try:
        return strict_object(base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4)))
    except ValueError:
        raise Unauthenticated(f"the {name} of the token must be one JSON object without duplicate members") from None


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("duplicate member")
    return members


def _no_constant(_name: str) -> None:
    raise ValueError("not a JSON number")
