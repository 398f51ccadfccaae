"""How the document describes `/v1/approvals/rosters`."""

from hub.api.describing import Described
from hub.api.me import CREATED
from hub.api.roster_schemas import ConsideredRosterBody, RosterBody, RosterDecisionRequest, RosterRequest, RostersBody
from hub.api.rosters import routes
from hub.api.schemas import BEARER, CURSOR, LIMIT, problems

described = Described(routes, tags=["approvals"], dependencies=BEARER, responses=problems(401, 403, 422, 503))
_NAME = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "pattern": "^[0-9a-f]{24}$"}}


@described("askRoster", response_model=RosterBody, status_code=CREATED)
def ask(body: RosterRequest) -> None:
    """Ask for the same approval about up to 500 people."""


@described("rosters", response_model=RostersBody)
def list_rosters(cursor: CURSOR = None, limit: LIMIT = None) -> None:
    """Rosters that the caller asked for or may decide about, newest first."""


@described(
    "considerRoster",
    response_model=ConsideredRosterBody,
    openapi_extra={"parameters": [_NAME]},
    responses=problems(404),
)
def consider() -> None:
    """One roster with the names of those on it, for those who may decide; each of them finds that they looked."""


@described(
    "decideRoster", response_model=RosterBody, openapi_extra={"parameters": [_NAME]}, responses=problems(404, 409)
)
def decide(body: RosterDecisionRequest) -> None:
    """Approve or deny for everybody on a roster at once, but for those who are excluded one by one."""
