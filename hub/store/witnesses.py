"""The witnesses of an installation: who is to see each checkpoint, what they answer, which checkpoint is published.

With witnesses, the log publishes a checkpoint once a quorum has seen it; receipts need not wait for that. Asking takes
as long as the slowest witness takes, so whoever asks is no part of answering a request.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from audit.checkpoint import parse_checkpoint
from audit.errors import VerificationError
from audit.log import consistency_proof, latest_checkpoint
from audit.note import Verifier, parse
from audit.policy import Log, Policy, Witness, parse_policy
from audit.witness_client import Gathered, Outcome, Shown, gather, keep
from hub.errors import OperatorError
from hub.store.directory import Directory
from hub.store.publication import PUBLISHED, published_size
from hub.store.sqlcipher import SqlcipherReader
from hub.store.transaction import SqlcipherTransaction

PATIENCE = 3.0
"""Seconds to wait for each part of a witness's answer."""


class Witnesses:
    """Shows the log's checkpoints to its witnesses.

    Args:
        policy: who they are, and which of them are a quorum.
        reader: the store; for one thread at a time.
    """

    def __init__(self, policy: Policy, reader: SqlcipherReader) -> None:
        self.policy = policy
        self._reader = reader
        self._known: dict[str, int] = {}

    @property
    def db(self) -> Any:
        """The connection to the store."""
        return self._reader.db

    def due(self) -> bytes | None:
        """The last checkpoint, where some witness has not seen it yet or it is not published though it could be."""
        last = latest_checkpoint(self.db)
        if last is None:
            return None
        published = published_size(self.db)
        return last.note if self._unseen(last.note) or published != last.size else None

    def ask(self, note: bytes, *, again: bool = False) -> Gathered:
        """Show a checkpoint to those who have not seen it; takes seconds where one does not answer.

        Args:
            note: signed and durable.
            again: whether to ask those, too, who have seen it: whether they still stand by it.

        Raises:
            LogError: the log has lost a hash.
        """
        size = parse_checkpoint(parse(note).text).size

        def prove(old: int) -> list[bytes]:
            return consistency_proof(self.db, old, size)

        asked = self.policy.witnesses if again else self._unseen(note)
        return gather(note, asked, prove, self._known, PATIENCE)

    def kept(self, tx: SqlcipherTransaction, gathered: Gathered) -> bool:
        """Keep what was gathered; publish the checkpoint if a quorum has seen it. Returns whether it is published.

        Raises:
            LogError: the checkpoint is not one that the log has signed.
        """
        keep(tx.db, gathered.note)
        if not self.policy.satisfied(self.policy.seen_by(gathered.note)):
            return False
        size = parse_checkpoint(parse(gathered.note).text).size
        tx.db.execute("UPDATE counter SET n = max(n, ?) WHERE name = ?", (size, PUBLISHED))
        return True

    def _unseen(self, note: bytes) -> list[Witness]:
        seen = self.policy.seen_by(note)
        return [witness for witness in self.policy.witnesses if witness.name not in seen]


def load_witnesses(directory: Directory, own: Verifier) -> Policy | None:
    """Who the witnesses are, or None where nobody is named.

    Args:
        directory: the data directory.
        own: the log's verifier key.

    Raises:
        OperatorError: the file is no tlog-policy, is another log's, or names a witness without saying where it is.
    """
    path = directory.witnesses
    try:
        policy = parse_policy(path.read_bytes())
    except FileNotFoundError:
        return None
    except VerificationError as error:
        raise OperatorError(f"{path}: {error}") from None
    if policy.logs and all(log.key != own for log in policy.logs):
        raise OperatorError(f"{path} is the policy of another log; name this one's key, {directory.log_key}")
    if not policy.witnesses or not all(witness.url for witness in policy.witnesses):
        raise OperatorError(f"{path} must name witnesses, and behind the key of each the URL where it is asked")
    return replace(policy, logs=(Log(own),))


def await_witnesses(tx: SqlcipherTransaction, *, wanted: bool) -> None:
    """At start-up: from now on publish what witnesses have seen, or again whatever is signed.

    What was published stays so: nobody shall see the log grow shorter.
    """
    last = latest_checkpoint(tx.db)
    known = published_size(tx.db)
    size = (known or (last.size if last else 0)) if wanted else 0
    if size != known:
        tx.db.execute("INSERT OR REPLACE INTO counter VALUES (?, ?)", (PUBLISHED, size))


def against(gathered: Gathered) -> list[Shown]:
    """The answers that contradict the log: no retry helps, and somebody must look."""
    return [shown for shown in gathered.shown if shown.outcome is Outcome.CONTRADICTED]


def unanswered(gathered: Gathered) -> list[Shown]:
    """The answers that are no cosignature and no contradiction either."""
    return [shown for shown in gathered.shown if shown.outcome in {Outcome.RETRY, Outcome.REFUSED}]


def raise_alarm(directory: Directory, contradictions: list[Shown]) -> None:
    """Leave word for every process and for `hub doctor` that a witness contradicts the log; or that none does."""
    if not contradictions:
        directory.alarm.unlink(missing_ok=True)
        return
    lines = "".join(f"{shown.witness.key.name}: {shown.reason}\n" for shown in contradictions)
    fresh = directory.alarm.with_suffix(".new")
    fresh.write_text(lines, "utf-8")
    fresh.replace(directory.alarm)


@contextmanager
def turn(directory: Directory, *, wait: bool) -> Iterator[float | None]:
    """Take the turn to ask witnesses: one process at a time, or an answer would seem to contradict the log.

    Args:
        directory: the data directory.
        wait: whether to wait for another process's turn to end.

    Yields:
        When they were asked last, in seconds since the epoch, 0 for never; None where another process asks now.
    """
    lock = os.open(directory.witness_lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield None
            return
        state = os.fstat(lock)
        yield state.st_mtime if state.st_size else 0.0
    finally:
        os.close(lock)


def note_turn(directory: Directory) -> None:
    """Say that witnesses were asked just now."""
    directory.witness_lock.write_bytes(b"asked\n")
