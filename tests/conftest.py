"""What every test shares: no network beyond the loopback, full counts on request, real installations."""

import os

import pytest

from tests import clauses
from tests.factories import CIVIL_AFFAIRS, GRID_WORKER, HEALTH, Installation, Server, World, person

SOAK = os.environ.get("HUB_SOAK") == "1"


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    config.option.allow_hosts = "127.0.0.1,::1,localhost"
    config.option.allow_unix_socket = True


def pytest_collection_modifyitems(items):
    clauses.note(items)
    for item in items:
        if item.get_closest_marker("soak") and not SOAK:
            item.add_marker(pytest.mark.skip(reason="a long proof: `make soak` runs it"))


def pytest_terminal_summary(terminalreporter):
    clauses.show(terminalreporter)


@pytest.fixture(scope="session")
def times():
    """How often to repeat: `times(usual, soak)`, the second in `make soak`."""
    return lambda usual, soak: soak if SOAK else usual


@pytest.fixture(scope="session")
def lacking():
    """Say that a real component is missing: a reason to skip, but a failure where CI=true."""

    def say(reason):
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)

    return say


@pytest.fixture(scope="session")
def world(tmp_path_factory):
    """A synthetic community of 100."""
    return World(tmp_path_factory.mktemp("synth") / "world", 100, seed=7)


@pytest.fixture(scope="session")
def _filled(tmp_path_factory, world):
    return Installation.create(tmp_path_factory.mktemp("filled") / "hub").fill(world)


@pytest.fixture
def town(_filled, tmp_path):
    """An installation of its own for each test, filled with `world`, its principals and its filings."""
    return _filled.copy(tmp_path / "town")


@pytest.fixture(scope="session")
def _furnished(tmp_path_factory):
    folder = tmp_path_factory.mktemp("furnished")
    hub = Installation.create(folder / "hub")
    hub.import_rows("police", [person(number) for number in range(3)], folder)
    hub.appoint(CIVIL_AFFAIRS, HEALTH, GRID_WORKER)
    hub.file(CIVIL_AFFAIRS, "OLDCARD")
    return hub


@pytest.fixture
def installation(_furnished, tmp_path):
    """A small installation for each test: `person(0)` to `person(2)`, three principals, civil affairs' OLDCARD."""
    return _furnished.copy(tmp_path / "hub")


@pytest.fixture
def empty(tmp_path):
    """A fresh development installation that holds nobody."""
    return Installation.create(tmp_path / "empty")


@pytest.fixture
def serve():
    """Start a server on an installation: `serve(installation, workers=1, env=None)`; it is ended with the test."""
    servers = []

    def start(installation, **options):
        servers.append(Server(installation, **options))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()
