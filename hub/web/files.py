"""`/static/{name}`: what pages load, from the package and no other host."""

from starlette.types import Receive, Scope

from hub.access.flow import Road
from hub.api.problems import problem_reply
from hub.api.reply import Reply, text_reply
from hub.api.routes import Declared
from hub.errors import Reason
from hub.web.assets import static

_KINDS = {"style.css": "text/css; charset=utf-8", "icon.svg": "image/svg+xml"}
_YEAR = (b"cache-control", b"public, max-age=31536000, immutable")


async def _file(_road: Road, scope: Scope, _receive: Receive) -> Reply:
    name = scope["path_params"]["name"]
    if name not in _KINDS:
        return problem_reply(404, [Reason.NOT_FOUND.value], scope["state"]["trace_id"])
    return text_reply(static(name), _KINDS[name], _YEAR, (b"x-content-type-options", b"nosniff"))


routes = [Declared("/static/{name}", frozenset({"GET", "HEAD"}), _file)]
