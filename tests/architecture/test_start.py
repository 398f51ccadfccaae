"""A start loads what the first answers need, and nothing that only some later one does."""

import re

import pytest

DEPARTMENT = "department:civil_affairs@339999"
LATER = {
    "authlib": "somebody signs in",
    "babel": "a page is shown",
    "casbin": "policies are compared",
    "fastapi": "the OpenAPI document is asked for",
    "httpx": "keys are fetched, notices are sent",
    "hub.api.shapes": "the OpenAPI document is asked for",
    "jinja2": "a page is shown",
    "opentelemetry": "telemetry leaves the process",
    "presidio_analyzer": "a document is looked through",
    "pydantic": "the OpenAPI document is asked for",
    "tqdm": "a feed is imported",
}
"""What is loaded late, and when. Each costs as much as several packages of the hub's own."""
_IMPORTED = re.compile(r"^import time: +\d+ \| +\d+ \| +(\S+)$", re.MULTILINE)


def loaded(server):
    """What the serving process has imported until now, as far as it is to be late."""
    names = _IMPORTED.findall(server.log)
    assert "hub.app" in names
    return {late for late in LATER for name in names if name == late or name.startswith(f"{late}.")}


@pytest.fixture
def server(installation, serve):
    return serve(installation, env={"PYTHONPROFILEIMPORTTIME": "1"})


def test_nothing_is_loaded_before_it_is_used(server):
    body = {"subject": {"idno": "339999194303120020"}, "purpose": "OLDCARD", "fields": ["name"]}
    with server.client(DEPARTMENT) as client:
        assert client.post("/v1/disclosures", json=body).status_code in {200, 403}
        assert client.get("/v1/purposes").status_code == 200
        assert client.get("/readyz").status_code == 200
        assert loaded(server) == set()


@pytest.mark.parametrize(
    ("path", "names"),
    [("/openapi.json", {"fastapi", "hub.api.shapes", "pydantic"}), ("/sign-in", {"babel", "jinja2"})],
)
def test_what_is_used_is_loaded_then(server, path, names):
    with server.client() as client:
        assert client.get(path).status_code == 200
        assert names <= loaded(server)
