"""A served town, and real browsers that visit it: one server and one browser for each module."""

import shutil

import httpx
import pytest

from hub.synth.cast import ELDER_IDNO
from tests.factories import Server
from tests.web.installed import installed
from tests.web.visitor import Visitor

HERE = __file__.rpartition("/")[0]


def pytest_collection_modifyitems(items):
    # One worker for all of them: browsers are the most expensive thing that tests start. The long walk has another.
    for item in items:
        if str(item.path).startswith(HERE):
            item.add_marker(pytest.mark.xdist_group("walk" if item.path.name == "test_every_page.py" else "web"))


@pytest.fixture(scope="session")
def node(lacking):
    """The folder with packages of npm, installed."""
    return installed(lacking)


@pytest.fixture(scope="session")
def people(world):
    """Residents to be: `people("elder")` is the principal of the first sample with a tag; the elder is the cast's."""

    def named(tag):
        samples = world.manifest["samples"]
        if tag == "elder":
            return next(f"resident:{each['rid']}" for each in samples if each["idno"] == ELDER_IDNO)
        return next(f"resident:{each['rid']}" for each in samples if tag in each["tags"])

    return named


@pytest.fixture(scope="module")
def site(_filled, people, tmp_path_factory):
    """A town of its own for each module, with residents who may sign in."""
    town = _filled.copy(tmp_path_factory.mktemp("site") / "town")
    town.appoint(people("elder"), people("adult"))
    return town


@pytest.fixture(scope="module")
def served(site):
    """A server of the module's town."""
    server = Server(site)
    yield server
    server.stop()


@pytest.fixture
def browsing(served):
    """`browsing(principal=None, **cookies)`: a client without a browser, signed in as a persona where one is named."""
    clients = []

    def start(principal=None, **cookies):
        client = httpx.Client(base_url=served.url, timeout=60, trust_env=False, cookies=cookies)
        clients.append(client)
        if principal:
            answer = client.post("/sign-in/persona", data={"principal": principal})
            assert answer.status_code == 303, answer.text
        return client

    yield start
    for client in clients:
        client.close()


@pytest.fixture(scope="module")
def browser(lacking):
    """A browser for the module. It ends with it: the driver keeps an event loop that others could not have beside."""
    from playwright.sync_api import sync_playwright

    path = shutil.which("chromium") or lacking("Chromium")
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def axe(node):
    """The judge of accessibility, as a script."""
    return (node / "node_modules/axe-core/axe.min.js").read_text("utf-8")


@pytest.fixture
def signed_in(browser, served, axe):
    """`signed_in(principal, device, language, javascript=True)`: a `Visitor`; at the end it must have no complaint."""
    visitors = []

    def start(principal=None, device="desktop", language="zh", *, javascript=True, dark=False):
        visitors.append(Visitor.begin(browser, served.url, axe, device, language, javascript=javascript, dark=dark))
        if principal:
            visitors[-1].sign_in(principal)
        return visitors[-1]

    yield start
    complaints = [each for visitor in visitors for each in visitor.complaints]
    for visitor in visitors:
        visitor.page.context.close()
    assert complaints == []
