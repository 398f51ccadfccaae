"""How the document describes `/v1/cases`."""

from typing import Annotated

from fastapi import Query

from hub.api.case_schemas import CaseBody, CaseRequest, CasesBody, CaseState, ClosureRequest
from hub.api.cases import routes
from hub.api.describing import Described
from hub.api.me import CREATED
from hub.api.schemas import BEARER, CURSOR, LIMIT, problems

described = Described(routes, tags=["cases"], dependencies=BEARER, responses=problems(401, 403, 422, 503))
_NAME = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "pattern": "^[0-9a-f]{24}$"}}


@described("openCase", response_model=CaseBody, status_code=CREATED, responses=problems(429))
def open_(body: CaseRequest) -> None:
    """Open a case for some people, each of whom is told; its office may read them for its purpose while it is open."""


@described("cases", response_model=CasesBody)
def list_cases(state: Annotated[CaseState | None, Query()] = None, cursor: CURSOR = None, limit: LIMIT = None) -> None:
    """The cases of the caller's office that nobody has closed, or those a resident is a party to, newest first."""


@described("closeCase", response_model=CaseBody, openapi_extra={"parameters": [_NAME]}, responses=problems(404, 409))
def close(body: ClosureRequest | None = None) -> None:
    """Close a case at once: its office may, and any of its parties."""
