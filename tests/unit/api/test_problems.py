import json

import pytest

from hub.api.problems import PROBLEM_TYPE, for_error, problem, problem_reply
from hub.errors import BadInput, OperatorError, Reason, TrailUnavailable, Unauthenticated

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
CANARY = "沈桂兰 339999194303129017"
ERRORS = [
    (BadInput("fields", "must name 1 to 100 fields"), 422, ["bad_input"]),
    (Unauthenticated(CANARY), 401, ["unauthenticated"]),
    (TrailUnavailable(CANARY), 503, ["audit_unavailable"]),
    (OperatorError(CANARY), 500, []),
    (ValueError(CANARY), 500, []),
    (KeyError(CANARY), 500, []),
    (RecursionError(CANARY), 500, []),
]


@pytest.mark.parametrize(("error", "status", "reasons"), ERRORS)
def test_error_is_a_problem_that_says_what_the_caller_may_know(error, status, reasons):
    reply = for_error(error, TRACE)
    said = json.loads(reply.body)
    assert (reply.status, said["status"], said["reasons"]) == (status, status, reasons)
    assert said["trace_id"] == TRACE
    assert said["title"]
    headers = dict(reply.headers)
    assert headers[b"content-type"] == PROBLEM_TYPE
    assert headers[b"cache-control"] == b"no-store"
    assert "沈" not in reply.body.decode()


@pytest.mark.parametrize(
    ("status", "header"), [(401, b"www-authenticate"), (429, b"retry-after"), (503, b"retry-after")]
)
def test_status_that_asks_for_something_says_so_in_a_header(status, header):
    assert dict(problem_reply(status, [Reason.RATE_LIMITED], TRACE).headers)[header]


def test_every_status_has_a_title_of_its_own():
    titles = [problem(status, [], TRACE)["title"] for status in (401, 403, 404, 405, 409, 422, 429, 500, 503)]
    assert len(set(titles)) == len(titles)
