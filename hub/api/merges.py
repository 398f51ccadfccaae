"""`/v1/merges`: two files that are one person's, and two that were taken for one."""

from typing import Any

import msgspec
from starlette.types import Receive, Scope

from hub.access.flow import Road
from hub.access.purpose import SubjectClaim, state_subject
from hub.api.body import parse, read
from hub.api.me import CREATED, answered, asking
from hub.api.paging import Paging, paged, read_paging
from hub.api.reply import Reply
from hub.api.requests import verdict
from hub.api.routes import Routes
from hub.merging import merges as merging
from hub.rights.desk import Asked
from hub.rights.wording import worded

routes = Routes()


class MergeClaim(msgspec.Struct, forbid_unknown_fields=True):
    """The body that proposes a merge, as sent."""

    subject: SubjectClaim
    duplicate: SubjectClaim
    reason: str


class DecisionClaim(msgspec.Struct, forbid_unknown_fields=True):
    """The body of a decision, as sent."""

    decision: str
    reason: str


class SeparationClaim(msgspec.Struct, forbid_unknown_fields=True):
    """The body that proposes a separation, as sent."""

    reason: str


_merge_claim = msgspec.json.Decoder(MergeClaim)
_decision_claim = msgspec.json.Decoder(DecisionClaim)
_separation_claim = msgspec.json.Decoder(SeparationClaim)


@routes.post("/v1/merges", "proposeMerge")
async def _propose(road: Road, scope: Scope, receive: Receive) -> Reply:
    asked = await asking(road, scope)
    claim = parse(_merge_claim, await read(receive))
    subject, duplicate = state_subject(claim.subject), state_subject(claim.duplicate)
    reason = worded("reason", claim.reason)
    return await answered(merging.propose(road, asked, subject, duplicate, reason), asked, CREATED)


@routes.get("/v1/merges", "merges")
async def _list(road: Road, scope: Scope, _receive: Receive) -> Reply:
    asked = await asking(road, scope)
    return await answered(_page(road, asked, read_paging(scope)), asked)


async def _page(road: Road, asked: Asked, paging: Paging) -> dict[str, Any]:
    return paged(await merging.merges(road, asked), paging)


@routes.post("/v1/merges/{id}/decision", "decideMerge")
async def _decide(road: Road, scope: Scope, receive: Receive) -> Reply:
    asked = await asking(road, scope)
    claim = parse(_decision_claim, await read(receive))
    approve, reason = verdict(claim.decision), worded("reason", claim.reason)
    return await answered(merging.decide(road, asked, scope["path_params"]["id"], reason, approve=approve), asked)


@routes.post("/v1/merges/{id}/separation", "proposeSeparation")
async def _separate(road: Road, scope: Scope, receive: Receive) -> Reply:
    asked = await asking(road, scope)
    claim = parse(_separation_claim, await read(receive))
    reason = worded("reason", claim.reason)
    return await answered(merging.propose_separation(road, asked, scope["path_params"]["id"], reason), asked)


@routes.post("/v1/merges/{id}/separation/decision", "decideSeparation")
async def _decide_separation(road: Road, scope: Scope, receive: Receive) -> Reply:
    asked = await asking(road, scope)
    claim = parse(_decision_claim, await read(receive))
    approve, reason = verdict(claim.decision), worded("reason", claim.reason)
    name = scope["path_params"]["id"]
    return await answered(merging.decide_separation(road, asked, name, reason, approve=approve), asked)
