"""Writing: batches of re-runnable functions, one writer at a time, an action and its entry in one transaction."""

import fcntl
import logging
import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, NoReturn

import orjson

from audit.errors import LogError
from audit.log import Entry, Log, latest_checkpoint, tree
from audit.note import Signer
from hub.errors import OperatorError, TrailUnavailable
from hub.model.subject import Facts
from hub.model.tier import Tier
from hub.store.accounts import SECTIONS, for_sections
from hub.store.changes import Changes
from hub.store.controls import accounting_for, sealed
from hub.store.directory import Directory
from hub.store.engine import ControlRow, Event, Place, Prepared, Tokens
from hub.store.keys import Keyring
from hub.store.ordinals import Ordinals
from hub.store.outside import check_outside, keep_outside
from hub.store.sections import data_key, seal, unseal, version_of
from hub.store.sqlcipher import Conflict, Failure, connect, tune_for_bulk
from hub.store.trail import finish, prepare
from hub.store.warrants import AMENDING

_log = logging.getLogger("hub")

Action = Callable[["SqlcipherTransaction"], Any]
_CREATE = f"INSERT INTO file VALUES (?{', ?' * len(Tier)})"  # noqa: S608 - only placeholders are put together
# A token that leads to somebody else already violates NOT NULL: it is never taken over, and never passed over either.
_PUT_LOOKUP = (
    "INSERT INTO lookup VALUES (?, ?) ON CONFLICT (token) "
    "DO UPDATE SET resident = NULL WHERE resident <> excluded.resident"
)


