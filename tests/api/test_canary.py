"""Marked personal data, sent through every input, turns up in no span, metric, log line, traceback or act."""

import io
import json
import logging
import sys
import threading
from contextlib import suppress

import httpx
import pytest

from hub.telemetry.logging import set_up
from tests.api.city import AUDITOR, CIVIL_AFFAIRS, CLERK, FIRST_GRID, GRID_WORKER, HEALTH, City
from tests.factories import idno, serving

pytestmark = pytest.mark.xdist_group("canary")
STRANGER = idno(909, "19410101")
NAME, LATIN, TEL, ADDRESS, PLATE = "欧阳守夜人", "Ouyangshouye", "13912345678", "幸福里三幢二单元", "浙A9K3X7"
WORD, MAIL = "canary-7f3a", "canary@home.test"
CANARIES = [NAME, LATIN, STRANGER, TEL, ADDRESS, PLATE, WORD, MAIL]
TOLD = f"{NAME}，{ADDRESS}"
"""Free text that holds no number, so that it is accepted."""
WEIRD = {
    "User-Agent": WORD,
    "X-Forwarded-For": LATIN,
    "Idempotency-Key": TEL,
    "Referer": MAIL,
    "Cookie": f"name={LATIN}",
    "X-Trace-Id": WORD,
    "X-Request-Id": STRANGER,
    "traceparent": f"00-{'0' * 14}{STRANGER}-00f067aa0ba902b7-01",
    "tracestate": WORD,
    "baggage": f"name={LATIN}",
    "Accept-Language": WORD,
}


def requests(elder):
    """Method, path and body: each input carries something that must not turn up."""
    good = {"subject": {"idno": elder}, "purpose": "OLDCARD"}
    one = "/v1/disclosures"
    yield "POST", one, good | {"reason": TOLD}
    yield "POST", one, good | {"subject": {"idno": STRANGER}}
    yield "POST", one, good | {"subject": {"rid": "canary-7f3a"}}
    yield "POST", one, good | {"subject": {"rid": NAME}}
    yield "POST", one, good | {"fields": ["name", *CANARIES]}
    yield "POST", one, good | {"purpose": NAME}
    yield "POST", one, good | {"purpose": WORD}
    for canary in CANARIES:
        yield "POST", one, good | {"reason": f"核对 {canary}"}
        yield "POST", one, good | {canary: canary}
        yield "POST", one, good | {"subject": {"idno": canary}}
        yield "POST", one, {canary: {canary: canary}}
        yield "POST", "/v1/residents/search", {"grid": FIRST_GRID, "q": canary}
        yield "POST", "/v1/residents/search", {"grid": canary}
        yield "POST", "/v1/residents/search", {"grid": FIRST_GRID, "cursor": canary}
        yield "GET", f"/v1/receipts/{canary}", None
        yield "GET", f"/v1/audit/events?actor={canary}&kind={canary}&{canary}={canary}", None
        yield "POST", "/v1/audit/reidentifications", {"subject": canary, "reason": canary}
        yield "GET", f"/v1/purposes?q={canary}&cursor={canary}", None
        yield "GET", f"/{canary}/{canary}?name={canary}#{canary}", None
        yield "GET", f"/docs/{canary}", None
        yield "DELETE", f"/v1/disclosures?name={canary}", None
    yield "POST", "/v1/disclosures/batch", {"subjects": [{"idno": STRANGER}, {"idno": elder}, {"idno": "x"}]} | {
        "purpose": "OLDCARD", "reason": TOLD, "fields": ["name", *CANARIES[:3]],
    }  # fmt: skip
    yield "POST", "/v1/residents/search", {"grid": "339999009009009", "q": NAME}


def broken(elder):
    """Bodies that are no JSON, and JSON that is no request."""
    for canary in CANARIES:
        yield f'{{"purpose": "{canary}'.encode()
        yield json.dumps([canary, {canary: canary}]).encode()
        yield canary.encode("utf-16")
        yield canary.encode("gb18030")
    yield json.dumps({"subject": {"idno": elder}, "purpose": "OLDCARD", "reason": NAME * 200}).encode()
    yield json.dumps({"x": NAME * 20_000}).encode()


def tokens():
    """What is no token."""
    for canary in CANARIES:
        yield f"Bearer {canary}".encode()
        yield f"Basic {canary}".encode()
        yield canary.encode()


def written(canary):
    """The ways something may be written: as it is, in JSON, in a URL."""
    return canary, json.dumps(canary)[1:-1], httpx.URL(f"/{canary}").raw_path.decode()[1:]


def found(text, more=()):
    """The canaries in a text."""
    return [canary for canary in (*CANARIES, *more) if any(way in text for way in written(canary))]


def stirred(server, elder):
    """Send everything as everybody; gives the answers."""
    for principal in (CLERK, CIVIL_AFFAIRS, GRID_WORKER, HEALTH, AUDITOR, None):
        with server.client(principal) as client:
            for method, path, body in requests(elder):
                yield client.request(method, path, json=body, headers=WEIRD if principal else None)
            for content in broken(elder):
                yield client.post("/v1/disclosures", content=content, headers=WEIRD)
            for token in tokens():
                yield client.get("/v1/purposes", headers={"Authorization": token})


