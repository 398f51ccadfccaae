"""How the document describes `/v1/accesses`."""

from hub.api.accesses import routes
from hub.api.describing import Described
from hub.api.schemas import BEARER, CURSOR, LIMIT, problems
from hub.api.shapes import Shape

described = Described(routes, tags=["accesses"], dependencies=BEARER, responses=problems(401, 403, 422, 503))


class OwnActBody(Shape):
    """One thing the caller did, about whoever has this pairwise id."""

    index: int
    time: str | None
    kind: str | None
    purpose: str | None
    outcome: str | None
    approval: str | None
    fields: list[str]
    reasons: list[str]
    rid: str | None


class OwnActsBody(Shape):
    """What the caller did, newest first; a page may be short and still have a next one."""

    items: list[OwnActBody]
    next: str | None


@described("ownActs", response_model=OwnActsBody)
def accesses(cursor: CURSOR = None, limit: LIMIT = None) -> None:
    """What the caller has read, asked for and decided, as the trail has it; for staff of every kind."""