class SqlcipherTransaction:
    """What one batch may do to the store; see `Transaction` for each method's promise."""

    def __init__(self, db: Any, keys_db: Any, ring: Keyring, first: int, ordinals: Ordinals) -> None:
        self.db = db
        self._keys_db = keys_db
        self._ring = ring
        self.first = first
        self._ordinals = ordinals
        self.entries: list[Entry] = []
        self.changed = False

    def record(self, prepared: Prepared) -> Place:
        """Append an event to the log; returns where it stands."""
        position = self.first + len(self.entries)
        resident = prepared.event.resident
        ordinal = None if resident is None else self._ordinals.next(resident, position)
        entry = finish(prepared, ordinal, self._ring.strangers)
        self.entries.append(entry)
        return Place(position, entry.ordinal_commitment)

    def put_control(self, kind: str, id: str, body: dict[str, object], event: Event) -> Place:  # noqa: A002
        """Write a control row and the entry that accounts for it."""
        self.changed = True
        found = self.db.execute("SELECT version FROM control WHERE kind = ? AND id = ?", (kind, id)).fetchone()
        # The row names its entry and the entry the row's digest, so the entry's place is taken before it is written.
        row = ControlRow(kind, id, found[0] + 1 if found else 1, self.first + len(self.entries), body)
        stored = sealed(self._ring, row)
        place = self.record(prepare(accounting_for(self._ring, event, row, stored)))
        self.db.execute("INSERT OR REPLACE INTO control VALUES (?, ?, ?, ?, ?)", (*row[:4], stored))
        self.db.execute("UPDATE counter SET n = n + 1 WHERE name = 'control'")
        return place

    def pseudonym(self, value: bytes) -> str:
        """The trail's name for somebody, as `Keyring.pseudonym`."""
        return self._ring.pseudonym(value)

    def facts(self, resident: int) -> Facts | None:
        """What decisions must know of a person, as it stands within this transaction; None where there is nobody.

        Raises:
            OperatorError: the control section was changed behind the hub's back.
        """
        opened = self._control(resident)
        return opened and opened[2]

    def amend(self, resident: int, facts: Facts, event: Event) -> Place:
        """Replace what decisions must know of a person, with the entry that accounts for it.

        Args:
            resident: the internal id of somebody who is there.
            facts: what the control section shall hold; made from what `facts` gave in this same transaction.
            event: what happened; whom it is about and under which key is filled in here.
        """
        self.changed = True
        keys, envelope, _ = self._control(resident) or _nobody(resident)
        key = data_key(self._ring, keys, Tier.CONTROL, AMENDING)
        fresh = seal(key, resident, Tier.CONTROL, version_of(envelope) + 1, facts.to_record())
        self.db.execute("UPDATE file SET control = ? WHERE resident = ?", (fresh, resident))
        act = event.act if isinstance(event.act, dict) else orjson.loads(event.act)
        return self.record(
            prepare(
                Event(
                    act | {SECTIONS: 1},
                    event.subject
                    | {"subject": self._ring.pseudonym(b"resident\0%d" % resident)}
                    | for_sections({Tier.CONTROL: fresh}),
                    resident,
                    data_key(self._ring, keys, "trail", AMENDING),
                )
            )
        )

    def sealed_facts(self, resident: int, facts: Facts) -> bytes:
        """The control section with other facts and the terms it has now, one version on; not written yet."""
        keys, envelope, now = self._control(resident) or _nobody(resident)
        key = data_key(self._ring, keys, Tier.CONTROL, AMENDING)
        fresh = facts._replace(terms=now.terms)
        return seal(key, resident, Tier.CONTROL, version_of(envelope) + 1, fresh.to_record())

    def list_under(self, resident: int, on: Sequence[bytes] = (), off: Sequence[bytes] = ()) -> None:
        """Put a person on lists and take them off others."""
        self._put_tokens(resident, Tokens(lists=tuple(on), off_lists=tuple(off)))

    def _control(self, resident: int) -> tuple[bytes, bytes, Facts] | None:
        row = self.db.execute("SELECT control FROM file WHERE resident = ?", (resident,)).fetchone()
        found = self._keys_db.execute("SELECT wrapped FROM data_key WHERE resident = ?", (resident,)).fetchone()
        if row is None or found is None:
            return None
        key = data_key(self._ring, found[0], Tier.CONTROL, AMENDING)
        return found[0], row[0], Facts(**unseal(key, resident, Tier.CONTROL, row[0]))

    def create_file(self, resident: int, keys: bytes, envelopes: Sequence[bytes], tokens: Tokens) -> None:
        """Add a person under a reserved id, with an envelope for every tier in the order of `Tier`."""
        self.changed = True
        # The row comes first: where the id is taken, nothing may happen to the keys of the one who has it.
        self.db.execute(_CREATE, (resident, *envelopes))
        self._put_tokens(resident, tokens)
        if not self._keys_db.in_transaction:
            self._keys_db.execute("BEGIN IMMEDIATE")
        self._keys_db.execute("INSERT OR REPLACE INTO data_key VALUES (?, ?)", (resident, keys))

    def update_sections(self, resident: int, envelopes: dict[Tier, bytes], tokens: Tokens) -> None:
        """Replace sections of a person and add to the lists they are found by."""
        self.changed = True
        if envelopes:
            assignments = ", ".join(f"{tier} = ?" for tier in envelopes)
            # Column names are members of `Tier`; values are bound.
            self.db.execute(f"UPDATE file SET {assignments} WHERE resident = ?", (*envelopes.values(), resident))  # noqa: S608
        self._put_tokens(resident, tokens)

    def probe(self) -> None:
        """Write something that means nothing, to see that writing works."""
        self.db.execute("UPDATE counter SET n = n + 1 WHERE name = 'probe'")

    def put_progress(self, feed: str, digest: bytes, part: int, row: int) -> None:
        """Note how far a part of an import has come."""
        self.db.execute("INSERT OR REPLACE INTO progress VALUES (?, ?, ?, ?)", (feed, digest, part, row))

    def forget_progress(self, digest: bytes) -> None:
        """Forget an import that has finished."""
        self.db.execute("DELETE FROM progress WHERE digest = ?", (digest,))

    def remove_file(self, resident: int, lookups: Sequence[bytes], lists: Sequence[bytes]) -> None:
        """Remove a person's row, count and tokens; their keys are destroyed before, see `Writer.destroy_keys`."""
        self.changed = True
        self.db.execute("DELETE FROM file WHERE resident = ?", (resident,))
        self._ordinals.remove(resident)
        self.db.executemany("DELETE FROM lookup WHERE token = ?", [(token,) for token in lookups])
        self.db.executemany("DELETE FROM list WHERE token = ? AND resident = ?", [(token, resident) for token in lists])

    def _put_tokens(self, resident: int, tokens: Tokens) -> None:
        for token in tokens.lookups:
            self.db.execute(_PUT_LOOKUP, (token, resident))
        for token in tokens.off_lists:
            self.db.execute("DELETE FROM list WHERE token = ? AND resident = ?", (token, resident))
        for token in tokens.lists:
            self.db.execute("INSERT OR IGNORE INTO list VALUES (?, ?)", (token, resident))


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
        self._signed = self._seen = 0
        self._unkept = self._said = False
        self._stopped: LogError | None = None
        try:
            self._open_in_turn()
        except BaseException:
            os.close(self._lock)
            raise

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
            if self._bulk:
                tune_for_bulk(self._db)
            self._log = Log.open(self._db)
            self._ordinals = Ordinals(self._db)
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
        note = None
        self._db.execute("BEGIN IMMEDIATE")
        try:
            tx, results = self._all_or_each(actions)
            if tx.entries:
                self._log.append(self._db, tx.entries)
                self._ordinals.keep()
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
            result = error
        self._db.execute("RELEASE action")
        return result

    def _transaction(self) -> SqlcipherTransaction:
        first = self._db.execute("SELECT size FROM log_tree").fetchone()[0]
        self._ordinals.begin()
        return SqlcipherTransaction(self._db, self._keys_db, self._ring, first, self._ordinals)

    def _rollback(self) -> None:
        self._ordinals.forget()
        for db in (self._db, self._keys_db):
            if db is not None and db.in_transaction:
                db.execute("ROLLBACK")

    def _publish(self, note: bytes) -> None:
        keep_outside(self._directory, note)


def _nobody(resident: int) -> NoReturn:
    raise AssertionError(f"the resident {resident} is not there")


def _concerns_all(error: Exception) -> bool:
    """Whether an action failed because the store did, not because of what it asked for."""
    return isinstance(error, Failure) and not isinstance(error, Conflict)
