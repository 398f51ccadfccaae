"""How the document describes `/v1/purposes`."""

from hub.api.describing import Described
from hub.api.purposes import routes
from hub.api.schemas import BEARER, CURSOR, LIMIT, PurposesBody, problems

described = Described(routes, tags=["purposes"], dependencies=BEARER, responses=problems(401, 403, 422))


@described("purposes", response_model=PurposesBody)
def purposes(cursor: CURSOR = None, limit: LIMIT = None) -> None:
    """The purposes the caller may use, with their names, bases, citations, fields and approvals."""
