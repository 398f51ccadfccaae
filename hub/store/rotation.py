"""Rotating the keys of tiers while the hub serves: every data key is moved under a fresh one, then the old one goes.

Files are not sealed anew: what a tier's key seals are the data keys of people. Workers learn of a fresh key when they
meet its number, and look for one whenever they add somebody. A rotation that was broken off is known by a tier that has
two keys in the keyring; running it again goes on, and only when nothing is left under the old key is that destroyed.
"""

import fcntl
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from functools import partial
from typing import NamedTuple

from hub.errors import OperatorError, TrailUnavailable
from hub.model.tier import Tier
from hub.store.directory import Directory
from hub.store.installation import system_event
from hub.store.keyring_file import LAST_KEY_ID, add_keys, drop_keys, replace_root, tier_key
from hub.store.keys import Keyring
from hub.store.sqlcipher import connect
from hub.store.trail import prepare
from hub.store.transaction import SqlcipherTransaction
from hub.store.writer import Writer

KIND = "key_rotation"
TOGETHER = 200
"""People whose data keys are moved in one transaction: some ten milliseconds."""


class Rotated(NamedTuple):
    """What became of a rotation.

    Attributes:
        keys: by tier, the number of the key that counts now.
        people: of how many people data keys were moved in this run.
        resumed: whether an earlier run was gone on with.
        settled: whether no old page is left in the write-ahead log of the data keys either.
    """

    keys: Mapping[Tier, int]
    people: int
    resumed: bool
    settled: bool


def rotate(directory: Directory, ring: Keyring, writer: Writer, tiers: Sequence[Tier], at: datetime) -> Rotated:
    """Rotate the keys of tiers, or go on with the rotation that was broken off.

    Args:
        directory: the data directory.
        ring: its keys.
        writer: not in use by anybody else in this process.
        tiers: whose; what was begun before comes first and alone.
        at: when, UTC.

    Raises:
        OperatorError: another process rotates, a data key was changed, or a tier's numbers are used up. Old keys stay.
        TrailUnavailable: not everything is done; running it again goes on.
    """
    with _alone(directory):
        ring.refresh()
        begun = [tier for tier in Tier if len(ring.key_ids[tier]) > 1]
        chosen = begun or list(tiers)
        if not begun:
            _begin(ring, writer, chosen, at)
        people = _move_all(writer)
        _end(ring, writer, chosen, people, at)
        return Rotated(
            {tier: ring.key_ids[tier][-1] for tier in chosen}, people, bool(begun), _settled(directory, ring)
        )


def rotate_root(directory: Directory, writer: Writer, environ: Mapping[str, str], at: datetime) -> None:
    """Seal the keyring under another root key.

    Raises:
        OperatorError: as `replace_root`, or another process rotates.
        TrailUnavailable: nothing was done.
    """
    with _alone(directory):
        _record(writer, at, "intended", key="root")
        replace_root(directory.keys, environ)
        _record(writer, at, "done", key="root")


def _begin(ring: Keyring, writer: Writer, tiers: Sequence[Tier], at: datetime) -> None:
    fresh = {tier: ring.key_ids[tier][-1] + 1 for tier in tiers}
    if used_up := [tier for tier, number in fresh.items() if number > LAST_KEY_ID]:
        raise OperatorError(
            f"the keys of the tier `{used_up[0]}` are numbered up to {LAST_KEY_ID}; no more can be made"
        )
    _record(writer, at, "intended", keys=[tier_key(tier, number) for tier, number in fresh.items()])
    ring.change(lambda folder, environ: add_keys(folder, environ, [tier_key(*each) for each in fresh.items()]))


def _move_all(writer: Writer) -> int:
    people = last = 0
    while True:
        [found] = writer.run([partial(SqlcipherTransaction.rewrap, after=last, limit=TOGETHER)])
        if isinstance(found, Exception):
            raise found
        if found is None:
            return people
        last, moved = found
        people += moved


def _end(ring: Keyring, writer: Writer, tiers: Sequence[Tier], people: int, at: datetime) -> None:
    """Say that nothing is left under the old keys, and destroy them; in this order, so that a crash is gone on with."""
    [behind] = writer.run([SqlcipherTransaction.keys_behind])
    if isinstance(behind, Exception):
        raise behind
    if behind:
        raise TrailUnavailable("data keys came in under an old key; run it again")
    keys = [tier_key(tier, ring.key_ids[tier][-1]) for tier in tiers]
    old = [tier_key(tier, number) for tier in tiers for number in ring.key_ids[tier][:-1]]
    _record(writer, at, "done", keys=keys, destroyed=old, people=people)
    ring.change(lambda folder, environ: drop_keys(folder, environ, old))


def _record(writer: Writer, at: datetime, outcome: str, **more: object) -> None:
    event = prepare(system_event(KIND, at, outcome=outcome, **more))
    [failure] = writer.run([lambda tx: tx.record(event)], sign=True)
    if isinstance(failure, Exception):
        raise failure


def _settled(directory: Directory, ring: Keyring) -> bool:
    """Write the data keys back into their database, so that what they replaced is in no write-ahead log."""
    with closing(connect(directory.data_keys, ring)) as db:
        return not db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]


@contextmanager
def _alone(directory: Directory) -> Iterator[None]:
    lock = os.open(directory.rotation_lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise OperatorError("another process rotates keys now; wait until it is done") from None
    finally:
        os.close(lock)
