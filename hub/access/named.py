"""Fields that name other residents: what is shown is decided about each of them, too, and recorded for each.

Between steps 5 and 6, and only where such a field is about to leave: an emergency contact whose telephone is that of
somebody in the store, or what stands in a guardian's own file. Whoever asks learns nothing of this: a field that is
kept back for those it names is answered like one the file does not hold.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple

from hub.access.decide import EMERGENCIES, permit_of_named
from hub.access.derive import OfOthers, in_force
from hub.access.grounds import kept_back, minor_approval_used
from hub.access.locate import Located, locate_resident, locate_rid
from hub.access.open_file import open_file
from hub.access.standing import Standing
from hub.model.decision import Disclosure, Permit
from hub.model.file import ResidentFile
from hub.model.freeze import Freeze
from hub.model.merge import merged_into
from hub.model.purpose import Basis
from hub.model.subject import DEAD, is_minor
from hub.model.tier import Tier
from hub.policy.engine import Snapshot
from hub.schema.fields import fields
from hub.schema.kinship import fits_parent
from hub.store.engine import Reader
from hub.store.keys import Keyring
from hub.store.sections import data_key, unseal
from hub.store.sections import in_force as values_of
from hub.store.tokens import telephone_token
from hub.store.warrants import COMPARING

MOST_OTHERS = 20
"""Residents that share one telephone and are decided about for one field."""
_CONTACT = ("tel",)
_PICKUP = "pickup"


class Means(NamedTuple):
    """What it takes to decide about those whom a field names.

    Attributes:
        standing: who is frozen, and which managers let whom read minors.
        policies: the catalogue.
        reader: the store, inside the view of the decision.
        ring: the keys.
    """

    standing: Standing
    policies: Snapshot
    reader: Reader
    ring: Keyring


class Others(NamedTuple):
    """What is decided about the residents whom fields of another's file name.

    Attributes:
        kept: field to why it is kept back for the sake of those it names, for the trail alone.
        told: field to what may be told of them, for fields whose answer stands in their files.
        people: by internal id, who is named, and field to whether it says something of them.
    """

    kept: dict[str, str]
    told: dict[str, list[object]]
    people: dict[int, tuple[Located, dict[str, bool]]]

    def note(self, located: Located, key: str, *, leaves: bool) -> None:
        """Somebody is named in a field."""
        self.people.setdefault(located.sealed.resident, (located, {}))[1][key] = leaves

    def shown(self) -> Iterator[tuple[int, bytes, dict[str, bool]]]:
        """For each of them internal id, trail key, and field to whether it leaves."""
        for resident, (located, keys) in self.people.items():
            yield resident, located.trail_key, keys


class _Said(NamedTuple):
    """What a field says of a guardian.

    Attributes:
        keys: as wishes and protections know it.
        tiers: the sections of their file that are opened for it.
        answer: from the file that names them and their own opened one; None where there is nothing to tell.
    """

    keys: tuple[str, ...]
    tiers: frozenset[Tier]
    answer: Callable[[ResidentFile, ResidentFile], object | None]


def _parent(child: ResidentFile, theirs: ResidentFile) -> object | None:
    home, relation = (in_force(child, Tier.FAMILY, key) for key in ("hh", "relation"))
    # Parents are the guardians (民法典 第二十七条) of a child that stands in no household yet; then the register tells.
    at_home = home == in_force(theirs, Tier.FAMILY, "hh")
    if home and relation and not (at_home and fits_parent(in_force(theirs, Tier.FAMILY, "relation") or "", relation)):
        return None
    said = {"name": in_force(theirs, Tier.BASIC, "name"), "idno": in_force(theirs, Tier.IDENTITY, "idno")}
    return {key: value for key, value in said.items() if value is not None} or None


_GUARDIANS: Mapping[str, _Said] = MappingProxyType(
    {
        "guardian.name": _Said(
            ("name",), frozenset({Tier.BASIC}), lambda _child, theirs: in_force(theirs, Tier.BASIC, "name")
        ),
        "guardian.tel": _Said(
            _CONTACT, frozenset({Tier.CONTACT}), lambda _child, theirs: in_force(theirs, Tier.CONTACT, "tel")
        ),
        "guardian.idno": _Said(
            ("idno",), frozenset({Tier.IDENTITY}), lambda _child, theirs: in_force(theirs, Tier.IDENTITY, "idno")
        ),
        "parents": _Said(("name", "idno"), frozenset({Tier.BASIC, Tier.IDENTITY, Tier.FAMILY}), _parent),
    }
)
"""Fields that are answered from guardians' own files: exactly what each needs, and no other section."""


@cache
def naming() -> frozenset[str]:
    """The fields that may name other residents."""
    return frozenset(key for key, field in fields().items() if field.names_persons)


