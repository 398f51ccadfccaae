"""How the document describes `/v1/me/explanations` and `/v1/audit/explanations`."""

from typing import Annotated

from fastapi import Query
from pydantic import Field

from hub.api.describing import Described
from hub.api.explanation_schemas import ExplanationBody, RoleExplanationsBody
from hub.api.explanations import routes
from hub.api.schemas import BEARER, CURSOR, LIMIT, MANDATE, problems

described = Described(routes, tags=["explanations"], dependencies=BEARER, responses=problems(401, 403, 422, 503))
_WORD = Annotated[str, Field(max_length=64)]


@described("ownExplanation", response_model=ExplanationBody, responses=problems(404))
def own_explanation(
    field: Annotated[_WORD, Query(description="a field of the file")], on_behalf_of: MANDATE = None
) -> None:
    """Who could see a field of one's own file today, through which rule, and what would have to be true for others."""


@described("explanations", response_model=RoleExplanationsBody)
def explanations(
    role: Annotated[_WORD | None, Query(description="a role or `department:CODE`")] = None,
    purpose: Annotated[_WORD | None, Query(description="of the catalogue")] = None,
    cursor: CURSOR = None,
    limit: LIMIT = None,
) -> None:
    """Which principals of the caller's area could read which fields today, through which rule, on what conditions."""
