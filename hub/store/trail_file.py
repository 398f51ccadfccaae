"""The file of the trail's projection: opened, begun anew, thrown away, by one process at a time."""

import fcntl
import os
from collections.abc import Callable
from typing import Any, TypeVar

import sqlcipher3.dbapi2 as sqlcipher

from hub.errors import OperatorError, TrailUnavailable
from hub.store.directory import Directory
from hub.store.keys import Keyring
from hub.store.sqlcipher import connect_derived
from hub.store.trail_rows import SCHEMA, TABLES
from hub.store.trail_settling import RECENT

T = TypeVar("T")


class TrailFile:
    """A database that may vanish at any time and is then begun anew.

    Processes take turns on a lock even for reading: whoever finds the file damaged may then throw it away.

    Args:
        directory: the data directory.
        ring: its keys.
        begun: called with every connection that is opened, before it is used.
    """

    def __init__(self, directory: Directory, ring: Keyring, begun: Callable[[], None]) -> None:
        self._path = directory.trail
        self._ring = ring
        self._begun = begun
        self._lock = os.open(directory.trail_lock, os.O_RDWR | os.O_CREAT, 0o600)
        self._db: Any = None
        self._inode = 0

    def use(self, work: Callable[[Any], T]) -> T:
        """Run something on the database once it is this process's turn.

        Raises:
            TrailUnavailable: it cannot be used now. One that is found damaged is begun anew at once.
        """
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        return self._in_turn(work)

    def use_if_free(self, work: Callable[[Any], T]) -> T | None:
        """The same where no other process is at it; else None."""
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return None
        return self._in_turn(work)

    def anew(self) -> Any:
        """Throw away what is there, within `use`; returns an empty database in its place."""
        self._discard()
        return self._opened()

    def close(self) -> None:
        """Give the connection and the lock back."""
        self._leave()
        os.close(self._lock)

    def _in_turn(self, work: Callable[[Any], T]) -> T:
        try:
            try:
                return work(self._opened())
            except sqlcipher.DatabaseError as damage:
                if isinstance(damage, sqlcipher.OperationalError):
                    raise  # the disk or a lock
                return work(self.anew())
        except (sqlcipher.Error, OSError) as failure:
            self._leave()
            raise TrailUnavailable(f"the trail's index cannot be used now: {failure}") from failure
        except BaseException:
            self._leave()  # nothing says whether a transaction is open
            raise
        finally:
            fcntl.flock(self._lock, fcntl.LOCK_UN)

    def _opened(self) -> Any:
        if self._db is None or self._inode != self._inode_now():
            self._leave()
            self._db = self._connected()
            self._inode = self._inode_now()
            self._begun()
        return self._db

    def _connected(self) -> Any:
        try:
            db = connect_derived(self._path, self._ring)
        except OperatorError:
            self._discard()
            db = connect_derived(self._path, self._ring)
        version = db.execute("PRAGMA user_version").fetchone()[0]
        if version not in (0, SCHEMA):
            db.close()
            self._discard()
            db, version = connect_derived(self._path, self._ring), 0
        if not version:
            db.executescript(f"BEGIN; {TABLES} PRAGMA user_version = {SCHEMA}; COMMIT;")
        db.executescript(RECENT)
        return db

    def _discard(self) -> None:
        self._leave()
        for end in ("", "-wal", "-shm"):
            self._path.with_name(f"{self._path.name}{end}").unlink(missing_ok=True)

    def _leave(self) -> None:
        if self._db is not None:
            self._db.close()
            self._db = None

    def _inode_now(self) -> int:
        try:
            return self._path.stat().st_ino
        except FileNotFoundError:
            return 0
