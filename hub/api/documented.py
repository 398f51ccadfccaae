"""Routes that FastAPI documents and a plain function serves: the hot road pays for no dependency system."""

import re
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from fastapi.routing import APIRoute
from starlette.types import Receive, Scope

from hub.access.flow import Road
from hub.api.reply import Reply

Handler = Callable[[Road, Scope, Receive], Awaitable[Reply]]
_AUTHORIZATION = b"authorization"


def served_by(handler: Handler) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Mark an endpoint, which then only documents, as served by `handler`."""

    def mark(endpoint: Callable[..., Any]) -> Callable[..., Any]:
        endpoint.direct = handler  # type: ignore[attr-defined]
        return endpoint

    return mark


class DirectRoutes:
    """The handlers of marked routes, found by method and path.

    Args:
        routes: those of a FastAPI application; unmarked ones are left to it.
    """

    def __init__(self, routes: Iterable[Any]) -> None:
        marked = [route for route in routes if isinstance(route, APIRoute) and hasattr(route.endpoint, "direct")]
        self._fixed: dict[tuple[str, str], Handler] = {}
        self._patterns: list[tuple[str, re.Pattern[str], Handler]] = []
        for route in marked:
            for method in route.methods:
                if route.param_convertors:
                    self._patterns.append((method, route.path_regex, route.endpoint.direct))
                else:
                    self._fixed[method, route.path] = route.endpoint.direct

    def find(self, scope: Scope) -> Handler | None:
        """The handler of a request, whose path parameters then stand in `scope["path_params"]` as text."""
        method, path = scope["method"], scope["path"]
        if handler := self._fixed.get((method, path)):
            return handler
        for expected, pattern, handler in self._patterns:
            if expected == method and (found := pattern.match(path)):
                scope["path_params"] = found.groupdict()
                return handler
        return None


def authorization_of(scope: Scope) -> str:
    """The Authorization header, or an empty text."""
    for name, value in scope["headers"]:
        if name == _AUTHORIZATION:
            return str(value, "latin-1")
    return ""
