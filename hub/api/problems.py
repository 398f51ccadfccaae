"""Refusals as `application/problem+json` (RFC 9457) with a stable list of reasons."""

from collections.abc import Mapping
from typing import Any

import orjson
from starlette.responses import Response

from hub.errors import BadInput, Reason, TrailUnavailable, Unauthenticated

PROBLEM_TYPE = "application/problem+json"
NO_STORE = "no-store"
_TITLES = {
    401: "not authenticated",
    403: "refused",
    404: "not found",
    405: "method not allowed",
    409: "conflict",
    413: "too large",
    422: "bad input",
    429: "too many questions about people who are not there to be found",
    500: "the hub failed; nothing was disclosed",
    503: "the trail cannot be written now; nothing was disclosed",
}
_RETRY_AFTER = {429: "60", 503: "2"}


def problem(status: int, reasons: list[str], trace_id: str, more: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The members of a problem.

    Args:
        status: the HTTP status.
        reasons: codes of `Reason`.
        trace_id: 32 hex digits.
        more: further members, such as a denial's receipt.
    """
    body = {"type": "about:blank", "title": _TITLES.get(status, "error"), "status": status, "reasons": reasons}
    return body | {"trace_id": trace_id} | dict(more or {})


def bad_input(error: BadInput, trace_id: str) -> dict[str, Any]:
    """The problem of a value that breaks a rule: it names the member and the rule, never the value."""
    errors = [{"member": error.member, "rule": error.rule}]
    return problem(422, [Reason.BAD_INPUT.value], trace_id, {"detail": str(error), "errors": errors})


def problem_response(
    status: int, reasons: list[str], trace_id: str, more: Mapping[str, Any] | None = None
) -> Response:
    """A problem ready to be sent."""
    headers = {"Cache-Control": NO_STORE}
    if status in _RETRY_AFTER:
        headers["Retry-After"] = _RETRY_AFTER[status]
    if status == 401:  # noqa: PLR2004
        headers["WWW-Authenticate"] = "Bearer"
    body = orjson.dumps(problem(status, reasons, trace_id, more))
    return Response(body, status, headers, media_type=PROBLEM_TYPE)


def for_error(error: Exception, trace_id: str) -> Response:
    """The problem an error of the hub is answered with; anything unforeseen says nothing but that it happened."""
    if isinstance(error, BadInput):
        return Response(orjson.dumps(bad_input(error, trace_id)), 422, {"Cache-Control": NO_STORE}, PROBLEM_TYPE)
    if isinstance(error, Unauthenticated):
        return problem_response(401, [Reason.UNAUTHENTICATED.value], trace_id)
    if isinstance(error, TrailUnavailable):
        return problem_response(503, [Reason.AUDIT_UNAVAILABLE.value], trace_id)
    return problem_response(500, [], trace_id)
