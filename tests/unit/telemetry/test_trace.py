import re

import pytest

from hub.telemetry.trace import Trace, read_trace, trace_id_of

# The example of W3C Trace Context, section 3.2.
TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
EXAMPLE = f"00-{TRACE}-{PARENT}-01"


def test_well_formed_parent_is_taken_over():
    assert read_trace(EXAMPLE) == Trace(TRACE, PARENT, sampled=True)
    assert trace_id_of(EXAMPLE) == TRACE


@pytest.mark.parametrize(("flags", "sampled"), [("00", False), ("01", True), ("02", False), ("03", True)])
def test_only_the_last_flag_says_sampled(flags, sampled):
    assert read_trace(EXAMPLE[:-2] + flags).sampled is sampled


def test_later_version_may_say_more():
    assert read_trace(f"cc{EXAMPLE[2:]}-what-the-future-will-be-like").trace_id == TRACE
    assert read_trace(f"cc{EXAMPLE[2:]}").trace_id == TRACE


@pytest.mark.parametrize(
    "header",
    [
        "",
        TRACE,
        f"{EXAMPLE}-more",
        f"cc{EXAMPLE[2:]}.more",
        f"ff{EXAMPLE[2:]}",
        f"00-{'0' * 32}-{PARENT}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        EXAMPLE.upper(),
        f" {EXAMPLE}",
        f"{EXAMPLE}\n",
        f"00-{TRACE[:-1]}-{PARENT}-01",
        f"00-{TRACE}-{PARENT}-1",
        f"cc{EXAMPLE[2:]}-{'x' * 300}",
        f"00-{TRACE[:-1]}\u0661-{PARENT}-01",
    ],
)
def test_malformed_parent_begins_a_new_trace(header):
    trace = read_trace(header)
    assert re.fullmatch("[0-9a-f]{32}", trace.trace_id)
    assert trace.trace_id != TRACE
    assert (trace.parent_id, trace.sampled) == ("", False)


def test_identity_number_cannot_be_planted_as_a_trace():
    planted = "339999194303120020".center(32, "a")
    assert trace_id_of(f"00-{planted}-{PARENT}-01") != planted


def test_every_request_without_parent_has_its_own_trace():
    assert len({trace_id_of(None) for _ in range(100)}) == 100
