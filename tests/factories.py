"""Real installations, real servers, real tokens: nothing here stands in for a part of the hub."""

import csv
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path

import httpx
from stdnum.cn.ric import calc_check_digit

from hub.cli.opened import opened
from hub.feeds.parallel import ingest_together
from hub.feeds.sealing import new_file
from hub.identity.appointments import appoint, revoke
from hub.identity.development import generate_development_key, mint
from hub.identity.principals import Appointment, read_appointments
from hub.model.file import Value
from hub.model.filing import Filing
from hub.model.principal import parse_principal
from hub.model.purpose import Basis
from hub.policy.engine import load
from hub.policy.filings import put_on_record, read_filings
from hub.rules.starting import found
from hub.schema.fields import fields
from hub.store.directory import Directory, open_keyring
from hub.store.installation import create
from hub.synth.world import write_world

HUB = Path(sys.executable).with_name("hub")
GRID = "339999001001001"
CIVIL_AFFAIRS = "department:civil_affairs@339999"
HEALTH = "department:health@339999"
GRID_WORKER = f"grid_worker:{GRID}"
POLICE_COLUMNS = ("rid", "idno", "name", "sex", "dob", "community", "grid", "addr", "life", "tel")
_STARTING = 60


def idno(number, born="19430312"):
    """A valid identity number of the unassigned area 339999; one for each number from 0 to 999 and birthday."""
    head = f"339999{born}{number:03d}"
    return head + calc_check_digit(head + "0")


def person(number, **more):
    """A police row about an adult of `GRID`; keyword arguments replace cells, `_` standing for `.`."""
    years, number_of_day = divmod(number, 1000)
    born = f"{1940 + years}0312"
    row = {
        "rid": f"00000000-0000-4000-8000-{number:012x}",
        "idno": idno(number_of_day, born),
        "name": f"测试{chr(0x4E00 + number % 20000)}",
        "community": GRID[:12],
        "grid": GRID,
        "addr": f"云澜街道桂花社区教工路{number + 1}号",
        "life": "alive",
        "tel": f"154{number:08d}",
    }
    return row | {key.replace("_", "."): value for key, value in more.items()}


def sections(source="police", at="2026-11-01", **values):
    """Sections of a file from field keys and values, `_` standing for `.`."""
    held = {}
    for name, value in values.items():
        field = fields()[name.replace("_", ".")]
        held.setdefault(field.tier, {})[field.key] = (Value(value, source, at, "statutory"),)
    return held


def write_csv(path, rows):
    """Write rows, given as mappings with the same keys, as a feed's file."""
    rows = list(rows)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


class World:
    """A synthetic community as `hub synth` writes it."""

    def __init__(self, path, residents, seed=1):
        self.path = path
        write_world(path, residents, seed, lambda _: None)
        self.manifest = json.loads((path / "manifest.json").read_text("utf-8"))

    def rows(self, feed):
        """The rows of a feed, as mappings."""
        with (self.path / f"{feed}.csv").open(encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))


