"""`/v1/audit`: looks at the trail, and whose pseudonym it is."""

import re
from collections.abc import Awaitable
from datetime import timedelta
from typing import Any

import msgspec
from starlette.types import Receive, Scope

from hub.access.flow import Road
from hub.api.audit_names import named_event
from hub.api.body import parse, read
from hub.api.paging import read_query
from hub.api.problems import problem_reply
from hub.api.reply import Reply, json_reply
from hub.api.requests import verdict
from hub.api.routes import Routes, caller_of
from hub.errors import BadInput, Reason
from hub.model.instant import read_instant
from hub.model.principal import Role, parse_principal
from hub.rights.wording import worded
from hub.store.trail_query import TrailQuery
from hub.supervision import reidentification, search
from hub.supervision.desk import Asked, Refused, must_supervise

routes = Routes()
PSEUDONYM = "^[0-9a-f]{32}$"
NAME = "^[A-Za-z0-9_]{1,64}$"
_USUALLY_LISTED = 50
_MOST_DIGITS = 15
_FILTERS = frozenset({"actor", "subject", "purpose", "kind", "outcome", "department", "over_asked", "since", "until"})
_SINGLE_ACTORS = frozenset({"hub", Role.RESIDENT.value})
_STATUS = {Reason.NOT_FOUND: 404, Reason.ALREADY_DECIDED: 409}


class SubjectClaim(msgspec.Struct, forbid_unknown_fields=True):
    """The body of a request for re-identification, as sent."""

    subject: str
    reason: str


class DecisionClaim(msgspec.Struct, forbid_unknown_fields=True):
    """The body of a decision, as sent."""

    decision: str
    reason: str


_subject_claim = msgspec.json.Decoder(SubjectClaim)
_decision_claim = msgspec.json.Decoder(DecisionClaim)


async def asking(road: Road, scope: Scope) -> Asked:
    """Who asks. Raises Unauthenticated, or NotAllowed where a mandate is named."""
    return Asked(await caller_of(road, scope), scope["state"]["trace_id"])


async def answered(answer: Awaitable[Any], asked: Asked, status: int = 200) -> Reply:
    """An answer, or the refusal that is in the trail already."""
    try:
        return json_reply(await answer, status)
    except Refused as refusal:
        return problem_reply(_STATUS.get(refusal.reason, 403), [refusal.reason.value], asked.trace_id)


@routes.get("/v1/audit/events", "auditEvents")
async def _events(road: Road, scope: Scope, _receive: Receive) -> Reply:
    asked = await asking(road, scope)
    return await answered(_searched(road, asked, scope), asked)


async def _searched(road: Road, asked: Asked, scope: Scope) -> dict[str, Any]:
    # Whoever may not look learns nothing of what could be looked for.
    await must_supervise(road, asked, search.KIND)
    paging, said = read_query(scope, _FILTERS)
    limit = paging.limit or _USUALLY_LISTED
    page = await search.search(road, asked, query_of(said), place(paging.cursor), limit)
    return page | {"items": [named_event(road, each) for each in page["items"]]}


@routes.get("/v1/audit/events/{index}", "auditEvent")
async def _one(road: Road, scope: Scope, _receive: Receive) -> Reply:
    asked = await asking(road, scope)
    return await answered(_shown(road, asked, scope["path_params"]["index"]), asked)


async def _shown(road: Road, asked: Asked, index: str) -> dict[str, Any]:
    await must_supervise(road, asked, search.KIND)
    plain = index.isascii() and index.isdigit() and len(index) <= _MOST_DIGITS
    return named_event(road, await search.one(road, asked, int(index) if plain else None))


