"""The OpenAPI document, which FastAPI makes: imported when somebody first asks for it, for no other answer needs it."""

from collections.abc import Callable, Iterable
from importlib import import_module
from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.routing import BaseRoute

from hub.api.routes import Routes

_Endpoint = Callable[..., None]


class Described:
    """How a module's routes are described: each by a function that is never called.

    Args:
        declared: the routes.
        how: what FastAPI is told of all of them.
    """

    def __init__(self, declared: Routes, **how: Any) -> None:
        self._router = APIRouter(**how)
        self._declared = {each.operation: each for each in declared.declared}

    def __call__(self, operation: str, **how: Any) -> Callable[[_Endpoint], _Endpoint]:
        """Describe a route by the body, parameters and docstring of a function.

        Args:
            operation: the name it was declared with.
            how: what FastAPI is told of it.

        Raises:
            KeyError: the module declares none of this name.
        """
        path, methods, *_ = self._declared[operation]
        return self._router.api_route(path, methods=sorted(methods), operation_id=operation, **how)

    def routes(self) -> list[BaseRoute]:
        """All of them as FastAPI knows them."""
        return self._router.routes


def describe(names: Iterable[str]) -> FastAPI:
    """FastAPI's application with all routes described; it is asked for the document and for nothing else.

    Args:
        names: of the modules of `hub/api/described`, in the order of the document.
    """
    app = FastAPI(title="Resident hub", version="1", docs_url=None, redoc_url=None, redirect_slashes=False)
    for name in names:
        app.router.routes.extend(import_module(f"hub.api.described.{name}").described.routes())
    return app
