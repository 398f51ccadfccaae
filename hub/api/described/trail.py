"""How the document describes `/v1/receipts` and `/log`."""

from starlette.responses import Response

from hub.api.describing import Described
from hub.api.schemas import BEARER, problems
from hub.api.trail import routes

described = Described(routes, tags=["trail"])
_INDEX = {"type": "integer", "minimum": 0}
_TILE = {"type": "string", "example": "0/000"}
_BYTES = {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
_TEXT = {"content": {"text/plain": {"schema": {"type": "string"}}}}


@described(
    "receipt",
    response_class=Response,
    dependencies=BEARER,
    openapi_extra={"parameters": [{"name": "index", "in": "path", "required": True, "schema": _INDEX}]},
    responses={200: _TEXT, **problems(401, 403, 404)},
)
def receipt_of() -> None:
    """The proof that an entry is in the log (C2SP tlog-proof), at most one second after the answer it belongs to."""


@described("checkpoint", response_class=Response, responses={200: _TEXT, **problems(404)})
def checkpoint() -> None:
    """The log's latest signed checkpoint (C2SP tlog-checkpoint)."""


@described(
    "tile",
    response_class=Response,
    openapi_extra={"parameters": [{"name": "tile", "in": "path", "required": True, "schema": _TILE}]},
    responses={200: _BYTES, **problems(404)},
)
def tile() -> None:
    """Tiles `<L>/<N>[.p/<W>]` of the log's tree and bundles `entries/<N>[.p/<W>]` of its leaves (C2SP tlog-tiles)."""