@pytest.fixture(scope="module")
def aftermath(untouched, tmp_path_factory):
    """What a server with all telemetry on has left behind after all of it: answers, telemetry, output, log entries."""
    folder = tmp_path_factory.mktemp("canary")
    town = City.copy(untouched, folder / "hub")
    telemetry = folder / "telemetry.jsonl"
    env = {"HUB_TELEMETRY": f"file:{telemetry}", "HUB_TELEMETRY_RATIO": "1", "HUB_TELEMETRY_SECONDS": "1"}
    with serving(town, env=env) as server:
        answers = list(stirred(server, town.cast["elder"].idno))
        with suppress(httpx.HTTPError), server.client() as client:
            client.request("GET", "/", headers={"Host": WORD})
        server.stop()
        yield town, answers, telemetry.read_text("utf-8"), server.log


def personal(town):
    """What the elder's file holds, as texts long enough to be recognised."""
    values = town.cast["elder"].values
    texts = [values[key] for key in ("idno", "name", "addr", "tel", "vehicle.plate", "hh", "fin.acct")]
    return [*texts, town.cast["elder"].rid, values["ec"]["name"], values["med.allergy"][0]]


def test_telemetry_was_on_and_says_what_it_may(aftermath):
    _, answers, telemetry, _ = aftermath
    lines = [json.loads(line) for line in telemetry.splitlines()]
    routes = {line["attributes"].get("http.route") for line in lines if "span" in line}
    assert {"/v1/disclosures", "/v1/disclosures/batch", "/v1/residents/search", "/v1/receipts/{index}"} <= routes
    assert len([line for line in lines if "span" in line]) >= len(answers)
    assert any("metric" in line for line in lines)


def test_spans_and_metrics_hold_no_personal_data(aftermath):
    town, _, telemetry, _ = aftermath
    assert found(telemetry, personal(town)) == []


def test_output_holds_no_personal_data(aftermath):
    town, _, _, output = aftermath
    assert found(output, personal(town)) == []
    assert "request failed" not in output, "none of it is a failure of the hub"


def test_refusals_hold_none_but_field_names_the_caller_wrote(aftermath):
    _, answers, _, _ = aftermath
    refusals = [answer for answer in answers if answer.status_code >= 400]
    assert len(refusals) > 300
    for answer in refusals:
        said = answer.json()
        said.pop("withheld", None)
        text = json.dumps(said, ensure_ascii=False)
        allowed = {LATIN, WORD}  # a plain name of an unknown member comes back in its 422
        assert set(found(text)) <= (allowed if answer.status_code == 422 else set()), text


def test_headers_of_answers_hold_none(aftermath):
    _, answers, _, _ = aftermath
    assert found("\n".join(str(answer.headers.multi_items()) for answer in answers)) == []


@pytest.mark.clause("PIPL 51")
def test_acts_that_stay_for_ever_hold_none(aftermath):
    town, _, _, _ = aftermath
    with town.opened() as hub:
        acts = [bytes(row[0]).decode() for row in hub.reader.db.execute("SELECT act FROM log_entry")]
    assert len(acts) > 100
    assert found("\n".join(acts), personal(town)) == []


@pytest.fixture
def lines(monkeypatch):
    """Logging as a server sets it up, and the process as it was afterwards."""
    root, ours = logging.getLogger(), logging.getLogger("hub")
    before = root.handlers[:], root.level, ours.level
    for hook, place in (("excepthook", sys), ("excepthook", threading), ("unraisablehook", sys)):
        monkeypatch.setattr(place, hook, getattr(place, hook))
    monkeypatch.setattr(logging, "raiseExceptions", True)
    stream = io.StringIO()
    yield stream
    logging.captureWarnings(capture=False)
    root.handlers[:], root.level = before[0], before[1]
    ours.setLevel(before[2])


@pytest.mark.parametrize("failing", ["find", "decoy", "get"])
def test_failure_that_quotes_data_is_told_by_its_class_and_place_alone(hub, lines, monkeypatch, failing, capfd):
    def fail(*_args):
        raise ValueError(TOLD, {"idno": STRANGER})

    set_up(hub.front.vocabulary, lines)
    monkeypatch.setattr(hub.road.reader, failing, fail)
    subject = {"rid": "canary-7f3a"} if failing == "get" else {"idno": STRANGER}
    body = {"subject": subject, "purpose": "OLDCARD", "reason": TOLD}
    answer = hub.ask(CLERK, "POST", "/v1/disclosures", json=body)
    assert (answer.status_code, answer.json()["reasons"]) == (500, [])
    assert found(answer.text) == []
    (line,) = [json.loads(each) for each in lines.getvalue().splitlines()]
    assert (line["event"], line["error"]) == ("request failed", ["ValueError"])
    assert line["trace_id"] == answer.headers["x-trace-id"]
    assert found(lines.getvalue()) == []
    output = capfd.readouterr()
    assert found(output.out + output.err) == []


def test_failure_discloses_nothing_and_the_next_request_is_served(hub, monkeypatch, lines):
    set_up(hub.front.vocabulary, lines)
    elder = hub.installation.cast["elder"].idno
    with monkeypatch.context() as patch:
        patch.setattr("hub.access.flow.minimise", lambda *_: 1 / 0)
        answer = hub.disclose(CLERK, elder, "OLDCARD")
    assert answer.status_code == 500
    assert answer.headers["cache-control"] == "no-store"
    assert found(answer.text, [elder]) == []
    assert hub.disclose(CLERK, elder, "OLDCARD").status_code == 200