class Installation:
    """A data directory with everything a hub needs; keys lie beside it."""

    def __init__(self, path):
        self.path = path
        self.directory = Directory(path)

    @classmethod
    def create(cls, path, *, development=True):
        """Initialise a new one."""
        create(path, generate_development_key() if development else None)
        if not development:  # a development directory takes its files over when it is first served
            with opened(path) as hub:
                found(hub.directory, hub.writer, hub.reader, hub.ring)
        return cls(path)

    @cached_property
    def ring(self):
        return open_keyring(self.directory)

    def opened(self):
        """Writer and reader, for the length of a `with` block."""
        return opened(self.path)

    def copy(self, path):
        """Another directory with the same keys, store and log; nobody may be writing."""
        shutil.copytree(self.path, path)
        shutil.copytree(self.directory.keys, Directory(path).keys)
        return Installation(path)

    def fill(self, world):
        """Import a synthetic world as an operator would."""
        feeds = ("police", "civil_affairs", "health", "utilities")
        ingest_together(self.path, [(feed, world.path / f"{feed}.csv") for feed in feeds], lambda _: None)
        with self.opened() as hub:
            appoint(hub.writer, hub.reader, read_appointments(_lines(world.path / "principals.csv")))
            put_on_record(hub.writer, read_filings(_lines(world.path / "filings.csv"), load()))
        return self

    def add(self, *people):
        """Seal people, given as `sections` with an idno each, through the code that feeds use; returns their ids."""
        with self.opened() as hub:
            first = hub.writer.reserve(len(people))
            made = [
                new_file(hub.ring, first + number, file, f"10000000-0000-4000-8000-{first + number:012x}")
                for number, file in enumerate(people)
            ]
            for result in hub.writer.run([lambda tx, each=each: tx.create_file(*each) for each in made], sign=True):
                assert result is None
        return [each.resident for each in made]

    def import_rows(self, feed, rows, folder, name="feed.csv"):
        """Import rows as a file of a feed; returns the counts."""
        return ingest(self.path, feed, write_csv(folder / name, rows), lambda _: None)

    def appoint(self, *principals):
        """Put principals on record."""
        with self.opened() as hub:
            appoint(hub.writer, hub.reader, [Appointment(parse_principal(each)) for each in principals])

    def revoke(self, principal):
        """End a role."""
        with self.opened() as hub:
            revoke(hub.writer, hub.reader, parse_principal(principal).id)

    def file(
        self, requester, purpose, *, scope="339999", basis=Basis.STATUTORY, until=date(2036, 12, 31), volume=1_000_000
    ):
        """Put a filing on record for a department or organisation, `department:CODE@area`."""
        name = f"{requester}/{purpose}/{scope}"
        filing = Filing(name, requester, purpose, basis, "个人信息保护法 第十三条", "测试", scope, volume, until)
        with self.opened() as hub:
            put_on_record(hub.writer, [filing])

    def token(self, principal, *, ttl=3600, now=None, operator=""):
        """A token of the development issuer; it does not appoint anybody."""
        key = self.directory.development_key.read_bytes()
        return mint(key, parse_principal(principal), ttl, now=now or datetime.now(UTC), operator=operator)

    def bearer(self, principal):
        """The Authorization header of a principal."""
        return {"Authorization": f"Bearer {self.token(principal)}"}


def ingest(path, feed, file, progress, at=""):
    """Import one file; returns its counts."""
    return ingest_together(path, [(feed, file)], progress, at)[0]


class Server:
    """`hub serve` in processes of its own, on a free port of the loopback."""

    def __init__(self, installation, workers=1, env=None, port=None):
        self.installation = installation
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = installation.path.with_name(f"{installation.path.name}.{self.port}.log")
        command = [HUB, "serve", installation.path, "--port", str(self.port), "--workers", str(workers)]
        with self._log.open("ab") as log:
            # A session of its own, so that a kill reaches its workers too.
            self.process = subprocess.Popen(
                command, stdout=log, stderr=log, env={**os.environ, **(env or {})}, start_new_session=True
            )
        self._wait()

    @property
    def log(self):
        """What it has written to stdout and stderr."""
        return self._log.read_text("utf-8", "replace")

    def client(self, principal=None):
        """A client that speaks for a principal."""
        headers = self.installation.bearer(principal) if principal else {}
        return httpx.Client(base_url=self.url, headers=headers, timeout=60, trust_env=False)

    def stop(self):
        """End it as an operator would; returns its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait()

    def kill(self):
        """Kill it and its workers at once."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def _wait(self):
        started = time.monotonic()
        with self.client() as client:
            while self.process.poll() is None and time.monotonic() - started < _STARTING:
                try:
                    if client.get("/healthz").is_success:
                        return
                except httpx.TransportError:
                    time.sleep(0.02)
        self.kill()
        raise AssertionError(f"the server did not start:\n{self.log}")


@contextmanager
def serving(installation, **options):
    """A server for the length of a `with` block."""
    server = Server(installation, **options)
    try:
        yield server
    finally:
        server.stop()


def free_port():
    """A port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def run_hub(*args, env=None):
    """Run the real command; returns the finished process with its output as text."""
    return subprocess.run(
        [HUB, *map(str, args)], capture_output=True, text=True, env={**os.environ, **(env or {})}, check=False
    )


def _lines(path):
    return path.read_text("utf-8").splitlines(keepends=True)
