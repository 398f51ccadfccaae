"""The servers under load, as processes of their own on free loopback ports, gone afterwards whatever happens."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile

from hub.bench.bare import ANSWER_VARIABLE
from hub.bench.load import WrongAnswerError
from hub.bench.processes import computed, workers_of

_PATIENCE = 60.0
"""Seconds by which a server must be up, and by which it must have ended."""
_IDLE = 0.3
"""Seconds without computing after which a worker counts as waiting for work."""
_TIGHT = 0.001


@dataclass(frozen=True, slots=True)
class Server:
    """A running server.

    Attributes:
        process: the one that was started.
        port: where it listens on 127.0.0.1.
        started: when it was started, by `time.perf_counter`.
    """

    process: subprocess.Popen[bytes]
    port: int
    started: float

    @property
    def workers(self) -> list[int]:
        """The processes that serve."""
        return workers_of(self.process.pid)

    def ask(self, request: bytes) -> tuple[int, bytes]:
        """Send one request on a connection of its own; returns status and body. Raises OSError."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=_PATIENCE) as connection:
            connection.sendall(request)
            response = http.client.HTTPResponse(connection)
            response.begin()
            return response.status, response.read()

    def first_answer(self, request: bytes) -> float:
        """Ask until there is an answer; returns the seconds since the start. Raises WrongAnswerError."""
        while time.perf_counter() - self.started < _PATIENCE:
            try:
                status, _ = self.ask(request)
            except OSError:
                if self.process.poll() is not None:
                    raise WrongAnswerError(f"the server ended with status {self.process.returncode}") from None
                time.sleep(_TIGHT)
                continue
            if status != 200:  # noqa: PLR2004
                raise WrongAnswerError(f"the first answer has status {status}")
            return time.perf_counter() - self.started
        raise WrongAnswerError(f"no answer within {_PATIENCE:.0f} s")


@contextmanager
def hub_server(directory: Path, workers: int) -> Iterator[Server]:
    """`hub serve` over a data directory, and nothing else: the product's own command."""
    command = ["-m", "hub.cli.main", "serve", str(directory), "--workers", str(workers)]
    with _running(command, {}) as server:
        yield server


@contextmanager
def bare_server(answer_bytes: int, workers: int) -> Iterator[Server]:
    """The bare route with as many workers, answering as many bytes."""
    command = ["-m", "hub.bench.bare", "--workers", str(workers)]
    with _running(command, {ANSWER_VARIABLE: str(answer_bytes)}) as server:
        yield server


def wait_for_workers(server: Server, workers: int, request: bytes) -> None:
    """Wait until every worker is up and idle: before, the first one would be given all connections.

    Raises:
        WrongAnswerError: they are not, in time.
    """
    server.first_answer(request)
    deadline = time.perf_counter() + _PATIENCE
    while time.perf_counter() < deadline:
        pids = server.workers
        before = computed(pids)
        time.sleep(_IDLE)
        if len(pids) == workers and pids == server.workers and computed(pids) == before:
            return
    raise WrongAnswerError(f"the server has not come to rest within {_PATIENCE:.0f} s")


@contextmanager
def _running(command: list[str], more: Mapping[str, str]) -> Iterator[Server]:
    port = _free_port()
    started = time.perf_counter()
    with TemporaryFile() as complaints:
        # A process group of its own, so that workers can be ended with their server.
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and modules
            [sys.executable, *command, "--port", str(port)],
            env={**os.environ, **more},
            stdout=subprocess.DEVNULL,
            stderr=complaints,
            start_new_session=True,
        )
        try:
            yield Server(process, port, started)
        except BaseException:
            complaints.seek(0)
            sys.stderr.write(complaints.read().decode(errors="replace"))
            raise
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(_PATIENCE)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
