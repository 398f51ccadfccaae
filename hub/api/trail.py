"""`/v1/receipts` and `/log`: proofs for whoever holds a receipt, and the log's signed head for everybody."""

from fastapi import APIRouter
from starlette.responses import Response
from starlette.types import Receive, Scope

from hub.access.flow import Road
from hub.api.documented import caller_of, served_by
from hub.api.problems import problem_reply
from hub.api.reply import Reply, text_reply
from hub.api.schemas import BEARER, problems
from hub.errors import Reason

router = APIRouter(tags=["trail"])
_MOST_DIGITS = 15
_PLAIN = "text/plain; charset=utf-8"
_INDEX = {"type": "integer", "minimum": 0}
_TEXT = {"content": {"text/plain": {"schema": {"type": "string"}}}}


async def _receipt(road: Road, scope: Scope, _receive: Receive) -> Reply:
    await caller_of(road, scope)
    text = scope["path_params"]["index"]
    plain = text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS
    proof = road.reader.receipt(int(text)) if plain else None
    if proof is None:
        return problem_reply(404, [Reason.NOT_FOUND.value], scope["state"]["trace_id"])
    return text_reply(proof, _PLAIN)


async def _checkpoint(road: Road, scope: Scope, _receive: Receive) -> Reply:
    note = road.reader.checkpoint()
    if note is None:
        return problem_reply(404, [Reason.NOT_FOUND.value], scope["state"]["trace_id"])
    return text_reply(note, _PLAIN, (b"cache-control", b"no-cache"))


@router.get(
    "/v1/receipts/{index}",  # noqa: FAST003 - documented below
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
