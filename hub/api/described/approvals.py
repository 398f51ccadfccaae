"""How the document describes `/v1/approvals` and `/v1/deputies`."""

from typing import Annotated, Literal

from fastapi import Query
from pydantic import Field

from hub.api.approval_schemas import (
    ApprovalBody,
    ApprovalDecisionRequest,
    ApprovalRequest,
    ApprovalsBody,
    ConsideredBody,
    DeputiesBody,
    DeputyBody,
    DeputyRequest,
    RevocationRequest,
)
from hub.api.approvals import routes
from hub.api.describing import Described
from hub.api.me import CREATED
from hub.api.schemas import BEARER, CURSOR, LIMIT, problems

described = Described(routes, tags=["approvals"], dependencies=BEARER, responses=problems(401, 403, 422, 503))
_ID = {"type": "string", "pattern": "^([A-Za-z0-9_-]{43}|[0-9a-f]{24})$"}
_NAME = {"name": "id", "in": "path", "required": True, "schema": _ID}
_ROW = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "pattern": "^[0-9a-f]{24}$"}}
_STATE = Annotated[Literal["pending", "approved", "denied", "expired", "revoked"], Field()]


@described("askApproval", response_model=ApprovalBody, status_code=CREATED)
def ask_approval(body: ApprovalRequest) -> None:
    """Ask that fields may be read which need somebody else's yes; counted from the decision for as long as asked."""


@described("approvals", response_model=ApprovalsBody)
def list_approvals(state: Annotated[_STATE | None, Query()] = None, cursor: CURSOR = None, limit: LIMIT = None) -> None:
    """Approvals that the caller asked for or may decide, newest first."""


@described(
    "considerApproval", response_model=ConsideredBody, openapi_extra={"parameters": [_NAME]}, responses=problems(404)
)
def consider_() -> None:
    """One request with the name of whom it is about, for those who may decide; the person finds that they looked."""


@described(
    "decideApproval", response_model=ApprovalBody, openapi_extra={"parameters": [_NAME]}, responses=problems(404, 409)
)
def decide(body: ApprovalDecisionRequest) -> None:
    """Approve or deny a request of another person; fields and duration may be narrowed, never widened."""


@described(
    "revokeApproval", response_model=ApprovalBody, openapi_extra={"parameters": [_NAME]}, responses=problems(404, 409)
)
def revoke(body: RevocationRequest | None = None) -> None:
    """End an approval, or a request, at once."""


@described("deputies", response_model=DeputiesBody)
def list_deputies(cursor: CURSOR = None, limit: LIMIT = None) -> None:
    """Who stands in for the secretary of the caller's community, now or later."""


@described("nameDeputy", response_model=DeputyBody, status_code=CREATED)
def deputy(body: DeputyRequest) -> None:
    """Name somebody who decides in a secretary's place for a time."""


@described(
    "revokeDeputy", response_model=DeputyBody, openapi_extra={"parameters": [_ROW]}, responses=problems(404, 409)
)
def end_deputy() -> None:
    """End a deputy's time at once."""
