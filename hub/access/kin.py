"""In whose right a resident asks: their own, a child's whose guardian they are, or as a near relative of one who died.

Looked for only where a purpose is the data subject's own right; everybody else is a stranger, whoever they live with.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from hub.access.locate import Located
from hub.model.principal import Caller, Principal
from hub.model.subject import DEAD, is_minor
from hub.model.terms import GUARDIAN, OWN, RELATIVE
from hub.model.tier import Tier
from hub.schema.kinship import near_relatives
from hub.store.engine import Reader
from hub.store.keys import Keyring
from hub.store.sections import SealedFile, data_key, in_force, unseal
from hub.store.tokens import rid_token
from hub.store.warrants import HOUSEHOLD

_GUARDIANS = "minor.guardian"


def kin_of(found: Located | None, principal: Principal, today: date, reader: Reader, ring: Keyring) -> str:
    """In whose right a resident asks about somebody: `OWN`, `GUARDIAN`, `RELATIVE`, or empty for a stranger.

    Where there is nobody, the caller's own file is opened in the other's place, so that the time taken says nothing.

    Args:
        found: about whom, with the family section fetched; None for nobody.
        principal: a resident.
        today: the day in China.
        reader: the store, inside a view.
        ring: the keys.

    Raises:
        OperatorError: one of the two files was changed behind the hub's back.
    """
    if found is not None and found.facts.rid == principal.rid:
        return OWN
    own = reader.find(rid_token(ring, principal.rid), (Tier.FAMILY,))
    if own is None:
        return ""
    mine, theirs = _family(own, ring), _family(found.sealed if found else own, ring)
    if found is None:
        return ""
    if is_minor(found.facts.born, today) and principal.rid in (theirs.get(_GUARDIANS) or ()):
        return GUARDIAN
    return RELATIVE if found.facts.life == DEAD and _are_near(mine, theirs, principal.rid, found.facts.rid) else ""


def is_kin(found: Located | None, caller: Caller, reader: Reader, ring: Keyring) -> bool:
    """Whether somebody may act for a child or for somebody who died, as the register is now; as `kin_of`."""
    return kin_of(found, caller.principal, caller.today, reader, ring) in (GUARDIAN, RELATIVE)


def still_stands(found: Located, proof: str, caller: Caller, reader: Reader, ring: Keyring) -> bool:
    """Whether what a mandate rests on is still so: that somebody lives, or is kin of the caller by the register now."""
    if proof in (GUARDIAN, RELATIVE) and not is_kin(found, caller, reader, ring):
        return False
    return (found.facts.life == DEAD) == (proof == RELATIVE)


def _are_near(mine: Mapping[str, Any], theirs: Mapping[str, Any], own_rid: str, rid: str) -> bool:
    if own_rid in (theirs.get(_GUARDIANS) or ()) or rid in (mine.get(_GUARDIANS) or ()):
        return True
    home = mine.get("hh")
    at_home = bool(home) and home == theirs.get("hh")
    return at_home and near_relatives(mine.get("relation") or "", theirs.get("relation") or "")


def _family(sealed: SealedFile, ring: Keyring) -> Mapping[str, Any]:
    key = data_key(ring, sealed.keys, Tier.FAMILY, HOUSEHOLD)
    return in_force(unseal(key, sealed.resident, Tier.FAMILY, sealed.sections[Tier.FAMILY]))
