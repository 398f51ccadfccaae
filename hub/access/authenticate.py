"""Step 1: who asks. The road reads the clock here, once."""

from datetime import datetime

from hub.access.standing import Standing
from hub.errors import Unauthenticated
from hub.identity.tokens import Verifier
from hub.model.instant import day_of
from hub.model.principal import Caller

_SCHEME = "bearer "


async def authenticate(authorization: str, verifier: Verifier, standing: Standing, now: datetime) -> Caller:
    """Turn an Authorization header into a caller.

    Args:
        authorization: the header's value.
        verifier: checks tokens of the configured issuers.
        standing: who holds which role now; a role that was revoked ends at once, whatever the token says.
        now: the instant of the request, UTC.

    Raises:
        Unauthenticated: no token, a token no issuer stands behind, or a principal without a role in force.
    """
    if authorization[: len(_SCHEME)].lower() != _SCHEME:
        raise Unauthenticated("a bearer token is required")
    identity = await verifier.verify_async(authorization[len(_SCHEME) :].strip(), now)
    standing.refresh()
    if not standing.holds(identity.principal.id, now):
        raise Unauthenticated("the principal holds no role in force")
    return Caller(identity.principal, identity.operator, now, day_of(now))
