"""Lists of people about whom something waits, kept under the prefixes of their grid."""

from collections.abc import Iterable

from hub.store.keys import Keyring
from hub.store.tokens import matter_token

_LENGTHS = (2, 4, 6, 9, 12, 15)
"""Lengths of area prefixes under which people are listed: country code to grid."""


def listed_in(ring: Keyring, matter: str, grid: str) -> list[bytes]:
    """The lists of a matter that somebody of a grid is put on."""
    return [matter_token(ring, matter, grid[:length]) for length in _LENGTHS if len(grid) >= length]


def lists_over(ring: Keyring, matter: str, areas: Iterable[str]) -> list[bytes]:
    """The lists to look at for some areas; what lies elsewhere in a longer area's list is for the reader to leave out.

    Args:
        ring: the keys.
        matter: what waits.
        areas: prefixes of area codes, 2 to 15 digits.
    """
    prefixes = {area[: max(length for length in _LENGTHS if length <= len(area))] for area in areas}
    return [matter_token(ring, matter, each) for each in sorted(prefixes)]
