"""Gathering cosignatures while the hub serves: beside its work, by one process at a time, at a bounded pace."""

import asyncio
import logging
import time
from typing import Any

from audit.errors import LogError, VerificationError
from audit.log import latest_checkpoint
from audit.policy import Policy
from audit.witness_client import Gathered
from hub.errors import HubError, OperatorError
from hub.store.directory import Directory
from hub.store.keys import Keyring
from hub.store.lane import Lane
from hub.store.sqlcipher import Failure, SqlcipherReader
from hub.store.transaction import SqlcipherTransaction
from hub.store.witnesses import Witnesses, against, note_turn, raise_alarm, turn, unanswered
from hub.store.writer import Writer

PACE = 5.0
"""Seconds between one showing of a checkpoint and the next, whatever became of the first."""
_LOOK_EVERY = 1.0
_log = logging.getLogger("hub")


async def witness_always(directory: Directory, policy: Policy, ring: Keyring, lane: Lane) -> None:
    """Show each new checkpoint to the witnesses, for as long as the task lives.

    A witness that does not answer is asked again; nobody waits for it. One that contradicts the log raises the alarm,
    and is asked again, too: once the right store is back, the alarm ends by itself.

    Args:
        directory: the data directory.
        policy: as `load_witnesses` gives it.
        ring: its keys.
        lane: where cosignatures are kept.
    """
    reader = SqlcipherReader(directory, ring)
    witnesses = Witnesses(policy, reader)
    try:
        while True:
            await asyncio.sleep(_LOOK_EVERY)
            try:
                with turn(directory, wait=False) as asked_at:
                    if asked_at is not None and time.time() - asked_at >= PACE:
                        await _round(directory, witnesses, lane)
            except (HubError, LogError, VerificationError, OSError, Failure) as error:
                _log.error("a checkpoint could not be shown to the witnesses; it is tried again", exc_info=error)
    finally:
        reader.close()


async def _round(directory: Directory, witnesses: Witnesses, lane: Lane) -> None:
    gathered = await asyncio.to_thread(_asked, witnesses)
    if gathered is None:
        return
    note_turn(directory)
    raise_alarm(directory, against(gathered))
    if against(gathered):
        _log.critical("a witness contradicts the log: an older copy was put back, or there are two; run `hub doctor`")
    if away := len(unanswered(gathered)):
        _log.warning("%d witnesses have not cosigned the checkpoint; they are asked again", away)
    await lane.write(lambda tx: witnesses.kept(tx, gathered))


def _asked(witnesses: Witnesses) -> Gathered | None:
    note = witnesses.due()
    return None if note is None else witnesses.ask(note)


def ask_now(directory: Directory, policy: Policy, reader: SqlcipherReader, *, again: bool = False) -> Gathered | None:
    """Show the last checkpoint to the witnesses and wait for their answers; None where none was signed yet.

    Raises:
        LogError: the log has lost a hash.
    """
    with turn(directory, wait=True):
        return _shown(Witnesses(policy, reader), again=again)


def witness_now(directory: Directory, policy: Policy, reader: SqlcipherReader, writer: Writer) -> Gathered | None:
    """Show the last checkpoint to the witnesses, wait for their answers and keep them. Raises as `ask_now`."""
    with turn(directory, wait=True):
        witnesses = Witnesses(policy, reader)
        gathered = _shown(witnesses, again=False)
        if gathered is not None:
            raise_alarm(directory, against(gathered))

            def kept(tx: SqlcipherTransaction) -> Any:
                return witnesses.kept(tx, gathered)

            [result] = writer.run([kept])
            if isinstance(result, Exception):
                raise result
        return gathered


def refuse_a_second_history(directory: Directory, ring: Keyring, policy: Policy | None) -> None:
    """Before anything is signed: ask the witnesses whether the store at hand is the one they know.

    A witness that does not answer stops nobody.

    Raises:
        OperatorError: a witness has seen a tree that this log does not lead to.
        LogError: the log has lost a hash.
    """
    if policy is None:
        return
    reader = SqlcipherReader(directory, ring)
    try:
        gathered = ask_now(directory, policy, reader, again=True)
    finally:
        reader.close()
    contradictions = against(gathered) if gathered else []
    raise_alarm(directory, contradictions)
    if contradictions:
        first = contradictions[0]
        raise OperatorError(
            f"{first.reason} ({first.witness.key.name}): an older copy was put back, or there are two histories; "
            f"keep all files for the auditor; a witness that is wrong is struck from {directory.witnesses}"
        )


def _shown(witnesses: Witnesses, *, again: bool) -> Gathered | None:
    last = latest_checkpoint(witnesses.db)
    return None if last is None else witnesses.ask(last.note, again=again)
