"""Whatever the OpenAPI document allows or forbids: no failure of the hub, and answers as documented."""

from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import CHECKS, load_all_checks

from hub.app import create_app
from hub.store.directory import Directory
from tests.api.city import CIVIL_AFFAIRS, CLERK

load_all_checks()
EXAMPLES = 40
BEYOND_A_SCHEMA = CHECKS.get_by_names(["positive_data_acceptance"])
"""A check digit, and whether a list gave a cursor, cannot be written into a schema: such requests are refused."""


# The document says the same over any directory, so it needs none.
schema = schemathesis.openapi.from_dict(create_app(Directory(Path("nowhere"))).api.openapi())


@pytest.fixture(scope="session")
def fuzzers(city):
    """Principals of their own: they will be refused for asking in vain, and others must not."""
    names = [f"{CLERK}#fuzzer", f"{CIVIL_AFFAIRS}#fuzzer"]
    city.appoint(*names)
    return [city.bearer(name) for name in names]


@schema.parametrize()
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
def test_answers_are_as_documented(case, server, fuzzers):
    for headers in fuzzers:
        case.call_and_validate(base_url=server.url, headers=headers, excluded_checks=BEYOND_A_SCHEMA)


@schema.parametrize()
@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
def test_answers_to_nobody_are_as_documented(case, server):
    case.call_and_validate(base_url=server.url, excluded_checks=BEYOND_A_SCHEMA)
