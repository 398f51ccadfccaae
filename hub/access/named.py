"""Fields that name other residents: what is shown is decided about each of them, too, and recorded for each.

Between steps 5 and 6, and only where such a field is about to leave: an emergency contact whose telephone is that of
somebody in the store. Whoever asks learns nothing of this: a field that is kept back for somebody it names is answered
like one the file does not hold.
"""

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from hub.access.decide import EMERGENCIES
from hub.access.grounds import kept_back, minor_approval_used
from hub.access.locate import Located, locate_resident
from hub.access.standing import Standing
from hub.model.decision import Disclosure, Permit
from hub.model.freeze import Freeze
from hub.model.merge import merged_into
from hub.model.purpose import Basis
from hub.model.subject import is_minor
from hub.policy.engine import Snapshot
from hub.schema.fields import fields
from hub.store.engine import Reader
from hub.store.keys import Keyring
from hub.store.tokens import telephone_token

MOST_OTHERS = 20
"""Residents that share one telephone and are decided about for one field."""
_CONTACT = ("tel",)
"""What a field that names somebody says of them, as wishes and protections know it."""


class Others(NamedTuple):
    """What is decided about the residents whom fields of another's file name.

    Attributes:
        kept: field to why it is kept back for the sake of somebody it names, for the trail alone.
        people: by internal id, who is named, and in which fields.
    """

    kept: dict[str, str]
    people: dict[int, tuple[Located, set[str]]]

    def told(self) -> Iterator[tuple[int, bytes, dict[str, bool]]]:
        """For each of them internal id, trail key, and field to whether it leaves."""
        for resident, (located, keys) in self.people.items():
            yield resident, located.trail_key, {key: key not in self.kept for key in keys}


@cache
def naming() -> frozenset[str]:
    """The fields that may name other residents."""
    return frozenset(key for key, field in fields().items() if field.names_persons)


def others_in(disclosure: Disclosure, standing: Standing, policies: Snapshot, reader: Reader, ring: Keyring) -> Others:
    """The residents that the fields of a disclosure name, and what is decided about them.

    Args:
        disclosure: what is about to leave.
        standing: who is frozen, and which managers let whom read minors.
        policies: the catalogue.
        reader: the store, inside the view of the decision.
        ring: the keys.

    Raises:
        OperatorError: the file of somebody named was changed behind the hub's back.
    """
    permit, caller = disclosure.permit, disclosure.permit.request.caller.principal
    found = Others({}, {})
    for key in sorted(naming().intersection(disclosure.fields)):
        for located in _named_by(disclosure.fields[key], reader, ring):
            resident = located.sealed.resident
            if resident == permit.resident or located.facts.rid == caller.rid:
                continue
            if truth := _kept_for(located, permit, standing, policies):
                found.kept.setdefault(key, truth)
            found.people.setdefault(resident, (located, set()))[1].add(key)
    return found


def _named_by(value: object, reader: Reader, ring: Keyring) -> Iterator[Located]:
    telephone = value.get("tel") if isinstance(value, dict) else None
    if not telephone:
        return  # a household's number and names alone lead to nobody in particular
    for resident in reader.roster(telephone_token(ring, telephone), 0, MOST_OTHERS):
        located = locate_resident(resident, (), reader, ring)
        if located is not None and merged_into(located.facts.terms) is None:
            yield located


def _kept_for(other: Located, permit: Permit, standing: Standing, policies: Snapshot) -> str:
    request, purpose = permit.request, permit.request.purpose
    if purpose is None or purpose.approval in EMERGENCIES:
        return ""  # privacy must not cost a life
    principal, binding = request.caller.principal, permit.basis is Basis.STATUTORY
    hidden, guarded = kept_back(other.facts, principal, purpose, _CONTACT)
    frozen = standing.frozen.get(other.sealed.resident)
    if guarded:
        return "names somebody protected"
    if hidden and not binding:
        return "names somebody who hides it"
    if frozen is Freeze.HELD or (frozen is not None and not binding):
        return "names somebody frozen"
    if is_minor(other.facts.born, request.caller.today) and not principal.rid:
        allowed = minor_approval_used(other.facts, request, policies, standing.minors)
        return "" if allowed else "names a minor"
    return ""
