"""`/v1/me/file`, `/v1/me/export`, `/v1/me/corrections`: one's own data, a copy of it, and what is wrong in it."""

from typing import Any

import msgspec
from starlette.types import Receive, Scope

from hub.access.flow import Road
from hub.api.body import parse, read
from hub.api.me import CREATED, answered, asking
from hub.api.paging import paged, read_paging, read_query
from hub.api.reply import Reply
from hub.api.requests import verdict
from hub.api.routes import Routes
from hub.approvals.corrections import answer_correction, corrections
from hub.errors import BadInput
from hub.model.correction import State
from hub.rights.corrections import Wish, correct, own_corrections
from hub.rights.export import export
from hub.rights.own_file import own_file
from hub.rights.wording import worded

routes = Routes()
_USUALLY_LISTED = 50
_MOST_FIELD = 64
_MATTER = "corrections"
"""What a mandate is for where somebody acts for a resident; never for the whole file or its copy."""
_ATTACHED = (b"content-disposition", b'attachment; filename="resident-file.json"')


class CorrectionClaim(msgspec.Struct, forbid_unknown_fields=True):
    """The body of a correction, as sent."""

    field: str
    value: Any
    reason: str | None = None


class AnswerClaim(msgspec.Struct, forbid_unknown_fields=True):
    """The body of a department's answer, as sent."""

    decision: str
    reason: str


_correction_claim = msgspec.json.Decoder(CorrectionClaim)
_answer_claim = msgspec.json.Decoder(AnswerClaim)


@routes.get("/v1/me/file", "ownFile")
async def _file(road: Road, scope: Scope, _receive: Receive) -> Reply:
    asked = await asking(road, scope)
    return await answered(own_file(road, asked), asked)


@routes.get("/v1/me/export", "ownExport")
async def _export(road: Road, scope: Scope, _receive: Receive) -> Reply:
    asked = await asking(road, scope)
    reply = await answered(export(road, asked), asked)
    return reply._replace(headers=(*reply.headers, _ATTACHED)) if reply.status < 300 else reply  # noqa: PLR2004


@routes.post("/v1/me/corrections", "askCorrection")
async def _correct(road: Road, scope: Scope, receive: Receive) -> Reply:
    asked = await asking(road, scope, _MATTER)
    claim = parse(_correction_claim, await read(receive))
    if not 0 < len(claim.field) <= _MOST_FIELD:
        raise BadInput("field", f"must have 1 to {_MOST_FIELD} characters")
    wish = Wish(claim.field, claim.value, worded("reason", claim.reason, required=False))
    return await answered(correct(road, asked, wish), asked, CREATED)


@routes.get("/v1/me/corrections", "ownCorrections")
async def _own_corrections(road: Road, scope: Scope, _receive: Receive) -> Reply:
    asked = await asking(road, scope, _MATTER)
    paging = read_paging(scope)

    async def listed() -> dict[str, Any]:
        return paged(await own_corrections(road, asked), paging)

    return await answered(listed(), asked)


@routes.get("/v1/corrections", "corrections")
async def _corrections(road: Road, scope: Scope, _receive: Receive) -> Reply:
    asked = await asking(road, scope)
    paging, said = read_query(scope, frozenset({"state"}))
    text = said.get("state")
    if text is not None and text not in State.__members__.values():
        raise BadInput("state", f"must be one of {', '.join(State)}")
    state = None if text is None else State(text)
    limit = paging.limit or _USUALLY_LISTED
    return await answered(corrections(road, asked, state, paging.cursor or "", limit), asked)


@routes.post("/v1/corrections/{id}/decision", "answerCorrection")
async def _answer(road: Road, scope: Scope, receive: Receive) -> Reply:
    asked = await asking(road, scope)
    claim = parse(_answer_claim, await read(receive))
    confirm, reason = verdict(claim.decision), worded("reason", claim.reason)
    return await answered(answer_correction(road, asked, scope["path_params"]["id"], reason, confirm=confirm), asked)
