"""The load generator: closed loop over kept connections, as lean as Python allows, in a process of its own.

Yardstick and subject get the same bytes from the same code, so whatever it costs it costs both.
"""

import asyncio
import gc
import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from itertools import cycle
from multiprocessing import get_context
from time import perf_counter
from typing import NamedTuple, cast

import uvloop

_SETTLE = 0.3
"""Seconds at the beginning of a load that do not count."""
_PATIENCE = 30.0
"""Seconds after its end by which a load must have been answered."""
_APART = 0.001
"""Seconds between connections, so that one worker does not take them all before the others wake up."""
_MOST_TROUBLES = 3
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class Load(NamedTuple):
    """What one load saw.

    Attributes:
        rate: answers per second.
        p50: median latency, seconds.
        p99: 99th percentile of the latency, seconds.
        answered: all answers of status 200, those before and after the counted time included.
    """

    rate: float
    p50: float
    p99: float
    answered: int


class WrongAnswerError(Exception):
    """A server answered what it must not: then there is nothing to measure."""


@contextmanager
def generator() -> Iterator[ProcessPoolExecutor]:
    """A process that drives loads: `generator.submit(drive, …)`."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        yield pool


def drive(port: int, requests: Sequence[bytes], connections: int, seconds: float) -> Load:
    """Keep a number of connections busy for a time.

    Args:
        port: of a server on the loopback interface.
        requests: whole requests in the order they are sent; from the beginning again when they are used up.
        connections: how many wait for an answer at any moment.
        seconds: how long answers are counted.

    Raises:
        WrongAnswerError: an answer had another status than 200, or a connection was closed.
    """
    gc.disable()
    try:
        return uvloop.run(_drive(_Run(requests, seconds), port, connections))
    finally:
        gc.enable()


class _Run:
    """The shared state of a load's connections."""

    def __init__(self, requests: Sequence[bytes], seconds: float) -> None:
        self.next_request = cycle(requests).__next__
        self.seconds = seconds
        self.starts = self.ends = 0.0
        self.latencies: list[float] = []
        self.answered = 0
        self.busy = 0
        self.troubles: list[str] = []
        self.finished = asyncio.Event()

    def begin(self, connections: "list[_Connection]") -> None:
        self.busy = len(connections)
        self.starts = perf_counter() + _SETTLE
        self.ends = self.starts + self.seconds
        for connection in connections:
            connection.ask()

    def note(self, status: bytes, asked: float, now: float) -> bool:
        """Take an answer in; says whether to ask again."""
        if status != b"200":
            self.fail(f"status {status.decode(errors='replace')}")
            return False
        self.answered += 1
        if self.starts <= now < self.ends:
            self.latencies.append(now - asked)
        if now < self.ends and not self.troubles:
            return True
        self.end_one()
        return False

    def fail(self, trouble: str) -> None:
        if len(self.troubles) < _MOST_TROUBLES:
            self.troubles.append(trouble)
        self.end_one()

    def end_one(self) -> None:
        self.busy -= 1
        if not self.busy:
            self.finished.set()


class _Connection(asyncio.Protocol):
    """One connection: asks, waits for the whole answer, asks again."""

    def __init__(self, run: _Run) -> None:
        self._run = run
        self._transport: asyncio.Transport
        self._asked = 0.0
        self._waits = False
        self._held = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def ask(self) -> None:
        self._waits = True
        self._asked = perf_counter()
        self._transport.write(self._run.next_request())

    def data_received(self, data: bytes) -> None:
        if self._held:
            data = self._held + data
        end_of_head = data.find(b"\r\n\r\n")
        length = _LENGTH.search(data, 0, end_of_head + 2) if end_of_head >= 0 else None
        if length is None or len(data) < end_of_head + 4 + int(length[1]):
            self._held = data
            return
        self._held = b""
        self._waits = False
        if self._run.note(data[9:12], self._asked, perf_counter()):
            self.ask()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._waits:
            self._run.fail(f"connection closed ({type(exc).__name__})")

    def close(self) -> None:
        self._transport.close()


async def _drive(run: _Run, port: int, count: int) -> Load:
    loop = asyncio.get_running_loop()
    connections = []
    for _ in range(count):
        _, connection = await loop.create_connection(lambda: _Connection(run), "127.0.0.1", port)
        connections.append(connection)
        await asyncio.sleep(_APART)
    run.begin(connections)
    try:
        await asyncio.wait_for(run.finished.wait(), _SETTLE + run.seconds + _PATIENCE)
    finally:
        for connection in connections:
            connection.close()
    if run.troubles or not run.latencies:
        raise WrongAnswerError("; ".join(run.troubles) or "no answer came in time")
    latencies = sorted(run.latencies)
    rate = len(latencies) / run.seconds
    return Load(rate, latencies[len(latencies) // 2], latencies[len(latencies) * 99 // 100], run.answered)