def others_in(disclosure: Disclosure, file: ResidentFile, means: Means, *, own: bool) -> Others:
    """The residents that the fields of a disclosure name, and what is decided about them.

    Args:
        disclosure: what is about to leave.
        file: the opened tiers of the file that names them.
        means: what it takes.
        own: whether the file is the caller's own: what one has in it one knows, and nobody is asked about for it.

    Raises:
        OperatorError: the file of somebody named was changed behind the hub's back.
    """
    found = Others({}, {}, {})
    for key in sorted(naming().intersection(disclosure.fields)):
        value = disclosure.fields[key]
        if isinstance(value, OfOthers):
            _ask_guardians(found, key, value, disclosure.permit, file, means)
        elif own:
            continue
        elif key == _PICKUP:
            _ask_about_names(found, value, disclosure.permit, file, means)
        else:
            _ask_about_contact(found, key, value, disclosure.permit, means)
    return found


def _ask_guardians(found: Others, key: str, value: OfOthers, permit: Permit, file: ResidentFile, means: Means) -> None:
    """Answer a field from the files of those on record as guardians; each tells for themselves alone."""
    said, answers, why = _GUARDIANS[key], [], "absent"
    for located in _guardians(value.rids, tuple(said.tiers), permit, means):
        if truth := _kept_for(located, permit, means, said.keys):
            why = truth
            found.note(located, key, leaves=False)
            continue
        allowed = permit_of_named(permit, located.sealed.resident, said.keys, said.tiers)
        answer = said.answer(file, open_file(allowed, located.sealed, means.ring))
        if answer is None:
            continue
        if not _is_caller(located, permit):
            found.note(located, key, leaves=True)
        if answer not in answers:
            answers.append(answer)
    if answers:
        found.told[key] = answers
    else:
        found.kept[key] = why


def _ask_about_names(found: Others, value: object, permit: Permit, file: ResidentFile, means: Means) -> None:
    """Ask about guardians whom a list of names means; of anybody else a name alone leads to nobody."""
    names = list(value) if isinstance(value, list) else []
    rids = tuple(in_force(file, Tier.FAMILY, "minor.guardian") or ())
    left = list(names)
    for located in _guardians(rids, (Tier.BASIC,), permit, means):
        called = _name_of(located, means.ring)
        if called not in names or _is_caller(located, permit):
            continue
        truth = _kept_for(located, permit, means, ("name",))
        found.note(located, _PICKUP, leaves=not truth)
        if truth:
            left = [each for each in left if each != called]
            if not left:
                found.kept[_PICKUP] = truth
    if left and left != names:
        found.told[_PICKUP] = left


def _ask_about_contact(found: Others, key: str, value: object, permit: Permit, means: Means) -> None:
    """Ask about everybody who has the telephone of a contact; whoever keeps it back keeps the field back."""
    named = [each for each in _named_by(value, means) if not _is_subject(each, permit)]
    named = [each for each in named if not _is_caller(each, permit)]
    for located in named:
        if truth := _kept_for(located, permit, means, _CONTACT):
            found.kept.setdefault(key, truth)
    for located in named:
        found.note(located, key, leaves=key not in found.kept)


def _guardians(rids: tuple[str, ...], tiers: tuple[Tier, ...], permit: Permit, means: Means) -> Iterator[Located]:
    """Those on record who are alive, in the order of the record, each person once."""
    seen = {permit.resident}
    for rid in rids:
        located = locate_rid(rid, tiers, means.reader, means.ring)
        if located is None or located.sealed.resident in seen or located.facts.life == DEAD:
            continue
        seen.add(located.sealed.resident)
        yield located


def _named_by(value: object, means: Means) -> Iterator[Located]:
    telephone = value.get("tel") if isinstance(value, dict) else None
    if not telephone:
        return  # names alone lead to nobody in particular
    for resident in means.reader.roster(telephone_token(means.ring, telephone), 0, MOST_OTHERS):
        located = locate_resident(resident, (), means.reader, means.ring)
        if located is not None and merged_into(located.facts.terms) is None:
            yield located


def _name_of(located: Located, ring: Keyring) -> Any:
    sealed = located.sealed
    key = data_key(ring, sealed.keys, Tier.BASIC, COMPARING)
    return values_of(unseal(key, sealed.resident, Tier.BASIC, sealed.sections[Tier.BASIC])).get("name")


def _is_subject(located: Located, permit: Permit) -> bool:
    return located.sealed.resident == permit.resident


def _is_caller(located: Located, permit: Permit) -> bool:
    return located.facts.rid == permit.request.caller.principal.rid


def _kept_for(other: Located, permit: Permit, means: Means, said: tuple[str, ...]) -> str:
    """Why what a field says of somebody is kept back for their sake, for the trail alone; empty where nothing is."""
    request, purpose = permit.request, permit.request.purpose
    if purpose is None or purpose.approval in EMERGENCIES or _is_caller(other, permit):
        return ""  # privacy must not cost a life, and nobody is kept from themselves
    principal, binding = request.caller.principal, permit.basis is Basis.STATUTORY
    hidden, guarded = kept_back(other.facts, principal, purpose, said)
    frozen = means.standing.frozen.get(other.sealed.resident)
    if guarded:
        return "names somebody protected"
    if hidden and not binding:
        return "names somebody who hides it"
    if frozen is Freeze.HELD or (frozen is not None and not binding):
        return "names somebody frozen"
    if is_minor(other.facts.born, request.caller.today) and not principal.rid:
        allowed = minor_approval_used(other.facts, request, means.policies, means.standing.minors)
        return "" if allowed else "names a minor"
    return ""
