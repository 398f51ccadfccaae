"""Who could see this? `/v1/me/explanations` about oneself, `/v1/audit/explanations` about an officer's area."""

from typing import Annotated, Any

from fastapi import Query
from pydantic import Field
from starlette.types import Receive, Scope

from hub.access.flow import Road
from hub.api.documented import Routes, served_by
from hub.api.explanation_schemas import ExplanationBody, RoleExplanationsBody
from hub.api.me import answered, asking
from hub.api.paging import read_query
from hub.api.reply import Reply
from hub.api.schemas import BEARER, CURSOR, LIMIT, MANDATE, problems
from hub.errors import BadInput
from hub.rights.asking_who import who_could_read, who_could_see

router = Routes(tags=["explanations"], dependencies=BEARER, responses=problems(401, 403, 422, 503))
_USUALLY_LISTED = 50
_WORD = Annotated[str, Field(max_length=64)]


async def _own(road: Road, scope: Scope, _receive: Receive) -> Reply:
    asked = await asking(road, scope, "explanations")
    _, said = read_query(scope, frozenset({"field"}))
    if "field" not in said:
        raise BadInput("field", "is required")
    return await answered(who_could_see(road, road.standing, asked, said["field"]), asked)


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


@router.get(
    "/v1/me/explanations", response_model=ExplanationBody, operation_id="ownExplanation", responses=problems(404)
)
@served_by(_own)
def own_explanation(
    field: Annotated[_WORD, Query(description="a field of the file")], on_behalf_of: MANDATE = None
) -> None:
    """Who could see a field of one's own file today, through which rule, and what would have to be true for others."""


@router.get("/v1/audit/explanations", response_model=RoleExplanationsBody, operation_id="explanations")
@served_by(_role)
def explanations(
    role: Annotated[_WORD | None, Query(description="a role or `department:CODE`")] = None,
    purpose: Annotated[_WORD | None, Query(description="of the catalogue")] = None,
    cursor: CURSOR = None,
    limit: LIMIT = None,
) -> None:
    """Which principals of the caller's area could read which fields today, through which rule, on what conditions."""
