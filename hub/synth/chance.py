"""Seeded chance: the same draws on every supported version of Python."""

from bisect import bisect
from collections.abc import Sequence
from itertools import accumulate
from random import Random
from typing import Generic, TypeVar

T = TypeVar("T")


class Dice:
    """Draws that use nothing but `Random.random` and `Random.getrandbits`, whose sequences never change.

    `Random.choice`, `sample` and `shuffle` may draw differently from one version of Python to the next, and a world
    must be the same everywhere.

    Args:
        seed: any integer; equal seeds give equal draws.
    """

    __slots__ = ("bits", "random")

    def __init__(self, seed: int) -> None:
        source = Random(f"hub synth {seed}")
        self.random = source.random
        self.bits = source.getrandbits

    def below(self, bound: int) -> int:
        """An integer from 0 up to, not including, `bound`."""
        return int(self.random() * bound)

    def between(self, low: int, high: int) -> int:
        """An integer from `low` to `high`, both included."""
        return low + int(self.random() * (high - low + 1))

    def around(self, middle: int, spread: int) -> int:
        """An integer within `spread` of `middle`, the near ones likelier than the far ones."""
        return middle + round((self.random() + self.random() - 1.0) * spread)

    def happens(self, probability: float) -> bool:
        """Whether something of this probability happens."""
        return self.random() < probability

    def pick(self, items: Sequence[T]) -> T:
        """One of the items, all equally likely."""
        return items[int(self.random() * len(items))]

    def rid(self) -> str:
        """A random resident id in the form of a version 4 UUID (RFC 9562), unrelated to the identity number."""
        digits = f"{self.bits(128):032x}"
        variant = "89ab"[int(digits[16], 16) & 3]
        return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"


class Weighted(Generic[T]):
    """A table of items and how likely each is.

    Args:
        weights: item to weight; the weights need not sum to anything in particular.
    """

    __slots__ = ("_cumulative", "_items", "_total")

    def __init__(self, weights: dict[T, float]) -> None:
        self._items = tuple(weights)
        self._cumulative = tuple(accumulate(weights.values()))
        self._total = self._cumulative[-1]

    def draw(self, dice: Dice) -> T:
        """One item."""
        return self._items[bisect(self._cumulative, dice.random() * self._total, hi=len(self._items) - 1)]
