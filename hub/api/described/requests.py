"""How the document describes `/v1/requests`."""

from hub.api.describing import Described
from hub.api.requests import routes
from hub.api.rights_schemas import DecisionRequest, RequestBody, RequestsBody
from hub.api.schemas import BEARER, CURSOR, LIMIT, problems

described = Described(routes, tags=["requests"], dependencies=BEARER, responses=problems(401, 403, 422, 503))
_NAME = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "pattern": "^[0-9a-f]{24}$"}}


@described("requests", response_model=RequestsBody)
def requests(cursor: CURSOR = None, limit: LIMIT = None) -> None:
    """Disputes and erasures asked for by residents of the caller's area that wait for a decision, oldest first."""


@described(
    "decideRequest", response_model=RequestBody, openapi_extra={"parameters": [_NAME]}, responses=problems(404, 409)
)
def decide(body: DecisionRequest) -> None:
    """Decide about a resident's request, once: uphold or dismiss a dispute, erase or keep.

    An approved erasure freezes the file at once; `hub erase` carries it out once nothing about the person is open.
    """
