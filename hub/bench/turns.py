"""Yardstick and subject take turns under the same load, and every governed answer is looked for in the log."""

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from statistics import median
from typing import NamedTuple

import orjson

from hub.bench.community import FIELDS, Community
from hub.bench.load import Load, WrongAnswerError, drive
from hub.bench.processes import computed, durable_write, read_from_disk, warm
from hub.bench.servers import Server, bare_server, hub_server, wait_for_workers

WORKERS = 2
_REQUESTS = 20_000
"""Prepared for each turn, about other people each time."""
_WARM_UP = 0.5


class Turn(NamedTuple):
    """One load and what it cost the server.

    Attributes:
        load: what the generator saw.
        computing: processor seconds per answer, all workers together, user and system.
        fetched: bytes per answer that were not in memory and came from the disk.
        durable: seconds the disk took for one durable write just before.
    """

    load: Load
    computing: float
    fetched: float
    durable: float


class Contender(NamedTuple):
    """A server that takes turns.

    Attributes:
        server: it runs and is idle.
        people: whom requests are about.
        governed: whether every answer must have an entry in the log of `people`.
    """

    server: Server
    people: Community
    governed: bool


class Turns(NamedTuple):
    """All turns of one contender; its figures are medians over them."""

    turns: list[Turn]

    @property
    def rate(self) -> float:
        """Answers per second."""
        return median(turn.load.rate for turn in self.turns)

    @property
    def p50(self) -> float:
        """Median latency, seconds."""
        return median(turn.load.p50 for turn in self.turns)

    @property
    def p99(self) -> float:
        """99th percentile of the latency, seconds."""
        return median(turn.load.p99 for turn in self.turns)

    @property
    def computing(self) -> float:
        """Processor seconds per answer."""
        return median(turn.computing for turn in self.turns)

    @property
    def durable(self) -> float:
        """Seconds of one durable write."""
        return median(turn.durable for turn in self.turns)

    def figures(self) -> dict[str, object]:
        """Every turn, for whoever doubts a median."""
        return {
            "rates": [round(turn.load.rate, 1) for turn in self.turns],
            "p50_ms": [round(turn.load.p50 * 1e3, 3) for turn in self.turns],
            "p99_ms": [round(turn.load.p99 * 1e3, 3) for turn in self.turns],
            "computing_us": [round(turn.computing * 1e6, 1) for turn in self.turns],
            "durable_write_ms": [round(turn.durable * 1e3, 3) for turn in self.turns],
            "fetched_bytes": [round(turn.fetched) for turn in self.turns],
        }


@contextmanager
def hub_over(people: Community) -> Iterator[Contender]:
    """The hub over a community; the whole log is verified when the block ends well."""
    with hub_server(people.path, WORKERS) as server:
        contender = Contender(server, people, governed=True)
        wait_for_workers(server, WORKERS, people.requests(1, 0)[0])
        yield contender
    people.verify()


@contextmanager
def bare_beside(hub: Contender) -> Iterator[Contender]:
    """The bare route, answering as many bytes as the hub does."""
    [request] = hub.people.requests(1, 0)
    status, answer = hub.server.ask(request)
    if status != 200 or list(orjson.loads(answer)["fields"]) != list(FIELDS):  # noqa: PLR2004
        raise WrongAnswerError(f"the hub does not disclose what it is asked for (status {status})")
    with bare_server(len(answer), WORKERS) as server:
        wait_for_workers(server, WORKERS, request)
        yield Contender(server, hub.people, governed=False)


def in_turns(
    pool: ProcessPoolExecutor,
    yardstick: Contender,
    subject: Contender,
    *,
    connections: int,
    rounds: int,
    seconds: float,
) -> tuple[Turns, Turns]:
    """Let both take turns.

    Args:
        pool: the load generator's process.
        yardstick: goes first in each round.
        subject: goes second.
        connections: how many requests wait at any moment.
        rounds: how many turns of each are counted; each has one more that is not.
        seconds: of counted load in a turn.

    Raises:
        WrongAnswerError: an answer was not a disclosure, or the log did not grow by exactly the answered ones.
    """
    both: tuple[list[Turn], list[Turn]] = ([], [])
    for number in range(rounds + 1):
        for turns, contender in zip(both, (yardstick, subject), strict=True):
            turn = _turn(pool, contender, connections, seconds if number else _WARM_UP, seed=number)
            if number:
                turns.append(turn)
    return Turns(both[0]), Turns(both[1])


def _turn(pool: ProcessPoolExecutor, contender: Contender, connections: int, seconds: float, seed: int) -> Turn:
    server, people, governed = contender
    requests = people.requests(_REQUESTS, seed)
    workers = server.workers
    entries = people.entries() if governed else 0
    # A machine that gives memory back to its host forgets files within seconds; what that costs is not the hub's.
    warm(people.path)
    durable = durable_write(people.path.parent)
    before, fetched = computed(workers), read_from_disk(workers)
    load = pool.submit(drive, server.port, requests, connections, seconds).result()
    computing, fetched = computed(workers) - before, read_from_disk(workers) - fetched
    if governed and (grown := people.entries() - entries) != load.answered:
        raise WrongAnswerError(f"{load.answered} disclosures were answered, but the log grew by {grown} entries")
    return Turn(load, computing / load.answered, fetched / load.answered, durable)
