"""How the document describes `/v1/rules/changes`."""

from hub.api.audit import PSEUDONYM
from hub.api.describing import Described
from hub.api.rules import CREATED, routes
from hub.api.rules_schemas import (
    STATE,
    ChangeBody,
    ChangeDecision,
    ChangeRequest,
    ChangesBody,
    WholeChangeBody,
)
from hub.api.schemas import BEARER, CURSOR, LIMIT, problems

described = Described(routes, tags=["rules"], dependencies=BEARER, responses=problems(401, 403, 422, 503))
_ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "pattern": PSEUDONYM}}


@described("proposeChange", response_model=ChangeBody, status_code=CREATED)
def propose(body: ChangeRequest) -> None:
    """Propose other rules or appointments; for administrators and security officers of a district.

    What only narrows takes effect at once; anything else waits seven days for two different people.
    """


@described("changes", response_model=ChangesBody)
def changes(state: STATE = None, cursor: CURSOR = None, limit: LIMIT = None) -> None:
    """Changes of rules, newest first; for administrators, security officers and auditors."""


@described("change", response_model=WholeChangeBody, openapi_extra={"parameters": [_ID]}, responses=problems(404))
def change() -> None:
    """One change, with what would be otherwise in each file."""


@described("decideChange", response_model=ChangeBody, openapi_extra={"parameters": [_ID]}, responses=problems(404, 409))
def decide(body: ChangeDecision) -> None:
    """Approve a change by its digest, or deny it. With the second person's yes it is in force in every process."""
