"""What a browser keeps for the hub for a few minutes: sealed, so that it can neither be read nor made up."""

import base64
import binascii
import time
from typing import Any

import orjson

from hub.web.visit import Visit


def seal(visit: Visit, name: str, content: Any) -> str:
    """A text for a cookie.

    Args:
        visit: whose browser keeps it.
        name: what it is for; nothing sealed for one thing opens for another.
        content: what JSON can hold.
    """
    body = orjson.dumps([int(time.time()), content])
    return base64.urlsafe_b64encode(visit.ring.seal_control(body, _binding(name))).decode().rstrip("=")


def open_sealed(visit: Visit, name: str, seconds: int) -> Any:
    """What the browser brings back, or None: nothing, something else, or older than so many seconds."""
    text = visit.recall(name)
    try:
        sealed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return None
    body = visit.ring.open_control(sealed, _binding(name))
    if body is None:
        return None
    at, content = orjson.loads(body)
    return content if 0 <= time.time() - at <= seconds else None


def _binding(name: str) -> bytes:
    return b"cookie\0" + name.encode()
