"""A span is told as it is asked for, and reads back as the same span."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.model.duration import duration_text, parse_duration


@pytest.mark.parametrize("text", ["PT1S", "PT90S", "PT1H", "PT24H", "PT36H", "P2D", "P90D", "P2DT12H"])
def test_hours_stay_hours_below_two_days(text):
    expected = {"PT90S": "PT1M30S"}.get(text, text)
    assert duration_text(parse_duration("duration", text)) == expected


@given(st.integers(1, 400 * 86400))
def test_what_is_told_reads_back_as_the_same_span(seconds):
    span = timedelta(seconds=seconds)
    assert parse_duration("duration", duration_text(span)) == span
