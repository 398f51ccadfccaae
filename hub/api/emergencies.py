"""`/v1/alarms` and `/v1/emergencies`: what is reported, breaking the glass upon it, and the review that follows."""

import re

import msgspec
from starlette.types import Receive, Scope

from hub.access.flow import Road
from hub.access.purpose import SubjectClaim, state_subject
from hub.api.body import parse, read
from hub.api.me import CREATED, answered, asking
from hub.api.paging import read_query
from hub.api.reply import Reply
from hub.api.routes import Routes
from hub.emergencies.alarms import raise_alarm
from hub.emergencies.opening import open_emergency
from hub.emergencies.reviews import emergencies, review_emergency
from hub.errors import BadInput
from hub.model.emergency import Review, Trigger
from hub.rights.wording import worded

routes = Routes()
_USUALLY_LISTED = 50
_MOST_ID = 64
_KIND = re.compile(r"[a-z][a-z_]{1,31}")
_NUMBER = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]{0,39}", re.ASCII)
_VERDICTS = {"justified": Review.JUSTIFIED, "unjustified": Review.UNJUSTIFIED}


class AlarmClaim(msgspec.Struct, forbid_unknown_fields=True):
    """The body of an alarm, as sent."""

    subject: SubjectClaim
    kind: str
    number: str | None = None


class TriggerClaim(msgspec.Struct, forbid_unknown_fields=True):
    """`{"alarm": …}`, `{"call": …}` or `{"order": …}`."""

    alarm: str | None = None
    call: str | None = None
    order: str | None = None


class EmergencyClaim(msgspec.Struct, forbid_unknown_fields=True):
    """The body that opens an emergency, as sent."""

    subject: SubjectClaim
    trigger: TriggerClaim | None = None
    reason: str | None = None


class ReviewClaim(msgspec.Struct, forbid_unknown_fields=True):
    """The body of a review, as sent."""

    verdict: str
    note: str | None = None


_alarm_claim = msgspec.json.Decoder(AlarmClaim)
_emergency_claim = msgspec.json.Decoder(EmergencyClaim)
_review_claim = msgspec.json.Decoder(ReviewClaim)


@routes.post("/v1/alarms", "raiseAlarm")
async def _alarm(road: Road, scope: Scope, receive: Receive) -> Reply:
    asked = await asking(road, scope)
    claim = parse(_alarm_claim, await read(receive))
    if not _KIND.fullmatch(claim.kind):
        raise BadInput("kind", "must have 2 to 32 lower-case letters and `_`")
    if claim.number is not None and not _NUMBER.fullmatch(claim.number):
        raise BadInput("number", "must have 1 to 40 digits, letters and `-`")
    number = worded("number", claim.number, required=False)
    subject = state_subject(claim.subject)
    return await answered(raise_alarm(road, asked, subject, claim.kind, number), asked, CREATED)


@routes.post("/v1/emergencies", "openEmergency")
async def _open(road: Road, scope: Scope, receive: Receive) -> Reply:
    asked = await asking(road, scope)
    claim = parse(_emergency_claim, await read(receive))
    subject, trigger = state_subject(claim.subject), _trigger(claim.trigger)
    return await answered(open_emergency(road, asked, subject, trigger, claim.reason or ""), asked, CREATED)


def _trigger(claim: TriggerClaim | None) -> Trigger | None:
    if claim is None:
        return None
    named = [(kind, name) for kind in ("alarm", "call", "order") if (name := getattr(claim, kind)) is not None]
    if len(named) != 1:
        raise BadInput("trigger", "must have exactly one of `alarm`, `call` and `order`")
    [(kind, name)] = named
    if not 0 < len(name) <= _MOST_ID:
        raise BadInput(f"trigger.{kind}", f"must have 1 to {_MOST_ID} characters")
    return Trigger(kind, name)


@routes.get("/v1/emergencies", "emergencies")
async def _list(road: Road, scope: Scope, _receive: Receive) -> Reply:
    asked = await asking(road, scope)
    paging, said = read_query(scope, frozenset({"state"}))
    text = said.get("state")
    if text is not None and text not in Review.__members__.values():
        raise BadInput("state", f"must be one of {', '.join(Review)}")
    state = None if text is None else Review(text)
    return await answered(emergencies(road, asked, state, paging.cursor or "", paging.limit or _USUALLY_LISTED), asked)


@routes.post("/v1/emergencies/{id}/review", "reviewEmergency")
async def _review(road: Road, scope: Scope, receive: Receive) -> Reply:
    asked = await asking(road, scope)
    claim = parse(_review_claim, await read(receive))
    verdict = _VERDICTS.get(claim.verdict)
    if verdict is None:
        raise BadInput("verdict", "must be `justified` or `unjustified`")
    note = worded("note", claim.note)
    return await answered(review_emergency(road, asked, scope["path_params"]["id"], verdict, note), asked)
