"""Between steps 2 and 3: find the person and open the one section that decisions need."""

from collections.abc import Sequence
from typing import NamedTuple

from hub.model.merge import merged_into
from hub.model.principal import Principal
from hub.model.subject import Facts, SubjectRef
from hub.model.tier import Tier
from hub.store.control import facts_in
from hub.store.engine import Reader
from hub.store.keys import Keyring
from hub.store.sections import SealedFile, data_key, unseal
from hub.store.tokens import idno_token, rid_token


class DecidingWarrant(NamedTuple):
    """The right to open the control section, and the trail key, in order to decide and to record."""

    tiers: frozenset[Tier] = frozenset({Tier.CONTROL})


_WARRANT = DecidingWarrant()


class Located(NamedTuple):
    """A person found.

    Attributes:
        sealed: the row, with the envelopes that were fetched.
        facts: what decisions may know.
        trail_key: seals what the trail says of this person.
    """

    sealed: SealedFile
    facts: Facts
    trail_key: bytes


def locate(
    subject: SubjectRef, principal: Principal, tiers: Sequence[Tier], reader: Reader, ring: Keyring
) -> Located | None:
    """Find a data subject.

    Where there is none, some other row is read and its control section opened and dropped, so that the time taken
    says nothing.

    Args:
        subject: how the caller names the person; a `rid` is the caller's own pairwise id.
        principal: whose pairwise ids count.
        tiers: the envelopes to fetch along with the control section; fetching opens nothing.
        reader: the store, inside a view.
        ring: the keys.
    """
    wanted = (Tier.CONTROL, *tiers)
    if subject.idno:
        token = idno_token(ring, subject.idno)
        sealed = reader.find(token, wanted)
    else:
        token = ring.index(subject.rid.encode())
        resident = ring.resident_of(principal.organisation, subject.rid)
        sealed = reader.get(resident or 0, wanted)
    if sealed is not None:
        found = _open(sealed, ring)
        into = merged_into(found.facts.terms)
        # Numbers and pairwise ids of a file that was given up lead to the one that took it in.
        return found if into is None else locate_resident(into, tiers, reader, ring)
    if (other := reader.decoy(token, wanted)) is not None:
        _open(other, ring)
    return None


def locate_resident(resident: int, tiers: Sequence[Tier], reader: Reader, ring: Keyring) -> Located | None:
    """Find a person on a list by the internal id."""
    sealed = reader.get(resident, (Tier.CONTROL, *tiers))
    return sealed and _open(sealed, ring)


def locate_rid(rid: str, tiers: Sequence[Tier], reader: Reader, ring: Keyring) -> Located | None:
    """Find a person whom somebody's file names by the internal rid; a file that was given up leads to the other."""
    sealed = reader.find(rid_token(ring, rid), (Tier.CONTROL, *tiers))
    found = sealed and _open(sealed, ring)
    into = merged_into(found.facts.terms) if found else None
    return found if into is None else locate_resident(into, tiers, reader, ring)


def _open(sealed: SealedFile, ring: Keyring) -> Located:
    key = data_key(ring, sealed.keys, Tier.CONTROL, _WARRANT)
    facts = facts_in(unseal(key, sealed.resident, Tier.CONTROL, sealed.sections[Tier.CONTROL]))
    return Located(sealed, facts, data_key(ring, sealed.keys, "trail", _WARRANT))
