"""Lists: `cursor` and `limit` in a request's query."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from starlette.types import Scope

from hub.api.body import repeatable
from hub.errors import BadInput

MOST_LISTED = 200
MOST_CURSOR = 128
_DIGITS_OF_LIMIT = 3
_KNOWN = frozenset({"cursor", "limit"})


class Paging(NamedTuple):
    """Where a list continues and how much of it is wanted; None where the caller does not say.

    Attributes:
        cursor: `next` of the page before.
        limit: how many items at most, 1 to `MOST_LISTED`.
    """

    cursor: str | None = None
    limit: int | None = None


def read_paging(scope: Scope) -> Paging:
    """Read `cursor` and `limit`. Raises BadInput naming what is wrong, or the first parameter that is neither."""
    return read_query(scope, frozenset())[0]


def read_query(scope: Scope, names: frozenset[str]) -> tuple[Paging, dict[str, str]]:
    """Read `cursor`, `limit` and further parameters.

    Args:
        scope: of the request.
        names: which others the list takes, each once.

    Raises:
        BadInput: naming what is wrong, or the first parameter that the list does not take.
    """
    query = scope["query_string"]
    if not query:
        return Paging(), {}
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    said = dict(pairs)
    if unknown := said.keys() - _KNOWN - names:
        raise BadInput(repeatable(min(unknown)), "is not a member of this request")
    if repeated := {name for name in names if sum(name == each for each, _ in pairs) > 1}:
        raise BadInput(min(repeated), "must not be repeated")
    text, limit = said.get("limit"), None
    if text is not None:
        limit = int(text) if text.isascii() and text.isdigit() and len(text) <= _DIGITS_OF_LIMIT else 0
    return checked(said.get("cursor"), limit), {name: said[name] for name in names & said.keys()}


def checked(cursor: str | None, limit: int | None) -> Paging:
    """Refuse what no list can answer. Raises BadInput."""
    if limit is not None and not 0 < limit <= MOST_LISTED:
        raise BadInput("limit", f"must be from 1 to {MOST_LISTED}")
    if cursor is not None and len(cursor) > MOST_CURSOR:
        raise BadInput("cursor", f"must have at most {MOST_CURSOR} characters")
    return Paging(cursor or None, limit)


def paged(items: Sequence[dict[str, Any]], paging: Paging) -> dict[str, Any]:
    """A page of a list that changes rarely and is short; its cursors are the ids it lists.

    Raises:
        BadInput: the cursor is none of them.
    """
    start = 0
    if paging.cursor:
        start = 1 + next((number for number, item in enumerate(items) if item["id"] == paging.cursor), -1)
        if not start:
            raise BadInput("cursor", "is not one that this list gave")
    page = items[start : start + (paging.limit or MOST_LISTED)]
    return {"items": page, "next": page[-1]["id"] if start + len(page) < len(items) else None}
