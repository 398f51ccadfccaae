"""Routes that FastAPI documents and a plain function serves: the hot road pays for no dependency system.

Describing a route to FastAPI takes longer than all else of it, so that is left until somebody asks for the document.
"""

import re
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, NamedTuple

from fastapi import APIRouter
from starlette.routing import BaseRoute, Route, compile_path
from starlette.types import Receive, Scope

from hub.access.flow import Road
from hub.api.reply import Reply
from hub.errors import NotAllowed
from hub.model.principal import Caller

Handler = Callable[[Road, Scope, Receive], Awaitable[Reply]]
_MARK = "served_directly_by"
SIGNED_IN = "signed_in"
"""Where, in the state of a request that a page makes, the principal and operator of its session stand.

No client can put anything there: the state is made by the server, and the front door fills it."""
ON_BEHALF_OF = b"on-behalf-of"
"""The header that names the mandate somebody acts on."""


def served_by(handler: Handler) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Mark an endpoint, which then only documents, as served by `handler`."""

    def mark(endpoint: Callable[..., Any]) -> Callable[..., Any]:
        setattr(endpoint, _MARK, handler)
        return endpoint

    return mark


class Direct(NamedTuple):
    """A route served directly.

    Attributes:
        handler: what serves it.
        template: its path with the names of parameters in place of their values.
    """

    handler: Handler
    template: str


class Declared(NamedTuple):
    """A route as it was declared.

    Attributes:
        path: with parameters in braces.
        methods: of HTTP.
        endpoint: marked by `served_by`.
    """

    path: str
    methods: frozenset[str]
    endpoint: Callable[..., Any]


def declared(routes: Iterable[Route]) -> list[Declared]:
    """Routes that FastAPI has nothing to say about."""
    return [Declared(each.path, frozenset(each.methods or ()), each.endpoint) for each in routes]


class Routes(APIRouter):
    """A module's routes, declared as on any router and described to FastAPI when somebody asks.

    Attributes:
        declared: all of them.
    """

    def __init__(self, **how: Any) -> None:
        super().__init__(**how)
        self.declared: list[Declared] = []
        self._undescribed: list[tuple[str, Callable[..., Any], dict[str, Any]]] = []

    def add_api_route(self, path: str, endpoint: Callable[..., Any], **how: Any) -> None:
        """Note a route, as the decorators do."""
        self.declared.append(Declared(path, frozenset(how["methods"]), endpoint))
        self._undescribed.append((path, endpoint, how))

    def described(self) -> list[BaseRoute]:
        """The same as FastAPI knows them."""
        for path, endpoint, how in self._undescribed:
            super().add_api_route(path, endpoint, **how)
        self._undescribed.clear()
        return self.routes


class DirectRoutes:
    """The routes, found by method and path.

    Args:
        routes: as declared; one that is not marked is none.
    """

    def __init__(self, routes: Iterable[Declared]) -> None:
        self._fixed: dict[tuple[str, str], Direct] = {}
        self._patterns: list[tuple[str, re.Pattern[str], Direct]] = []
        for path, methods, endpoint in routes:
            handler: Handler | None = getattr(endpoint, _MARK, None)
            if handler is None:
                continue
            pattern, template, parameters = compile_path(path)
            for method in methods:
                direct = Direct(handler, template)
                if parameters:
                    self._patterns.append((method, pattern, direct))
                else:
                    self._fixed[method, path] = direct

    def methods(self, path: str) -> list[str]:
        """The methods that a path can be asked with, sorted; none where there is no such path."""
        fixed = {method for method, each in self._fixed if each == path}
        return sorted(fixed | {method for method, pattern, _ in self._patterns if pattern.match(path)})

    def templates(self) -> list[str]:
        """Every template once."""
        return sorted({each.template for each in (*self._fixed.values(), *(each for *_, each in self._patterns))})

    def find(self, scope: Scope) -> Direct | None:
        """The route of a request, whose path parameters then stand in `scope["path_params"]` as text."""
        method, path = scope["method"], scope["path"]
        if direct := self._fixed.get((method, path)):
            return direct
        for expected, pattern, direct in self._patterns:
            if expected == method and (found := pattern.match(path)):
                scope["path_params"] = found.groupdict()
                return direct
        return None


def header_of(scope: Scope, name: bytes) -> str | None:
    """The first header of a lower-case name, or None."""
    for key, value in scope["headers"]:
        if key == name:
            return str(value, "latin-1")
    return None


async def entered(road: Road, scope: Scope) -> Caller:
    """Step 1 of the road for a request: by the session of the page that makes it, else by its bearer token.

    Raises:
        Unauthenticated: no valid credentials, or a role that is not in force now.
    """
    if (signed_in := scope["state"].get(SIGNED_IN)) is not None:
        return road.enter_as(*signed_in)
    return await road.enter(header_of(scope, b"authorization") or "")


async def caller_of(road: Road, scope: Scope) -> Caller:
    """Step 1 of the road for a request.

    Raises:
        Unauthenticated: no valid credentials.
        NotAllowed: it speaks on behalf of somebody, which few routes take: it must not run as the caller's own.
    """
    caller = await entered(road, scope)
    if header_of(scope, ON_BEHALF_OF) is not None:
        raise NotAllowed("no mandate is accepted here")
    return caller
