import pytest

from hub.errors import Reason
from hub.model.principal import Role
from hub.telemetry.meter import BOUNDS, Meter
from hub.telemetry.vocabulary import OTHER, Vocabulary

ROUTE = "/v1/disclosures"


@pytest.fixture
def meter():
    return Meter(Vocabulary(routes=[ROUTE], purposes=["OLDCARD", "VISIT"]))


def totals(meter, metric):
    return [(total.attributes, total.value) for total in meter.totals() if total.metric == metric]


def test_requests_are_counted_by_route_method_and_status(meter):
    for status in (200, 200, 403):
        meter.request(ROUTE, "POST", status, 0.001)
    said = {"http.route": ROUTE, "http.request.method": "POST"}
    assert totals(meter, "hub.requests") == [
        (said | {"http.response.status_code": 200}, 2),
        (said | {"http.response.status_code": 403}, 1),
    ]


def test_latency_counts_are_cumulative_and_bounds_inclusive(meter):
    for seconds in (0.0, 0.001, 0.0011, 5.0, 60.0):
        meter.request(ROUTE, "POST", 200, seconds)
    reached = {attributes["le"]: value for attributes, value in totals(meter, "hub.request.latency")}
    assert list(reached) == [*map(str, BOUNDS), "+Inf"]
    assert (reached["0.001"], reached["0.0025"], reached["2.5"], reached["5.0"], reached["+Inf"]) == (2, 3, 3, 4, 5)
    assert totals(meter, "hub.request.seconds") == [({"http.route": ROUTE}, pytest.approx(65.0021))]


def test_decisions_are_counted_with_their_reasons(meter):
    meter.decision("OLDCARD", Role.CLERK, "disclosed", [Reason.NOT_IN_PURPOSE])
    meter.decision("OLDCARD", Role.CLERK, "denied", [Reason.NOT_IN_PURPOSE, Reason.OUT_OF_SCOPE])
    said = {"hub.purpose": "OLDCARD", "hub.role": "clerk"}
    assert totals(meter, "hub.decisions") == [
        (said | {"hub.outcome": "disclosed"}, 1),
        (said | {"hub.outcome": "denied"}, 1),
    ]
    assert totals(meter, "hub.reasons") == [
        ({"hub.purpose": "OLDCARD", "hub.reasons": "not_in_purpose"}, 2),
        ({"hub.purpose": "OLDCARD", "hub.reasons": "out_of_scope"}, 1),
    ]


def test_no_value_of_a_caller_becomes_a_series_of_its_own(meter):
    for canary in ("339999194303120020", "王秀英", "13800138000"):
        meter.request(f"/v1/{canary}", canary, int(canary) if canary.isdigit() else 999, 0.1)
        meter.decision(canary, canary, canary, [canary])
    assert totals(meter, "hub.requests") == [
        ({"http.route": OTHER, "http.request.method": OTHER, "http.response.status_code": 500}, 3)
    ]
    assert totals(meter, "hub.decisions") == [({"hub.purpose": OTHER, "hub.role": OTHER, "hub.outcome": OTHER}, 3)]
    assert totals(meter, "hub.reasons") == [({"hub.purpose": OTHER, "hub.reasons": OTHER}, 3)]


def test_totals_may_be_read_while_requests_are_counted(meter):
    reading = meter.totals()
    meter.request(ROUTE, "POST", 200, 0.1)
    next(reading)
    meter.request(ROUTE, "GET", 200, 0.1)
    meter.request(ROUTE, "POST", 404, 0.1)
    assert [total.metric for total in reading][:1] == ["hub.request.seconds"]
