"""`/v1/mandates`: acting for a resident at the counter, as a guardian, or because they said so (代办)."""

import re
from typing import Any

import msgspec
from starlette.types import Receive, Scope

from hub.access.flow import Road
from hub.access.purpose import SubjectClaim, state_subject
from hub.api.body import parse, read
from hub.api.me import CREATED, answered, asking
from hub.api.paging import paged, read_paging
from hub.api.reply import Reply
from hub.api.routes import Routes, header_of
from hub.api.slip import page
from hub.approvals.counter import slip
from hub.approvals.mandate_lists import consider_mandate, mandates, offered, second_persons
from hub.approvals.mandates import Wanted, confirm_mandate, end_mandate, open_mandate
from hub.errors import BadInput
from hub.model.duration import parse_duration
from hub.model.mandate import LASTS
from hub.rights.wording import worded
from hub.schema.free_text import contains_identifier

routes = Routes()
OK = 200
MOST_FORM = 64
MOST_PRINCIPAL = 200
_CODE = re.compile(r"[0-9]{6}")
_FORM = re.compile(rf"[A-Za-z0-9][A-Za-z0-9/_.-]{{0,{MOST_FORM - 1}}}")


class ProofClaim(msgspec.Struct, forbid_unknown_fields=True):
    """What a mandate rests on, as sent."""

    form: str | None = None
    spoken: bool | None = None
    witness: str | None = None
    code: bool | None = None


class MandateClaim(msgspec.Struct, forbid_unknown_fields=True):
    """The body that opens a mandate, as sent."""

    matter: str
    subject: SubjectClaim | None = None
    proof: ProofClaim | None = None
    agent: str | None = None
    duration: str | None = None
    reason: str | None = None


class ConfirmationClaim(msgspec.Struct, forbid_unknown_fields=True):
    """The body of a confirmation by code, as sent."""

    code: str


_claim = msgspec.json.Decoder(MandateClaim)
_confirmation = msgspec.json.Decoder(ConfirmationClaim)


@routes.post("/v1/mandates", "openMandate")
async def _open(road: Road, scope: Scope, receive: Receive) -> Reply:
    asked = await asking(road, scope)
    claim = parse(_claim, await read(receive))
    proof = claim.proof or ProofClaim()
    return await answered(open_mandate(road, asked, _wanted(claim, proof)), asked, CREATED)


def _wanted(claim: MandateClaim, proof: ProofClaim) -> Wanted:
    if bool(proof.spoken) != bool(proof.witness):
        raise BadInput("proof", "must have `witness` with `spoken`")
    if proof.form is not None and not _FORM.fullmatch(proof.form):
        raise BadInput("proof.form", f"must be 1 to {MOST_FORM} letters, digits, `/`, `_`, `.` or `-`")
    if proof.form is not None and contains_identifier(proof.form):
        raise BadInput("proof.form", "must not contain an identity number or a phone number")
    if claim.duration is not None and claim.agent is None:
        raise BadInput("duration", "goes with `agent`")
    if (claim.subject is None) != (claim.agent is not None):
        raise BadInput("subject", "must be left out with `agent`, and named otherwise")
    for member, text in (("agent", claim.agent), ("proof.witness", proof.witness)):
        if text is not None and not 0 < len(text) <= MOST_PRINCIPAL:
            raise BadInput(member, f"must have 1 to {MOST_PRINCIPAL} characters")
    return Wanted(
        None if claim.subject is None else state_subject(claim.subject),
        claim.matter,
        proof.form or "",
        proof.witness or "",
        bool(proof.code),
        claim.agent or "",
        LASTS if claim.duration is None else parse_duration("duration", claim.duration),
        worded("reason", claim.reason, required=False),
    )


@routes.get("/v1/mandates", "mandates")
async def _list(road: Road, scope: Scope, _receive: Receive) -> Reply:
    asked = await asking(road, scope)
    paging = read_paging(scope)

    async def page() -> dict[str, Any]:
        listed = paged(mandates(road, asked), paging)
        return listed | {"offered": offered(road, asked), "second_persons": second_persons(road, asked)}

    return await answered(page(), asked)


@routes.get("/v1/mandates/{id}", "considerMandate")
async def _consider(road: Road, scope: Scope, _receive: Receive) -> Reply:
    asked = await asking(road, scope)
    return await answered(consider_mandate(road, asked, scope["path_params"]["id"]), asked)


@routes.post("/v1/mandates/{id}/confirmation", "confirmMandate")
async def _confirm(road: Road, scope: Scope, receive: Receive) -> Reply:
    asked = await asking(road, scope)
    body = await read(receive)
    code = parse(_confirmation, body).code if body else ""
    if body and not _CODE.fullmatch(code):
        raise BadInput("code", "must be 6 digits")
    return await answered(confirm_mandate(road, asked, scope["path_params"]["id"], code), asked)


@routes.post("/v1/mandates/{id}/closure", "endMandate")
async def _end(road: Road, scope: Scope, _receive: Receive) -> Reply:
    asked = await asking(road, scope)
    return await answered(end_mandate(road, asked, scope["path_params"]["id"]), asked)


@routes.get("/v1/mandates/{id}/slip", "slip")
async def _slip(road: Road, scope: Scope, _receive: Receive) -> Reply:
    asked = await asking(road, scope)
    reply = await answered(slip(road, asked, scope["path_params"]["id"]), asked)
    in_html = "text/html" in (header_of(scope, b"accept") or "")
    return page(msgspec.json.decode(reply.body)) if in_html and reply.status == OK else reply
