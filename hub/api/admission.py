"""Who may call a route at all, where that does not depend on what is asked: known before a body or query is read.

The rooms behind the routes refuse on their own; this is for the order alone. Whoever may never call a route does not
learn first how it wants to be called.
"""

from starlette.types import Scope

from hub.access.flow import Road
from hub.errors import Reason
from hub.model.principal import Role
from hub.rights.desk import Asked
from hub.rights.recording import refuse

TEMPLATE = "route"
"""Where a request's state says which route it came to."""
_OFFICERS = (Role.SECURITY_OFFICER, Role.AUDITOR)
_FILERS = (Role.DEPARTMENT, Role.ORGANISATION)
_STAFF = (Role.GRID_WORKER, Role.CLERK, Role.SECRETARY, Role.DEPARTMENT)
_SELF = (Role.RESIDENT,)
ADMITTED: dict[tuple[str, str], tuple[str, tuple[Role, ...]]] = {
    ("POST", "/v1/alarms"): ("alarm", _FILERS),
    ("POST", "/v1/audit/deferrals"): ("deferral", (Role.SECURITY_OFFICER,)),
    ("POST", "/v1/audit/deferrals/{id}/decision"): ("deferral", _OFFICERS),
    ("POST", "/v1/corrections/{id}/decision"): ("correction", (Role.DEPARTMENT,)),
    ("POST", "/v1/deputies"): ("deputy", (Role.SECRETARY,)),
    ("POST", "/v1/filings"): ("filing", _FILERS),
    ("POST", "/v1/filings/{id}/decision"): ("filing", (*_FILERS, *_OFFICERS, Role.ADMIN, Role.SECRETARY)),
    ("POST", "/v1/mandates"): ("mandate", (Role.CLERK, Role.RESIDENT)),
    ("POST", "/v1/me/consents"): ("consent", _SELF),
    ("POST", "/v1/me/corrections"): ("correction", _SELF),
    ("POST", "/v1/me/disputes"): ("dispute", _SELF),
    ("POST", "/v1/me/erasure"): ("erasure_request", _SELF),
    ("GET", "/v1/me/explanations"): ("explanation", _SELF),
    ("POST", "/v1/me/freezes"): ("freeze", _SELF),
    ("PUT", "/v1/me/visibility"): ("visibility", _SELF),
    ("POST", "/v1/merges"): ("merge", _STAFF),
    ("POST", "/v1/merges/{id}/separation"): ("merge", _STAFF),
    ("POST", "/v1/newcomers/{id}/decision"): ("newcomer", (Role.DEPARTMENT,)),
    ("POST", "/v1/orders"): ("order", (Role.DEPARTMENT,)),
    ("POST", "/v1/protections"): ("protection", (Role.SECURITY_OFFICER,)),
    ("POST", "/v1/protections/{id}/decision"): ("protection", _OFFICERS),
    ("POST", "/v1/protections/{id}/lifting"): ("protection", (Role.SECURITY_OFFICER,)),
    ("POST", "/v1/protections/{id}/lifting/decision"): ("protection", _OFFICERS),
    ("POST", "/v1/requests/{id}/decision"): ("request_decision", _OFFICERS),
}
"""By method and template: the kind of event that a refusal is, and the roles that may ever call it."""


async def admit(road: Road, scope: Scope, asked: Asked) -> None:
    """Let a request in whose role may call the route.

    Args:
        road: the road's means.
        scope: of the request; its state names the route.
        asked: who asks, or for whom.

    Raises:
        Refused: the role may never call it; recorded.
        TrailUnavailable: that could not be recorded.
    """
    kind, roles = ADMITTED.get((scope["method"], scope["state"][TEMPLATE]), ("", None))
    if roles is not None and asked.caller.principal.role not in roles:
        raise await refuse(road, asked, kind, Reason.NOT_ALLOWED)
