"""Rights to open a tier that do not come from a permit of the road."""

from typing import NamedTuple

from hub.model.tier import Tier


class StoreWarrant(NamedTuple):
    """The store's own right to open the trail key of a person it erases."""

    tiers: frozenset[Tier]


ERASING = StoreWarrant(frozenset({Tier.CONTROL}))
