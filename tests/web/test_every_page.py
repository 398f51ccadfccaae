"""Every route of every page and every template in a real browser: for everybody to use, and text in it stays text.

One town in which people say markup wherever they can, and one walk through it in each language. What must be seen is
listed by the routes and the templates themselves: a page that nobody walks to fails here.
"""

import importlib
import re
from contextlib import contextmanager
from html.parser import HTMLParser
from urllib.parse import quote

import httpx
import pytest

from hub.web.routing import all_pages, page_routes
from hub.web.templating import TEMPLATES
from tests.factories import GRID_WORKER, free_port
from tests.web.hostile import LIVES_OF_ITS_OWN, carrying_fields, hostile, torn
from tests.web.planting import BY_FEED, CORRECTED, SECRETARY, Typist, import_files, speak
from tests.web.provider import Provider, hub_as_client, sign_in_settings
from tests.web.walking import Walk
from tests.web.walks import refusals, site
from tests.web.watched import Watched

ORDER = ("acting", "resident", "grid", "window", "secretary", "audit", "developers", "site", "refusals")
FILES = {
    ("POST", "/me/download"),
    ("POST", "/audit/pack"),
    ("GET", "/audit/events/{index}/receipt"),
    ("GET", "/audit/events/{index}/proof"),
}
"""Routes whose right answer is a file to keep."""
SHOWN_NOWHERE = {
    "approvals.id.revocation.reason": "in the trail alone",
    "approvals.rosters.id.decision.reason": "in the trail, and in the API's list for whoever asked",
    "consents.requests.reason": "in the trail alone",
    "me.corrections.reason": "for the department that answers, over the API",
    "me.disputes.reason": "in the trail alone",
    "me.freezes.reason": "in the trail alone",
    "med.mental": "sealed: no page shows it to anybody",
    "observations.note": "in the trail, and over the API",
    "rules.changes.id.decision.reason": "in the trail alone",
}
"""Typed text that no page shows; whatever a page begins to show is struck off here."""
READS = {"Accept": "text/html"}
NO_WAY_IN = {"corr.officer": "sealed, and no feed or form brings it"}


class Markup(HTMLParser):
    """What of our markup a parser of HTML takes for markup, or finds torn."""

    def __init__(self):
        super().__init__()
        self.found = []

    @classmethod
    def of(cls, html):
        reader = cls()
        reader.feed(html)
        return reader

    def handle_starttag(self, tag, attrs):
        said = " ".join(value or "" for _, value in attrs)
        if tag in ("script", "i") or any(name.startswith("on") for name, _ in attrs) or torn(said):
            self.found.append((tag, attrs))

    def handle_data(self, data):
        self.found += torn(data)


class Away:
    """A provider that is there only while it is asked for."""

    def __init__(self, node, address):
        self.issuer = f"http://127.0.0.1:{free_port()}"
        self._node, self._address = node, address

    @contextmanager
    def running(self):
        client = hub_as_client(self._address, client_secret="a secret of the test")
        accounts = {"worker": {"hub_principals": [GRID_WORKER, SECRETARY]}}
        provider = Provider(self._node, self.issuer, client, accounts)
        yield
        provider.stop()


@pytest.fixture(scope="module")
def planted(_filled, tmp_path_factory):
    folder = tmp_path_factory.mktemp("planted")
    town = _filled.copy(folder / "town")
    return town, import_files(town, folder)


@pytest.fixture(scope="module")
def known():
    """The shapes of pages that one of the walks has judged."""
    return set()


ENGLISH = pytest.param(("desktop", "en", True), marks=pytest.mark.soak, id="en")
"""The second walk takes as long as the first: the journeys of each audience go through English pages in `make test`."""


