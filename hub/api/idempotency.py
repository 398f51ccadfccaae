"""`Idempotency-Key`: a write that is asked for twice under one key happens once, and is answered alike."""

import re
from functools import partial

import orjson
from starlette.types import Message, Receive, Scope

from hub.access.flow import Road
from hub.api.body import MOST_BATCH_BYTES, read
from hub.api.problems import problem_reply
from hub.api.reply import Header, Reply
from hub.api.routes import Direct, entered, header_of
from hub.errors import BadInput, Reason
from hub.store.replays import claim, keep, release, take

HEADER = b"idempotency-key"
NEVER = frozenset({"/v1/disclosures", "/v1/disclosures/batch", "/v1/residents/search", "/v1/audit/packs"})
"""Routes whose answers hold personal data or evidence: those are never kept; asking twice is two entries."""
_METHODS = frozenset({"POST", "PUT", "DELETE"})
_KEY = re.compile(r"[!-~]{1,128}")
_FAILED = 500


async def once(direct: Direct, road: Road, scope: Scope, receive: Receive) -> Reply:
    """Serve a request, once for each key of its caller.

    Raises:
        BadInput: the key has the wrong form, or was used for something else.
        Unauthenticated, TrailUnavailable: as the handler; nothing was claimed.
    """
    key = header_of(scope, HEADER)
    if key is None or scope["method"] not in _METHODS:
        return await direct.handler(road, scope, receive)
    if not _KEY.fullmatch(key):
        raise BadInput("Idempotency-Key", "must be 1 to 128 printable ASCII characters")
    caller = await entered(road, scope)
    body = await read(receive, MOST_BATCH_BYTES)
    # The path and whom it is asked for are part of what is asked: one key for two approvals is a mistake.
    matter = f"{scope['path']}\0{header_of(scope, b'on-behalf-of') or ''}\0".encode() + body
    claimed = claim(caller.principal.id, direct.template, key, matter)
    known = await road.lane.write(partial(take, ring=road.ring, claimed=claimed, at=caller.at))
    if known is not None:
        if not known.same:
            raise BadInput("Idempotency-Key", "was used for another request")
        if known.reply is None:
            return problem_reply(409, [Reason.ALREADY_DECIDED.value], scope["state"]["trace_id"])
        return _opened(known.reply)
    try:
        reply = await direct.handler(road, scope, _again(body))
    except BaseException:
        await road.lane.write(partial(release, claimed=claimed))
        raise
    if reply.status >= _FAILED:
        await road.lane.write(partial(release, claimed=claimed))
    else:
        await road.lane.write(partial(keep, ring=road.ring, claimed=claimed, reply=_sealable(reply)))
    return reply


def _again(body: bytes) -> Receive:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


def _sealable(reply: Reply) -> bytes:
    headers = [[name.decode(), value.decode()] for name, value in reply.headers]
    return orjson.dumps([reply.status, headers, reply.body.decode()])


def _opened(kept: bytes) -> Reply:
    status, headers, body = orjson.loads(kept)
    said: tuple[Header, ...] = tuple((name.encode(), value.encode()) for name, value in headers)
    return Reply(status, said, body.encode())
