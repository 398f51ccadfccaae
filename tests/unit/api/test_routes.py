import pytest

from hub.api.routes import DirectRoutes, Routes, header_of


async def first(_road, _scope, _receive):
    raise AssertionError("only looked for, never called")


async def second(_road, _scope, _receive):
    raise AssertionError("only looked for, never called")


@pytest.fixture
def routes():
    things = Routes()
    things.get("/things", "things")(first)
    things.post("/things", "make")(second)
    things.get("/things/{number}", "thing")(second)
    return DirectRoutes(things.declared)


def scope(method, path):
    return {"type": "http", "method": method, "path": path, "headers": []}


@pytest.mark.parametrize(
    ("method", "path", "handler", "template"),
    [
        ("GET", "/things", first, "/things"),
        ("POST", "/things", second, "/things"),
        ("GET", "/things/7", second, "/things/{number}"),
        ("GET", "/things/%E6%B2%88", second, "/things/{number}"),
    ],
)
def test_route_is_found_by_method_and_path(routes, method, path, handler, template):
    assert routes.find(scope(method, path)) == (handler, template)


@pytest.mark.parametrize(
    ("method", "path"),
    [("DELETE", "/things"), ("GET", "/others"), ("GET", "/things/"), ("GET", "/things/7/8"), ("POST", "/things/7")],
)
def test_what_was_not_declared_is_not_found(routes, method, path):
    assert routes.find(scope(method, path)) is None


def test_methods_of_a_path_are_all_named(routes):
    assert routes.methods("/things") == ["GET", "POST"]
    assert routes.methods("/things/7") == ["GET"]
    assert routes.methods("/others") == []


def test_parameters_stand_in_the_scope_as_text(routes):
    asked = scope("GET", "/things/0007")
    routes.find(asked)
    assert asked["path_params"] == {"number": "0007"}


def test_templates_hold_names_in_place_of_values(routes):
    assert routes.templates() == ["/things", "/things/{number}"]


def test_header_is_found_by_its_lower_case_name():
    asked = {"headers": [(b"accept", b"*/*"), (b"authorization", b"Bearer x"), (b"authorization", b"Bearer y")]}
    assert header_of(asked, b"authorization") == "Bearer x"
    assert header_of(asked, b"traceparent") is None
    assert header_of({"headers": []}, b"authorization") is None
