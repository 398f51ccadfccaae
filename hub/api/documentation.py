"""`/docs`: the API's own documentation, served without any other host. Swagger UI's files come from a package."""

from functools import cache
from importlib.resources import files

from starlette.types import Receive, Scope

from hub.access.flow import Road
from hub.api.problems import problem_reply
from hub.api.reply import Reply, text_reply
from hub.api.routes import Routes
from hub.errors import Reason

routes = Routes()
_ASSETS = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
    "favicon.png": "image/png",
}
_POLICY = b"default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'"
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Resident hub API</title><link rel="stylesheet" href="/docs/swagger-ui.css">
<link rel="icon" href="/docs/favicon.png"></head>
<body><div id="api"></div><script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script></body></html>
"""
_START = 'SwaggerUIBundle({url: "/openapi.json", dom_id: "#api", deepLinking: true, validatorUrl: null});\n'


@cache
def _asset(name: str) -> bytes:
    return (files("fastapi_offline") / "static" / name).read_bytes()


@routes.get("/docs")
async def _docs(_road: Road, _scope: Scope, _receive: Receive) -> Reply:
    return text_reply(_PAGE, "text/html; charset=utf-8", (b"content-security-policy", _POLICY))


@routes.get("/docs/{name}")
async def _file(_road: Road, scope: Scope, _receive: Receive) -> Reply:
    name = scope["path_params"]["name"]
    if name == "start.js":
        return text_reply(_START, "text/javascript")
    if name not in _ASSETS:
        return problem_reply(404, [Reason.NOT_FOUND.value], scope["state"]["trace_id"])
    return text_reply(_asset(name), _ASSETS[name], (b"cache-control", b"max-age=86400"))
