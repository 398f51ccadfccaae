"""`/v1/disclosures`: the main job."""

from typing import Any

import msgspec
from starlette.types import Receive, Scope

from hub.access.flow import Answer, Road
from hub.access.purpose import Claim, SubjectClaim
from hub.access.respond import evidence
from hub.api.body import MOST_BATCH_BYTES, parse, read
from hub.api.problems import bad_input, problem, problem_reply
from hub.api.reply import Reply, json_reply
from hub.api.routes import ON_BEHALF_OF, Routes, caller_of, entered, header_of
from hub.approvals.counter import disclose_for
from hub.errors import BadInput
from hub.rights.desk import Asked, Refused

MOST_SUBJECTS = 1000
routes = Routes()


class BatchClaim(msgspec.Struct, forbid_unknown_fields=True):
    """The body of a batch, as sent."""

    subjects: list[SubjectClaim]
    purpose: str
    fields: list[str] | None = None
    reason: str | None = None


_claim = msgspec.json.Decoder(Claim)
_batch = msgspec.json.Decoder(BatchClaim)


@routes.post("/v1/disclosures", "disclose")
async def _disclose(road: Road, scope: Scope, receive: Receive) -> Reply:
    trace_id, mandate = scope["state"]["trace_id"], header_of(scope, ON_BEHALF_OF)
    caller = await entered(road, scope)
    claim = parse(_claim, await read(receive))
    if mandate is None:
        answer = await road.disclose(caller, claim, trace_id)
    else:
        answer = await _disclose_for(road, Asked(caller, trace_id), mandate, claim)
    if answer.status == 200:  # noqa: PLR2004
        return json_reply(answer.body)
    return problem_reply(answer.status, answer.body.pop("reasons"), trace_id, answer.body)


async def _disclose_for(road: Road, agent: Asked, mandate: str, claim: Claim) -> Answer:
    try:
        return await disclose_for(road, agent, mandate, claim)
    except Refused as refusal:
        return Answer(403, {"reasons": [refusal.reason.value], "withheld": []} | evidence(refusal.receipt))


@routes.post("/v1/disclosures/batch", "discloseBatch")
async def _disclose_batch(road: Road, scope: Scope, receive: Receive) -> Reply:
    caller = await caller_of(road, scope)
    trace_id = scope["state"]["trace_id"]
    batch = parse(_batch, await read(receive, MOST_BATCH_BYTES))
    if not 0 < len(batch.subjects) <= MOST_SUBJECTS:
        raise BadInput("subjects", f"must name 1 to {MOST_SUBJECTS} people")
    claim = (batch.purpose, batch.fields, batch.reason)
    answers = await road.disclose_batch(caller, batch.subjects, claim, trace_id)
    items = [_item(answer, trace_id) for answer in answers]
    return json_reply({"items": items})


def _item(answer: Answer, trace_id: str) -> dict[str, Any]:
    if answer.status == 200:  # noqa: PLR2004
        return answer.body
    if isinstance(error := answer.body.get("error"), BadInput):
        return bad_input(error, trace_id)
    return problem(answer.status, answer.body.pop("reasons"), trace_id, answer.body)
