"""How the document describes `/v1/audit/deferrals` and `/v1/transparency`."""

from hub.api.deferrals import routes
from hub.api.describing import Described
from hub.api.me import CREATED
from hub.api.rights_schemas import (
    DeferralBody,
    DeferralDecision,
    DeferralRequest,
    DeferralsBody,
    TransparencyBody,
)
from hub.api.schemas import BEARER, CURSOR, LIMIT, problems

described = Described(routes, tags=["deferrals"], responses=problems(503))
_NAME = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "pattern": "^[0-9a-f]{24}$"}}


@described(
    "askDeferral",
    response_model=DeferralBody,
    status_code=CREATED,
    dependencies=BEARER,
    responses=problems(401, 403, 404, 422),
)
def ask(body: DeferralRequest) -> None:
    """Ask that a person be told later of one access to their file, where a law demands secrecy; another must agree."""


@described(
    "decideDeferral",
    response_model=DeferralBody,
    dependencies=BEARER,
    openapi_extra={"parameters": [_NAME]},
    responses=problems(401, 403, 404, 409, 422),
)
def decide(body: DeferralDecision) -> None:
    """Consent to a deferral or refuse it, once; by another person than the one who asks."""


@described("deferrals", response_model=DeferralsBody, dependencies=BEARER, responses=problems(401, 403, 422))
def listed(cursor: CURSOR = None, limit: LIMIT = None) -> None:
    """Deferrals in the caller's area, whatever became of them, oldest first."""


@described("transparency", response_model=TransparencyBody)
def transparency() -> None:
    """How many notices are deferred now in the whole hub; no token needed."""
