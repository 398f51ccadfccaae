"""The outermost layer: a trace id for every answer, and a table of direct routes.

What the road serves is found by one look-up and answered without a framework in between; everything else goes to
FastAPI, which also documents the direct routes. Nothing of a request is kept but its counts.
"""

import logging
import secrets

from fastapi import FastAPI
from starlette.types import Message, Receive, Scope, Send

from hub.api.documented import DirectRoutes, Handler
from hub.api.problems import for_error
from hub.api.reply import Reply
from hub.errors import HubError

_log = logging.getLogger("hub")


class Front:
    """The ASGI application that is served.

    Args:
        api: documents and serves all routes; its `state.road` is what direct routes work with.
    """

    def __init__(self, api: FastAPI) -> None:
        self.api = api
        self._direct = DirectRoutes(api.routes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or the lifespan."""
        if scope["type"] != "http":
            await self.api(scope, receive, send)
            return
        trace_id = secrets.token_hex(16)
        scope.setdefault("state", {})["trace_id"] = trace_id
        handler = self._direct.find(scope)
        if handler is None:
            await self._framework(scope, receive, send, trace_id)
            return
        reply = await served(handler, self.api, scope, receive)
        await reply.send(send, trace_id)

    async def _framework(self, scope: Scope, receive: Receive, send: Send, trace_id: str) -> None:
        header = (b"x-trace-id", trace_id.encode())
        started = False

        async def send_traced(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message["headers"] = [*message["headers"], header]
            await send(message)

        try:
            await self.api(scope, receive, send_traced)
        except Exception as error:
            _report(error, trace_id)
            if started:
                raise
            await for_error(error, trace_id).send(send, trace_id)


async def served(handler: Handler, api: FastAPI, scope: Scope, receive: Receive) -> Reply:
    """What a handler answers, whatever happens in it."""
    trace_id = scope["state"]["trace_id"]
    try:
        return await handler(api.state.road, scope, receive)
    except HubError as error:
        return for_error(error, trace_id)
    except Exception as error:  # noqa: BLE001 - the caller learns that something failed and nothing else
        _report(error, trace_id)
        return for_error(error, trace_id)


def _report(error: Exception, trace_id: str) -> None:
    # The text of an exception may quote data; its type may not.
    _log.error("request failed", extra={"error_type": type(error).__name__, "trace_id": trace_id})


