"""One city for all tests of the API, served and in process."""

from datetime import timedelta

import pytest

from tests.api.city import City
from tests.api.in_process import InProcess
from tests.factories import Server, World


@pytest.fixture(scope="session")
def city(tmp_path_factory):
    """The city of the running server; whoever ends roles or filings does it in a copy."""
    folder = tmp_path_factory.mktemp("city")
    return City.create(folder / "hub").populate(World(folder / "world", 300, seed=11))


@pytest.fixture(scope="session")
def untouched(city, tmp_path_factory):
    """A city nobody serves, to be copied."""
    return city.copy(tmp_path_factory.mktemp("untouched") / "hub")


@pytest.fixture(scope="session")
def server(city, untouched):
    """A real server of the city; the copy is taken before anything is written."""
    assert untouched.path != city.path
    server = Server(city)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def client(server):
    """`client(principal)`: a client of the real server that speaks for a principal, or for nobody."""
    clients = {}

    def speak(principal=None):
        if principal not in clients:
            clients[principal] = server.client(principal)
        return clients[principal]

    yield speak
    for each in clients.values():
        each.close()


@pytest.fixture
def hub(untouched, tmp_path):
    """The application in this process, over a city of its own."""
    process = InProcess(untouched.copy(tmp_path / "hub"))
    yield process
    process.close()


@pytest.fixture
def later(hub, monkeypatch):
    """`later(hours=1)`: let the road's clock go on; everybody has tokens of that time."""
    shift = [timedelta()]
    clock, token = hub.road.clock, hub.installation.token
    hub.road.clock = lambda: clock() + shift[0]
    monkeypatch.setattr(hub.installation, "token", lambda *who, **more: token(*who, now=hub.road.clock(), **more))

    def go_on(**span):
        shift[0] += timedelta(**span)

    return go_on
