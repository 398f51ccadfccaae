"""`/v1/receipts` and `/log`: proofs for whoever holds a receipt, and the log's signed head for everybody."""

from starlette.types import Receive, Scope

from hub.access.flow import Road
from hub.api.problems import problem_reply
from hub.api.reply import Reply, text_reply
from hub.api.routes import Routes, caller_of
from hub.errors import Reason

routes = Routes()
_MOST_DIGITS = 15
_PLAIN = "text/plain; charset=utf-8"


@routes.get("/v1/receipts/{index}", "receipt")
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


@routes.get("/log/checkpoint", "checkpoint")
async def _checkpoint(road: Road, scope: Scope, _receive: Receive) -> Reply:
    return _published(road, scope, "checkpoint")


@routes.get("/log/tile/{tile:path}", "tile")
async def _tile(road: Road, scope: Scope, _receive: Receive) -> Reply:
    return _published(road, scope, f"tile/{scope['path_params']['tile']}")


def _published(road: Road, scope: Scope, path: str) -> Reply:
    road.turn.fresh()
    found = road.reader.published(path)
    if found is None:
        return problem_reply(404, [Reason.NOT_FOUND.value], scope["state"]["trace_id"])
    return text_reply(found.body, found.media_type, (b"cache-control", found.cache.encode()))
