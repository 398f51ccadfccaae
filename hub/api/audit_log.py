"""`/v1/audit`: how much there was, how the log is, whether it is whole, and packs of evidence."""

from typing import Any

import msgspec
from starlette.types import Receive, Scope

from hub.access.flow import Road
from hub.api.audit import answered, asking, query_of
from hub.api.audit_names import named_volumes
from hub.api.body import parse, read
from hub.api.paging import Paging, read_query
from hub.api.problems import problem_reply
from hub.api.reply import Reply
from hub.api.routes import Routes
from hub.errors import BadInput, Reason
from hub.supervision import health, packs, verification, volumes
from hub.supervision.desk import Asked, Refused, must_supervise

routes = Routes()
ACCEPTED = 202
_COUNTED = frozenset({"department", "purpose", "kind", "since", "until"})
_PACK_HEADERS = (
    (b"content-type", b"application/zip"),
    (b"content-disposition", b'attachment; filename="evidence.zip"'),
    (b"cache-control", b"no-store"),
)


class PackClaim(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """The body of a request for a pack, as sent."""

    actor: str | None = None
    subject: str | None = None
    purpose: str | None = None
    kind: str | None = None
    outcome: str | None = None
    department: str | None = None
    over_asked: bool | None = None
    since: str | None = None
    until: str | None = None


_pack_claim = msgspec.json.Decoder(PackClaim)


@routes.get("/v1/audit/volumes", "auditVolumes")
async def _volumes(road: Road, scope: Scope, _receive: Receive) -> Reply:
    asked = await asking(road, scope)
    return await answered(_counted(road, asked, scope), asked)


async def _counted(road: Road, asked: Asked, scope: Scope) -> dict[str, Any]:
    await must_supervise(road, asked, volumes.KIND)
    said = _said(scope, _COUNTED)
    query = query_of(said)
    wanted = volumes.Wanted(query.since, query.until, query.department, query.purpose, query.kind)
    return named_volumes(road, await volumes.volumes(road, asked, wanted))


@routes.get("/v1/audit/log", "auditLog")
async def _log(road: Road, scope: Scope, _receive: Receive) -> Reply:
    asked = await asking(road, scope)
    return await answered(_healthy(road, asked, scope), asked)


async def _healthy(road: Road, asked: Asked, scope: Scope) -> dict[str, Any]:
    await must_supervise(road, asked, health.KIND)
    _said(scope, frozenset())
    return await health.health(road, asked)


@routes.post("/v1/audit/verifications", "verifyLog")
async def _verify(road: Road, scope: Scope, receive: Receive) -> Reply:
    asked = await asking(road, scope)
    return await answered(_begun(road, asked, receive), asked, ACCEPTED)


async def _begun(road: Road, asked: Asked, receive: Receive) -> dict[str, Any]:
    await must_supervise(road, asked, verification.KIND)
    if await read(receive) not in (b"", b"{}"):
        raise BadInput("body", "must be empty")
    return await verification.begin(road, asked)


@routes.post("/v1/audit/packs", "auditPack")
async def _pack(road: Road, scope: Scope, receive: Receive) -> Reply:
    asked = await asking(road, scope)
    try:
        await must_supervise(road, asked, packs.KIND)
        claim = msgspec.to_builtins(parse(_pack_claim, await read(receive)))
        over_asked = claim.pop("over_asked", None)
        query = query_of({name: value for name, value in claim.items() if value is not None})
        content = await packs.pack(road, asked, query._replace(over_asked=over_asked or None))
    except Refused as refusal:
        status = 429 if refusal.reason is Reason.RATE_LIMITED else 403
        return problem_reply(status, [refusal.reason.value], asked.trace_id)
    return Reply(200, _PACK_HEADERS, content)


def _said(scope: Scope, names: frozenset[str]) -> dict[str, str]:
    paging, said = read_query(scope, names)
    if paging != Paging():
        raise BadInput("cursor" if paging.cursor else "limit", "is not a member of this request")
    return said
