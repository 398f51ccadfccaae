"""From opened sections to what the store keeps: envelopes, facts for deciding, tokens to be found by."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hub.model.file import Section, Sections
from hub.model.subject import Facts
from hub.model.tier import Tier
from hub.schema.idno import birth_date_of
from hub.store.control import content_of, facts_in
from hub.store.engine import Tokens
from hub.store.keys import Keyring
from hub.store.sections import (
    SealedFile,
    data_key,
    decode,
    encode,
    fresh_keys,
    seal_first,
    seal_under,
    unseal_under,
    version_of,
)
from hub.store.tokens import LISTED_TAGS, idno_token, list_token, rid_token, telephone_token


class FeedWarrant(NamedTuple):
    """A feed's right to open the tiers it merges into, and the control section."""

    tiers: frozenset[Tier]


_DECIDING = frozenset({Tier.BASIC, Tier.IDENTITY})
"""Sections that facts are taken from."""
_LISTING = (Tier.CARE, Tier.CONTACT)
"""Sections that lists are made from."""
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
    lookups = rid_token(ring, rid), idno_token(ring, idno_of(file))
    return new_file_and_key(ring, resident, file, rid, lookups)[0]


def new_file_and_key(
    ring: Keyring, resident: int, file: Sections, rid: str, lookups: tuple[bytes, bytes]
) -> tuple[NewFile, bytes]:
    """The same, and the key of what the trail says of the person (32 bytes), which need not be unwrapped then.

    Args:
        ring: the keys.
        resident: the reserved internal id.
        file: what is known of them.
        rid: their internal id outside the store.
        lookups: the blind index tokens of this id and of their identity number.
    """
    keys = fresh_keys(ring)
    facts = facts_of(file, rid)
    contents = {tier: encode(section) for tier, section in file.items()}
    contents[Tier.CONTROL] = content_of(facts)
    envelopes = seal_first(keys, resident, contents)
    made = NewFile(resident, keys.wrapped, envelopes, Tokens(lookups, lists_of(ring, file, facts)))
    return made, keys.plain["trail"]


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
        self._ciphers: dict[Tier, AESGCM] = {}

    def __getitem__(self, tier: Tier) -> Section:
        if (section := self._opened.get(tier)) is None:
            section = self._opened[tier] = decode(self._content(tier))
        return section

    def facts(self) -> Facts:
        """What decisions must know, from the control section. Raises OperatorError where it was changed."""
        return facts_in(self._content(Tier.CONTROL))

    def trail_key(self) -> bytes:
        """The key of what the trail says of the person, 32 bytes."""
        return data_key(self._ring, self._sealed.keys, "trail", self._warrant)

    def cipher(self, tier: Tier) -> AESGCM:
        """The cipher of a tier's data key."""
        if (cipher := self._ciphers.get(tier)) is None:
            key = data_key(self._ring, self._sealed.keys, tier, self._warrant)
            cipher = self._ciphers[tier] = AESGCM(key)
        return cipher

    def _content(self, tier: Tier) -> Any:
        sealed = self._sealed
        return unseal_under(self.cipher(tier), sealed.resident, tier, sealed.sections[tier])

    def __iter__(self) -> Iterator[Tier]:
        return (tier for tier in self._sealed.sections if tier is not Tier.CONTROL)

    def __len__(self) -> int:
        return len(self._sealed.sections) - (Tier.CONTROL in self._sealed.sections)

    def get(self, tier: Tier, default: Any = None) -> Any:
        """The section of a tier, or the default where its envelope was not fetched."""
        return self[tier] if tier in self._sealed.sections else default


def open_facts(ring: Keyring, sealed: SealedFile) -> Facts:
    """Open the control section. Raises OperatorError where it was changed."""
    return OpenedSections(ring, sealed, ALL_TIERS).facts()


def change(
    ring: Keyring, sealed: SealedFile, before: OpenedSections, after: Sections, facts: Facts, *, rid: str
) -> Change:
    """Seal the sections that differ, one version on, and bring lists up to date.

    Args:
        ring: the keys.
        sealed: the row as read, with the control section and those of `before`.
        before: the sections as opened.
        after: the sections as merged; those left out did not change.
        facts: the facts as opened.
        rid: the internal id; another than before where a former register's is carried over.
    """

    def whole(*tiers: Tier) -> Sections:
        return {tier: after[tier] if tier in after else before.get(tier, {}) for tier in tiers}

    fresh = facts
    if rid != facts.rid or not _DECIDING.isdisjoint(after):
        fresh = facts_of(whole(*_DECIDING), rid)._replace(terms=facts.terms)
    envelopes = {
        tier: seal_under(
            before.cipher(tier), sealed.resident, tier, version_of(sealed.sections[tier]) + 1, encode(section)
        )
        for tier, section in after.items()
    }
    was: tuple[bytes, ...] = ()
    now: tuple[bytes, ...] = ()
    if fresh.grid != facts.grid or any(tier in after for tier in _LISTING):
        was, now = lists_of(ring, before, facts), lists_of(ring, whole(*_LISTING), fresh)
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
    """The lists a person is on: those with their telephone, the grid's, and the grid's for each listed tag."""
    telephone = _value(file, Tier.CONTACT, "tel")
    reached = (telephone_token(ring, telephone),) if telephone else ()
    if not facts.grid:
        return reached
    tags = [tag for tag in LISTED_TAGS if _value(file, Tier.CARE, tag) is True]
    return (*reached, list_token(ring, facts.grid), *(list_token(ring, facts.grid, tag) for tag in tags))


def idno_of(file: Sections) -> str:
    """The identity number in force."""
    return str(_value(file, Tier.IDENTITY, "idno"))


def _value(file: Sections, tier: Tier, key: str) -> Any:
    values = file.get(tier, {}).get(key)
    return values[0].value if values else ""
