"""Who serves now, and who ended without a word: each serving process holds a lock that its death sets free."""

import fcntl
import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from hub.model.instant import now_utc
from hub.store.directory import Directory
from hub.store.engine import Event
from hub.store.installation import system_event
from hub.store.keyring_file import tier_key
from hub.store.trail import prepare
from hub.store.transaction import SqlcipherTransaction
from hub.store.writer import Writer

_NOTHING: Mapping[str, Sequence[str]] = MappingProxyType({})


class Run:
    """One process's time of serving, from its entry `start` to its entry `stop`.

    Args:
        directory: the data directory.

    Attributes:
        id: 16 hex digits, the same in both entries.
    """

    def __init__(self, directory: Directory) -> None:
        self.id = secrets.token_hex(8)
        self._folder = directory.running
        self._folder.mkdir(mode=0o700, exist_ok=True)
        self._path = self._folder / self.id
        self._lock = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX)

    def begin(
        self, writer: Writer, policy: str, relaxed: Mapping[str, Sequence[str]] = _NOTHING, rules: str = ""
    ) -> int:
        """Record that the process serves, and of each that ended without a word that it did.

        Args:
            writer: writes the entries.
            policy: SHA-256 of the policies in force.
            relaxed: by purpose, the tiers whose default approval the community does without.
            rules: SHA-256 of all rules in force, of which the policies are a part.

        Returns:
            How many had ended so.

        Raises:
            TrailUnavailable: nothing was recorded.
        """
        more = {"relaxed": {name: list(tiers) for name, tiers in relaxed.items()}} if relaxed else {}
        keys = [tier_key(tier, number) for tier, numbers in writer.key_ids.items() for number in numbers]
        said = {"policy": policy, "rules": rules, "keys": keys, **more}
        started = prepare(system_event("start", now_utc(), run=self.id, **said))
        writer.run([lambda tx: tx.record(started)])
        recovered = 0
        for path, lock in self._abandoned():
            try:
                _record(writer, system_event("recovery", now_utc(), run=path.name, by=self.id))
                path.unlink()
                recovered += 1
            finally:
                os.close(lock)
        return recovered

    def stopped(self) -> Event:
        """The entry with which the process ends."""
        return system_event("stop", now_utc(), run=self.id)

    def end(self, *, recorded: bool) -> None:
        """Give the lock back; where the end could not be recorded, the next start finds it was not."""
        if recorded:
            self._path.unlink(missing_ok=True)
        os.close(self._lock)

    def _abandoned(self) -> Iterator[tuple[Path, int]]:
        """The runs whose lock is free, each locked now, so that one process alone speaks of it."""
        for path in sorted(self._folder.iterdir()):
            if path == self._path:
                continue
            try:
                lock = os.open(path, os.O_RDWR)
            except FileNotFoundError:
                continue  # its own process, or another that starts, has removed it
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(lock)
                continue
            if os.fstat(lock).st_nlink:
                yield path, lock
            else:
                os.close(lock)


def _record(writer: Writer, event: Event) -> None:
    prepared = prepare(event)

    def recorded(tx: SqlcipherTransaction) -> None:
        tx.record(prepared)

    [failure] = writer.run([recorded])
    if failure is not None:
        raise failure
