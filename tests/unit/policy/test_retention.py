from datetime import timedelta

import pytest

from hub.errors import OperatorError
from hub.policy.retention import load_retention


def test_the_trail_is_kept_for_three_years_where_the_operator_says_nothing(tmp_path):
    assert load_retention(tmp_path / "retention.toml").trail == timedelta(days=1096)


@pytest.mark.parametrize("days", [180, 3653])
def test_an_operator_may_choose_180_days_or_more(tmp_path, days):
    path = tmp_path / "retention.toml"
    path.write_text(f"trail_days = {days}\n", "utf-8")
    assert load_retention(path).trail == timedelta(days=days)


@pytest.mark.parametrize(
    "text", ["trail_days = 179", "trail_days = 0", "trail_days = true", "trail_days = 400.5", "days = 400", "x", "\0"]
)
def test_anything_else_is_refused_and_named(tmp_path, text):
    path = tmp_path / "retention.toml"
    path.write_text(f"{text}\n", "utf-8")
    with pytest.raises(OperatorError, match=r"`retention\.toml`"):
        load_retention(path)
