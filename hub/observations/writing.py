"""Putting a confirmed value or a visit into a person's file, merged by rank like a feed's, with its entry."""

from collections.abc import Callable, Mapping
from typing import Any

from hub.feeds.merge import merge
from hub.feeds.sealing import ALL_TIERS, OpenedSections, change, open_facts
from hub.model.file import Section, Value
from hub.model.tier import Tier
from hub.rights.recording import pseudonym
from hub.schema.fields import fields
from hub.store.accounts import SECTIONS, for_sections
from hub.store.engine import Event
from hub.store.keys import Keyring
from hub.store.sections import SealedFile, data_key
from hub.store.trail import prepare
from hub.store.transaction import SqlcipherTransaction

_FACTS = (Tier.BASIC, Tier.IDENTITY, Tier.CARE)
"""Sections that facts and lists are taken from."""
Opened = Callable[[Tier], Section]


def write_values(
    tx: SqlcipherTransaction,
    ring: Keyring,
    keys: bytes,
    resident: int,
    tiers: set[Tier],
    values: Callable[[Opened], Mapping[str, Value]],
    act: dict[str, object],
    subject: dict[str, object],
) -> bool:
    """Merge values into a file, read where nobody else can write.

    Args:
        tx: the write.
        ring: the keys.
        keys: the person's wrapped data keys.
        resident: the internal id.
        tiers: the sections that may change.
        values: given the opened sections, the values of one source by field.
        act: what happened.
        subject: what only the person and the trail's readers may know of it.

    Returns:
        Whether the person is still there.
    """
    wanted = (Tier.CONTROL, *sorted({*_FACTS, *tiers}))
    # Column names are members of `Tier`; values are bound.
    row = tx.db.execute(f"SELECT {', '.join(wanted)} FROM file WHERE resident = ?", (resident,)).fetchone()  # noqa: S608
    if row is None:
        return False
    sealed = SealedFile(resident, keys, dict(zip(wanted, row, strict=True)))
    held, facts = OpenedSections(ring, sealed, ALL_TIERS), open_facts(ring, sealed)
    incoming: dict[Tier, dict[str, Value]] = {}
    for key, value in values(held.__getitem__).items():
        incoming.setdefault(fields()[key].tier, {})[key] = value
    made = change(ring, sealed, held, merge(held, incoming).changed, facts, rid=facts.rid)
    envelopes = made.envelopes
    if made.facts is not None:
        envelopes = envelopes | {Tier.CONTROL: tx.sealed_facts(resident, made.facts)}
    tx.update_sections(resident, envelopes, made.tokens)
    said: dict[str, Any] = subject | {"subject": pseudonym(ring, resident)}
    if envelopes:
        act, said = act | {SECTIONS: len(envelopes)}, said | for_sections(envelopes)
    tx.record(prepare(Event(act, said, resident, data_key(ring, keys, "trail", ALL_TIERS))))
    return True
