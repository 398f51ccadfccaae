"""Asking for many keys with one statement."""

from collections.abc import Iterator, Sequence
from typing import Any

_ASKED_AT_ONCE = 100


def among(db: Any, query: str, keys: Sequence[bytes] | Sequence[int]) -> Iterator[tuple[Any, ...]]:
    """The rows of a query that ends with `IN`, asked in the order of the keys: neighbours are read together."""
    ordered: list[Any] = sorted(key if isinstance(key, int) else bytearray(key) for key in keys)
    for start in range(0, len(ordered), _ASKED_AT_ONCE):
        asked = ordered[start : start + _ASKED_AT_ONCE]
        asked += asked[-1:] * (_ASKED_AT_ONCE - len(asked))  # so that the statement is always the same
        yield from db.execute(f"{query}(?{', ?' * (_ASKED_AT_ONCE - 1)})", asked)
