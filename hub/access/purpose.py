"""Step 2: for what, about whom, which fields."""

import msgspec

from hub.errors import BadInput
from hub.model.decision import AccessRequest
from hub.model.principal import Caller
from hub.model.purpose import Purpose
from hub.model.subject import SubjectRef
from hub.policy.engine import Snapshot
from hub.schema.free_text import MOST_CHARACTERS, written
from hub.schema.idno import normalise_idno

MOST_FIELDS = 100
MOST_NAME = 64
MOST_REASON = MOST_CHARACTERS
MOST_RID = 128


class SubjectClaim(msgspec.Struct, forbid_unknown_fields=True):
    """`{"idno": …}` or `{"rid": …}`."""

    idno: str | None = None
    rid: str | None = None


class Claim(msgspec.Struct, forbid_unknown_fields=True):
    """The body of a disclosure request, as sent."""

    subject: SubjectClaim
    purpose: str
    fields: list[str] | None = None
    reason: str | None = None


def state_purpose(caller: Caller, claim: Claim, policies: Snapshot, trace_id: str) -> AccessRequest:
    """Check a claim's form and look its purpose up.

    Args:
        caller: who asks.
        claim: what was sent.
        policies: the catalogue.
        trace_id: 32 hex digits.

    Raises:
        BadInput: naming the member and the rule. An unknown purpose is no bad input: it is decided on.
    """
    purpose, fields, reason = state_matter(claim.purpose, claim.fields, claim.reason, policies)
    subject = state_subject(claim.subject)
    return AccessRequest(caller, subject, purpose, fields, reason, trace_id, policies.digest)


def restated(request: AccessRequest, policies: Snapshot) -> AccessRequest:
    """A request by the policies in force: they may have changed since it was stated."""
    if request.policy == policies.digest:
        return request
    purpose = request.purpose and policies.purposes.get(request.purpose.id)
    return request._replace(purpose=purpose, policy=policies.digest)


def state_matter(
    purpose_id: str, fields: list[str] | None, reason: str | None, policies: Snapshot
) -> tuple[Purpose | None, tuple[str, ...], str]:
    """Check everything of a claim that is not about one person. Raises BadInput."""
    if not 0 < len(purpose_id) <= MOST_NAME:
        raise BadInput("purpose", f"must have 1 to {MOST_NAME} characters")
    if fields is not None and not 0 < len(fields) <= MOST_FIELDS:
        raise BadInput("fields", f"must name 1 to {MOST_FIELDS} fields, or be left out")
    if fields and not all(0 < len(name) <= MOST_NAME for name in fields):
        raise BadInput("fields", f"a field name must have 1 to {MOST_NAME} characters")
    said = written("reason", reason) if reason else ""
    purpose = policies.purposes.get(purpose_id)
    asked = tuple(dict.fromkeys(fields)) if fields else (purpose.fields if purpose else ())
    return purpose, asked, said


def state_subject(claim: SubjectClaim) -> SubjectRef:
    """Check how a claim names its data subject. Raises BadInput."""
    if (claim.idno is None) == (claim.rid is None):
        raise BadInput("subject", "must have exactly one of `idno` and `rid`")
    if claim.rid is not None:
        if not 0 < len(claim.rid) <= MOST_RID:
            raise BadInput("subject.rid", f"must have 1 to {MOST_RID} characters")
        return SubjectRef(rid=claim.rid)
    try:
        return SubjectRef(idno=normalise_idno(claim.idno or ""))
    except BadInput as error:
        raise BadInput("subject.idno", error.rule) from None
