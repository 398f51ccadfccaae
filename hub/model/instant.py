"""Instants and days: the hub stores and sends UTC, law counts in days of China."""

from datetime import UTC, date, datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8))


def now_utc() -> datetime:
    """The clock of the road."""
    return datetime.now(UTC)


def day_of(at: datetime) -> date:
    """The calendar day in China of an instant."""
    return at.astimezone(CHINA).date()


def timestamp(at: datetime) -> str:
    """An instant in RFC 3339, UTC, to the millisecond."""
    return at.isoformat(timespec="milliseconds")[:23] + "Z"
