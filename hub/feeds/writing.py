"""One transaction of an import: people, and the entries that account for them. Made ready outside the writer's turn."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

from hub.feeds.recording import Batch
from hub.feeds.sealing import Change, NewFile
from hub.feeds.settling import CREATED, UPDATED, Settled
from hub.feeds.tied import put_tied
from hub.model.tier import Tier
from hub.store.engine import Prepared
from hub.store.keys import Keyring
from hub.store.transaction import SqlcipherTransaction

_WRITTEN = frozenset({CREATED, UPDATED})


class Writing:
    """What one transaction writes; it may run twice, as the lane's actions may.

    Args:
        ring: the keys.
        feeds: the feeds' names, by the number of their file.
        settled: what is to be written.
    """

    def __init__(self, ring: Keyring, feeds: Sequence[str], settled: Sequence[Settled]) -> None:
        self._ring, self._settled = ring, settled
        at = datetime.now(UTC)
        kinds = Counter((row.source, kind) for each in settled for row, kind, *_ in each.outcomes)
        self._batches = {source: Batch(ring, feed, at) for source, feed in enumerate(feeds)}
        self._wholes = [
            batch.whole(kinds[source, CREATED], kinds[source, UPDATED])
            for source, batch in self._batches.items()
            if kinds[source, CREATED] or kinds[source, UPDATED]
        ]
        self._entries = [self._sealed_already(each) for each in settled]
        self._read = {each.made.resident: each.read for each in settled if isinstance(each.made, Change) and each.said}

    def write(self, tx: SqlcipherTransaction) -> None:
        """Write the people, then one entry of each feed for all and those about each."""
        created: list[NewFile] = []
        changed: list[Change] = []
        told: list[Prepared] = []
        fresh = tx.as_read(self._read)
        for settled, entries in zip(self._settled, self._entries, strict=True):
            made = settled.made
            if isinstance(made, NewFile):
                created.append(made)
            elif isinstance(made, Change) and made.resident in fresh:
                made = _whole(tx, made)
                changed.append(made)
            else:
                # Of two files, or somebody wrote to this one since it was read.
                for source, said in settled.said:
                    told += put_tied(tx, self._ring, self._batches[source], said)
                continue
            told += entries or self._about(settled, made)
        tx.create_files(created)
        tx.update_files([(made.resident, made.envelopes, made.tokens) for made in changed])
        for each in (*self._wholes, *told):
            tx.record(each)

    def _sealed_already(self, settled: Settled) -> list[Prepared]:
        """The entries of what is sealed already; the rest are known within the write alone."""
        made = settled.made
        if isinstance(made, NewFile) or (isinstance(made, Change) and made.facts is None):
            return self._about(settled, made)
        return []

    def _about(self, settled: Settled, made: NewFile | Change) -> list[Prepared]:
        """The entries about a person: one of each row that changed something, the first for all sections."""
        sources = [row.source for row, kind, *_ in settled.outcomes if kind in _WRITTEN]
        first, *others = [self._batches[source] for source in sources]
        about = [other.besides(made.resident, settled.trail_key) for other in others]
        return [first.person(made, settled.trail_key), *about]


def _whole(tx: SqlcipherTransaction, made: Change) -> Change:
    """A change with its control section, which may have come by terms meanwhile."""
    if made.facts is None:
        return made
    return made._replace(envelopes=made.envelopes | {Tier.CONTROL: tx.sealed_facts(made.resident, made.facts)})
