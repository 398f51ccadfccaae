"""Days and times as people say them, in China's time and in the reader's language."""

from datetime import date

import pytest

from hub.web.moments import clock, day, full_day, moment

TODAY = date(2026, 11, 28)


@pytest.mark.parametrize(
    ("text", "zh", "en"),
    [
        ("2026-03-03", "3月3日", "3 March"),
        ("1943-03-12", "1943年3月12日", "12 March 1943"),
        ("2026-11-28", "11月28日", "28 November"),
        ("2026-03-02T16:00:00.000Z", "3月3日", "3 March"),
    ],
)
def test_a_day_has_its_year_only_where_it_is_another_one(text, zh, en):
    assert day(text, "zh", TODAY) == zh
    assert day(text, "en", TODAY) == en


@pytest.mark.parametrize(
    ("text", "zh", "en"),
    [
        ("2026-11-28T07:05:00.000Z", "今天下午3:05", "today at 15:05"),
        ("2026-11-27T15:59:59.000Z", "昨天晚上11:59", "yesterday at 23:59"),
        ("2026-11-27T16:00:00.000Z", "今天凌晨0:00", "today at 0:00"),
        ("2026-11-26T00:30:00.000Z", "11月26日上午8:30", "26 November at 8:30"),
        ("2025-11-28T04:00:00.000Z", "2025年11月28日中午12:00", "28 November 2025 at 12:00"),
    ],
)
def test_a_moment_is_told_by_the_clock_of_china(text, zh, en):
    assert moment(text, "zh", TODAY) == zh
    assert moment(text, "en", TODAY) == en
    assert zh.endswith(clock(text, "zh"))


def test_a_day_on_paper_has_its_year():
    assert full_day("2026-03-02T16:00:00.000Z", "zh") == "2026年3月3日"
    assert full_day("2026-11-28", "en") == "28 November 2026"
