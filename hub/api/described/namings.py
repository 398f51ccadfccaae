"""How the document describes `/v1/namings`."""

from typing import Annotated

from fastapi import Query

from hub.api.describing import Described
from hub.api.me import CREATED
from hub.api.naming_schemas import NamingBody, NamingDecision, NamingEnd, NamingRequest, NamingsBody, NamingState
from hub.api.namings import routes
from hub.api.schemas import BEARER, CURSOR, LIMIT, problems

described = Described(routes, tags=["namings"], dependencies=BEARER, responses=problems(401, 403, 422, 503))
_NAME = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "pattern": "^[0-9a-f]{24}$"}}


@described("nameOfficers", response_model=NamingBody, status_code=CREATED)
def name(body: NamingRequest) -> None:
    """Ask that officers be named to read what a law seals about one person; a security officer has to agree."""


@described("namings", response_model=NamingsBody)
def list_namings(
    state: Annotated[NamingState | None, Query()] = None, cursor: CURSOR = None, limit: LIMIT = None
) -> None:
    """Those the caller asked for, is named in or may decide about, newest first; for anybody else there are none."""


@described(
    "decideNaming", response_model=NamingBody, openapi_extra={"parameters": [_NAME]}, responses=problems(404, 409)
)
def decide(body: NamingDecision) -> None:
    """A security officer's yes or no; the officer is told the document and who is named, not about whom."""


@described(
    "revokeNaming", response_model=NamingBody, openapi_extra={"parameters": [_NAME]}, responses=problems(404, 409)
)
def revoke(body: NamingEnd | None = None) -> None:
    """End a naming, or a request for one, at once."""
