"""The outermost layer: every answer carries a trace id and is counted; nothing else of a request is kept."""

import logging
import secrets

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.api.problems import for_error

_log = logging.getLogger("hub")


class Tracing:
    """Gives each request a trace id and turns what nobody foresaw into a problem that says nothing.

    Args:
        app: what it wraps.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        trace_id = secrets.token_hex(16)
        scope.setdefault("state", {})["trace_id"] = trace_id
        header = (b"x-trace-id", trace_id.encode())
        started = False

        async def send_traced(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message["headers"].append(header)
            await send(message)

        try:
            await self._app(scope, receive, send_traced)
        except Exception as error:
            # The text of an exception may quote data; its type may not.
            _log.error("request failed", extra={"error_type": type(error).__name__, "trace_id": trace_id})
            if started:
                raise
            await for_error(error, trace_id)(scope, receive, send_traced)
