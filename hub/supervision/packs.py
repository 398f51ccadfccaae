"""Evidence packs over HTTP: what a search finds, with the proof of each entry, in one file that verifies by itself.

A pack shows acts alone: whom an entry is about, and the reason in words, stay commitments, as they are for whoever
searches. It is recorded before it is made, and made by a process of its own.
"""

import asyncio
import base64
import fcntl
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

import msgspec

from audit.claim import RANGE, SELECTION
from audit.tables import StoredCheckpoint
from hub.errors import BadInput, OperatorError, Reason, TrailUnavailable
from hub.model.instant import timestamp
from hub.store.pack_making import Order
from hub.store.trail_query import TrailQuery
from hub.supervision.desk import Asked, Desk, act_of, refuse
from hub.supervision.search import about, lives_in_area

KIND = "export"
MOST = 20_000
"""Entries of one pack; whoever needs more makes several, or asks the operator for `hub audit export`."""
_AT_ONCE = 100
_TRIES, _BETWEEN = 20, 0.1


async def pack(desk: Desk, asked: Asked, query: TrailQuery) -> bytes:
    """Make a pack of what a search finds in the caller's area.

    Args:
        desk: the hub's means.
        asked: a security officer or auditor.
        query: the filters; the area is the caller's own, whatever it says.

    Returns:
        The pack. It claims that nothing between its first and its last entry is left out where that is so.

    Raises:
        Refused: a pack is just being made; recorded.
        BadInput: nothing is found, or more than `MOST`.
        TrailUnavailable: it could not be recorded, or not be made now.
    """
    with _turn(desk) as free:
        if not free:
            raise await refuse(desk, asked, KIND, Reason.RATE_LIMITED)
        indexes = await _found(desk, asked, query)
        if not indexes:
            raise BadInput("since", "and the other filters find no entry")
        claim = _claim(query, indexes)
        bounds = {name: bound and timestamp(bound) for name, bound in (("since", query.since), ("until", query.until))}
        act = act_of(desk, asked, KIND, "disclosed", claim=claim, listed=len(indexes), **bounds)
        await desk.lane.record_all([about(desk, act, query.subject)])
        checkpoint = await _covering(desk, indexes[-1])
        return await _made(desk, Order(indexes, base64.b64encode(checkpoint.note).decode(), claim))


def _claim(query: TrailQuery, indexes: list[int]) -> str:
    """What can be said of entries that are not in the pack: of a mere period, that none between is left out."""
    period = TrailQuery(since=query.since, until=query.until)
    whole = query == period and indexes == list(range(indexes[0], indexes[-1] + 1))
    return RANGE if whole else SELECTION


@contextmanager
def _turn(desk: Desk) -> Iterator[bool]:
    """Whether nobody makes a pack just now; then nobody else does until the block ends."""
    lock = os.open(desk.trail.directory.pack_lock, os.O_RDWR | os.O_CREAT, 0o600)
    free = True
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        free = False
    try:
        yield free
    finally:
        os.close(lock)


async def _found(desk: Desk, asked: Asked, query: TrailQuery) -> list[int]:
    """The indexes of what is found, ascending."""
    own, before, found = query._replace(area=asked.caller.principal.area), None, list[int]()
    while True:
        page = desk.trail.search(own, before, _AT_ONCE)
        desk.turn.begin()
        found += [each.position for each in desk.trail.entries(page.entries) if lives_in_area(desk, asked, each)]
        if len(found) > MOST:
            raise BadInput("since", f"and the other filters find more than {MOST} entries; name a shorter period")
        if page.next is None:
            return found[::-1]
        before = page.next
        await asyncio.sleep(0)  # others ask, too


async def _covering(desk: Desk, index: int) -> StoredCheckpoint:
    """The checkpoint that proves an entry: the published one, which witnesses have seen, as far as it reaches."""
    for _ in range(_TRIES):
        head = desk.trail.head()
        for checkpoint in (head.published, head.last):
            if checkpoint is not None and checkpoint.size > index:
                return checkpoint
        await asyncio.sleep(_BETWEEN)
    raise TrailUnavailable("no checkpoint covers the entries yet")


async def _made(desk: Desk, order: Order) -> bytes:
    with tempfile.TemporaryFile(dir=desk.trail.directory.path) as file:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "hub.store.pack_making", str(desk.trail.directory.path)),
            stdin=asyncio.subprocess.PIPE,
            stdout=file,
        )
        try:
            await process.communicate(msgspec.json.encode(order))
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode != 0:
            raise OperatorError("the log does not prove what it holds; run `hub doctor`")
        return await asyncio.to_thread(_content, file)


def _content(file: BinaryIO) -> bytes:
    file.seek(0)
    return file.read()
