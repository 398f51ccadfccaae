"""Routes that FastAPI documents and a plain ASGI function serves: the hot road pays for no dependency system."""

from collections.abc import Callable
from typing import Any

from fastapi.routing import APIRoute
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from hub.access.flow import Road
from hub.api.problems import for_error
from hub.errors import HubError

Handler = Callable[[Road, str, Scope, Receive], Any]
_AUTHORIZATION = b"authorization"


class DirectRoute(APIRoute):
    """An APIRoute whose endpoint carries, as its attribute `direct`, the ASGI application that serves it."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, endpoint, **options)
        self.app: ASGIApp = getattr(endpoint, "direct", self.app)


def served_by(handler: Handler) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Mark an endpoint, which then only documents, as served by `handler(road, authorization, scope, receive)`."""

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        trace_id = scope["state"]["trace_id"]
        try:
            response: Response = await handler(scope["app"].state.road, authorization_of(scope), scope, receive)
        except HubError as error:
            response = for_error(error, trace_id)
        await response(scope, receive, send)

    def mark(endpoint: Callable[..., Any]) -> Callable[..., Any]:
        endpoint.direct = application  # type: ignore[attr-defined]
        return endpoint

    return mark


def authorization_of(scope: Scope) -> str:
    """The Authorization header, or an empty text."""
    for name, value in scope["headers"]:
        if name == _AUTHORIZATION:
            return str(value, "latin-1")
    return ""
