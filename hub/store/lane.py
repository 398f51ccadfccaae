"""The writer lane: all writes of a serving process, grouped into durable batches by one thread."""

import asyncio
import queue
import threading
from collections.abc import Callable
from typing import Any, NamedTuple

from hub.errors import TrailUnavailable
from hub.store.engine import Event, Receipt
from hub.store.trail import prepare, receipt
from hub.store.writer import Action, SqlcipherTransaction, Writer

BATCH = 512
SIGN_EVERY = 0.4
"""Seconds between checkpoints while entries come in; a receipt's proof is promised within one second."""
_CLOSING = None


class _Waiting(NamedTuple):
    action: Action
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[Any]


class Lane:
    """Takes writes from the event loop and answers each once its batch is durable.

    Args:
        writer: runs the batches; used by this lane's thread alone from now on.
        origin: the log's name.
        clock: monotonic seconds.
        depth: how many writes may wait; more are refused, so that an overloaded log slows nobody for ever.
    """

    def __init__(self, writer: Writer, origin: str, clock: Callable[[], float], depth: int = 4096) -> None:
        self._writer = writer
        self._origin = origin
        self._clock = clock
        self._depth = depth
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._signed_at = clock()
        self._thread = threading.Thread(target=self._work, name="writer-lane", daemon=True)
        self._thread.start()

    async def write(self, action: Action) -> Any:
        """Run an action in the current batch.

        Returns:
            What the action returned, once it is durable.

        Raises:
            TrailUnavailable: nothing was written; the log is overloaded or cannot be written.
            Exception: whatever the action itself raised; it was undone.
        """
        if self._queue.qsize() >= self._depth or not self._thread.is_alive():
            raise TrailUnavailable("the writer lane is full")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Any] = loop.create_future()
        self._queue.put(_Waiting(action, loop, future))
        return await future

    async def record(self, event: Event) -> Receipt:
        """Make one event durable. Raises TrailUnavailable as `write`."""
        [found] = await self.record_all([event])
        return found

    async def record_all(self, events: list[Event]) -> list[Receipt]:
        """Make several events durable together, in order. Raises TrailUnavailable as `write`."""
        prepared = [prepare(event) for event in events]

        def action(tx: SqlcipherTransaction) -> list[Any]:
            return [tx.record(each) for each in prepared]

        places = await self.write(action)
        return [receipt(self._origin, place, each) for place, each in zip(places, prepared, strict=True)]

    def close(self) -> None:
        """Finish what waits, sign, and end the thread."""
        self._queue.put(_CLOSING)
        self._thread.join()

    def _work(self) -> None:
        closing = False
        while not closing:
            batch, closing = self._next_batch()
            due = self._clock() - self._signed_at >= SIGN_EVERY
            if batch or (due and self._writer.unsigned):
                self._run(batch, sign=due)
        self._writer.close()

    def _next_batch(self) -> tuple[list[_Waiting], bool]:
        batch: list[_Waiting] = []
        try:
            waiting = self._queue.get(timeout=SIGN_EVERY / 2)
            while waiting is not _CLOSING:
                batch.append(waiting)
                if len(batch) == BATCH:
                    return batch, False
                waiting = self._queue.get_nowait()
        except queue.Empty:
            return batch, False
        return batch, True

    def _run(self, batch: list[_Waiting], *, sign: bool) -> None:
        try:
            results = self._writer.run([waiting.action for waiting in batch], sign=sign)
        except Exception as failure:  # noqa: BLE001 - every waiting caller is told, and the lane lives on
            results = [_as_unavailable(failure)] * len(batch)
        else:
            self._signed_at = self._clock() if sign else self._signed_at
        if batch:
            batch[0].loop.call_soon_threadsafe(_resolve, batch, results)


def _as_unavailable(failure: Exception) -> TrailUnavailable:
    return failure if isinstance(failure, TrailUnavailable) else TrailUnavailable(type(failure).__name__)


def _resolve(batch: list[_Waiting], results: list[Any]) -> None:
    for waiting, result in zip(batch, results, strict=True):
        if waiting.future.done():
            continue
        if isinstance(result, Exception):
            waiting.future.set_exception(result)
        else:
            waiting.future.set_result(result)
