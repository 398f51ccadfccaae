"""One transaction of an import: people, and the entries that account for them. Made ready outside the writer's turn."""

from collections.abc import Sequence
from datetime import UTC, datetime

from hub.feeds.recording import Batch
from hub.feeds.sealing import Change, NewFile
from hub.feeds.settling import Settled
from hub.feeds.tied import Tied, put_tied
from hub.model.tier import Tier
from hub.store.engine import Prepared
from hub.store.keys import Keyring
from hub.store.transaction import SqlcipherTransaction


class Writing:
    """What one transaction writes; it may run twice, as the lane's actions may.

    Args:
        ring: the keys.
        feed: the feed's name.
        settled: what is to be written, in the order of the rows.
    """

    def __init__(self, ring: Keyring, feed: str, settled: Sequence[Settled]) -> None:
        self._ring, self._settled = ring, settled
        self._batch = Batch(ring, feed, datetime.now(UTC))
        created = sum(isinstance(each.made, NewFile) for each in settled)
        self._whole = self._batch.whole(created, len(settled) - created)
        self._entries = [self._entry(each) for each in settled]
        self._read = {
            each.made.resident: each.read for each in settled if isinstance(each.made, Change) and each.said is not None
        }

    def write(self, tx: SqlcipherTransaction) -> None:
        """Write the people, then one entry for all and those about each."""
        created: list[NewFile] = []
        changed: list[Change] = []
        told: list[Prepared] = []
        fresh = tx.as_read(self._read)
        for settled, entry in zip(self._settled, self._entries, strict=True):
            made = settled.made
            if isinstance(made, NewFile):
                created.append(made)
            elif isinstance(made, Change) and made.resident in fresh:
                made = _whole(tx, made)
                changed.append(made)
            elif settled.said is not None:
                # Of two files, or somebody wrote to this one since it was read.
                told += put_tied(tx, self._ring, self._batch, settled.said)
                continue
            if made is not None and not isinstance(made, Tied):
                told.append(entry or self._batch.person(made, settled.trail_key))
        tx.create_files(created)
        tx.update_files([(made.resident, made.envelopes, made.tokens) for made in changed])
        for each in [self._whole, *told] if self._settled else ():
            tx.record(each)

    def _entry(self, settled: Settled) -> Prepared | None:
        """The entry of what is sealed already; the rest is known within the write alone."""
        made = settled.made
        if isinstance(made, NewFile) or (isinstance(made, Change) and made.facts is None):
            return self._batch.person(made, settled.trail_key)
        return None


def _whole(tx: SqlcipherTransaction, made: Change) -> Change:
    """A change with its control section, which may have come by terms meanwhile."""
    if made.facts is None:
        return made
    return made._replace(envelopes=made.envelopes | {Tier.CONTROL: tx.sealed_facts(made.resident, made.facts)})
