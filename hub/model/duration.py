"""Spans of time as ISO 8601 writes them: `PT24H`, `P7D`."""

import re
from datetime import timedelta

from hub.errors import BadInput

_SHAPE = re.compile(
    r"P(?=\d|T\d)(?:(\d{1,4})W)?(?:(\d{1,5})D)?(?:T(?=\d)(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,7})S)?)?"
)
_IN_DAYS = 2 * 86400


_RETENTION = re.compile(r"P(?:(\d{1,3})Y)?(?:(\d{1,3})M)?(?:(\d{1,5})D)?")


def parse_duration(member: str, text: str) -> timedelta:
    """Read a span of weeks, days, hours, minutes and seconds; months and years have no fixed length.

    Args:
        member: what to name in an error.
        text: such as `PT24H`.

    Raises:
        BadInput: it is no such span, or empty.
    """
    found = _SHAPE.fullmatch(text)
    if found is None:
        raise BadInput(member, "must be an ISO 8601 duration of weeks, days, hours, minutes or seconds, such as PT24H")
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    span = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    if not span:
        raise BadInput(member, "must be longer than nothing")
    return span


def longest_of(retention: str) -> timedelta:
    """A retention such as `P2Y` as days, a year at its longest; no time at all for `P0D` and the like.

    Args:
        retention: ISO 8601 in years, months and days, as purposes state it.
    """
    found = _RETENTION.match(retention)
    years, months, days = (int(part or 0) for part in found.groups()) if found else (0, 0, 0)
    return timedelta(days=366 * years + 31 * months + days)


def duration_text(span: timedelta) -> str:
    """The text of a span in whole seconds: below two days in hours, as an approval is asked for, then in days."""
    seconds = int(span.total_seconds())
    days, rest = divmod(seconds, 86400) if seconds >= _IN_DAYS else (0, seconds)
    hours, rest = divmod(rest, 3600)
    minutes, seconds = divmod(rest, 60)
    day = f"{days}D" if days else ""
    time = "".join(f"{number}{unit}" for number, unit in ((hours, "H"), (minutes, "M"), (seconds, "S")) if number)
    return f"P{day}{'T' if time else ''}{time}" if day or time else "PT0S"
