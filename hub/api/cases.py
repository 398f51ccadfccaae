"""`/v1/cases`: what an office works on for some people, and what reading about them is bound to."""

import msgspec
from starlette.types import Receive, Scope

from hub.access.flow import Road
from hub.access.purpose import MOST_NAME, SubjectClaim, state_subject
from hub.api.body import parse, read
from hub.api.me import CREATED, answered, asking
from hub.api.paging import paged, read_query
from hub.api.reply import Reply, json_reply
from hub.api.routes import Routes
from hub.cases.cases import Wanted, cases, close_case, open_case
from hub.errors import BadInput
from hub.model.case import State
from hub.model.duration import parse_duration
from hub.rights.wording import worded

routes = Routes()


class CaseClaim(msgspec.Struct, forbid_unknown_fields=True):
    """The body of a case, as sent."""

    purpose: str
    number: str
    parties: list[SubjectClaim]
    duration: str | None = None


class ClosureClaim(msgspec.Struct, forbid_unknown_fields=True):
    """The body that closes a case, as sent; there need be none."""

    reason: str | None = None


_case_claim = msgspec.json.Decoder(CaseClaim)
_closure_claim = msgspec.json.Decoder(ClosureClaim)


@routes.post("/v1/cases", "openCase")
async def _open(road: Road, scope: Scope, receive: Receive) -> Reply:
    asked = await asking(road, scope)
    claim = parse(_case_claim, await read(receive))
    number = worded("number", claim.number)
    if len(number) > MOST_NAME:
        raise BadInput("number", f"must have at most {MOST_NAME} characters")
    duration = None if claim.duration is None else parse_duration("duration", claim.duration)
    wanted = Wanted(claim.purpose, number, [state_subject(each) for each in claim.parties], duration)
    return await answered(open_case(road, asked, wanted), asked, CREATED)


@routes.get("/v1/cases", "cases")
async def _list(road: Road, scope: Scope, _receive: Receive) -> Reply:
    asked = await asking(road, scope)
    paging, said = read_query(scope, frozenset({"state"}))
    text = said.get("state")
    if text is not None and text not in State.__members__.values():
        raise BadInput("state", f"must be one of {', '.join(State)}")
    return json_reply(paged(cases(road, asked, None if text is None else State(text)), paging))


@routes.post("/v1/cases/{id}/closure", "closeCase")
async def _close(road: Road, scope: Scope, receive: Receive) -> Reply:
    asked = await asking(road, scope)
    body = await read(receive)
    claim = parse(_closure_claim, body) if body else ClosureClaim()
    reason = worded("reason", claim.reason, required=False)
    return await answered(close_case(road, asked, scope["path_params"]["id"], reason), asked)
