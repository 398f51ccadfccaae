"""Birthdays: who agrees from 14 on, who is of age from 18 on, by the day."""

from datetime import date

import pytest

from hub.model.subject import is_minor, is_under_consent_age


@pytest.mark.parametrize(
    ("born", "day", "under"),
    [
        ("2012-11-23", date(2026, 11, 22), True),
        ("2012-11-23", date(2026, 11, 23), False),
        ("2012-02-29", date(2026, 2, 28), True),
        ("2012-02-29", date(2026, 3, 1), False),
        ("", date(2026, 11, 22), True),
    ],
)
def test_a_guardian_agrees_until_the_fourteenth_birthday(born, day, under):
    """PIPL 31: at 14th birthday rule switches."""
    assert is_under_consent_age(born, day) is under


@pytest.mark.parametrize(
    ("born", "day", "minor"),
    [
        ("2008-11-23", date(2026, 11, 22), True),
        ("2008-11-23", date(2026, 11, 23), False),
        ("2008-02-29", date(2026, 2, 28), True),
        ("2008-02-29", date(2026, 3, 1), False),
        ("", date(2026, 11, 22), True),
    ],
)
def test_the_minor_rule_ends_with_the_eighteenth_birthday(born, day, minor):
    """未成年人网络保护条例: any under-18 data."""
    assert is_minor(born, day) is minor
