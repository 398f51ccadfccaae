"""Refusals as `application/problem+json` (RFC 9457) with a stable list of reasons."""

from collections.abc import Mapping
from typing import Any

import orjson

from hub.api.reply import Reply
from hub.errors import BadInput, NotAllowed, Reason, TrailUnavailable, Unauthenticated
from hub.rights.desk import Refused

PROBLEM_TYPE = b"application/problem+json"
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
_HEADERS = {
    401: (b"www-authenticate", b"Bearer"),
    429: (b"retry-after", b"60"),
    503: (b"retry-after", b"2"),
}


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


def problem_reply(status: int, reasons: list[str], trace_id: str, more: Mapping[str, Any] | None = None) -> Reply:
    """A problem ready to be sent."""
    return _reply(problem(status, reasons, trace_id, more))


def for_error(error: Exception, trace_id: str) -> Reply:
    """The problem an error of the hub is answered with; anything unforeseen says nothing but that it happened."""
    if isinstance(error, BadInput):
        return _reply(bad_input(error, trace_id))
    if isinstance(error, Unauthenticated):
        return problem_reply(401, [Reason.UNAUTHENTICATED.value], trace_id)
    if isinstance(error, NotAllowed):
        return problem_reply(403, [Reason.NOT_ALLOWED.value], trace_id)
    if isinstance(error, Refused):
        return problem_reply(403, [error.reason.value], trace_id)
    if isinstance(error, TrailUnavailable):
        return problem_reply(503, [Reason.AUDIT_UNAVAILABLE.value], trace_id)
    return problem_reply(500, [], trace_id)


def _reply(body: dict[str, Any]) -> Reply:
    headers = ((b"content-type", PROBLEM_TYPE), (b"cache-control", b"no-store"))
    special = _HEADERS.get(body["status"])
    return Reply(body["status"], (*headers, special) if special else headers, orjson.dumps(body))
