"""The OpenAPI document says what is served: no route, status, type or member more or less."""

from pathlib import Path

import pytest
from starlette.routing import compile_path

from hub.api.problems import problem
from hub.app import create_app
from hub.errors import Reason
from hub.store.directory import Directory

PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
OPEN = {"/healthz", "/readyz", "/log/checkpoint", "/log/tile/{tile}", "/v1/transparency/deferrals"}
GIVEN = ("200", "201", "202")


@pytest.fixture(scope="module")
def front():
    """The document is the same over every directory, so it needs none."""
    return create_app(Directory(Path("nowhere")))


@pytest.fixture(scope="module")
def document(front):
    return front.described().openapi()


def operations(document):
    return [(path, said) for path, item in document["paths"].items() for said in item.values()]


def test_every_operation_is_documented_where_it_is_served(front, document):
    served = {
        (method.lower(), compile_path(each.path)[1], each.operation)
        for each in front.declared
        for method in each.methods
        if each.operation
    }
    told = {
        (method, path, said["operationId"]) for path, item in document["paths"].items() for method, said in item.items()
    }
    assert told == served


def test_only_pages_and_what_belongs_to_no_api_are_left_undocumented(front):
    paths = [each.path for each in front.declared if not each.operation]
    assert "/docs" in paths
    assert not [path for path in paths if path.startswith(("/v1", "/log", "/healthz", "/readyz"))]


def test_operations_have_names_that_clients_can_be_made_from(document):
    names = [said["operationId"] for _, said in operations(document)]
    assert len(set(names)) == len(names)
    assert all(name.isalpha() for name in names)


def test_operations_say_what_they_do(document):
    for path, said in operations(document):
        assert said["summary"], path
        assert said["description"], path
        assert said["tags"], path


def test_every_refusal_is_documented_as_the_problem_it_is(document):
    for path, said in operations(document):
        for status, answer in said["responses"].items():
            if status not in GIVEN:
                assert answer["content"] == PROBLEM, (path, status)


def test_nothing_is_documented_that_the_framework_would_say_and_the_hub_does_not(document):
    assert "HTTPValidationError" not in document["components"]["schemas"]
    assert "application/json" not in str([answer for _, said in operations(document) for answer in said["responses"]])


@pytest.mark.parametrize(
    ("path", "statuses"),
    [
        ("/v1/disclosures", {"200", "401", "403", "422", "429", "503"}),
        ("/v1/disclosures/batch", {"200", "401", "403", "422", "503"}),
        ("/v1/residents/search", {"200", "401", "403", "422", "503"}),
        ("/v1/purposes", {"200", "401", "403", "422"}),
        ("/v1/me/accesses", {"200", "401", "403", "404", "422", "503"}),
        ("/v1/me/disputes", {"201", "401", "403", "404", "422", "503"}),
        ("/v1/me/freezes", {"201", "401", "403", "404", "422", "503"}),
        ("/v1/me/freezes/{id}/withdrawal", {"200", "401", "403", "404", "409", "422", "503"}),
        ("/v1/me/erasure", {"201", "401", "403", "404", "422", "503"}),
        ("/v1/me/file", {"200", "401", "403", "404", "422", "503"}),
        ("/v1/me/export", {"200", "401", "403", "404", "422", "503"}),
        ("/v1/me/explanations", {"200", "401", "403", "404", "422", "503"}),
        ("/v1/audit/explanations", {"200", "401", "403", "422", "503"}),
        ("/v1/corrections", {"200", "401", "403", "422", "503"}),
        ("/v1/corrections/{id}/decision", {"200", "401", "403", "404", "409", "422", "503"}),
        ("/v1/protections/{id}/decision", {"200", "401", "403", "404", "409", "422", "503"}),
        ("/v1/protections/{id}/lifting", {"200", "401", "403", "404", "409", "422", "503"}),
        ("/v1/requests", {"200", "401", "403", "422", "503"}),
        ("/v1/requests/{id}/decision", {"200", "401", "403", "404", "409", "422", "503"}),
        ("/v1/audit/events", {"200", "401", "403", "422", "503"}),
        ("/v1/audit/reidentifications/{id}", {"200", "401", "403", "404", "422", "503"}),
        ("/v1/audit/reidentifications/{id}/decision", {"200", "401", "403", "404", "409", "422", "503"}),
        ("/v1/audit/deferrals/{id}/decision", {"200", "401", "403", "404", "409", "422", "503"}),
        ("/v1/transparency/deferrals", {"200", "503"}),
        ("/v1/rules/changes/{id}", {"200", "401", "403", "404", "422", "503"}),
        ("/v1/rules/changes/{id}/decision", {"200", "401", "403", "404", "409", "422", "503"}),
        ("/v1/receipts/{index}", {"200", "401", "403", "404"}),
        ("/log/checkpoint", {"200", "404"}),
        ("/log/tile/{tile}", {"200", "404"}),
        ("/healthz", {"200"}),
        ("/readyz", {"200", "503"}),
    ],
)
def test_statuses_are_those_a_caller_may_meet(document, path, statuses):
    (said,) = document["paths"][path].values()
    assert set(said["responses"]) == statuses


def test_routes_that_need_a_token_say_so_and_the_others_do_not(document):
    for path, said in operations(document):
        assert bool(said.get("security")) == (path not in OPEN), path
    (scheme,) = document["components"]["securitySchemes"].values()
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")


def test_headers_that_tell_a_caller_what_to_do_are_documented(document):
    for path, said in operations(document):
        for status, header in (("401", "WWW-Authenticate"), ("429", "Retry-After"), ("503", "Retry-After")):
            if status in said["responses"]:
                assert header in said["responses"][status]["headers"], path


def test_requests_refuse_members_they_do_not_know(document):
    schemas = document["components"]["schemas"]
    for path, said in operations(document):
        if "requestBody" in said:
            (content,) = said["requestBody"]["content"].values()
            names = [
                each["$ref"].rpartition("/")[2]
                for each in [content["schema"], *content["schema"].get("anyOf", [])]
                if "$ref" in each
            ]
            assert names, path
            assert all(schemas[name]["additionalProperties"] is False for name in names), path


def test_reasons_are_documented_one_by_one(document):
    assert set(document["components"]["schemas"]["Reason"]["enum"]) == set(Reason)


def test_members_every_problem_has_are_required(document):
    always = problem(403, [], "0" * 32)
    assert set(document["components"]["schemas"]["Problem"]["required"]) == set(always)


def test_document_names_no_other_host(document):
    assert "http" not in str(document).replace("HTTPBearer", "").replace("'type': 'http'", "")
    assert not document.get("servers")
