"""How the document describes `/v1/newcomers`."""

from hub.api.describing import Described
from hub.api.newcomers import routes
from hub.api.observation_schemas import NewcomerBody, NewcomerDecisionRequest, NewcomersBody
from hub.api.schemas import BEARER, CURSOR, LIMIT, problems

described = Described(routes, tags=["observations"], dependencies=BEARER, responses=problems(401, 403, 422, 503))
_NAME = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "pattern": "^[0-9a-f]{24}$"}}


@described("newcomers", response_model=NewcomersBody)
def list_newcomers(cursor: CURSOR = None, limit: LIMIT = None) -> None:
    """Newcomers of the register's area that wait for it, oldest first; for the police."""


@described(
    "decideNewcomer", response_model=NewcomerBody, openapi_extra={"parameters": [_NAME]}, responses=problems(404, 409)
)
def decide(body: NewcomerDecisionRequest) -> None:
    """Take a newcomer into the store, or not."""