@pytest.fixture(scope="module", params=[pytest.param(("phone", "zh", False), id="zh"), ENGLISH])
def walked(request, planted, known, browser, axe, node, tmp_path_factory):
    """A walk through everything, and the marks of what was typed before it."""
    device, language, dark = request.param
    folder = tmp_path_factory.mktemp("walked")
    town, imported = planted[0].copy(folder / "town"), planted[1]
    port, secret = free_port(), folder / "secret"
    secret.touch(mode=0o600)
    secret.write_text("a secret of the test")
    provider = Away(node, address := f"http://127.0.0.1:{port}")
    town.directory.sign_in.write_text(sign_in_settings(provider.issuer, address, secret))
    server = Watched(town, port)
    try:
        typist = Typist(server)
        places = speak(town, typist)
        walk = Walk(browser, server, axe, device, language, dark=dark, known=known)
        walk.typed = typist.members
        for name in ORDER:
            importlib.import_module(f"tests.web.walks.{name}").walk(walk, places)
        site.walk_with_provider(walk, provider)
        walk.leave()
        yield walk, imported | typist.marks
    finally:
        server.stop()


def test_every_route_gave_its_page_and_every_template_made_one(walked):
    walk, _ = walked
    wanted = {(method, route.path) for route in page_routes() for method in route.methods - {"HEAD"}}
    right = {each for each, statuses in walk.answered.items() if min(statuses) < 400}
    assert wanted - right == set(), "no walk leads there"
    assert walk.files == FILES
    templates = {str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html")}
    assert templates - walk.templates == set(), "no walk shows them"


def test_every_audience_was_refused_in_every_way(walked):
    assert walked[0].met == {each.audience.name for each in all_pages() if each.audience.roles}


def test_no_page_has_a_barrier(walked):
    assert walked[0].barriers == []


def test_every_page_is_large_where_large_type_is_wanted(walked):
    assert walked[0].small == []


def test_no_page_is_wider_than_the_screen(walked):
    assert walked[0].wide == []


def test_text_stays_text_on_every_page(walked):
    assert walked[0].markup == []


def test_what_was_typed_is_shown_as_it_was_typed(walked):
    walk, marks = walked
    assert marks - walk.marks == SHOWN_NOWHERE.keys()


@pytest.mark.parametrize("who", [None, *refusals.WHO.values()])
def test_whatever_is_sent_comes_back_as_text(walked, who):
    """Every name that any page has asked a query or a form for says markup, to every route of somebody's audience."""
    server, text = walked[0].server, hostile("sent")
    assert {"said", "reason", "principal", "cursor", "version", "turn", "index"} <= server.names
    sent = dict.fromkeys(server.names - {"form_key"}, text)
    audience = next((name for name, each in refusals.WHO.items() if each == who), "site")
    with httpx.Client(base_url=server.url, timeout=60, trust_env=False, headers=READS) as client:
        if who:
            client.post("/sign-in/persona", data={"principal": who})
        key = re.search(r'name="form_key" value="([^"]+)"', client.get("/sign-in").text)
        data = sent | ({"form_key": key[1]} if key else {})
        for route in (each for pages in all_pages() if pages.audience.name == audience for each in pages.routes):
            path = re.sub(r"{\w+}", quote(text, safe=""), route.path)
            answer = client.post(path, data=data) if "POST" in route.methods else client.get(path, params=sent)
            assert answer.status_code < 500, route.path
            assert text not in answer.headers.get("location", ""), route.path
            if "html" not in answer.headers.get("content-type", "html"):
                assert answer.headers["content-disposition"].startswith("attachment;"), route.path
                continue
            assert Markup.of(answer.text).found == [], route.path


def test_every_field_that_takes_markup_has_some_and_the_others_refuse_it():
    taken, refused = carrying_fields()
    brought = {key for feed in BY_FEED.values() for key in feed} | {*CORRECTED} | NO_WAY_IN.keys()
    assert taken == brought
    assert {"name", "idno", "tel", "vehicle.plate", "med.chronic", "tag.dibao.no", "hh", "fin.acct"} <= refused
    assert len(refused) > 50
    assert not refused & LIVES_OF_ITS_OWN.keys()


NO_WORDS = frozenset(
    {"idno", "rid", "purpose", "fields", "matter", "field", "version", "recipient", "duration", "from", "until"}
    | {"valid_until", "since", "basis", "deputy", "principal", "officers", "witness", "agent", "audience", "cursor"}
)
"""Members of requests that name a person, a code, a day: what is none of them is refused."""
NOT_TYPED = {
    "POST /v1/cases": "cases have no page",
    "POST /v1/cases/{id}/closure": "cases have no page",
    "POST /v1/namings": "namings have no page",
    "POST /v1/namings/{id}/decision": "namings have no page",
    "POST /v1/namings/{id}/revocation": "namings have no page",
    "POST /v1/merges": "merges are decided over the API; residents see a day alone",
    "POST /v1/merges/{id}/decision": "as above",
    "POST /v1/merges/{id}/separation": "as above",
    "POST /v1/merges/{id}/separation/decision": "as above",
    "POST /v1/newcomers/{id}/decision": "newcomers have no page",
    "POST /v1/observations/{id}/decision": "in the trail alone",
    "POST /v1/orders": "orders have no page",
    "POST /v1/orders/{id}/closure": "orders have no page",
    "POST /v1/filings/{id}/withdrawal": "in the trail alone",
    "POST /v1/mandates": "why somebody acts for the dead: in the trail alone",
    "POST /v1/disclosures": "in the trail alone; a page's own reason is sent on the walk",
    "POST /v1/disclosures/batch": "in the trail alone",
    **dict.fromkeys(
        (
            *("POST /v1/requests/{id}/decision", "POST /v1/filings/{id}/decision", "POST /v1/audit/deferrals"),
            *("POST /v1/audit/deferrals/{id}/decision", "POST /v1/audit/reidentifications/{id}/decision"),
            *("POST /v1/protections/{id}/decision", "POST /v1/protections/{id}/lifting"),
            *("POST /v1/protections/{id}/lifting/decision", "POST /v1/me/erasure", "POST /v1/residents/search"),
        ),
        "sent by a page, on the walk",
    ),
    "POST /v1/emergencies": "the number of an alarm, a call or an order: sent by a page, on the walk",
}
"""Where text is typed that the walk types by a page, or that no page shows."""


def test_every_member_that_takes_text_was_given_markup(walked):
    """A new member of a request has to be typed by somebody of the town, or be said to be shown nowhere."""
    with walked[0].server.client() as client:
        document = client.get("/openapi.json").json()
    shapes, found = document["components"]["schemas"], set()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            for body in operation.get("requestBody", {}).get("content", {}).values():
                found |= {f"{method.upper()} {path} {member}" for member in _texts(body.get("schema", {}), shapes, "")}
    open_ = {each for each in found if each.rpartition(".")[2].rpartition(" ")[2].rstrip("[]") not in NO_WORDS}
    untyped = {each.rpartition(" ")[0] for each in open_ - walked[0].typed}
    assert untyped == NOT_TYPED.keys()


def _texts(shape, shapes, member):
    """The members of a body that take any text: no code, no day, no pattern beyond that it is not blank."""
    shape = shapes[shape["$ref"].rpartition("/")[2]] if "$ref" in shape else shape
    for each in (*shape.get("anyOf", ()), *shape.get("oneOf", ()), *shape.get("allOf", ())):
        yield from _texts(each, shapes, member)
    closed = shape.keys() & {"enum", "const", "format"} or shape.get("pattern") not in (None, r"\S")
    if shape.get("type") == "string" and not closed:
        yield member
    for name, each in shape.get("properties", {}).items():
        yield from _texts(each, shapes, f"{member}.{name}".lstrip("."))
    if "items" in shape:
        yield from _texts(shape["items"], shapes, f"{member}[]")


def test_no_other_module_answers_with_a_page():
    sources = (TEMPLATES.parents[1]).rglob("*.py")
    said = {each.name for each in sources if "text/html; charset" in each.read_text("utf-8")}
    assert said == {"headers.py", "slip.py", "documentation.py"}
