"""From opened sections to what the store keeps: envelopes, facts for deciding, tokens to be found by."""

from collections import ChainMap
from collections.abc import Iterator
from typing import Any, NamedTuple, cast

from hub.model.file import Section, Sections
from hub.model.subject import Facts
from hub.model.tier import Tier
from hub.schema.idno import birth_date_of
from hub.store.engine import Tokens
from hub.store.keys import Keyring
from hub.store.sections import EMPTY, SealedFile, data_key, decode, encode, fresh_keys, seal, unseal, version_of
from hub.store.tokens import idno_token, list_token, rid_token

LISTED_TAGS = ("tag.alone",)
"""Tags by which a grid's people can be listed."""


class FeedWarrant(NamedTuple):
    """A feed's right to open the tiers it merges into, and the control section."""

    tiers: frozenset[Tier]


_DECIDING = frozenset({Tier.BASIC, Tier.IDENTITY})
"""Sections that facts are taken from."""
ALL_TIERS = FeedWarrant(frozenset(Tier))


class NewFile(NamedTuple):
    """A person to be added.

    Attributes:
        resident: the reserved internal id.
        keys: wrapped data keys.
        envelopes: one per tier, in the order of `Tier`.
        tokens: how the person is found.
    """

    resident: int
    keys: bytes
    envelopes: list[bytes]
    tokens: Tokens


class Change(NamedTuple):
    """Sections of a person to be replaced.

    Attributes:
        resident: the internal id.
        envelopes: by tier, without the control section.
        tokens: how the person is found from now on.
        facts: what decisions must know from now on, where that changes. The control section is sealed within the
            write: what the person has agreed to or refused meanwhile stays.
    """

    resident: int
    envelopes: dict[Tier, bytes]
    tokens: Tokens
    facts: Facts | None


def new_file(ring: Keyring, resident: int, file: Sections, rid: str) -> NewFile:
    """Seal a new person's sections under fresh keys; a tier without values is sealed empty."""
    keys = fresh_keys(ring)
    facts = facts_of(file, rid)
    contents = {tier: encode(section) for tier, section in file.items()}
    contents[Tier.CONTROL] = facts.to_record()
    envelopes = [seal(keys.plain[tier], resident, tier, 1, contents.get(tier, EMPTY)) for tier in Tier]
    lookups = (rid_token(ring, rid), idno_token(ring, idno_of(file)))
    return NewFile(resident, keys.wrapped, envelopes, Tokens(lookups, lists_of(ring, file, facts)))


class OpenedSections(Sections):
    """A person's sections, each opened when it is first looked at.

    Args:
        ring: the keys.
        sealed: the row, with the envelopes that were fetched.
        warrant: the right to open them.
    """

    def __init__(self, ring: Keyring, sealed: SealedFile, warrant: FeedWarrant) -> None:
        self._ring, self._sealed, self._warrant = ring, sealed, warrant
        self._opened: dict[Tier, Section] = {}

    def __getitem__(self, tier: Tier) -> Section:
        if (section := self._opened.get(tier)) is None:
            key = data_key(self._ring, self._sealed.keys, tier, self._warrant)
            section = decode(unseal(key, self._sealed.resident, tier, self._sealed.sections[tier]))
            self._opened[tier] = section
        return section

    def __iter__(self) -> Iterator[Tier]:
        return (tier for tier in self._sealed.sections if tier is not Tier.CONTROL)

    def __len__(self) -> int:
        return len(self._sealed.sections) - (Tier.CONTROL in self._sealed.sections)


def open_facts(ring: Keyring, sealed: SealedFile) -> Facts:
    """Open the control section. Raises OperatorError where it was changed."""
    key = data_key(ring, sealed.keys, Tier.CONTROL, ALL_TIERS)
    return Facts(**unseal(key, sealed.resident, Tier.CONTROL, sealed.sections[Tier.CONTROL]))


def change(ring: Keyring, sealed: SealedFile, before: Sections, after: Sections, facts: Facts, *, rid: str) -> Change:
    """Seal the sections that differ, one version on, and bring lists up to date.

    Args:
        ring: the keys.
        sealed: the row as read, with the control section and those of `before`.
        before: the sections as opened.
        after: the sections as merged; those left out did not change.
        facts: the facts as opened.
        rid: the internal id; another than before where a former register's is carried over.
    """
    contents = {tier: encode(section) for tier, section in after.items()}
    whole = ChainMap(cast("dict[Tier, Section]", after), cast("dict[Tier, Section]", before))
    fresh = facts_of(whole, rid) if rid != facts.rid or not _DECIDING.isdisjoint(after) else facts
    fresh = fresh._replace(terms=facts.terms)
    envelopes = {
        tier: seal(
            data_key(ring, sealed.keys, tier, ALL_TIERS),
            sealed.resident,
            tier,
            version_of(sealed.sections[tier]) + 1,
            content,
        )
        for tier, content in contents.items()
    }
    was: tuple[bytes, ...] = ()
    now: tuple[bytes, ...] = ()
    if fresh.grid != facts.grid or Tier.CARE in after:
        was, now = lists_of(ring, before, facts), lists_of(ring, whole, fresh)
    gained = tuple(token for token in now if token not in was)
    lost = tuple(token for token in was if token not in now)
    lookups = () if rid == facts.rid else (rid_token(ring, rid),)
    tokens = Tokens(lookups, gained, lost)
    return Change(sealed.resident, envelopes, tokens, None if fresh == facts else fresh)


def facts_of(file: Sections, rid: str) -> Facts:
    """What decisions must know, from the sections that hold it."""
    born = _value(file, Tier.IDENTITY, "dob") or birth_date_of(idno_of(file))
    return Facts(rid, _value(file, Tier.BASIC, "grid"), born, _value(file, Tier.BASIC, "life"))


def lists_of(ring: Keyring, file: Sections, facts: Facts) -> tuple[bytes, ...]:
    """The lists a person is on: the grid's, and the grid's for each listed tag."""
    if not facts.grid:
        return ()
    tags = [tag for tag in LISTED_TAGS if _value(file, Tier.CARE, tag) is True]
    return (list_token(ring, facts.grid), *(list_token(ring, facts.grid, tag) for tag in tags))


def idno_of(file: Sections) -> str:
    """The identity number in force."""
    return str(_value(file, Tier.IDENTITY, "idno"))


def _value(file: Sections, tier: Tier, key: str) -> Any:
    values = file.get(tier, {}).get(key)
    return values[0].value if values else ""
