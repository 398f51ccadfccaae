"""Paths and methods nobody serves, and what every answer carries."""

import re

import pytest

from hub.store.sqlcipher import Failure
from tests.api.city import CLERK

SERVED = {
    "/v1/disclosures": "POST",
    "/v1/disclosures/batch": "POST",
    "/v1/residents/search": "POST",
    "/v1/purposes": "GET",
    "/v1/receipts/0": "GET",
    "/log/checkpoint": "GET",
    "/log/tile/0/000.p/1": "GET",
    "/healthz": "GET",
    "/readyz": "GET",
    "/docs": "GET",
    "/openapi.json": "GET",
}
SHARED = {
    "/v1/me/visibility": "GET, PUT",
    "/v1/approvals": "GET, POST",
    "/v1/approvals/abc/decision": "POST",
}
NOBODYS = [
    "/x", "/v1", "/v2/disclosures", "/v1/disclosure", "/v1/disclosures/", "/v1/disclosures/x", "/V1/purposes", "/admin",
    "/v1/residents", "/v1/receipts/", "/v1/receipts/0/1", "/log/", "/docs/../hub.toml", "/docs/%2e%2e/hub.toml",
    "/docs/nothing.js", "/..%2f..%2fetc/passwd", "/v1/purposes%00", "/%E6%B2%88%E6%A1%82%E5%85%B0",
]  # fmt: skip


@pytest.mark.parametrize("path", NOBODYS)
def test_path_nobody_serves_is_a_problem(client, path):
    answer = client(CLERK).get(path)
    assert (answer.status_code, answer.json()["reasons"]) == (404, ["not_found"])
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE"])
@pytest.mark.parametrize(("path", "served"), SERVED.items())
def test_method_nobody_serves_is_a_problem_that_names_those_served(client, path, served, method):
    if method == served or (method, path) == ("HEAD", "/openapi.json"):
        return
    answer = client(CLERK).request(method, path)
    assert answer.status_code == 405
    assert answer.headers["content-type"] == "application/problem+json"
    assert served in answer.headers["allow"]
    if method != "HEAD":
        assert answer.json()["status"] == 405


@pytest.mark.parametrize(("path", "served"), SHARED.items())
def test_of_a_path_with_several_methods_all_are_named(client, path, served):
    answer = client(CLERK).delete(path)
    assert (answer.status_code, answer.headers["allow"]) == (405, served)


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
@pytest.mark.parametrize("path", [*SERVED, "/nothing"])
def test_every_answer_has_a_trace_id(client, path, method):
    answer = client(CLERK).request(method, path)
    assert re.fullmatch("[0-9a-f]{32}", answer.headers["x-trace-id"])
    if answer.headers["content-type"] == "application/problem+json":
        assert answer.json()["trace_id"] == answer.headers["x-trace-id"]
        assert answer.headers["cache-control"] == "no-store"
        assert answer.json().keys() >= {"type", "title", "status", "reasons", "trace_id"}


def test_trace_ids_are_never_repeated(client):
    assert len({client().get("/healthz").headers["x-trace-id"] for _ in range(20)}) == 20


@pytest.mark.parametrize(
    "header",
    [
        "nonsense",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-33999919430312901700000000000000-00f067aa0ba902b7-01",
        "00-00000000000000339999194303129017-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
        "x" * 4000,
    ],
)
def test_trace_that_is_none_or_could_be_a_person_is_not_taken_over(client, header):
    answer = client().get("/healthz", headers={"traceparent": header})
    assert answer.status_code == 200
    assert answer.headers["x-trace-id"] not in header.lower()


def test_health_docs_and_log_need_no_token(client):
    for path in ("/healthz", "/readyz", "/docs", "/openapi.json", "/log/checkpoint", "/log/tile/0/000.p/1"):
        assert client().get(path).status_code == 200, path


def test_health_says_so(client):
    assert client().get("/healthz").json() == {"status": "up"}
    assert client().get("/readyz").json() == {"status": "ready"}


def test_hub_that_cannot_read_or_cannot_record_is_not_ready(hub, monkeypatch):
    def fail(*_args, **_options):
        raise Failure("disk I/O error")

    for broken, name in ((hub.road.reader, "control_version"), (hub.road.lane._writer, "run")):
        with monkeypatch.context() as patch:
            patch.setattr(broken, name, fail)
            patch.setattr(hub.road.lane, "_durable_at", float("-inf"))
            answer = hub.ask(None, "GET", "/readyz")
            assert (answer.status_code, answer.json()["reasons"]) == (503, ["audit_unavailable"]), name
            assert int(answer.headers["retry-after"]) > 0
            assert hub.ask(None, "GET", "/healthz").status_code == 200, "the process is up"
    assert hub.ask(None, "GET", "/readyz").status_code == 200


@pytest.mark.parametrize("path", ["/v1/purposes", "/v1/receipts/0"])
def test_nobody_speaks_for_somebody_else_where_no_mandate_is_taken(client, path):
    answer = client(CLERK).get(path, headers={"On-Behalf-Of": "mandate-1"})
    assert (answer.status_code, answer.json()["reasons"]) == (403, ["not_allowed"])


def test_nothing_personal_is_asked_for_in_a_path(client):
    paths = client().get("/openapi.json").json()["paths"]
    named = {name for path in paths for name in re.findall(r"{([^}]*)}", path)}
    # An id is random or sealed; see the keys' `sealed_id`.
    assert named <= {"id", "index", "tile"}
