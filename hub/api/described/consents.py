"""How the document describes `/v1/me/consents` and `/v1/consents/requests`."""

from hub.api.consent_schemas import (
    ConsentAskedBody,
    ConsentAskedRequest,
    ConsentBody,
    ConsentRequest,
    ConsentsBody,
)
from hub.api.consents import routes
from hub.api.describing import Described
from hub.api.me import CREATED
from hub.api.schemas import BEARER, CURSOR, LIMIT, MANDATE, problems

described = Described(routes, tags=["me"], dependencies=BEARER, responses=problems(401, 403, 422, 503))
_NAME = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{43}$"}}


@described("consents", response_model=ConsentsBody, responses=problems(404))
def list_consents(cursor: CURSOR = None, limit: LIMIT = None, on_behalf_of: MANDATE = None) -> None:
    """What one agreed to, refused and is asked, newest first, and the texts of what one may agree to."""


@described("consent", response_model=ConsentBody, status_code=CREATED, responses=problems(404))
def consent(body: ConsentRequest, on_behalf_of: MANDATE = None) -> None:
    """Agree to a purpose, or refuse: for one recipient or for whoever may request it.

    A refusal keeps everybody from asking again for 30 days. Where the purpose changes, an agreement no longer stands.
    """


@described(
    "withdrawConsent", response_model=ConsentBody, openapi_extra={"parameters": [_NAME]}, responses=problems(404, 409)
)
def withdraw_consent(on_behalf_of: MANDATE = None) -> None:
    """Take an agreement back: from the next read on it stands for nothing; what was read before stays valid."""


@described("askConsent", response_model=ConsentAskedBody, status_code=CREATED, responses=problems(409))
def ask(body: ConsentAskedRequest) -> None:
    """Ask a resident to agree to a purpose; nobody asks again while a question waits or soon after a refusal."""
