"""`/v1/filings`: what departments and organisations file they will use resident data for, and what they do use."""

import re
from datetime import date

import msgspec
from starlette.types import Receive, Scope

from hub.access.flow import Road
from hub.access.purpose import MOST_NAME
from hub.api.audit import query_of
from hub.api.body import parse, read
from hub.api.me import CREATED, answered, asking
from hub.api.paging import Paging, read_query
from hub.api.reply import Reply
from hub.api.requests import verdict
from hub.api.routes import Routes
from hub.approvals import filings
from hub.approvals.filing_use import use
from hub.errors import BadInput
from hub.model.filing_request import USUAL_VOLUME, State
from hub.policy.filings import MOST_VOLUME
from hub.rights.wording import worded

routes = Routes()
_USUALLY_LISTED = 50
_SCOPE = re.compile(r"[1-9][0-9]{1,14}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class FilingClaim(msgspec.Struct, forbid_unknown_fields=True):
    """The body of a filing, as sent."""

    purpose: str
    basis: str
    citation: str
    scenario: str
    scope: str
    valid_until: str
    volume: int = USUAL_VOLUME


class DecisionClaim(msgspec.Struct, forbid_unknown_fields=True):
    """The body of a decision, as sent."""

    decision: str
    reason: str | None = None


class WithdrawalClaim(msgspec.Struct, forbid_unknown_fields=True):
    """The body of a withdrawal, as sent; there need be none."""

    reason: str | None = None


_claim = msgspec.json.Decoder(FilingClaim)
_decision_claim = msgspec.json.Decoder(DecisionClaim)
_withdrawal_claim = msgspec.json.Decoder(WithdrawalClaim)


@routes.post("/v1/filings", "file")
async def _file(road: Road, scope: Scope, receive: Receive) -> Reply:
    asked = await asking(road, scope)
    stated = _stated(parse(_claim, await read(receive)))
    return await answered(filings.file(road, asked, stated), asked, CREATED)


def _stated(claim: FilingClaim) -> filings.Statement:
    if not 0 < len(claim.purpose) <= MOST_NAME:
        raise BadInput("purpose", f"must have 1 to {MOST_NAME} characters")
    if not _SCOPE.fullmatch(claim.scope):
        raise BadInput("scope", "must be an area prefix of 2 to 15 digits")
    if not 0 < claim.volume <= MOST_VOLUME:
        raise BadInput("volume", f"must be a number of subjects a day, 1 to {MOST_VOLUME}")
    return filings.Statement(
        claim.purpose,
        claim.basis,
        worded("citation", claim.citation),
        worded("scenario", claim.scenario),
        claim.scope,
        claim.volume,
        _day(claim.valid_until),
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text if _DAY.fullmatch(text) else "")
    except ValueError:
        raise BadInput("valid_until", "must be a date, YYYY-MM-DD") from None


@routes.get("/v1/filings", "filings")
async def _list(road: Road, scope: Scope, _receive: Receive) -> Reply:
    asked = await asking(road, scope)
    paging, said = read_query(scope, frozenset({"state"}))
    text = said.get("state")
    if text is not None and text not in State.__members__.values():
        raise BadInput("state", f"must be one of {', '.join(State)}")
    state = None if text is None else State(text)
    limit = paging.limit or _USUALLY_LISTED
    return await answered(filings.filings(road, asked, state, paging.cursor or "", limit), asked)


@routes.post("/v1/filings/{id}/decision", "decideFiling")
async def _decide(road: Road, scope: Scope, receive: Receive) -> Reply:
    asked = await asking(road, scope)
    claim = parse(_decision_claim, await read(receive))
    approve = verdict(claim.decision)
    reason = worded("reason", claim.reason, required=not approve)
    name = scope["path_params"]["id"]
    return await answered(filings.decide_filing(road, asked, name, approve=approve, reason=reason), asked)


@routes.post("/v1/filings/{id}/withdrawal", "withdrawFiling")
async def _withdraw(road: Road, scope: Scope, receive: Receive) -> Reply:
    asked = await asking(road, scope)
    body = await read(receive)
    claim = parse(_withdrawal_claim, body) if body else WithdrawalClaim()
    reason = worded("reason", claim.reason, required=False)
    return await answered(filings.withdraw_filing(road, asked, scope["path_params"]["id"], reason), asked)


@routes.get("/v1/filings/{id}/use", "filingUse")
async def _use(road: Road, scope: Scope, _receive: Receive) -> Reply:
    asked = await asking(road, scope)
    paging, said = read_query(scope, frozenset({"since", "until"}))
    if paging != Paging():
        raise BadInput("cursor" if paging.cursor else "limit", "is not a member of this request")
    period = query_of(said)
    return await answered(use(road, asked, scope["path_params"]["id"], period.since, period.until), asked)
