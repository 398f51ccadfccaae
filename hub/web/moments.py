"""Days and times as people say them, in China's time."""

from datetime import date, datetime, timedelta
from functools import lru_cache

from hub.model.instant import CHINA

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_PARTS = ((5, "凌晨"), (8, "早上"), (12, "上午"), (13, "中午"), (18, "下午"), (24, "晚上"))


def instant(text: str) -> datetime:
    """An instant as the API writes it, in China's time."""
    return datetime.fromisoformat(text).astimezone(CHINA)


@lru_cache(maxsize=8192)
def day(text: str, language: str, today: date, *, near: bool = False) -> str:
    """A day, without the year where it is this one: 3月3日, 3 March.

    Args:
        text: a date or an instant as the API writes it.
        language: `zh` or `en`.
        today: the day in China.
        near: whether today and yesterday are called so.
    """
    return _near(_date(text), language, today) if near else _day(_date(text), language, today)


def full_day(text: str, language: str) -> str:
    """A day with its year, for paper, which is read on other days: 2026年3月3日, 3 March 2026."""
    return _day(_date(text), language, date.min)


@lru_cache(maxsize=8192)
def moment(text: str, language: str, today: date) -> str:
    """A day and a time: 昨天下午3:05, yesterday at 15:05."""
    on, at = instant(text).date(), clock(text, language)
    return f"{_near(on, language, today)}{at}" if language == "zh" else f"{_near(on, language, today)} at {at}"


@lru_cache(maxsize=8192)
def clock(text: str, language: str) -> str:
    """The time of an instant: 下午3:05, 15:05."""
    at = instant(text)
    if language != "zh":
        return f"{at.hour}:{at.minute:02d}"
    part = next(part for before, part in _PARTS if at.hour < before)
    hour = at.hour - 12 if at.hour > 12 else at.hour  # noqa: PLR2004 - half a day
    return f"{part}{hour}:{at.minute:02d}"


def _near(on: date, language: str, today: date) -> str:
    if on == today:
        return "今天" if language == "zh" else "today"
    if on == today - timedelta(days=1):
        return "昨天" if language == "zh" else "yesterday"
    return _day(on, language, today)


def _day(on: date, language: str, today: date) -> str:
    if language == "zh":
        return f"{on.month}月{on.day}日" if on.year == today.year else f"{on.year}年{on.month}月{on.day}日"
    return f"{on.day} {_MONTHS[on.month - 1]}" + ("" if on.year == today.year else f" {on.year}")


def _date(text: str) -> date:
    return date.fromisoformat(text) if len(text) == len("2026-01-01") else instant(text).date()
