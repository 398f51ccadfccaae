"""What is observed: values checked as a feed's would be, and sealed under the keys of their tiers until confirmed."""

from collections.abc import Iterable, Mapping
from typing import Any

from hub.errors import BadInput
from hub.model.observation import SECRETARY, Record
from hub.model.principal import DEPARTMENTS
from hub.model.tier import Tier
from hub.observations.under_order import opened_under, sealed_under
from hub.schema.fields import fields
from hub.schema.free_text import contains_identifier
from hub.schema.normalise import SPREADS, spread
from hub.store.keys import Keyring
from hub.store.sections import data_key, seal, unseal
from hub.store.warrants import OBSERVING

MOST_VALUES = 50
_UNOBSERVED = frozenset({"idno", "rid"})
"""By these a person is found: only the register says them."""
_FREE = frozenset({"text", "texts"})
_VERSION = 0
"""No section has this version, so that what is pending cannot be put in a section's place."""
Values = dict[str, Any]


def checked(values: Mapping[str, Any], allowed: Iterable[str]) -> tuple[Values, list[str]]:
    """Check what was observed.

    Args:
        values: field to value, as sent.
        allowed: the fields of the purpose.

    Returns:
        Field to the value to keep, a disability card's parts each in its own; and the fields that the purpose does
        not have, for which the whole is refused.

    Raises:
        BadInput: naming the field and the rule it breaks, never the value.
    """
    if not 0 < len(values) <= MOST_VALUES:
        raise BadInput("values", f"must have 1 to {MOST_VALUES} fields")
    allowed, kept = frozenset(allowed), Values()
    strangers = [key for key in values if key not in allowed]
    for key, raw in values.items():
        if key in strangers:
            continue
        if key in _UNOBSERVED:
            raise BadInput(key, "is for the register alone")
        kept |= {name: value for name, value in spread(key, raw).items() if value is not None}
        if fields()[key].kind in _FREE and contains_identifier(str(raw)):
            raise BadInput(key, "must not contain an identity number or a phone number")
    return kept, strangers


def deciders_of(values: Iterable[str]) -> dict[str, list[str]]:
    """Who may confirm each field: the departments that are its sources; the secretary where there is none."""
    return {key: [each for each in fields()[key].sources if each in DEPARTMENTS] or [SECRETARY] for key in values}


def parts_of(keys: Iterable[str]) -> list[str]:
    """Fields as they were written down, with those that parts of their values are put into."""
    return [part for key in keys for part in (key, *SPREADS.get(key, ()))]


def sealed_values(ring: Keyring, keys: bytes, resident: int, values: Values, name: str, order: str) -> dict[str, bytes]:
    """Seal values, each tier under its own key.

    Args:
        ring: the keys.
        keys: the person's wrapped data keys.
        resident: the internal id.
        values: as `checked` gave them.
        name: the observation's id.
        order: key of the order it was made under; empty for none.
    """
    by_tier: dict[Tier, Values] = {}
    for key, value in values.items():
        by_tier.setdefault(fields()[key].tier, {})[key] = value
    sealed = {
        tier.value: seal(data_key(ring, keys, tier, OBSERVING), resident, tier, _VERSION, content)
        for tier, content in by_tier.items()
    }
    return {tier: sealed_under(order, name, each) for tier, each in sealed.items()} if order else sealed


def opened_values(
    ring: Keyring, keys: bytes, resident: int, record: Record, wanted: Iterable[str], order: str = ""
) -> Values:
    """The values of some fields of an observation; only their tiers are opened.

    Raises:
        OperatorError: they were changed behind the hub's back.
    """
    wanted, found = list(wanted), Values()
    for tier in {fields()[key].tier for key in wanted}:
        envelope = record["sealed"].get(tier.value)
        if envelope is not None and record["order"]:
            envelope = opened_under(order, record["id"], envelope)
        if envelope is not None:
            found |= unseal(data_key(ring, keys, tier, OBSERVING), resident, tier, envelope)
    return {key: found[key] for key in wanted if key in found}
