from datetime import UTC, date, datetime, timedelta

import pytest

from hub.errors import BadInput
from hub.schema.dates import add_days, age_on, date_exists, normalise_date


def test_every_day_of_three_centuries_and_no_other_is_accepted():
    first, last = datetime(1800, 1, 1, tzinfo=UTC), datetime(2099, 12, 31, tzinfo=UTC)
    real = {(first + timedelta(days=day)).strftime("%Y-%m-%d") for day in range((last - first).days + 1)}
    possible = (f"{y}-{m:02d}-{d:02d}" for y in range(1800, 2100) for m in range(1, 13) for d in range(28, 33))
    for text in possible:
        try:
            accepted = normalise_date(text) == text
        except BadInput:
            accepted = False
        assert accepted == (text in real), text


@pytest.mark.parametrize(
    ("parts", "exists"),
    [
        (("2000", "02", "29"), True),
        (("1900", "02", "29"), False),
        (("2026", "00", "01"), False),
        (("2026", "13", "31"), False),
        (("2026", "01", "00"), False),
        (("2026", "01", "32"), False),
    ],
)
def test_days_exist_as_in_the_calendar(parts, exists):
    assert date_exists(*parts) is exists


@pytest.mark.parametrize(
    ("born", "today", "age"),
    [
        ("1966-11-22", "2026-11-22", 60),
        ("1966-11-23", "2026-11-22", 59),
        ("2012-02-29", "2026-02-28", 13),
        ("2012-02-29", "2026-03-01", 14),
    ],
)
def test_age_is_counted_in_full_years(born, today, age):
    assert age_on(born, today) == age


def test_days_are_added_over_the_end_of_a_year():
    assert add_days("2026-12-20", 30) == (date(2026, 12, 20) + timedelta(days=30)).isoformat()
