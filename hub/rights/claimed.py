"""What a correction says, sealed under its own tier: deciding about reads opens terms, never such a value."""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any, NamedTuple

from hub.errors import OperatorError
from hub.model.tier import Tier
from hub.store.keys import Keyring
from hub.store.sections import data_key, seal, unseal
from hub.store.warrants import OWN_FILE

_NO_SECTION = 0
"""The version of an envelope that is no section of the file: those count from 1."""


class Claimed(NamedTuple):
    """What a resident says.

    Attributes:
        value: as the file would hold it; None once the correction has been answered.
        reason: why, in their words.
    """

    value: Any
    reason: str


NOTHING = Claimed(None, "")


def sealed_claim(ring: Keyring, keys: bytes, resident: int, tier: Tier, name: str, claimed: Claimed) -> str:
    """Seal what a correction says.

    Args:
        ring: the keys.
        keys: the person's wrapped data keys.
        resident: the internal id.
        tier: of the field.
        name: the correction's id, which it opens for alone.
        claimed: what is said.
    """
    key = data_key(ring, keys, tier, OWN_FILE)
    return b64encode(seal(key, resident, tier, _NO_SECTION, [name, *claimed])).decode()


def opened_claim(ring: Keyring, keys: bytes, resident: int, tier: Tier, record: Mapping[str, Any]) -> Claimed:
    """Open what a correction says; nothing once it has been answered.

    Raises:
        OperatorError: it was changed behind the hub's back, or belongs to another correction.
    """
    if not record["sealed"]:
        return NOTHING
    key = data_key(ring, keys, tier, OWN_FILE)
    name, value, reason = unseal(key, resident, tier, b64decode(record["sealed"]))
    if name != record["id"]:
        raise OperatorError("what a correction says was put into another one")
    return Claimed(value, reason)
