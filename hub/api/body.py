"""Request bodies: strict JSON of bounded size, with errors that name the member and never the value."""

import json
import re
from typing import Any, TypeVar

import msgspec
from starlette.types import Receive

from hub.errors import BadInput

MOST_BYTES = 64 * 1024
MOST_BATCH_BYTES = 512 * 1024
_T = TypeVar("_T")
_MISSING = re.compile(r"Object missing required field `([^`]+)`(?: - at `\$\.?([^`]*)`)?")
_UNKNOWN = re.compile(r"Object contains unknown field `([^`]*)`(?: - at `\$\.?([^`]*)`)?")
_AT = re.compile(r"^(.*?)(?: - at `\$\.?([^`]*)`)?$", re.DOTALL)
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,63}")


async def read(receive: Receive, most: int = MOST_BYTES) -> bytes:
    """Read a whole body.

    Args:
        receive: the ASGI channel.
        most: the largest body accepted, bytes.

    Raises:
        BadInput: it is larger, or the client went away.
    """
    message = await receive()
    body: bytes = message.get("body", b"")
    while message.get("more_body"):
        if len(body) > most:
            break
        message = await receive()
        body += message.get("body", b"")
    if len(body) > most:
        raise BadInput("body", f"must have at most {most} bytes")
    return body


def parse(decoder: "msgspec.json.Decoder[_T]", body: bytes) -> _T:
    """Decode a body into its type; no body at all is an object without members.

    Raises:
        BadInput: naming the member and the rule, also where a member is there twice: two readers of one body would
            otherwise read two things.
    """
    try:
        decoded = decoder.decode(body or b"{}")
        if _may_repeat(body):
            _READER.decode(body.decode())
    except msgspec.ValidationError as error:
        raise _explained(str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise BadInput("body", "must be one JSON object in UTF-8") from None
    except RecursionError:
        raise BadInput("body", "is nested too deeply") from None
    else:
        return decoded


def _may_repeat(body: bytes) -> bool:
    # Reading a body a second time costs more than seeing that no string in it is there twice.
    strings = body.split(b'"')[1::2]
    return len(set(strings)) < len(strings) or b"\\" in body


def _once_each(pairs: list[tuple[str, Any]]) -> None:
    seen = set()
    for name, _ in pairs:
        if name in seen:
            raise BadInput(repeatable(name), "is there twice")
        seen.add(name)


_READER = json.JSONDecoder(object_pairs_hook=_once_each, parse_int=str, parse_float=str)


def repeatable(name: str) -> str:
    """The name of an unknown member is the caller's own text: it is repeated only if it looks like a name."""
    return name if _PLAIN_NAME.fullmatch(name) else "a member whose name is not repeated here"


def _explained(text: str) -> BadInput:
    if found := _UNKNOWN.match(text):
        return BadInput(_path(found[2], repeatable(found[1])), "is not a member of this request")
    if found := _MISSING.match(text):
        return BadInput(_path(found[2], found[1]), "is required")
    found = _AT.match(text)
    rule, at = (found[1], found[2]) if found else (text, None)
    return BadInput(_path(at, ""), rule[:1].lower() + rule[1:])


def _path(at: str | None, name: str) -> str:
    return ".".join(part for part in (at or "", name) if part) or "body"
