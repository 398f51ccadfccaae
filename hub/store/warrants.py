"""Rights to open a tier that do not come from a permit of the road."""

from typing import NamedTuple

from hub.model.tier import Tier


class StoreWarrant(NamedTuple):
    """The store's own right to open the trail key of a person it erases, and to show a person their own trail."""

    tiers: frozenset[Tier]


ERASING = StoreWarrant(frozenset({Tier.CONTROL}))
OWN_TRAIL = StoreWarrant(frozenset({Tier.CONTROL}))
"""Opens what the trail says of a person for that person, or for whoever decides about it."""
READING_TRAIL = StoreWarrant(frozenset({Tier.CONTROL}))
"""Opens what the trail says of people, for evidence packs and to hold the log against the store."""
IDENTIFYING = StoreWarrant(frozenset({Tier.CONTROL, Tier.BASIC, Tier.IDENTITY}))
"""Opens who somebody is, for one whose request another person has approved."""
CONSIDERING = StoreWarrant(frozenset({Tier.BASIC}))
"""Opens what somebody is called, for one who decides about a request that concerns them."""
COMPARING = StoreWarrant(frozenset({Tier.BASIC}))
"""Opens what a guardian is called, to tell whether a list of names means them."""
AMENDING = StoreWarrant(frozenset({Tier.CONTROL}))
"""Opens what decisions must know of a person, to change their terms within a write."""
HOUSEHOLD = StoreWarrant(frozenset({Tier.FAMILY}))
"""Opens to which household somebody belongs: nobody decides about their own."""
OWN_FILE = StoreWarrant(frozenset(Tier) - {Tier.CONTROL, Tier.SEALED})
"""Opens a person's own file to that person; what a law seals stays closed."""
NOTIFYING = StoreWarrant(frozenset({Tier.CONTROL, Tier.CONTACT}))
"""Opens at which number somebody is told of what concerns them."""
OBSERVING = StoreWarrant(frozenset(Tier) - {Tier.CONTROL})
"""Seals what staff have observed under the keys of its tiers, and opens it for the source that confirms it."""
