"""What the trail says of one person, opened with their own key: each entry with all it takes to verify it."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson
from cryptography.exceptions import InvalidTag

from audit.entry import commitment
from audit.log import StoredEntry
from audit.strict import base64_text
from hub.model.merge import merged_into
from hub.model.subject import Facts
from hub.model.tier import Tier
from hub.store.control import facts_in
from hub.store.engine import Reader
from hub.store.keys import Keyring
from hub.store.sections import SealedFile, data_key, unseal
from hub.store.tokens import rid_token
from hub.store.trail import unsealed
from hub.store.warrants import OWN_TRAIL


class Self(NamedTuple):
    """A person as their own trail knows them.

    Attributes:
        resident: the internal id.
        key: their trail key, 32 bytes.
    """

    resident: int
    key: bytes


class OwnEntry(NamedTuple):
    """An entry about a person, opened.

    Attributes:
        position: its index in the log.
        act: what happened.
        subject: whom it concerns and what only they may know; empty where it does not open.
        ordinal: which entry about this person it is, from 1; 0 where it does not open.
        receipt: what a person needs to verify it: all three parts with their salts, where they open.
    """

    position: int
    act: dict[str, Any]
    subject: dict[str, Any]
    ordinal: int
    receipt: dict[str, Any]


def self_of(reader: Reader, ring: Keyring, rid: str) -> Self | None:
    """The person behind an internal rid, or None where there is nobody (any more).

    Raises:
        OperatorError: their keys were changed behind the hub's back.
    """
    sealed = surviving(reader, ring, reader.find(rid_token(ring, rid), (Tier.CONTROL,)), ())
    return sealed and Self(sealed.resident, data_key(ring, sealed.keys, "trail", OWN_TRAIL))


def surviving(reader: Reader, ring: Keyring, sealed: SealedFile | None, tiers: Sequence[Tier]) -> SealedFile | None:
    """The file that stands for a person: the one that took theirs in, or else their own.

    Args:
        reader: the store, inside a view.
        ring: the keys.
        sealed: a row with its control section; None for nobody.
        tiers: the envelopes to fetch with another row.

    Raises:
        OperatorError: their keys or their control section were changed behind the hub's back.
    """
    if sealed is None:
        return None
    key = data_key(ring, sealed.keys, Tier.CONTROL, OWN_TRAIL)
    held = facts_in(unseal(key, sealed.resident, Tier.CONTROL, sealed.sections[Tier.CONTROL]))
    into = merged_into(held.terms)
    return sealed if into is None else reader.get(into, (Tier.CONTROL, *tiers))


def person_of(reader: Reader, ring: Keyring, resident: int) -> tuple[Self, Facts] | None:
    """A person by internal id, with their rid and their grid, or None where there is nobody (any more).

    Raises:
        OperatorError: their keys or their control section were changed behind the hub's back.
    """
    found = file_of(reader, ring, resident)
    return found and (found[0], Facts(found[1].rid, found[1].grid))


def file_of(reader: Reader, ring: Keyring, resident: int) -> tuple[Self, Facts] | None:
    """The same with all that decisions know, the terms too."""
    sealed = reader.get(resident, (Tier.CONTROL,))
    if sealed is None:
        return None
    key = data_key(ring, sealed.keys, Tier.CONTROL, OWN_TRAIL)
    facts = facts_in(unseal(key, resident, Tier.CONTROL, sealed.sections[Tier.CONTROL]))
    return Self(resident, data_key(ring, sealed.keys, "trail", OWN_TRAIL)), facts


def read_own(reader: Reader, origin: str, person: Self, indexes: Sequence[int]) -> list[OwnEntry]:
    """Open entries about a person.

    Args:
        reader: the store, inside a view.
        origin: the log's name.
        person: whose entries they are.
        indexes: of the entries, in the order wanted.
    """
    return [_opened(stored, origin, person.key) for stored in reader.entries(indexes)]


def _opened(stored: StoredEntry, origin: str, key: bytes) -> OwnEntry:
    act = orjson.loads(stored.act)
    receipt: dict[str, Any] = {
        "origin": origin,
        "index": stored.index,
        "leaf": base64_text(stored.leaf),
        "act": act,
        "act_salt": base64_text(stored.act_salt),
    }
    act_commitment = commitment("act", stored.act_salt, stored.act)
    try:
        subject_salt, subject_bytes, ordinal_salt, ordinal_bytes = unsealed(stored.sealed, act_commitment, key)
    except (InvalidTag, ValueError):
        # Changed behind the hub's back: it is listed all the same, and whoever verifies the list is told.
        receipt["subject_commitment"] = base64_text(stored.subject_commitment)
        receipt["ordinal_commitment"] = base64_text(stored.ordinal_commitment)
        return OwnEntry(stored.index, act, {}, 0, receipt)
    subject, ordinal = orjson.loads(subject_bytes), orjson.loads(ordinal_bytes)
    receipt |= {"subject": subject, "subject_salt": base64_text(subject_salt)}
    receipt |= {"ordinal": ordinal, "ordinal_salt": base64_text(ordinal_salt)}
    return OwnEntry(stored.index, act, subject, ordinal["ordinal"], receipt)