def query_of(said: dict[str, str]) -> TrailQuery:
    """Filters as they stand in a query. Raises BadInput naming the parameter and the rule."""
    since = read_instant("since", said["since"]) if "since" in said else None
    until = read_instant("until", said["until"], timedelta(days=1)) if "until" in said else None
    if since and until and until <= since:
        raise BadInput("until", "must be after `since`")
    if (subject := said.get("subject")) is not None:
        _pseudonym(subject)
    return TrailQuery(
        actor=_actor(said.get("actor")),
        subject=subject,
        purpose=_name("purpose", said),
        kind=_name("kind", said),
        outcome=_name("outcome", said),
        department=_name("department", said),
        over_asked=_over_asked(said.get("over_asked")),
        since=since,
        until=until,
    )


def _over_asked(text: str | None) -> bool | None:
    if text not in (None, "true"):
        raise BadInput("over_asked", "must be `true`, or left out")
    return text is not None or None


def _actor(text: str | None) -> str | None:
    if text is None or text in _SINGLE_ACTORS:
        return text
    try:
        principal = parse_principal(text)
    except BadInput as error:
        raise BadInput("actor", error.rule) from None
    if principal.rid:
        raise BadInput("actor", "must be `resident` for any of them; one resident's entries are found by `subject`")
    return principal.id


def _name(member: str, said: dict[str, str]) -> str | None:
    text = said.get(member)
    if text is not None and not re.fullmatch(NAME, text):
        raise BadInput(member, "must have 1 to 64 letters, digits or `_`")
    return text


def _pseudonym(text: str) -> str:
    if not re.fullmatch(PSEUDONYM, text):
        raise BadInput("subject", "must be a pseudonym, 32 hex digits")
    return text


def place(cursor: str | None) -> int | None:
    """The index that a page of the trail is below; None for the first page. Raises BadInput."""
    if cursor is None:
        return None
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= _MOST_DIGITS):
        raise BadInput("cursor", "is not one that this list gave")
    return int(cursor)


@routes.post("/v1/audit/reidentifications", "askReidentification")
async def _ask(road: Road, scope: Scope, receive: Receive) -> Reply:
    asked = await asking(road, scope)
    return await answered(_asked_for(road, asked, receive), asked, 201)


async def _asked_for(road: Road, asked: Asked, receive: Receive) -> dict[str, Any]:
    await must_supervise(road, asked, reidentification.KIND)
    claim = parse(_subject_claim, await read(receive))
    return await reidentification.ask(road, asked, _pseudonym(claim.subject), worded("reason", claim.reason))


@routes.get("/v1/audit/reidentifications", "reidentifications")
async def _list(road: Road, scope: Scope, _receive: Receive) -> Reply:
    asked = await asking(road, scope)
    return await answered(_listed(road, asked, scope), asked)


async def _listed(road: Road, asked: Asked, scope: Scope) -> dict[str, Any]:
    await must_supervise(road, asked, reidentification.KIND)
    paging, said = read_query(scope, frozenset({"state"}))
    page = await reidentification.listed(
        road, asked, said.get("state"), paging.cursor or "", paging.limit or _USUALLY_LISTED
    )
    return {"items": page.items, "next": page.next}


@routes.post("/v1/audit/reidentifications/{id}/decision", "decideReidentification")
async def _decide(road: Road, scope: Scope, receive: Receive) -> Reply:
    asked = await asking(road, scope)
    return await answered(_decided(road, asked, scope, receive), asked)


async def _decided(road: Road, asked: Asked, scope: Scope, receive: Receive) -> dict[str, Any]:
    await must_supervise(road, asked, reidentification.KIND)
    claim = parse(_decision_claim, await read(receive))
    approve, reason = verdict(claim.decision), worded("reason", claim.reason)
    return await reidentification.decide(road, asked, scope["path_params"]["id"], reason, approve=approve)


@routes.get("/v1/audit/reidentifications/{id}", "reidentification")
async def _read(road: Road, scope: Scope, _receive: Receive) -> Reply:
    asked = await asking(road, scope)
    return await answered(reidentification.read(road, asked, scope["path_params"]["id"]), asked)
