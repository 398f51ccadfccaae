"""The writer lane: all writes of a serving process, grouped into durable batches.

Batches run on the event loop itself. A thread of its own would fight the loop for the interpreter: every statement
gives the lock of the interpreter away and waits milliseconds to get it back, while nothing that waits in the loop may
be answered before the batch is durable anyway.
"""

import asyncio
import math
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from hub.errors import Reason, TrailUnavailable
from hub.store.engine import Event, Place, Prepared, Receipt
from hub.store.trail import prepare, receipt
from hub.store.transaction import SqlcipherTransaction
from hub.store.writer import Action, Writer

MOST_WAITING = 4096
MOST_TURNS = 3
"""How many turns of the event loop a batch may gather for; a write that comes alone waits for one."""
SIGN_EVERY = 0.4
"""Seconds between checkpoints while entries come in; a receipt's proof is promised within one second."""


PROOF_LASTS = 1.0
"""Seconds for which a durable write proves that the trail can be written; whoever asks more often costs nothing."""


class Lane:
    """Takes writes from the event loop it is made in, and answers each once its batch is durable.

    Args:
        writer: runs the batches; used by this lane alone from now on.
        origin: the log's name.
        clock: monotonic seconds.
    """

    def __init__(self, writer: Writer, origin: str, clock: Callable[[], float]) -> None:
        self._writer = writer
        self._origin = origin
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._waiting: list[tuple[Action, asyncio.Future[Any]]] = []
        self._signed_at = clock()
        self._durable_at = -math.inf
        self._tick = self._loop.call_later(SIGN_EVERY, self._sign)

    def write(self, action: Action) -> "asyncio.Future[Any]":
        """Run an action in the next batch.

        Returns:
            To be awaited: what the action returned, once it is durable. It raises TrailUnavailable where nothing was
            written, and whatever the action itself raised, which was undone.

        Raises:
            TrailUnavailable: at once, where the log is overloaded.
        """
        if len(self._waiting) >= MOST_WAITING:
            raise TrailUnavailable("the writer lane is full")
        if not self._waiting:
            self._loop.call_soon(self._gather, 0, MOST_TURNS)
        future: asyncio.Future[Any] = self._loop.create_future()
        self._waiting.append((action, future))
        return future

    async def record_all(self, events: list[Event]) -> list[Receipt]:
        """Make events durable together, in order. Raises TrailUnavailable as `write`."""
        if len(events) == 1:
            [only] = map(prepare, events)
            return [receipt(self._origin, await self.write(lambda tx: tx.record(only)), only)]
        prepared = [prepare(event) for event in events]

        def action(tx: SqlcipherTransaction) -> list[Any]:
            return [tx.record(each) for each in prepared]

        places = await self.write(action)
        return [receipt(self._origin, place, each) for place, each in zip(places, prepared, strict=True)]

    async def record_within(self, events: list[Event]) -> list[Receipt | None]:
        """The same, but None, and nothing recorded, for an event whose filing's volume is used up."""
        prepared = [prepare(event) for event in events]

        def action(tx: SqlcipherTransaction) -> list[Any]:
            return [tx.record_within(each) for each in prepared]

        places = await self.write(action)
        return [place and receipt(self._origin, place, each) for place, each in zip(places, prepared, strict=True)]

    async def record_by(
        self, event: Event, action: Callable[[SqlcipherTransaction, Prepared], Place | Reason]
    ) -> Receipt | Reason:
        """Make an event durable together with whatever else an action does, or learn from it why nothing was done."""
        prepared = prepare(event)
        made = await self.write(lambda tx: action(tx, prepared))
        return made if isinstance(made, Reason) else receipt(self._origin, made, prepared)

    async def probe(self) -> None:
        """Make sure that the trail can be written; a durable write of the last second is proof enough.

        Raises:
            TrailUnavailable: as `write`.
        """
        if self._clock() - self._durable_at > PROOF_LASTS:
            await self.write(SqlcipherTransaction.probe)

    def close(self) -> None:
        """Finish what waits, sign, and give the store back."""
        self._tick.cancel()
        self._flush()
        # Everything answered is durable; what nobody could sign now is signed at the next start.
        with suppress(TrailUnavailable, OSError):
            self._writer.close()

    def _gather(self, seen: int, turns: int) -> None:
        """Wait for a turn of the loop that adds nothing: the fewer batches, the less each write costs."""
        if turns and len(self._waiting) > seen:
            self._loop.call_soon(self._gather, len(self._waiting), turns - 1)
        else:
            self._flush()

    def _flush(self) -> None:
        batch, self._waiting = self._waiting, []
        due = self._clock() - self._signed_at >= SIGN_EVERY
        try:
            results = self._writer.run([action for action, _ in batch], sign=due)
        except Exception as failure:  # noqa: BLE001 - every waiting caller is told, and the lane lives on
            results = [_as_unavailable(failure)] * len(batch)
            self._durable_at = -math.inf
        else:
            now = self._clock()
            self._durable_at = now if batch else self._durable_at  # nothing written proves nothing
            self._signed_at = now if due else self._signed_at
        for (_, future), result in zip(batch, results, strict=True):
            if future.done():
                continue
            if isinstance(result, Exception):
                future.set_exception(result)
            else:
                future.set_result(result)

    def _sign(self) -> None:
        if self._writer.unsigned and not self._waiting:
            self._flush()
        self._tick = self._loop.call_later(SIGN_EVERY / 2, self._sign)


def _as_unavailable(failure: Exception) -> TrailUnavailable:
    return failure if isinstance(failure, TrailUnavailable) else TrailUnavailable(type(failure).__name__)
