"""Step 4: open the tiers the permit names, and no other."""

from hub.model.decision import Permit
from hub.model.file import ResidentFile
from hub.store.keys import Keyring
from hub.store.sections import SealedFile, data_key, in_force, unseal


def open_file(permit: Permit, sealed: SealedFile, ring: Keyring) -> ResidentFile:
    """Decrypt a permit's tiers.

    Args:
        permit: names the resident and the tiers.
        sealed: the resident's row.
        ring: the keys; it refuses a tier that the permit does not name.

    Raises:
        OperatorError: the row was changed behind the hub's back, or belongs to somebody else.
    """
    return {
        tier: in_force(unseal(data_key(ring, sealed.keys, tier, permit), permit.resident, tier, sealed.sections[tier]))
        for tier in permit.tiers
    }
