"""How the document describes `/v1/filings`."""

from typing import Annotated

from fastapi import Query
from pydantic.json_schema import SkipJsonSchema

from hub.api.audit_schemas import SINCE, UNTIL
from hub.api.describing import Described
from hub.api.filing_schemas import (
    STATES,
    FilingBody,
    FilingDecisionRequest,
    FilingRequest,
    FilingsBody,
    FilingUseBody,
    FilingWithdrawalRequest,
)
from hub.api.filings import routes
from hub.api.me import CREATED
from hub.api.schemas import BEARER, CURSOR, LIMIT, problems

described = Described(routes, tags=["filings"], dependencies=BEARER, responses=problems(401, 403, 422, 503))
_ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "pattern": "^[0-9a-f]{24}$"}}
_STATE = Annotated[STATES | SkipJsonSchema[None], Query()]


@described("file", response_model=FilingBody, status_code=CREATED, responses=problems(429))
def file(body: FilingRequest) -> None:
    """File a use of resident data; in force once a security officer and every source of the purpose's fields agree."""


@described("filings", response_model=FilingsBody)
def list_filings(state: _STATE = None, cursor: CURSOR = None, limit: LIMIT = None) -> None:
    """Filings of the caller's own, and those the caller supervises or may have to decide about, newest first."""


@described("decideFiling", response_model=FilingBody, openapi_extra={"parameters": [_ID]}, responses=problems(404, 409))
def decide(body: FilingDecisionRequest) -> None:
    """Agree to a filing or refuse it: a source department for its fields, a security officer for the form."""


@described(
    "withdrawFiling", response_model=FilingBody, openapi_extra={"parameters": [_ID]}, responses=problems(404, 409)
)
def withdraw(body: FilingWithdrawalRequest | None = None) -> None:
    """End one's own filing at once."""


@described("filingUse", response_model=FilingUseBody, openapi_extra={"parameters": [_ID]}, responses=problems(404))
def use_of(since: SINCE = None, until: UNTIL = None) -> None:
    """What a filing was used for, of the last month unless said otherwise; for its filer, officers and auditors."""
