"""Step 1: who asks. The road reads the clock here, once."""

from datetime import datetime

from hub.errors import Unauthenticated
from hub.identity.tokens import Verifier
from hub.model.instant import day_of
from hub.model.principal import Caller

_SCHEME = "bearer "


async def authenticate(authorization: str, verifier: Verifier, now: datetime) -> Caller:
    """Turn an Authorization header into a caller; whether the role still stands is the road's next question.

    Args:
        authorization: the header's value.
        verifier: checks tokens of the configured issuers.
        now: the instant of the request, UTC.

    Raises:
        Unauthenticated: no token, or one that no issuer stands behind.
    """
    if authorization[: len(_SCHEME)].lower() != _SCHEME:
        raise Unauthenticated("a bearer token is required")
    identity = await verifier.verify_async(authorization[len(_SCHEME) :].strip(), now)
    return Caller(identity.principal, identity.operator, now, day_of(now))
