"""The outbox: which notices are due, handing each to the gateway, and what is written down of it.

A notice is handed over first and noted afterwards. A crash in between hands it over again, under the same id.
"""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple

from hub.model.instant import day_of, timestamp
from hub.model.notice import NOTICES, Matter, Record, State, due, failed, handed_over, is_waiting
from hub.model.terms import record_of, with_record
from hub.notices.gateway import Gateway, Message
from hub.rights.deferrals import KIND as DEFERRAL
from hub.rights.notice_words import text_of
from hub.rights.notices import KIND, Wanted, put_notices, telephone_of, waiting_list
from hub.store.controls import current
from hub.store.directory import Directory
from hub.store.engine import Event, Reader
from hub.store.installation import system_event
from hub.store.keys import Keyring
from hub.store.own_trail import file_of
from hub.store.transaction import SqlcipherTransaction

_PAGE = 200
Action = Callable[[SqlcipherTransaction], Any]
TOLD = "told"
"""Member of a deferral's row: whether the person's notice is on record."""


class Due(NamedTuple):
    """A notice that is to be sent now."""

    resident: int
    record: Record


def due_now(reader: Reader, ring: Keyring, at: datetime) -> Iterator[Due]:
    """The notices that are to be sent now.

    Args:
        reader: the store.
        ring: the keys.
        at: now, UTC.
    """
    after = 0
    while page := reader.roster(waiting_list(ring), after, _PAGE):
        after = page[-1]
        for resident in page:
            found = file_of(reader, ring, resident)
            yield from (Due(resident, record) for record in (due(found[1].terms, at) if found else ()))


def hand_over(gateway: Gateway, notice: Due) -> bool:
    """Hand a notice to the gateway; returns whether it took it. Takes as long as the gateway takes."""
    record = notice.record
    text = text_of(record["matter"], record.get("code", ""))
    try:
        gateway.hand_over(Message(record["id"], record["matter"], record["to"], record.get("principal", ""), text))
    except OSError:
        return False
    return True


def noted(ring: Keyring, notice: Due, at: datetime, *, taken: bool) -> Action:
    """The write that says what became of a notice, with its entry about the person."""

    def action(tx: SqlcipherTransaction) -> State | None:
        facts = tx.facts(notice.resident)
        record = record_of(facts.terms, NOTICES, notice.record["id"]) if facts else None
        if facts is None or record is None or record["state"] != State.WAITING:
            return None
        fresh = handed_over(record, at) if taken else failed(record, at)
        terms = with_record(facts.terms, NOTICES, fresh)
        outcome = fresh["state"] if taken or fresh["state"] == State.GIVEN_UP else "not_taken"
        event = system_event(KIND, at, outcome=outcome, matter=fresh["matter"])
        tx.amend(notice.resident, facts._replace(terms=terms), Event(event.act, {}))
        if not is_waiting(terms):
            tx.list_under(notice.resident, off=[waiting_list(ring)])
        return State(fresh["state"])

    return action


def deferred_until_now(reader: Reader, ring: Keyring, at: datetime) -> list[Action]:
    """The writes that put a notice on record for each deferral that has ended."""
    today = day_of(at).isoformat()
    rows = (row for row in reader.control(DEFERRAL) if row.body["state"] == "approved" and not row.body.get(TOLD))
    return [_telling(ring, row.id, at) for row in rows if str(row.body["until"]) <= today]


def _telling(ring: Keyring, name: str, at: datetime) -> Action:
    def action(tx: SqlcipherTransaction) -> None:
        [row] = current(tx.db, ring, DEFERRAL, name)
        if row.body["state"] != "approved" or row.body.get(TOLD):
            return
        resident = int(str(row.body["resident"]))
        wanted = [Wanted(Matter.DEFERRED_ACCESS, telephone_of(tx, ring, resident))]
        event = system_event(KIND, at, outcome="waiting", matter=Matter.DEFERRED_ACCESS.value)
        put_notices(tx, ring, resident, wanted, Event(event.act, {}), at)
        tx.put_control(DEFERRAL, name, row.body | {TOLD: timestamp(at)}, system_event(DEFERRAL, at, id=name))

    return action


@contextmanager
def turn(directory: Directory) -> Iterator[bool]:
    """Take the turn to send: one process at a time. Yields whether it is this one's."""
    lock = os.open(directory.notices_lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        yield False
    else:
        yield True
    finally:
        os.close(lock)
