"""From opened sections to what the store keeps: envelopes, facts for deciding, tokens to be found by."""

from typing import Any, NamedTuple

from hub.model.file import Section, Sections
from hub.model.subject import Facts
from hub.model.tier import Tier
from hub.schema.idno import birth_date_of
from hub.store.engine import Tokens
from hub.store.keys import Keyring
from hub.store.sections import SealedFile, data_key, decode, encode, fresh_keys, seal, unseal, version_of
from hub.store.tokens import idno_token, list_token, rid_token

LISTED_TAGS = ("tag.alone",)
"""Tags by which a grid's people can be listed."""


class FeedWarrant(NamedTuple):
    """A feed's right to open the tiers it merges into, and the control section."""

    tiers: frozenset[Tier]


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
    """Sections of a person to be replaced."""

    resident: int
    envelopes: dict[Tier, bytes]
    tokens: Tokens


def new_file(ring: Keyring, resident: int, file: Sections, rid: str) -> NewFile:
    """Seal a new person's sections under fresh keys; a tier without values is sealed empty."""
    keys = fresh_keys(ring)
    facts = facts_of(file, rid)
    envelopes = []
    for tier in Tier:
        content = facts._asdict() if tier is Tier.CONTROL else encode(file.get(tier, {}))
        envelopes.append(seal(data_key(ring, keys, tier, ALL_TIERS), resident, tier, 1, content))
    lookups = (rid_token(ring, rid), idno_token(ring, idno_of(file)))
    return NewFile(resident, keys, envelopes, Tokens(lookups, lists_of(ring, file, facts)))


def open_sections(ring: Keyring, sealed: SealedFile, warrant: FeedWarrant) -> dict[Tier, Section]:
    """Open the sections that were fetched, but the control section. Raises OperatorError where one was changed."""
    return {
        tier: decode(unseal(data_key(ring, sealed.keys, tier, warrant), sealed.resident, tier, envelope))
        for tier, envelope in sealed.sections.items()
        if tier is not Tier.CONTROL
    }


def open_facts(ring: Keyring, sealed: SealedFile) -> Facts:
    """Open the control section. Raises OperatorError where it was changed."""
    key = data_key(ring, sealed.keys, Tier.CONTROL, ALL_TIERS)
    return Facts(**unseal(key, sealed.resident, Tier.CONTROL, sealed.sections[Tier.CONTROL]))


def change(ring: Keyring, sealed: SealedFile, before: Sections, after: Sections, facts: Facts, *, rid: str) -> Change:
    """Seal the sections that differ, one version on, and bring facts and lists up to date.

    Args:
        ring: the keys.
        sealed: the row as read, with the control section and those of `before`.
        before: the sections as opened.
        after: the sections as merged; those left out did not change.
        facts: the facts as opened.
        rid: the internal id; another than before where a former register's is carried over.
    """
    whole = {**before, **after}
    fresh = facts_of(whole, rid)
    contents = {tier: encode(section) for tier, section in after.items()}
    if fresh != facts:
        contents[Tier.CONTROL] = fresh._asdict()
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
    was, now = lists_of(ring, before, facts), lists_of(ring, whole, fresh)
    gained = tuple(token for token in now if token not in was)
    lost = tuple(token for token in was if token not in now)
    lookups = () if rid == facts.rid else (rid_token(ring, rid),)
    return Change(sealed.resident, envelopes, Tokens(lookups, gained, lost))


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
