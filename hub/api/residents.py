"""`/v1/residents/search`: a grid worker's or clerk's own people."""

import re

import msgspec
from starlette.types import Receive, Scope

from hub.access.flow import Road
from hub.access.roster import ROLES, TAGGED, Page, search
from hub.api.body import parse, read
from hub.api.paging import checked, read_paging
from hub.api.problems import problem_reply
from hub.api.reply import Reply, json_reply
from hub.api.routes import Routes, caller_of
from hub.errors import BadInput, NotAllowed
from hub.model.principal import Role

routes = Routes()
_GRID = re.compile(r"[1-9][0-9]{14}")
_MOST_PART = 50
_LISTING = ROLES | {Role.SECRETARY}
"""Who may list anybody at all; a secretary only for a purpose that a tag belongs to."""
_USUALLY_LISTED = 50


class SearchClaim(msgspec.Struct, forbid_unknown_fields=True):
    """The body of a search, as sent."""

    grid: str
    q: str | None = None
    tag: str | None = None
    cursor: str | None = None
    limit: int | None = None


_claim = msgspec.json.Decoder(SearchClaim)


@routes.post("/v1/residents/search", "searchResidents")
async def _search(road: Road, scope: Scope, receive: Receive) -> Reply:
    caller = await caller_of(road, scope)
    trace_id = scope["state"]["trace_id"]
    body = await read(receive) if caller.principal.role in _LISTING else b""
    if caller.principal.role not in ROLES and b'"tag"' not in body:
        raise NotAllowed("the roster is for grid workers and clerks")
    claim = parse(_claim, body)
    if not _GRID.fullmatch(claim.grid):
        raise BadInput("grid", "must have 15 digits")
    if len(claim.q or "") > _MOST_PART:
        raise BadInput("q", f"must have at most {_MOST_PART} characters")
    if claim.tag is not None and claim.tag not in TAGGED:
        raise BadInput("tag", f"must be one of {', '.join(TAGGED)}, or be left out")
    asked, said = checked(claim.cursor, claim.limit), read_paging(scope)
    cursor, limit = asked.cursor or said.cursor or "", asked.limit or said.limit or _USUALLY_LISTED
    found = await search(road, caller, claim.grid, claim.q or "", cursor, limit, trace_id, claim.tag or "")
    if isinstance(found, Page):
        return json_reply({"items": found.items, "next": found.next})
    return problem_reply(403, found.pop("reasons"), trace_id, found)
