"""How the document describes `/v1/residents/search`."""

from hub.api.describing import Described
from hub.api.residents import routes
from hub.api.schemas import BEARER, CURSOR, LIMIT, SearchBody, SearchRequest, problems

described = Described(routes, tags=["residents"], dependencies=BEARER, responses=problems(401, 403, 422, 503))


@described("searchResidents", response_model=SearchBody)
def search_residents(body: SearchRequest, cursor: CURSOR = None, limit: LIMIT = None) -> None:
    """List people of a grid, basic fields only; each person listed is an entry in the trail.

    With `tag`, those who have it, with the fields of its purpose, for whoever may use that: `tag.alone` is for `VISIT`.
    `cursor` and `limit` may stand in the body or in the query; the body counts where both do.
    """
