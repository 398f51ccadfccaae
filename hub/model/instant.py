"""Instants and days: the hub stores and sends UTC, law counts in days of China."""

import re
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta, timezone

from hub.errors import BadInput

CHINA = timezone(timedelta(hours=8))
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_INSTANT = re.compile(
    _DAY.pattern + r"[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})", re.ASCII
)


def now_utc() -> datetime:
    """The clock of the road."""
    return datetime.now(UTC)


def day_of(at: datetime) -> date:
    """The calendar day in China of an instant."""
    return at.astimezone(CHINA).date()


def timestamp(at: datetime) -> str:
    """An instant in RFC 3339, UTC, to the millisecond."""
    return at.isoformat(timespec="milliseconds")[:23] + "Z"


def read_instant(member: str, text: str, more: timedelta = timedelta()) -> datetime:
    """Read an instant as somebody writes it: a day of China's calendar, from its beginning on, or RFC 3339; UTC.

    Args:
        member: what it is called, for the error.
        text: as written.
        more: what is added to a day, such as one day where its end is meant.

    Raises:
        BadInput: it is neither.
    """
    with suppress(ValueError, OverflowError):
        if _DAY.fullmatch(text):
            return (datetime.combine(date.fromisoformat(text), time(), CHINA) + more).astimezone(UTC)
        if _INSTANT.fullmatch(text):
            return datetime.fromisoformat(text).astimezone(UTC)
    raise BadInput(member, "must be a day, YYYY-MM-DD, or an instant such as 2026-11-22T10:00:00Z")
