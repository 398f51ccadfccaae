"""Dates, months and instants."""

import re
from datetime import UTC, datetime, timedelta, timezone

from hub.errors import BadInput
from hub.schema.characters import fold

_ISO = re.compile(r"((?:18|19|20)\d\d)-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", re.ASCII).fullmatch
_OTHER = re.compile(r"(\d{4})(?:(\d\d)(\d\d)|[-/](\d{1,2})[-/](\d{1,2}))", re.ASCII).fullmatch
_MONTH = re.compile(r"((?:18|19|20)\d\d)[-/]?(0?[1-9]|1[0-2])", re.ASCII).fullmatch
_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?", re.ASCII).fullmatch
_CHINA = timezone(timedelta(hours=8))
_RULE = "must be a date that exists, YYYY-MM-DD"


def date_exists(year: str, month: str, day: str) -> bool:
    """Whether the calendar has this day; all three are digits, two for month and day."""
    if day <= "28":
        return day != "00" and "01" <= month <= "12"
    if month == "02":
        return day == "29" and _leap(int(year))
    return "01" <= month <= "12" and (day <= "30" or (day == "31" and month not in {"04", "06", "09", "11"}))


def _leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def normalise_date(raw: str) -> str:
    """Check a date of the years 1800 to 2099.

    Args:
        raw: `YYYY-MM-DD`, `YYYYMMDD`, or `YYYY/M/D` as spreadsheets write it.

    Returns:
        The date as `YYYY-MM-DD`.

    Raises:
        BadInput: another shape, or a day that the calendar does not have.
    """
    found = _ISO(raw)
    if found is None:
        other = _OTHER(fold(raw))
        if other is None:
            raise BadInput("date", _RULE)
        year, month, day = other[1], other[2] or other[4].zfill(2), other[3] or other[5].zfill(2)
        raw = f"{year}-{month}-{day}"
        found = _ISO(raw)
    if found is None or (found[3] > "28" and not date_exists(found[1], found[2], found[3])):
        raise BadInput("date", _RULE)
    return raw


def normalise_month(raw: str) -> str:
    """Check a month, `YYYY-MM`, `YYYY/M` or `YYYYMM`, and return it as `YYYY-MM`.

    Raises:
        BadInput: anything else.
    """
    found = _MONTH(fold(raw))
    if found is None:
        raise BadInput("month", "must be a month, YYYY-MM")
    return f"{found[1]}-{found[2].zfill(2)}"


def normalise_time(raw: str) -> str:
    """Check an instant in ISO 8601; one without a zone is China Standard Time.

    Returns:
        UTC, to the second: `2026-11-22T02:00:00Z`.

    Raises:
        BadInput: another shape, or an instant that does not exist.
    """
    text = fold(raw)
    try:
        instant = datetime.fromisoformat(text) if _TIME(text) else None
        if instant is None:
            raise BadInput("time", "must be a time, YYYY-MM-DDThh:mm:ss with a zone")
        instant = instant.replace(tzinfo=_CHINA) if instant.tzinfo is None else instant
        return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError):
        raise BadInput("time", "must be a time that exists") from None


def add_days(date: str, days: int) -> str:
    """The date so many days after another, both `YYYY-MM-DD`."""
    start = datetime.strptime(date, "%Y-%m-%d").replace(tzinfo=UTC)
    return (start + timedelta(days=days)).strftime("%Y-%m-%d")


def age_on(born: str, today: str) -> int:
    """Full years of age; both dates `YYYY-MM-DD`. One born on 29 February comes of age on 1 March."""
    return int(today[:4]) - int(born[:4]) - (today[5:] < born[5:])
