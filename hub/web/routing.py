"""Whose pages there are: each module below `hub/web/pages` brings its routes and its entries of the navigation."""

import importlib
import pkgutil
from collections.abc import Awaitable, Callable
from functools import cache, partial
from typing import NamedTuple

from hub.api.reply import Reply
from hub.api.routes import Declared
from hub.model.principal import Role
from hub.web import pages as rooms
from hub.web.serving import serve_page
from hub.web.visit import Visit

Page = Callable[[Visit], Awaitable[Reply]]


class Entry(NamedTuple):
    """A place in the navigation.

    Attributes:
        order: entries stand in this order.
        path: where it leads.
        label: what it is called, a msgid.
    """

    order: int
    path: str
    label: str


class Audience(NamedTuple):
    """People who do the same work.

    Attributes:
        name: of their folder of pages and templates, and of their catalogue.
        title: what their pages are called, a msgid.
        home: where they begin; empty for pages that people have beside those of their own work.
        roles: who they are; empty where nobody needs to have signed in.
    """

    name: str
    title: str
    home: str
    roles: frozenset[Role]


class Pages:
    """The pages of one module.

    Args:
        audience: whose they are.
    """

    def __init__(self, audience: Audience) -> None:
        self.audience = audience
        self.routes: list[Declared] = []
        self.entries: list[Entry] = []

    def get(self, path: str, label: str = "", order: int = 100) -> Callable[[Page], Page]:
        """Serve a page at a path; with a label, it has an entry in the audience's navigation."""
        if label:
            self.entries.append(Entry(order, path, label))
        return partial(self._add, path, frozenset({"GET", "HEAD"}))

    def post(self, path: str) -> Callable[[Page], Page]:
        """Take a form at a path; it was read and checked when the page is asked."""
        return partial(self._add, path, frozenset({"POST"}))

    def _add(self, path: str, methods: frozenset[str], page: Page) -> Page:
        self.routes.append(Declared(path, methods, partial(serve_page, self.audience, page)))
        return page


@cache
def all_pages() -> tuple[Pages, ...]:
    """The pages of every module below `hub/web/pages` that has some."""
    found = pkgutil.walk_packages(rooms.__path__, f"{rooms.__name__}.")
    modules = [importlib.import_module(each.name) for each in sorted(found, key=lambda each: each.name)]
    return tuple(module.pages for module in modules if isinstance(getattr(module, "pages", None), Pages))


def page_routes() -> list[Declared]:
    """Every route of every page."""
    return [route for each in all_pages() for route in each.routes]


@cache
def navigation(role: Role) -> tuple[Entry, ...]:
    """The entries for a role, in order."""
    return tuple(sorted(entry for each in all_pages() if role in each.audience.roles for entry in each.entries))


@cache
def home_of(role: Role) -> str:
    """Where somebody in a role begins; empty where there are no pages for it."""
    return next((each.audience.home for each in all_pages() if role in each.audience.roles and each.audience.home), "")
