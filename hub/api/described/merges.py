"""How the document describes `/v1/merges`."""

from hub.api.describing import Described
from hub.api.me import CREATED
from hub.api.merge_schemas import MergeBody, MergeDecision, MergeRequest, MergesBody, SeparationRequest
from hub.api.merges import routes
from hub.api.schemas import BEARER, CURSOR, LIMIT, problems

described = Described(routes, tags=["merges"], dependencies=BEARER, responses=problems(401, 403, 422, 503))
_NAME = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "pattern": "^[0-9a-f]{24}$"}}
_PARAMETERS = {"parameters": [_NAME]}


@described("proposeMerge", response_model=MergeBody, status_code=CREATED, responses=problems(409, 429))
def propose(body: MergeRequest) -> None:
    """Say that two files of the caller's area are one person's; the register decides."""


@described("merges", response_model=MergesBody)
def list_merges(cursor: CURSOR = None, limit: LIMIT = None) -> None:
    """Merges that the register has to decide about and those that stand; for others, those they proposed."""


@described("decideMerge", response_model=MergeBody, openapi_extra=_PARAMETERS, responses=problems(404, 409))
def decide(body: MergeDecision) -> None:
    """The register's word on a merge; another person than who proposed it."""


@described("proposeSeparation", response_model=MergeBody, openapi_extra=_PARAMETERS, responses=problems(404, 409))
def separate(body: SeparationRequest) -> None:
    """Say that two files that were made one are two people's; the merge goes on until the register has decided."""


@described("decideSeparation", response_model=MergeBody, openapi_extra=_PARAMETERS, responses=problems(404, 409))
def decide_separation(body: MergeDecision) -> None:
    """The register's word on a separation: both files are as they were, with what has been written since."""
