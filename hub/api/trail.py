"""`/v1/receipts` and `/log`: proofs for whoever holds a receipt, and the log's signed head for everybody."""

from starlette.responses import Response
from starlette.types import Receive, Scope

from hub.access.flow import Road
from hub.api.documented import Routes, caller_of, served_by
from hub.api.problems import problem_reply
from hub.api.reply import Reply, text_reply
from hub.api.schemas import BEARER, problems
from hub.errors import Reason

router = Routes(tags=["trail"])
_MOST_DIGITS = 15
_PLAIN = "text/plain; charset=utf-8"
_INDEX = {"type": "integer", "minimum": 0}
_TILE = {"type": "string", "example": "0/000"}
_BYTES = {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
_TEXT = {"content": {"text/plain": {"schema": {"type": "string"}}}}


async def _receipt(road: Road, scope: Scope, _receive: Receive) -> Reply:
    await caller_of(road, scope)
    text = scope["path_params"]["index"]
    # One entry has one name: a number with zeros before it is none.
    plain = text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS and str(int(text)) == text
    road.turn.fresh()
    proof = road.reader.receipt(int(text)) if plain else None
    if proof is None:
        return problem_reply(404, [Reason.NOT_FOUND.value], scope["state"]["trace_id"])
    return text_reply(proof, _PLAIN)


async def _checkpoint(road: Road, scope: Scope, _receive: Receive) -> Reply:
    return _published(road, scope, "checkpoint")


async def _tile(road: Road, scope: Scope, _receive: Receive) -> Reply:
    return _published(road, scope, f"tile/{scope['path_params']['tile']}")


def _published(road: Road, scope: Scope, path: str) -> Reply:
    road.turn.fresh()
    found = road.reader.published(path)
    if found is None:
        return problem_reply(404, [Reason.NOT_FOUND.value], scope["state"]["trace_id"])
    return text_reply(found.body, found.media_type, (b"cache-control", found.cache.encode()))


@router.get(
    "/v1/receipts/{index}",
    operation_id="receipt",
    response_class=Response,
    dependencies=BEARER,
    # A parameter of the function would document a 422 that is never served: what is no index names no receipt.
    openapi_extra={"parameters": [{"name": "index", "in": "path", "required": True, "schema": _INDEX}]},
    responses={200: _TEXT, **problems(401, 403, 404)},
)
@served_by(_receipt)
def receipt_of() -> None:
    """The proof that an entry is in the log (C2SP tlog-proof), at most one second after the answer it belongs to."""


@router.get(
    "/log/checkpoint",
    operation_id="checkpoint",
    response_class=Response,
    responses={200: _TEXT, **problems(404)},
)
@served_by(_checkpoint)
def checkpoint() -> None:
    """The log's latest signed checkpoint (C2SP tlog-checkpoint)."""


@router.get(
    "/log/tile/{tile:path}",
    operation_id="tile",
    response_class=Response,
    openapi_extra={"parameters": [{"name": "tile", "in": "path", "required": True, "schema": _TILE}]},
    responses={200: _BYTES, **problems(404)},
)
@served_by(_tile)
def tile() -> None:
    """Tiles `<L>/<N>[.p/<W>]` of the log's tree and bundles `entries/<N>[.p/<W>]` of its leaves (C2SP tlog-tiles)."""
