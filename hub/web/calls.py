"""How a page asks the API: in this process, through the same handlers, with the same limits, records and refusals.

A page has no other way to anything. What comes back is the JSON that any client would get.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode

import orjson
from starlette.types import Message, Receive, Scope

from hub.api.reply import Reply
from hub.api.routes import SIGNED_IN
from hub.errors import HubError
from hub.model.principal import Principal

Ask = Callable[[Scope, Receive], Awaitable[Reply]]
_ID = re.compile(r"[A-Za-z0-9_.=-]{1,256}")
_LEAST_BAD = 400
_NOT_FOUND = 404


class Answer(NamedTuple):
    """What the API said.

    Attributes:
        status: the HTTP status.
        body: its JSON; None where it is none.
        content: its bytes.
        headers: its headers.
    """

    status: int
    body: Any
    content: bytes = b""
    headers: tuple[tuple[bytes, bytes], ...] = ()

    @property
    def good(self) -> bool:
        """Whether it did what was asked."""
        return self.status < _LEAST_BAD

    @property
    def reasons(self) -> list[str]:
        """Why not, as codes of `Reason`."""
        return list(self.body.get("reasons", ())) if isinstance(self.body, dict) else []

    @property
    def errors(self) -> list[dict[str, str]]:
        """Which members break which rule."""
        return list(self.body.get("errors", ())) if isinstance(self.body, dict) else []


class Refusal(HubError):  # noqa: N818 - it is an answer, and becomes a page
    """The API refused what a page cannot do without.

    Attributes:
        status: the HTTP status.
        reasons: codes of `Reason`.
        errors: which members break which rule.
    """

    def __init__(self, status: int, reasons: list[str], errors: list[dict[str, str]] | None = None) -> None:
        super().__init__(", ".join(reasons) or str(status))
        self.status = status
        self.reasons = reasons
        self.errors = errors or []


class Caller(NamedTuple):
    """For whom the API is asked.

    Attributes:
        ask: the front door's way in, found in the state of the page's own request.
        trace_id: of the page's request: one trace for both.
        principal: who has signed in.
        operator: the human operator of a department or organisation.
    """

    ask: Ask
    trace_id: str
    principal: Principal
    operator: str


async def call(
    caller: Caller,
    method: str,
    path: str,
    body: Any = None,
    *,
    query: Mapping[str, str] | None = None,
    mandate: str = "",
    once: str = "",
    **ids: str,
) -> Answer:
    """Ask the API for somebody who has signed in.

    Args:
        caller: for whom.
        method: of HTTP.
        path: a route's template; `ids` replace its parameters.
        body: what JSON can hold; None for none.
        query: the request's query.
        mandate: id of the mandate on which one acts for a resident.
        once: key under which a write happens once.
        ids: from addresses or forms. What cannot be an id is answered as one that there is none of.
    """
    if not all(_ID.fullmatch(each) for each in ids.values()):
        return Answer(_NOT_FOUND, {"status": _NOT_FOUND, "reasons": ["not_found"]})
    headers = [(b"content-type", b"application/json")]
    headers += [(b"on-behalf-of", mandate.encode("latin-1", "replace"))] if mandate else []
    headers += [(b"idempotency-key", once.encode("latin-1", "replace"))] if once else []
    scope: Scope = {
        "type": "http",
        "method": method,
        "path": path.format(**ids),
        "query_string": urlencode(query or {}).encode(),
        "headers": headers,
        "state": {"trace_id": caller.trace_id, SIGNED_IN: (caller.principal, caller.operator)},
    }
    reply = await caller.ask(scope, _sent(b"" if body is None else orjson.dumps(body)))
    return Answer(reply.status, _parsed(reply), reply.body, reply.headers)


def _sent(content: bytes) -> Receive:
    async def receive() -> Message:
        return {"type": "http.request", "body": content, "more_body": False}

    return receive


def _parsed(reply: Reply) -> Any:
    try:
        return orjson.loads(reply.body)
    except orjson.JSONDecodeError:
        return None
