"""How the document describes `/v1/me`."""

from typing import Annotated

from fastapi import Query

from hub.api.describing import Described
from hub.api.me import CREATED, routes
from hub.api.rights_schemas import (
    AccessesBody,
    DisputeRequest,
    NoticesBody,
    OwnMergesBody,
    OwnRequestsBody,
    RequestBody,
    WishRequest,
)
from hub.api.schemas import BEARER, CURSOR, LIMIT, MANDATE, problems

described = Described(routes, tags=["me"], dependencies=BEARER, responses=problems(401, 403, 404, 422, 503))
_NAME = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "pattern": "^[0-9a-f]{24}$"}}


@described("accesses", response_model=AccessesBody)
def accesses(
    cursor: CURSOR = None,
    limit: LIMIT = None,
    merge: Annotated[str | None, Query(pattern="^[0-9a-f]{24}$")] = None,
    on_behalf_of: MANDATE = None,
) -> None:
    """Who looked at one's own file, or tried to, newest first.

    Each item has a receipt that shows all three parts of its entry; `total` says how many entries there were before
    this look, in the receipt of the look itself. `python -m audit accesses` checks that none is missing. With `merge`,
    those of a file that was merged with one's own, which are counted on their own.
    """


@described("ownMerges", response_model=OwnMergesBody)
def own_merges(cursor: CURSOR = None, limit: LIMIT = None, on_behalf_of: MANDATE = None) -> None:
    """The files that were found to be one's own, too, and merged with it."""


@described("ownNotices", response_model=NoticesBody)
def own_notices(cursor: CURSOR = None, limit: LIMIT = None) -> None:
    """What one was to be told, newest first, and whether it was handed over to be sent."""


@described("ownRequests", response_model=OwnRequestsBody)
def own_requests(cursor: CURSOR = None, limit: LIMIT = None, on_behalf_of: MANDATE = None) -> None:
    """What one has disputed, frozen and asked to erase, oldest first, and by when each is to be answered."""


@described("dispute", response_model=RequestBody, status_code=CREATED)
def dispute(body: DisputeRequest, on_behalf_of: MANDATE = None) -> None:
    """Object to one access to one's own file, by the index of its entry; until it is decided, nothing is erased."""


@described("freeze", response_model=RequestBody, status_code=CREATED)
def freeze(body: WishRequest, on_behalf_of: MANDATE = None) -> None:
    """Freeze one's own file, at once: nothing more is disclosed on a consent or contract, duties by law go on."""


@described("withdrawFreeze", response_model=RequestBody, openapi_extra={"parameters": [_NAME]}, responses=problems(409))
def withdraw_freeze(on_behalf_of: MANDATE = None) -> None:
    """End a freeze that one asked for oneself."""


@described("askErasure", response_model=RequestBody, status_code=CREATED)
def ask_erasure(body: WishRequest, on_behalf_of: MANDATE = None) -> None:
    """Ask to be erased; a security officer decides, for what a law obliges to keep is not erased on request.

    On somebody's behalf only as a near relative of one who died.
    """
