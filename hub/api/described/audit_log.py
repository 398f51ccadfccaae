"""How the document describes `/v1/audit`."""

from starlette.responses import Response

from hub.api.audit_log import ACCEPTED, routes
from hub.api.audit_log_schemas import LogBody, PackRequest, VerificationBody, VolumesBody
from hub.api.audit_schemas import SINCE, UNTIL, WORD
from hub.api.describing import Described
from hub.api.schemas import BEARER, problems

described = Described(routes, tags=["audit"], dependencies=BEARER, responses=problems(401, 403, 422, 503))
_ZIP = {"content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}}}


@described("auditVolumes", response_model=VolumesBody)
def volumes_of(
    department: WORD = None, purpose: WORD = None, kind: WORD = None, since: SINCE = None, until: UNTIL = None
) -> None:
    """How many entries, refusals and over-asks the caller's area had: of the last week, or of a year at most."""


@described("auditLog", response_model=LogBody)
def log() -> None:
    """The log's size, its last checkpoint and that one's age, its witnesses, the last full check of it."""


@described("verifyLog", response_model=VerificationBody, status_code=ACCEPTED)
def verify() -> None:
    """Check the whole log, entry by entry, or tell of the check that runs; `GET /v1/audit/log` has the verdict."""


@described("auditPack", response_class=Response, responses={200: _ZIP, **problems(429)})
def pack(body: PackRequest) -> None:
    """An evidence pack of what a search finds: acts and proofs in one file that `python -m audit verify` checks."""
