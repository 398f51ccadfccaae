"""`/docs` works without reaching any other host."""

import re
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest

LOADING = {"src", "href", "srcset", "data", "action", "poster", "content"}
CSS_URL = re.compile(r"""(?:url\(\s*['"]?|@import\s+['"])([^'")]+)""")
# What a script could fetch with; the bundle names many links to show, which load nothing.
LOADED_BY_SCRIPT = re.compile(
    r"""(?:fetch|importScripts|import|\.open|new\s+Worker|new\s+EventSource)\(\s*['"](https?:)?//|\.src\s*=\s*['"](https?:)?//"""
)


class References(HTMLParser):
    """Everything a page loads, and what of it stands in the page itself."""

    def __init__(self):
        super().__init__()
        self.loaded, self.inline, self._within = [], [], ""

    def handle_starttag(self, tag, attrs):
        self._within = tag
        said = dict(attrs)
        self.loaded += [value for name, value in attrs if name in LOADING and tag != "meta"]
        self.inline += [name for name in said if name.startswith("on") or name == "style"]

    def handle_data(self, data):
        if self._within in ("script", "style") and data.strip():
            self.inline.append(data)

    def handle_endtag(self, _tag):
        self._within = ""


@pytest.fixture
def page(client):
    return client().get("/docs")


@pytest.fixture
def references(page):
    parsed = References()
    parsed.feed(page.text)
    return parsed


def test_page_is_html_with_a_title(page):
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert "<title>" in page.text


def test_page_loads_from_its_own_host_alone(references, client):
    assert len(references.loaded) >= 3
    for reference in references.loaded:
        parts = urlsplit(reference)
        assert not parts.scheme, reference
        assert not parts.netloc, reference
        loaded = client().get(reference)
        assert loaded.status_code == 200, reference
        assert loaded.content


def test_styles_load_nothing_from_elsewhere(references, client):
    styles = [client().get(each).text for each in references.loaded if each.endswith(".css")]
    assert styles
    for url in CSS_URL.findall("\n".join(styles)):
        assert url.startswith(("data:", "#")), url[:80]


def test_scripts_load_nothing_from_elsewhere(references, client):
    scripts = [client().get(each).text for each in references.loaded if each.endswith(".js")]
    assert any("SwaggerUIBundle" in script for script in scripts)
    for script in scripts:
        assert not LOADED_BY_SCRIPT.search(script)
    own = client().get("/docs/start.js").text
    assert '"/openapi.json"' in own
    assert "validatorUrl: null" in own, "else the document would be sent to a validator elsewhere"


def test_policy_lets_a_browser_reach_no_other_host(page):
    policy = dict(part.strip().partition(" ")[::2] for part in page.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'self'"
    for directive, sources in policy.items():
        assert "http" not in sources, directive
        assert "*" not in sources, directive
    assert "'unsafe-inline'" not in policy.get("script-src", policy["default-src"])
    assert "'unsafe-eval'" not in policy.get("script-src", policy["default-src"])
    assert policy["frame-ancestors"] == "'none'"


def test_page_needs_no_inline_script_or_style(references):
    assert references.inline == []


def test_scripts_and_styles_have_their_types(client):
    for name, kind in (("start.js", "text/javascript"), ("swagger-ui-bundle.js", "text/javascript")):
        assert client().get(f"/docs/{name}").headers["content-type"].startswith(kind)
    assert client().get("/docs/swagger-ui.css").headers["content-type"].startswith("text/css")
    assert client().get("/docs/favicon.png").headers["content-type"] == "image/png"


def test_document_is_served_as_json(client):
    answer = client().get("/openapi.json")
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["openapi"].startswith("3.")
