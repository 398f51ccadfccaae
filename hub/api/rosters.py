"""`/v1/approvals/rosters`: one approval about many people, decided at once."""

from datetime import timedelta

import msgspec
from starlette.types import Receive, Scope

from hub.access.flow import Road
from hub.access.purpose import SubjectClaim, state_subject
from hub.api.approvals import USUAL
from hub.api.body import parse, read
from hub.api.me import CREATED, answered, asking
from hub.api.paging import Paging, paged, read_paging
from hub.api.reply import Reply
from hub.api.requests import verdict
from hub.api.routes import Routes
from hub.approvals.considering import consider_roster
from hub.approvals.requests import Verdict, Wish
from hub.approvals.rosters import MOST_MEMBERS, ask_roster, decide_roster, rosters
from hub.errors import BadInput
from hub.model.duration import parse_duration
from hub.model.subject import SubjectRef
from hub.rights.desk import Asked
from hub.rights.wording import worded

routes = Routes()


class RosterClaim(msgspec.Struct, forbid_unknown_fields=True):
    """The body of a roster, as sent."""

    subjects: list[SubjectClaim]
    purpose: str
    reason: str | None = None
    fields: list[str] | None = None
    duration: str | None = None


class DecisionClaim(msgspec.Struct, forbid_unknown_fields=True):
    """The body of a decision about a roster, as sent."""

    decision: str
    reason: str | None = None
    excluded: list[SubjectClaim] | None = None
    fields: list[str] | None = None
    duration: str | None = None


_claim = msgspec.json.Decoder(RosterClaim)
_decision_claim = msgspec.json.Decoder(DecisionClaim)


@routes.post("/v1/approvals/rosters", "askRoster")
async def _ask(road: Road, scope: Scope, receive: Receive) -> Reply:
    asked = await asking(road, scope)
    claim = parse(_claim, await read(receive))
    if len(claim.subjects) > MOST_MEMBERS:
        raise BadInput("subjects", f"must name 1 to {MOST_MEMBERS} people")
    subjects = [state_subject(each) for each in claim.subjects]
    wish = Wish(SubjectRef(), claim.purpose, claim.fields, claim.reason or "", _duration(claim.duration) or USUAL)
    return await answered(ask_roster(road, asked, subjects, wish), asked, CREATED)


def _duration(text: str | None) -> timedelta | None:
    return None if text is None else parse_duration("duration", text)


@routes.post("/v1/approvals/rosters/{id}/decision", "decideRoster")
async def _decide(road: Road, scope: Scope, receive: Receive) -> Reply:
    asked = await asking(road, scope)
    claim = parse(_decision_claim, await read(receive))
    if claim.fields is not None and not claim.fields:
        raise BadInput("fields", "must name a field, or be left out")
    reason = worded("reason", claim.reason, required=False)
    said = Verdict(verdict(claim.decision), reason, claim.fields, _duration(claim.duration))
    excluded = [state_subject(each) for each in claim.excluded or ()]
    return await answered(decide_roster(road, asked, scope["path_params"]["id"], said, excluded), asked)


@routes.get("/v1/approvals/rosters/{id}", "considerRoster")
async def _consider(road: Road, scope: Scope, _receive: Receive) -> Reply:
    asked = await asking(road, scope)
    return await answered(consider_roster(road, asked, scope["path_params"]["id"]), asked)


@routes.get("/v1/approvals/rosters", "rosters")
async def _list(road: Road, scope: Scope, _receive: Receive) -> Reply:
    asked = await asking(road, scope)
    return await answered(_page(road, asked, read_paging(scope)), asked)


async def _page(road: Road, asked: Asked, paging: Paging) -> dict[str, object]:
    return paged(await rosters(road, asked), paging)
