"""Routes, each served by a plain function: the hot road pays for no dependency system.

How the OpenAPI document describes them stands in `hub/api/described`: that needs FastAPI and a shape of every body, and
is imported when somebody asks for it.
"""

import re
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from typing import NamedTuple

from starlette.routing import compile_path
from starlette.types import Receive, Scope

from hub.access.flow import Road
from hub.api.reply import Reply
from hub.errors import NotAllowed
from hub.model.principal import Caller

Handler = Callable[[Road, Scope, Receive], Awaitable[Reply]]
SIGNED_IN = "signed_in"
"""Where, in the state of a request that a page makes, the principal and operator of its session stand.

No client can put anything there: the state is made by the server, and the front door fills it."""
ON_BEHALF_OF = b"on-behalf-of"
"""The header that names the mandate somebody acts on."""


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
        handler: what serves it.
        operation: its name in the OpenAPI document; empty where that says nothing of it.
    """

    path: str
    methods: frozenset[str]
    handler: Handler
    operation: str = ""


class Routes:
    """A module's routes.

    Attributes:
        declared: all of them.
    """

    def __init__(self) -> None:
        self.declared: list[Declared] = []

    def get(self, path: str, operation: str = "") -> Callable[[Handler], Handler]:
        """Serve what is read at a path; arguments as in `Declared`."""
        return partial(self._add, "GET", path, operation)

    def post(self, path: str, operation: str) -> Callable[[Handler], Handler]:
        """Serve what is sent to a path."""
        return partial(self._add, "POST", path, operation)

    def put(self, path: str, operation: str) -> Callable[[Handler], Handler]:
        """Serve what is put at a path."""
        return partial(self._add, "PUT", path, operation)

    def _add(self, method: str, path: str, operation: str, handler: Handler) -> Handler:
        self.declared.append(Declared(path, frozenset({method}), handler, operation))
        return handler


class DirectRoutes:
    """The routes, found by method and path.

    Args:
        routes: as declared.
    """

    def __init__(self, routes: Iterable[Declared]) -> None:
        self._fixed: dict[tuple[str, str], Direct] = {}
        self._patterns: list[tuple[str, re.Pattern[str], Direct]] = []
        for each in routes:
            pattern, template, parameters = compile_path(each.path)
            direct = Direct(each.handler, template)
            for method in each.methods:
                if parameters:
                    self._patterns.append((method, pattern, direct))
                else:
                    self._fixed[method, each.path] = direct

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
