"""Who could see this? `/v1/me/explanations` about oneself, `/v1/audit/explanations` about an officer's area."""

from typing import Any

from starlette.types import Receive, Scope

from hub.access.flow import Road
from hub.api.me import answered, asking
from hub.api.paging import read_query
from hub.api.reply import Reply
from hub.api.routes import Routes
from hub.errors import BadInput
from hub.rights.asking_who import who_could_read, who_could_see

routes = Routes()
_USUALLY_LISTED = 50


@routes.get("/v1/me/explanations", "ownExplanation")
async def _own(road: Road, scope: Scope, _receive: Receive) -> Reply:
    asked = await asking(road, scope, "explanations")
    _, said = read_query(scope, frozenset({"field"}))
    if "field" not in said:
        raise BadInput("field", "is required")
    return await answered(who_could_see(road, road.standing, asked, said["field"]), asked)


@routes.get("/v1/audit/explanations", "explanations")
async def _role(road: Road, scope: Scope, _receive: Receive) -> Reply:
    asked = await asking(road, scope)
    paging, said = read_query(scope, frozenset({"role", "purpose"}))

    async def page() -> dict[str, Any]:
        items = await who_could_read(road, road.standing, asked, said.get("role", ""), said.get("purpose", ""))
        start = _place(paging.cursor, len(items))
        limit = paging.limit or _USUALLY_LISTED
        after = start + limit
        return {"items": items[start:after], "next": str(after) if after < len(items) else None}

    return await answered(page(), asked)


def _place(cursor: str | None, listed: int) -> int:
    if cursor is None:
        return 0
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 9 and int(cursor) < max(listed, 1)):  # noqa: PLR2004
        raise BadInput("cursor", "is not one that this list gave")
    return int(cursor)
