import json
import os
import stat
import subprocess
import sys

import pytest

from hub.errors import OperatorError, Reason
from hub.telemetry.meter import Meter
from hub.telemetry.settings import TelemetrySettings, open_pipeline, telemetry_settings
from hub.telemetry.trace import Trace
from hub.telemetry.vocabulary import Vocabulary

ROUTE = "/v1/disclosures"
VOCABULARY = Vocabulary(routes=[ROUTE], purposes=["OLDCARD"])
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
CANARIES = ("339999194303120020", "王秀英", "13800138000", "canary-7f3a")


@pytest.fixture
def meter():
    return Meter(VOCABULARY)


@pytest.fixture
def written(tmp_path, meter):
    """Give a pipeline that keeps every trace, and a way to read all that it wrote."""
    path = tmp_path / "telemetry.jsonl"
    pipeline = open_pipeline(TelemetrySettings(f"file:{path}", ratio=1.0), meter, VOCABULARY)

    def read():
        pipeline.close()
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]

    yield pipeline, read
    pipeline.close()


def test_span_has_the_id_that_the_answer_names(written):
    pipeline, read = written
    pipeline.record(Trace(TRACE), 1_000, 2_000, {"http.route": ROUTE, "http.request.method": "POST"})
    (line,) = [line for line in read() if "span" in line]
    assert line.pop("span_id")
    assert line == {
        "span": f"POST {ROUTE}",
        "trace_id": TRACE,
        "start": 1_000,
        "end": 2_000,
        "attributes": {"http.route": ROUTE, "http.request.method": "POST"},
    }


def test_span_hangs_on_the_callers(written):
    pipeline, read = written
    pipeline.record(Trace(TRACE, "00f067aa0ba902b7", sampled=True), 1, 2, {})
    (line,) = [line for line in read() if "span" in line]
    assert (line["trace_id"], line["parent_id"], line["span"]) == (TRACE, "00f067aa0ba902b7", "request")


def test_parent_decides_whether_a_trace_is_kept(tmp_path, meter):
    pipeline = open_pipeline(TelemetrySettings(f"file:{tmp_path / 't'}", ratio=0.0), meter, VOCABULARY)
    assert pipeline.wanted(Trace(TRACE, "00f067aa0ba902b7", sampled=True))
    assert not pipeline.wanted(Trace(TRACE, "00f067aa0ba902b7", sampled=False))
    assert not pipeline.wanted(Trace(TRACE))
    pipeline.record(Trace(TRACE), 1, 2, {})
    pipeline.close()
    assert "span" not in (tmp_path / "t").read_text(encoding="utf-8")


@pytest.mark.parametrize(("low", "kept"), [("0" * 16, True), ("7" + "f" * 15, True), ("8" + "0" * 15, False)])
def test_ratio_is_taken_from_the_low_half_of_the_id(tmp_path, meter, low, kept):
    pipeline = open_pipeline(TelemetrySettings(f"file:{tmp_path / 't'}", ratio=0.5), meter, VOCABULARY)
    assert pipeline.wanted(Trace(TRACE[:16] + low)) is kept
    pipeline.close()


def test_totals_are_exported_with_listed_attributes(written, meter):
    meter.request(ROUTE, "POST", 200, 0.004)
    meter.decision("OLDCARD", "clerk", "denied", [Reason.NO_FILING])
    _, read = written
    lines = [line for line in read() if "metric" in line]
    assert {line["metric"] for line in lines} == {
        "hub.requests",
        "hub.decisions",
        "hub.reasons",
        "hub.request.seconds",
        "hub.request.latency",
    }
    assert {line["pid"] for line in lines} == {os.getpid()}
    reached = {line["attributes"]["le"]: line["value"] for line in lines if line["metric"] == "hub.request.latency"}
    assert (reached["0.0025"], reached["0.005"], reached["+Inf"]) == (0, 1, 1)


def test_personal_data_does_not_come_out(written, meter):
    pipeline, read = written
    for canary in CANARIES:
        meter.request(canary, canary, 200, 0.1)
        meter.decision(canary, canary, canary, [canary])
        attributes = dict.fromkeys(["http.route", "url.path", "exception.message", "hub.purpose", canary], canary)
        pipeline.record(Trace(TRACE), 1, 2, attributes)
        # Even what is put on a span past `record` does not come out.
        span = pipeline._tracer.start_span("GET")
        span.set_attribute("url.query", canary)
        span.add_event(canary, {"exception.message": canary})
        span.record_exception(ValueError(canary))
        span.end()
    said = json.dumps(read(), ensure_ascii=False)
    assert "span" in said
    assert "metric" in said
    assert not [canary for canary in CANARIES if canary in said]


def test_file_is_the_owners_and_is_appended_to(tmp_path, meter):
    path = tmp_path / "telemetry.jsonl"
    for _ in range(2):
        pipeline = open_pipeline(TelemetrySettings(f"file:{path}", ratio=1.0), meter, VOCABULARY)
        pipeline.record(Trace(TRACE), 1, 2, {})
        pipeline.close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text(encoding="utf-8").count('"span"') == 2


def test_console_is_standard_output():
    code = (
        "from hub.telemetry.settings import *\n"
        "from hub.telemetry.meter import Meter\n"
        "from hub.telemetry.trace import read_trace\n"
        "from hub.telemetry.vocabulary import Vocabulary\n"
        "words = Vocabulary([], [])\n"
        "settings = telemetry_settings({'HUB_TELEMETRY': 'console', 'HUB_TELEMETRY_RATIO': '1'})\n"
        "pipeline = open_pipeline(settings, Meter(words), words)\n"
        "pipeline.record(read_trace(None), 1, 2, {})\n"
        "pipeline.close()\n"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["span"] == "request"
    assert not done.stderr


def test_without_export_the_sdk_is_not_loaded():
    code = (
        "import sys, hub.telemetry.logging, hub.telemetry.trace\n"
        "from hub.telemetry.settings import *\n"
        "from hub.telemetry.meter import Meter\n"
        "from hub.telemetry.vocabulary import Vocabulary\n"
        "words = Vocabulary([], [])\n"
        "assert open_pipeline(telemetry_settings({}), Meter(words), words) is None\n"
        "print([name for name in sys.modules if name.startswith('opentelemetry')])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize(
    "environment",
    [
        {"HUB_TELEMETRY": "otlp"},
        {"HUB_TELEMETRY": "file:"},
        {"HUB_TELEMETRY": "/var/log/t"},
        {"HUB_TELEMETRY_RATIO": "1.1"},
        {"HUB_TELEMETRY_RATIO": "-0.1"},
        {"HUB_TELEMETRY_RATIO": "nan"},
        {"HUB_TELEMETRY_RATIO": "much"},
        {"HUB_TELEMETRY_SECONDS": "0"},
    ],
    ids=str,
)
def test_unknown_setting_is_refused(environment):
    with pytest.raises(OperatorError, match=next(iter(environment))):
        telemetry_settings(environment)


def test_unwritable_file_is_refused_plainly(tmp_path, meter):
    with pytest.raises(OperatorError, match="HUB_TELEMETRY"):
        open_pipeline(TelemetrySettings(f"file:{tmp_path / 'missing' / 't'}"), meter, VOCABULARY)
