from datetime import date

import pytest

from hub.errors import OperatorError
from hub.model.working_time import working_days_after
from hub.policy.deadlines import Deadlines, read_deadlines


def test_without_a_file_offices_are_open_from_monday_to_friday():
    assert read_deadlines("") == Deadlines(10, 30, {})


def test_holidays_and_worked_weekends_count():
    found = read_deadlines(
        "filing_days = 2\nrequest_days = 15\nclosed = [2026-10-01, 2026-10-02]\nopen = [2026-10-10]\n"
    )
    assert found.filing_days == 2
    assert found.request_due(date(2026, 2, 20)) == "2026-03-07"
    assert working_days_after(date(2026, 9, 30), 1, found.calendar) == date(2026, 10, 5)
    assert working_days_after(date(2026, 10, 9), 1, found.calendar) == date(2026, 10, 10)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("filing_days = 0", "filing_days"),
        ("filing_days = 251", "filing_days"),
        ("filing_days = true", "filing_days"),
        ("request_days = 0", "request_days"),
        ('filing_days = "10"', "filing_days"),
        ("closed = 2026-10-01", "closed"),
        ('closed = ["2026-10-01"]', "closed"),
        ("open = [2026-10-01T00:00:00]", "open"),
        ("holidays = []", "holidays"),
        ("closed = [2026-10-01]\nopen = [2026-10-01]", "2026-10-01"),
        ("closed = [", "TOML"),
    ],
)
def test_whatever_else_it_says_is_refused_by_name(text, named):
    with pytest.raises(OperatorError, match=named):
        read_deadlines(text)
