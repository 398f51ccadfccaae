"""A feed's row about somebody who has two files: it is kept in the file its number leads to and carried into the other.

The sections are read within the write, for rows under either number may come at the same time.
"""

from collections.abc import Mapping
from typing import NamedTuple

from hub.feeds.joining import NUMBERS, came
from hub.feeds.merge import merge
from hub.feeds.recording import Batch
from hub.feeds.sealing import ALL_TIERS, OpenedSections, change, open_facts
from hub.model.file import Value
from hub.model.merge import came_under, merged_into
from hub.model.tier import Tier
from hub.store.control import content_of
from hub.store.engine import Prepared, Tokens
from hub.store.keys import Keyring
from hub.store.sections import data_key, seal, version_of
from hub.store.transaction import SqlcipherTransaction

_Values = Mapping[Tier, Mapping[str, Value]]


class Tied(NamedTuple):
    """What a row says of somebody who has two files.

    Attributes:
        resident: the internal id that the row's number leads to.
        tiers: the sections to read.
        values: by tier and field.
    """

    resident: int
    tiers: tuple[Tier, ...]
    values: _Values


def put_tied(tx: SqlcipherTransaction, ring: Keyring, batch: Batch, row: Tied) -> list[Prepared]:
    """Write what a row says; returns the entries that account for it.

    Args:
        tx: the write.
        ring: the keys.
        batch: makes the entries.
        row: what is said.
    """
    facts = tx.facts(row.resident)
    into = merged_into(facts.terms) if facts else None
    told = _merged(tx, ring, batch, row.resident, row, row.values, 0)
    if into is not None:
        # The number the row came under is that of the file that was given up; the other one keeps its own.
        rest = {tier: {k: v for k, v in values.items() if k not in NUMBERS} for tier, values in row.values.items()}
        told += _merged(tx, ring, batch, into, row, rest, row.resident)
    return told


def _merged(
    tx: SqlcipherTransaction, ring: Keyring, batch: Batch, resident: int, row: Tied, values: _Values, under: int
) -> list[Prepared]:
    """Merge values into one file; `under` is the file that was given up whose number they came under, or 0."""
    sealed = tx.sealed(resident, row.tiers)
    if sealed is None:
        return []
    held, facts = OpenedSections(ring, sealed, ALL_TIERS), open_facts(ring, sealed)
    changed = merge(held, values).changed
    if not changed:
        return []
    made = change(ring, sealed, held, changed, facts, rid=facts.rid)
    terms = came_under(facts.terms, under, came(changed, values))
    if made.facts is not None or terms != facts.terms:
        key = data_key(ring, sealed.keys, Tier.CONTROL, ALL_TIERS)
        fresh = (made.facts or facts)._replace(terms=terms)
        control = seal(key, resident, Tier.CONTROL, version_of(sealed.sections[Tier.CONTROL]) + 1, content_of(fresh))
        made = made._replace(envelopes=made.envelopes | {Tier.CONTROL: control})
    tokens = made.tokens if merged_into(facts.terms) is None else Tokens()
    tx.update_sections(resident, made.envelopes, tokens)
    return [batch.person(made, data_key(ring, sealed.keys, "trail", ALL_TIERS))]
