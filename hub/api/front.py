"""The outermost layer: a trace id for every answer, and a table of direct routes.

Every route is found by one look-up and answered without a framework in between. FastAPI describes them all, and answers
with that description when somebody asks for it: it is not loaded before. Nothing of a request is kept but its counts.
"""

import logging
import time
from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.routing import Router
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.access.flow import Road
from hub.api.admission import TEMPLATE
from hub.api.idempotency import NEVER, once
from hub.api.problems import for_error, problem_reply
from hub.api.reply import Reply
from hub.api.routes import Declared, Direct, DirectRoutes, Handler, header_of
from hub.errors import HubError, Reason, Unauthenticated
from hub.store.failures import SignInFailures
from hub.telemetry.meter import Meter
from hub.telemetry.settings import TelemetrySettings, open_pipeline
from hub.telemetry.trace import Trace, read_trace
from hub.telemetry.vocabulary import Vocabulary

if TYPE_CHECKING:
    from hub.telemetry.pipeline import Pipeline

_log = logging.getLogger("hub")
_DOCUMENT = "/openapi.json"
_READING = ("GET", "HEAD")


@dataclass(slots=True)
class _Request:
    """What is counted of one request: where it was routed, never its path."""

    method: str
    trace: Trace
    route: str = ""
    status: int = 500


class Front:
    """The ASGI application that is served.

    Args:
        lifespan: what happens before the first request and after the last.
        routes: all of them.
        describe: makes the application that has the OpenAPI document; called once.
        missing: answers where there is no route.
        settings: whether telemetry leaves the process.

    Attributes:
        lifespan: as given.
        declared: the routes.
        road: what they work with, from the lifespan's beginning.
        carried: what every request finds in its state: `ask`, by which pages call the API, and what the pages need.
        vocabulary: what telemetry and logs may say.
        meter: counts requests and decisions.
        failures: counts failed sign-ins, for the trail.
    """

    def __init__(
        self,
        lifespan: Callable[["Front"], AbstractAsyncContextManager[None]],
        routes: Iterable[Declared],
        describe: Callable[[], ASGIApp],
        missing: Handler,
        settings: TelemetrySettings,
    ) -> None:
        self.lifespan = lifespan
        self.declared = tuple(routes)
        self.road: Road
        self._direct = DirectRoutes(self.declared)
        self._describe = describe
        self._described: ASGIApp | None = None
        self._missing = missing
        self.vocabulary = Vocabulary(self._direct.templates(), ())
        self.meter = Meter(self.vocabulary)
        self.failures = SignInFailures()
        self.carried: dict[str, Any] = {"ask": self.ask}
        self._settings = settings
        self._pipeline: Pipeline | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or the lifespan."""
        if scope["type"] != "http":
            await Router(lifespan=lambda _: self.lifespan(self))(scope, receive, send)
            return
        started = time.time_ns()
        request = _Request(scope["method"], read_trace(header_of(scope, b"traceparent")))
        scope.setdefault("state", {}).update(self.carried, trace_id=request.trace.trace_id)
        try:
            await self._serve(request, scope, receive, send)
        finally:
            self._count(request, started)

    async def ask(self, scope: Scope, receive: Receive) -> Reply:
        """Answer a request that a page makes of the API: by the same handler, with the same refusals."""
        direct = self._direct.find(scope)
        if direct is None:
            return problem_reply(404, [Reason.NOT_FOUND.value], scope["state"]["trace_id"])
        return await self._served(direct, scope, receive)

    def described(self) -> ASGIApp:
        """The application that has the OpenAPI document, with all routes described."""
        if self._described is None:
            self._described = self._describe()
        return self._described

    def is_page(self, path: str) -> bool:
        """Whether a path is served to whoever follows a link."""
        found = self._direct.find({"method": "GET", "path": path})
        return found is not None and not found.template.startswith(("/v1/", "/log/", "/static/"))

    def open(self) -> None:
        """Start exporting telemetry, where somebody wants it. Raises OperatorError."""
        self._pipeline = open_pipeline(self._settings, self.meter, self.vocabulary)

    def close(self) -> None:
        """Write what telemetry still holds."""
        if self._pipeline is not None:
            self._pipeline.close()

    async def _serve(self, request: _Request, scope: Scope, receive: Receive, send: Send) -> None:
        direct = self._direct.find(scope)
        if direct is None and scope["path"] == _DOCUMENT and scope["method"] in _READING:
            await self._serve_by_framework(request, scope, receive, send)
            return
        reply = await self._unserved(scope, receive) if direct is None else await self._served(direct, scope, receive)
        request.route = direct.template if direct else ""
        request.status = reply.status
        await reply.send(send, request.trace.trace_id)

    async def _unserved(self, scope: Scope, receive: Receive) -> Reply:
        path, trace_id = scope["path"], scope["state"]["trace_id"]
        methods = list(_READING) if path == _DOCUMENT else self._direct.methods(path)
        if not methods:
            return await self._served(Direct(self._missing, ""), scope, receive)
        reply = problem_reply(405, [Reason.BAD_INPUT.value], trace_id)
        return reply._replace(headers=(*reply.headers, (b"allow", ", ".join(methods).encode())))

    async def _served(self, direct: Direct, scope: Scope, receive: Receive) -> Reply:
        trace_id = scope["state"]["trace_id"]
        scope["state"][TEMPLATE] = direct.template
        try:
            if direct.template in NEVER or not direct.template:
                return await direct.handler(self.road, scope, receive)
            return await once(direct, self.road, scope, receive)
        except HubError as error:
            if isinstance(error, Unauthenticated):
                self.failures.note()
            return for_error(error, trace_id)
        except Exception as error:  # noqa: BLE001 - the caller learns that something failed and nothing else
            _report(error, trace_id)
            return for_error(error, trace_id)

    async def _serve_by_framework(self, request: _Request, scope: Scope, receive: Receive, send: Send) -> None:
        trace_id = request.trace.trace_id
        started = False

        async def send_traced(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                request.status = message["status"]
                message["headers"] = [*message["headers"], (b"x-trace-id", trace_id.encode())]
            await send(message)

        try:
            await self.described()(scope, receive, send_traced)
        except Exception as error:
            _report(error, trace_id)
            if started:
                raise
            await for_error(error, trace_id).send(send, trace_id)

    def _count(self, request: _Request, started: int) -> None:
        ended = time.time_ns()
        self.meter.request(request.route, request.method, request.status, (ended - started) / 1e9)
        if self._pipeline is not None:
            said = {
                "http.route": request.route,
                "http.request.method": request.method,
                "http.response.status_code": request.status,
            }
            self._pipeline.record(request.trace, started, ended, said)


def _report(error: Exception, trace_id: str) -> None:
    # The formatter names the exception's class and place; its text may quote data and is left out.
    _log.error("request failed", exc_info=error, extra={"trace_id": trace_id})
