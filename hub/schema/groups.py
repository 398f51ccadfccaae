"""Groups of data that residents decide about: what a field belongs to when somebody chooses who may see it."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from hub.model.tier import Tier
from hub.schema.fields import fields

UTILITY_ANOMALY = "utility_anomaly"
_BY_TIER = {
    Tier.CONTACT: "contact",
    Tier.FAMILY: "family",
    Tier.CARE: "care",
    Tier.MEDICAL: "medical",
    Tier.FINANCIAL: "financial",
    Tier.ACTIVITY: "activity",
}
_BY_KEY = {"alert.kind": UTILITY_ANOMALY, "alert.time": UTILITY_ANOMALY}
"""That something was noticed about water or electricity is a group of its own, apart from the tier that seals it."""


@cache
def groups() -> Mapping[str, str]:
    """The group of each field that belongs to one; who somebody is belongs to none and cannot be hidden."""
    named = {key: _BY_KEY.get(key) or _BY_TIER.get(field.tier, "") for key, field in fields().items()}
    return MappingProxyType({key: group for key, group in named.items() if group})


@cache
def locating() -> frozenset[str]:
    """The fields by which a person could be found or called: address, telephone, places, positions."""
    return frozenset(key for key, field in fields().items() if field.tier is Tier.CONTACT) | {"act.loc"}
