"""How the document describes `/v1/me/visibility` and `/v1/protections`."""

from typing import Annotated, Literal

from fastapi import Query

from hub.api.describing import Described
from hub.api.me import CREATED
from hub.api.privacy import routes
from hub.api.privacy_schemas import (
    LiftingRequest,
    ProtectionBody,
    ProtectionDecision,
    ProtectionRequest,
    ProtectionsBody,
    VisibilityBody,
    VisibilityRequest,
)
from hub.api.schemas import BEARER, CURSOR, LIMIT, MANDATE, problems

described = Described(routes, tags=["privacy"], dependencies=BEARER, responses=problems(401, 403, 422, 503))
_NAME = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{43}$"}}
_PARAMETERS = {"parameters": [_NAME]}
_STATE = Literal["pending", "denied", "in_force", "lifting", "lifted"]


@described("visibility", response_model=VisibilityBody, responses=problems(404))
def own_visibility(on_behalf_of: MANDATE = None) -> None:
    """Which audience may see which group of one's own data; what the law lets them see all the same, and why."""


@described("changeVisibility", response_model=VisibilityBody, responses=problems(404))
def change_visibility(body: VisibilityRequest, on_behalf_of: MANDATE = None) -> None:
    """Change the rules that are named, from the next read on; rules that are not named stay as they are."""


@described("protect", response_model=ProtectionBody, status_code=CREATED, responses=problems(409))
def protect(body: ProtectionRequest) -> None:
    """Ask that somebody's address and telephone be kept from family, counter and lists, for their safety."""


@described("protections", response_model=ProtectionsBody)
def list_protections(
    state: Annotated[_STATE | None, Query()] = None, cursor: CURSOR = None, limit: LIMIT = None
) -> None:
    """The protections of the caller's area, for officers and auditors, newest first."""


@described("decideProtection", response_model=ProtectionBody, openapi_extra=_PARAMETERS, responses=problems(404, 409))
def decide(body: ProtectionDecision) -> None:
    """Another person's yes or no to a protection."""


@described("liftProtection", response_model=ProtectionBody, openapi_extra=_PARAMETERS, responses=problems(404, 409))
def lift(body: LiftingRequest) -> None:
    """Ask that a protection be lifted; it goes on until another person has agreed."""


@described("decideLifting", response_model=ProtectionBody, openapi_extra=_PARAMETERS, responses=problems(404, 409))
def decide_lifting(body: ProtectionDecision) -> None:
    """Another person's yes or no to the lifting of a protection."""
