"""Writing: batches of re-runnable functions, one writer at a time, an action and its entry in one transaction."""

import fcntl
import logging
import os
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from audit.errors import LogError
from audit.log import Log, latest_checkpoint, tree
from audit.note import Signer
from hub.errors import OperatorError, TrailUnavailable
from hub.model.tier import Tier
from hub.store.bulk import tune_for_bulk
from hub.store.changes import Changes
from hub.store.directory import Directory
from hub.store.keys import Keyring
from hub.store.ordinals import Ordinals
from hub.store.outside import check_outside, keep_outside
from hub.store.sqlcipher import CHECKPOINT_PAGES, MOST_PAGES, Conflict, Failure, connect
from hub.store.transaction import SqlcipherTransaction
from hub.store.turn import pausing
from hub.store.volumes import Volumes

_log = logging.getLogger("hub")

Action = Callable[[SqlcipherTransaction], Any]


class Writer:
    """The one way to write: every process has one, and they take turns on a lock.

    Args:
        directory: the data directory.
        ring: its keys.
        signer: signs checkpoints of the log.
        bulk: whether long loads are to come.

    Raises:
        OperatorError, LogError: the store or the log is missing, damaged or not the one its keys belong to.
    """

    def __init__(self, directory: Directory, ring: Keyring, signer: Signer, *, bulk: bool = False) -> None:
        self._directory = directory
        self._bulk = bulk
        self._ring = ring
        self._signer = signer
        self._changes = Changes(directory.changes)
        self._lock = os.open(directory.lock, os.O_RDWR | os.O_CREAT, 0o600)
        self._db: Any = None
        self._keys_db: Any = None
        self._log: Log
        self._ordinals: Ordinals
        self._volumes: Volumes
        self._signed = self._seen = self._pages = 0
        self._unkept = self._said = False
        self._stopped: LogError | None = None
        try:
            self._open_in_turn()
        except BaseException:
            os.close(self._lock)
            raise

    @property
    def key_ids(self) -> Mapping[Tier, tuple[int, ...]]:
        """The numbers of each tier's keys that this process has opened."""
        return self._ring.key_ids

    @property
    def unsigned(self) -> bool:
        """Whether this process has entries that no checkpoint covers yet, or one that is not kept outside yet."""
        return self._seen > self._signed or self._unkept

    def run(self, actions: Sequence[Action], sign: bool = False) -> list[Any]:  # noqa: FBT001, FBT002 - one flag, named by callers
        """Run actions in one durable transaction.

        An action that fails is undone alone and its exception stands in its place of the result.

        Args:
            actions: functions of a transaction; each may run twice.
            sign: whether to sign a checkpoint over everything appended so far.

        Returns:
            What each action returned, or the exception it raised. Indexes returned by `record` are final.

        Raises:
            TrailUnavailable: nothing was written.
        """
        if self._stopped is not None:
            raise self._stopped
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        try:
            return self._turn(actions, sign)
        except Failure as failure:
            self._close()
            raise TrailUnavailable(f"the store cannot be written now: {failure}; nothing was written") from failure
        except (LogError, OperatorError) as error:
            # What the log has signed is unknown or contradicted. Going on could sign a second history.
            self._close()
            self._stopped = error if isinstance(error, LogError) else None
            if not self._said:
                self._said = True
                _log.critical("the log's state is unknown: nothing is written now; run `hub doctor`", exc_info=error)
            raise
        finally:
            fcntl.flock(self._lock, fcntl.LOCK_UN)

    def destroy_keys(self, resident: int) -> None:
        """Destroy a person's data keys, in the database's pages and in its write-ahead log; harmless if repeated.

        Raises:
            TrailUnavailable: they may still be there.
        """
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        try:
            try:
                if self._keys_db is None:
                    self._open()
                self._changes.begin()
                self._keys_db.execute("DELETE FROM data_key WHERE resident = ?", (resident,))
            finally:
                self._changes.end()
                fcntl.flock(self._lock, fcntl.LOCK_UN)
            # Outside the turn: a process that waits for its turn cannot give up the view that is waited for here.
            busy = self._keys_db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        except Failure as failure:
            self._close()
            raise TrailUnavailable(type(failure).__name__) from failure
        if busy:
            raise TrailUnavailable("a reader holds the old pages of the data keys")

    def settle_keys(self) -> None:
        """Write the data keys' log back and empty it, so that replaced keys stand nowhere any more.

        Raises:
            TrailUnavailable: a reader holds the old pages; trying again later may help.
        """
        try:
            if self._keys_db is None:
                self._open_in_turn()
            busy = self._keys_db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        except Failure as failure:
            self._close()
            raise TrailUnavailable(type(failure).__name__) from failure
        if busy:
            raise TrailUnavailable("a reader holds the old pages of the data keys; run the command again")

    def reserve(self, count: int) -> int:
        """The first of `count` fresh internal ids."""
        claim = "UPDATE counter SET n = n + ? WHERE name = 'resident' RETURNING n"
        [last] = self.run([lambda tx: tx.db.execute(claim, (count,)).fetchone()[0]])
        return int(last) - count + 1

    def close(self) -> None:
        """Sign what is unsigned and give the connections back."""
        try:
            if self.unsigned and self._stopped is None:
                self.run([], sign=True)
        finally:
            self._close()
            os.close(self._lock)

    def _open_in_turn(self) -> None:
        # The checks read the log in several steps, and nobody may write between them.
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        try:
            self._open()
        except Failure as failure:
            raise OperatorError(f"{self._directory.store} cannot be opened: {failure}; check disk and rights") from None
        finally:
            fcntl.flock(self._lock, fcntl.LOCK_UN)

    def _open(self) -> None:
        try:
            self._changes.end()  # nobody is at it: who said so and did not come back is no more
            self._db = connect(self._directory.store, self._ring)
            self._keys_db = connect(self._directory.data_keys, self._ring)
            self._pages = 0
            if self._bulk:
                tune_for_bulk(self._db)
            self._log = Log.open(self._db)
            self._ordinals = Ordinals(self._db)
            self._volumes = Volumes(self._db)
            self._seen = tree(self._db).size
            last = latest_checkpoint(self._db)
            self._signed = last.size if last else 0
            kept = check_outside(self._directory, self._signer, self._db)
            if last and kept < last.size:
                # A crash came between signing and keeping.
                self._publish(last.note)
            self._said = False
        except BaseException:
            self._close()
            raise

    def _close(self) -> None:
        # After a failed write nothing in memory can be trusted: the next turn opens and checks the log anew.
        for db in (self._db, self._keys_db):
            if db is not None:
                db.close()
        self._db = self._keys_db = None

    def _turn(self, actions: Sequence[Action], sign: bool) -> list[Any]:  # noqa: FBT001
        if self._db is None:
            self._open()
        self._pace()
        note = None
        self._db.execute("BEGIN IMMEDIATE")
        try:
            tx, results = self._all_or_each(actions)
            if tx.entries:
                self._log.append(self._db, tx.entries)
                self._ordinals.keep()
                self._volumes.keep()
                self._seen = tx.first + len(tx.entries)
            if sign:
                note = self._log.sign_checkpoint(self._db, self._signer, datetime.now(UTC))
            if tx.changed:
                self._changes.begin()
            if self._keys_db.in_transaction:
                # Keys first: a key without a file is harmless, a file without its key would be lost.
                self._keys_db.execute("COMMIT")
            self._db.execute("COMMIT")
        except BaseException:
            self._rollback()
            raise
        finally:
            self._changes.end()
        if sign:
            self._signed = self._seen
            if note is None and self._unkept and (last := latest_checkpoint(self._db)):
                note = last.note  # perhaps a later one than the one that could not be kept
            if note is not None:
                self._keep_outside(note)
        return results

    def _keep_outside(self, note: bytes) -> None:
        """Keep a checkpoint outside the database; where that fails, what was written is durable all the same."""
        try:
            self._publish(note)
        except OSError as error:
            _log.error("the checkpoint cannot be kept outside the database; it is tried again", exc_info=error)
            self._unkept = True
        else:
            self._unkept = False

    def _pace(self) -> None:
        """Write the log back to the database while nobody keeps a view: otherwise every commit would try, in vain."""
        pages = CHECKPOINT_PAGES if pausing(time.monotonic()) else MOST_PAGES
        if pages != self._pages and not self._bulk:
            self._pages = pages
            self._db.execute(f"PRAGMA wal_autocheckpoint = {pages}")

    def _all_or_each(self, actions: Sequence[Action]) -> tuple[SqlcipherTransaction, list[Any]]:
        # Nearly always every action succeeds, so savepoints are only paid for after one has failed.
        tx = self._transaction()
        try:
            return tx, [action(tx) for action in actions]
        except Exception as error:  # the failing action gets its own exception back below
            if _concerns_all(error):
                raise
            self._rollback()
            self._db.execute("BEGIN IMMEDIATE")
        tx = self._transaction()
        return tx, [self._alone(tx, action) for action in actions]

    def _alone(self, tx: SqlcipherTransaction, action: Action) -> Any:
        recorded = len(tx.entries)
        self._db.execute("SAVEPOINT action")
        try:
            result = action(tx)
        except Exception as error:  # handed to whoever asked for the action
            if _concerns_all(error):
                raise
            self._db.execute("ROLLBACK TO action")
            del tx.entries[recorded:]
            self._ordinals.undo(tx.first + recorded)
            self._volumes.undo(tx.first + recorded)
            result = error
        self._db.execute("RELEASE action")
        return result

    def _transaction(self) -> SqlcipherTransaction:
        first = self._db.execute("SELECT size FROM log_tree").fetchone()[0]
        self._ordinals.begin()
        self._volumes.begin(first)
        return SqlcipherTransaction(self._db, self._keys_db, self._ring, first, self._ordinals, self._volumes)

    def _rollback(self) -> None:
        self._ordinals.forget()
        self._volumes.forget()
        for db in (self._db, self._keys_db):
            if db is not None and db.in_transaction:
                db.execute("ROLLBACK")

    def _publish(self, note: bytes) -> None:
        keep_outside(self._directory, note)


def _concerns_all(error: Exception) -> bool:
    """Whether an action failed because the store did, not because of what it asked for."""
    return isinstance(error, Failure) and not isinstance(error, Conflict)
