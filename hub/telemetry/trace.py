"""Trace ids: the caller's, where it sent a well-formed one, or a fresh one (W3C Trace Context, level 1)."""

import os
import re
from typing import NamedTuple

_TRACEPARENT = re.compile(
    r"(?P<version>(?!ff)[0-9a-f]{2})-(?P<trace>(?!0{32})[0-9a-f]{32})-(?P<parent>(?!0{16})[0-9a-f]{16})"
    r"-(?P<flags>[0-9a-f]{2})(?P<more>-[!-~]*)?"
)
_MOST_CHARACTERS = 256
_SAMPLED = 0x01

# A trace id is recorded and shown; a caller must not be able to plant an identity number in one. Seventeen digits
# with a date of the last centuries inside turn up in about one of 100,000 random ids, which then lose their parent.
_IDENTITY_NUMBER = re.compile(r"[1-9][0-9]{5}(?:18|19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}")


class Trace(NamedTuple):
    """Where a request belongs.

    Attributes:
        trace_id: 32 lower-case hexadecimal digits.
        parent_id: the caller's span, 16 digits; empty where the trace begins here.
        sampled: whether the caller keeps its spans of this trace.
    """

    trace_id: str
    parent_id: str = ""
    sampled: bool = False


def read_trace(traceparent: str | None) -> Trace:
    """Read the header `traceparent`; anything malformed begins a new trace, as the specification demands."""
    if traceparent is None or len(traceparent) > _MOST_CHARACTERS:
        return Trace(os.urandom(16).hex())
    found = _TRACEPARENT.fullmatch(traceparent)
    # Later versions may append members, the first may not.
    if found is None or (found["version"] == "00" and found["more"]) or _IDENTITY_NUMBER.search(found["trace"]):
        return Trace(os.urandom(16).hex())
    return Trace(found["trace"], found["parent"], bool(int(found["flags"], 16) & _SAMPLED))


def trace_id_of(traceparent: str | None) -> str:
    """The trace id alone: 32 lower-case hexadecimal digits."""
    return os.urandom(16).hex() if traceparent is None else read_trace(traceparent).trace_id
