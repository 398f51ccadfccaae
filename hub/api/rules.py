"""`/v1/rules/changes`: who sets the rules. Two different people, unless a change only narrows."""

from typing import Any

import msgspec
from starlette.types import Receive, Scope

from hub.access.flow import Road
from hub.api.audit import answered, asking
from hub.api.body import MOST_BATCH_BYTES, parse, read
from hub.api.paging import paged, read_query
from hub.api.reply import Reply
from hub.api.requests import verdict
from hub.api.routes import Routes
from hub.errors import BadInput, OperatorError
from hub.identity.principals import Appointment
from hub.rights.wording import worded
from hub.rules import deciding
from hub.rules.changes import Proposal
from hub.rules.proposing import Who, of_appointments, of_rules
from hub.rules.texts import rules_from
from hub.supervision.desk import Asked

routes = Routes()
MOST_APPOINTED = 1000
CREATED = 201


class AppointmentClaim(msgspec.Struct, forbid_unknown_fields=True):
    """An appointment as sent."""

    principal: str
    valid_from: str | None = None
    valid_until: str | None = None
    revoked: bool = False


class ChangeClaim(msgspec.Struct, forbid_unknown_fields=True):
    """The body of a proposal, as sent."""

    reason: str
    files: dict[str, str] | None = None
    principals: list[AppointmentClaim] | None = None


class DecisionClaim(msgspec.Struct, forbid_unknown_fields=True):
    """The body of a decision, as sent."""

    decision: str
    digest: str
    reason: str


_change = msgspec.json.Decoder(ChangeClaim)
_decision = msgspec.json.Decoder(DecisionClaim)


@routes.post("/v1/rules/changes", "proposeChange")
async def _propose(road: Road, scope: Scope, receive: Receive) -> Reply:
    asked = await asking(road, scope)
    return await answered(_proposed(road, asked, receive), asked, CREATED)


async def _proposed(road: Road, asked: Asked, receive: Receive) -> dict[str, Any]:
    await deciding.must_set_rules(road, asked)
    claim = parse(_change, await read(receive, MOST_BATCH_BYTES))
    if (claim.files is None) == (claim.principals is None):
        raise BadInput("files", "must be there, or `principals`, and not both")
    who = Who(asked.caller.principal.id, asked.caller.at, worded("reason", claim.reason))
    road.turn.fresh()
    return await deciding.propose(road, asked, _proposal(road, claim, who))


def _proposal(road: Road, claim: ChangeClaim, who: Who) -> Proposal:
    if claim.files is not None:
        try:
            rules = rules_from(claim.files, development=road.synthetic_only)
        except OperatorError as error:
            raise BadInput("files", str(error)) from None
        return of_rules(road.reader, rules, who, from_files=False)
    wished = claim.principals or []
    if not 0 < len(wished) <= MOST_APPOINTED:
        raise BadInput("principals", f"must be from 1 to {MOST_APPOINTED}")
    named = [Appointment.from_record(msgspec.structs.asdict(each)) for each in wished]
    if len({each.principal.id for each in named}) < len(named):
        raise BadInput("principals", "must name each principal once")
    return of_appointments(road.reader, named, who)


@routes.get("/v1/rules/changes", "changes")
async def _list(road: Road, scope: Scope, _receive: Receive) -> Reply:
    asked = await asking(road, scope)
    return await answered(_listed(road, asked, scope), asked)


async def _listed(road: Road, asked: Asked, scope: Scope) -> dict[str, Any]:
    paging, said = read_query(scope, frozenset({"state"}))
    return paged(await deciding.changes(road, asked, said.get("state")), paging)


@routes.get("/v1/rules/changes/{id}", "change")
async def _show(road: Road, scope: Scope, _receive: Receive) -> Reply:
    asked = await asking(road, scope)
    return await answered(deciding.change(road, asked, scope["path_params"]["id"]), asked)


@routes.post("/v1/rules/changes/{id}/decision", "decideChange")
async def _decide(road: Road, scope: Scope, receive: Receive) -> Reply:
    asked = await asking(road, scope)
    return await answered(_decided(road, asked, scope, receive), asked)


async def _decided(road: Road, asked: Asked, scope: Scope, receive: Receive) -> dict[str, Any]:
    claim = parse(_decision, await read(receive))
    approve, reason = verdict(claim.decision), worded("reason", claim.reason)
    name = scope["path_params"]["id"]
    return await deciding.decide(road, asked, name, claim.digest, reason, approve=approve)
