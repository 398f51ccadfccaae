"""Who is on record as a child's guardian."""

from datetime import date

from hub.access.locate import Located
from hub.model.subject import is_minor
from hub.model.tier import Tier
from hub.store.keys import Keyring
from hub.store.sections import data_key, in_force, unseal
from hub.store.warrants import GUARDIANS


def is_guardian(rid: str, child: Located, day: date, ring: Keyring) -> bool:
    """Whether a resident is a guardian of somebody who is under 18 on a day; another relative is none.

    Args:
        rid: internal id of the resident who says so.
        child: the other, with the family section fetched.
        day: in China.
        ring: the keys.

    Raises:
        OperatorError: the child's file was changed behind the hub's back.
    """
    sealed = child.sealed
    key = data_key(ring, sealed.keys, Tier.FAMILY, GUARDIANS)
    family = in_force(unseal(key, sealed.resident, Tier.FAMILY, sealed.sections[Tier.FAMILY]))
    return is_minor(child.facts.born, day) and rid in (family.get("minor.guardian") or ())
