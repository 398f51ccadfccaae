"""The tiers of sensitivity: how a resident's file is cut into sections."""

from enum import StrEnum


class Tier(StrEnum):
    """One section of a resident's file; every tier has a key of its own.

    The order is the order of the sections in the sealed row. `CONTROL` holds what decisions need (the area,
    the date of birth, the resident's choices) and never leaves the hub.
    """

    CONTROL = "control"
    BASIC = "basic"
    IDENTITY = "identity"
    CONTACT = "contact"
    FAMILY = "family"
    CARE = "care"
    MEDICAL = "medical"
    FINANCIAL = "financial"
    ACTIVITY = "activity"
    SEALED = "sealed"


CORE_TIERS = frozenset({Tier.MEDICAL, Tier.FINANCIAL, Tier.ACTIVITY})
"""What the community Party secretary must approve."""
