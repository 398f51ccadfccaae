"""How old the entries of the log are, told by the log itself rather than by this machine's clock.

A clock that is set forward makes nothing older: between one entry and the next the log counts a day at most, however
far apart their times are, and nothing where times go back. A hub that records something every day counts as a calendar
does; one that stood still for a month counts a day.
"""

from datetime import datetime, timedelta
from typing import Any

import orjson

_DAY = timedelta(days=1)
_NEWEST_FIRST = "SELECT idx, act FROM log_entry WHERE act <> x'' ORDER BY idx DESC"


def older_than(db: Any, age: timedelta, now: datetime) -> int:
    """The index below which all entries are older than an age.

    Args:
        db: the store, in one view.
        age: how old they must be.
        now: the end of what is counted, UTC.

    Returns:
        0 where none is.
    """
    counted, mark = timedelta(), now
    for index, act in db.execute(_NEWEST_FIRST):
        time = time_of(act)
        if time is None:
            continue
        if time > mark + _DAY:
            mark = time  # the clock was ahead for a while, and what comes before it is measured from there
        elif time < mark:
            counted += min(mark - time, _DAY)
            mark = time
        if counted > age:
            return int(index) + 1
    return 0


def time_of(act: bytes) -> datetime | None:
    """When an act says it happened, UTC; None where it does not say so as acts do."""
    try:
        time = datetime.fromisoformat(orjson.loads(act)["time"])
    except (ValueError, KeyError, TypeError):
        return None
    return time if time.utcoffset() == timedelta() else None
