"""Whatever the OpenAPI document allows or forbids: no failure of the hub, and answers as documented."""

import os
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks

from hub.app import create_app
from hub.store.directory import Directory
from tests.api.city import AUDITOR, CIVIL_AFFAIRS, CLERK

load_all_checks()
BEYOND_A_SCHEMA = CHECKS.get_by_names(["positive_data_acceptance"])
"""A check digit, and whether a list gave a cursor, cannot be written into a schema: such requests are refused."""

# The document is the same over every directory, so it needs none.
DOCUMENT = create_app(Directory(Path("nowhere"))).described().openapi()


def operations(document):
    return {each.ok().label: each.ok() for each in schemathesis.openapi.from_dict(document).get_all_operations()}


def without_security(document):
    """The same document, so that no request counts as wrong for a token that is sent all the same."""
    paths = {
        path: {
            method: {name: part for name, part in said.items() if name != "security"} for method, said in item.items()
        }
        for path, item in document["paths"].items()
    }
    return document | {"paths": paths}


DOCUMENTED, FORBIDDEN = operations(DOCUMENT), operations(without_security(DOCUMENT))
COSTLY = {"POST /v1/audit/packs"}
"""Each good answer is a pack of thousands of entries, made and verified; `test_audit_log.py` asks for some."""
TAKING = [label for label in DOCUMENTED if "/v1/" in label and "/transparency/" not in label]


def asks_for_something(label):
    """Whether a request of this kind has anything that could be wrong but its token."""
    method, path = label.split(" ")
    return not DOCUMENT["paths"][path][method.lower()].keys().isdisjoint({"parameters", "requestBody"})


BOUNDED = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    database=None,
    derandomize=os.environ.get("HUB_SOAK") != "1",
)


@pytest.fixture(scope="session")
def fuzzers(city):
    """Principals of their own: they will be refused for asking in vain, and others must not."""
    names = [f"{CLERK}#fuzzer", f"{CIVIL_AFFAIRS}#fuzzer", f"{AUDITOR}#fuzzer"]
    city.appoint(*names)
    return [city.bearer(name) for name in names]


def conforms(operation, mode, server, headers):
    @BOUNDED
    @given(case=operation.as_strategy(generation_mode=mode))
    def every_answer_does(case):
        for each in headers:
            case.call_and_validate(base_url=server.url, headers=each, excluded_checks=BEYOND_A_SCHEMA)

    every_answer_does()


@pytest.mark.parametrize("label", [each for each in DOCUMENTED if each not in COSTLY])
def test_what_is_documented_is_answered_as_documented(label, server, fuzzers):
    conforms(DOCUMENTED[label], GenerationMode.POSITIVE, server, fuzzers)


@pytest.mark.parametrize("label", [each for each in TAKING if asks_for_something(each)])
def test_what_the_document_forbids_is_refused_as_documented(label, server, fuzzers):
    conforms(FORBIDDEN[label], GenerationMode.NEGATIVE, server, fuzzers)


@pytest.mark.parametrize("label", TAKING)
def test_nobody_is_answered_as_documented(label, server):
    conforms(DOCUMENTED[label], GenerationMode.POSITIVE, server, [{}])
