"""Sending notices: beside the hub's work, by one process at a time, or once by a command."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from itertools import islice
from typing import NamedTuple

from hub.errors import HubError
from hub.model.notice import State
from hub.notices.gateway import Gateway
from hub.notices.outbox import Action, deferred_until_now, due_now, hand_over, noted, turn
from hub.store.directory import Directory
from hub.store.keys import Keyring
from hub.store.lane import Lane
from hub.store.sqlcipher import Failure, SqlcipherReader
from hub.store.writer import Writer

PACE = 2.0
"""Seconds between two looks for notices that are due."""
MOST_TOGETHER = 100
"""Notices of one round; the others wait for the next one."""
MOST_FAILURES = 3
"""Notices in a row that a gateway does not take, after which a round ends: it is away."""
_log = logging.getLogger("hub")


class Sent(NamedTuple):
    """What became of the notices of one round."""

    taken: int
    not_taken: int
    given_up: int


async def send_always(
    directory: Directory, gateway: Gateway, ring: Keyring, lane: Lane, clock: Callable[[], datetime]
) -> None:
    """Hand over what is due, for as long as the task lives. Nobody's answer waits for it.

    Args:
        directory: the data directory.
        gateway: as `load_gateway` gives it.
        ring: the keys.
        lane: where it is written down.
        clock: the instant now, UTC.
    """
    reader = SqlcipherReader(directory, ring)
    try:
        while True:
            await asyncio.sleep(PACE)
            try:
                with turn(directory) as ours:
                    if ours:
                        await _round(reader, gateway, ring, lane, clock)
            except (HubError, OSError, Failure) as error:
                _log.error("notices could not be sent; it is tried again", exc_info=error)
    finally:
        reader.close()


async def _round(
    reader: SqlcipherReader, gateway: Gateway, ring: Keyring, lane: Lane, clock: Callable[[], datetime]
) -> None:
    for telling in deferred_until_now(reader, ring, clock()):
        await lane.write(telling)
    failures = 0
    for notice in list(islice(due_now(reader, ring, clock()), MOST_TOGETHER)):
        taken = await asyncio.to_thread(hand_over, gateway, notice)
        await lane.write(noted(ring, notice, clock(), taken=taken))
        failures = 0 if taken else failures + 1
        if failures == MOST_FAILURES:
            _log.warning("the gateway does not take notices; they are tried again")
            return


def send_now(
    gateway: Gateway, writer: Writer, reader: SqlcipherReader, ring: Keyring, clock: Callable[[], datetime]
) -> Sent:
    """Hand over everything that is due, once.

    Args:
        gateway: as `load_gateway` gives it.
        writer: not in use by anybody else in this process.
        reader: the store.
        ring: the keys.
        clock: the instant now, UTC.

    Raises:
        TrailUnavailable: what was handed over last could not be written down; it goes again.
    """
    for telling in deferred_until_now(reader, ring, clock()):
        _written(writer, telling)
    states = []
    for notice in list(due_now(reader, ring, clock())):
        taken = hand_over(gateway, notice)
        states.append(_written(writer, noted(ring, notice, clock(), taken=taken)))
    counted = [states.count(state) for state in (State.HANDED_OVER, State.WAITING, State.GIVEN_UP)]
    return Sent(*counted)


def _written(writer: Writer, action: Action) -> State | None:
    [result] = writer.run([action])
    if isinstance(result, Exception):
        raise result
    return State(result) if result else None
