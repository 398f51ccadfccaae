from datetime import timedelta

import pytest

from hub.errors import OperatorError
from hub.policy.retention import read_retention


def test_the_trail_is_kept_for_three_years_where_the_operator_says_nothing():
    assert read_retention("").trail == timedelta(days=1096)


@pytest.mark.parametrize("days", [180, 3653])
def test_an_operator_may_choose_180_days_or_more(days):
    assert read_retention(f"trail_days = {days}\n").trail == timedelta(days=days)


@pytest.mark.parametrize(
    "text", ["trail_days = 179", "trail_days = 0", "trail_days = true", "trail_days = 400.5", "days = 400", "x", "\0"]
)
def test_anything_else_is_refused_and_named(text):
    with pytest.raises(OperatorError, match=r"`retention\.toml`"):
        read_retention(f"{text}\n")
