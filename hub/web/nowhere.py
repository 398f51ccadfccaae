"""What a browser is shown where there is nothing; programs get a problem in JSON."""

from starlette.types import Receive, Scope

from hub.access.flow import Road
from hub.api.reply import Reply
from hub.api.routes import header_of
from hub.errors import Reason
from hub.model.principal import Role
from hub.web.calls import Refusal
from hub.web.routing import Audience
from hub.web.serving import serve_page
from hub.web.visit import Visit

_EVERYBODY = Audience("site", "", "", frozenset[Role]())
_OF_PROGRAMS = ("/v1", "/log", "/docs", "/openapi.json", "/healthz", "/readyz", "/static")


def wants_page(scope: Scope) -> bool:
    """Whether a request comes from somebody who reads pages, and is not for a program's path."""
    accepted = header_of(scope, b"accept") or ""
    return "text/html" in accepted and not str(scope["path"]).startswith(_OF_PROGRAMS)


async def no_such_page(road: Road, scope: Scope, receive: Receive) -> Reply:
    """The page that says so."""

    async def page(_visit: Visit) -> Reply:
        raise Refusal(404, [Reason.NOT_FOUND.value])

    return await serve_page(_EVERYBODY, page, road, {**scope, "method": "GET"}, receive)
