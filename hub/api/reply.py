"""An answer ready to be sent, without a framework."""

from typing import Any, NamedTuple

import orjson
from starlette.types import Send

_JSON = (b"content-type", b"application/json")
_NO_STORE = (b"cache-control", b"no-store")
Header = tuple[bytes, bytes]


class Reply(NamedTuple):
    """Status, headers and body.

    Attributes:
        status: the HTTP status.
        headers: lower-case names and values; length and trace id are added on sending.
        body: the bytes.
    """

    status: int
    headers: tuple[Header, ...]
    body: bytes

    async def send(self, send: Send, trace_id: str) -> None:
        """Send it through an ASGI channel."""
        headers = [
            *self.headers,
            (b"content-length", b"%d" % len(self.body)),
            (b"x-trace-id", trace_id.encode()),
        ]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body})


def json_reply(content: Any, status: int = 200) -> Reply:
    """An answer in JSON that nobody may keep."""
    return Reply(status, (_JSON, _NO_STORE), orjson.dumps(content))


def text_reply(body: bytes | str, kind: str, *headers: Header) -> Reply:
    """An answer of another media type, 200."""
    data = body.encode() if isinstance(body, str) else body
    return Reply(200, ((b"content-type", kind.encode()), *headers), data)
