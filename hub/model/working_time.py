"""Working time in China: how long something has waited, and by when it is due.

Which days are holidays, and which weekends are worked instead, the State Council decides for each year; an operator
lists them. What no list knows follows the week.
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from types import MappingProxyType

from hub.model.instant import CHINA

OPENS, CLOSES = time(9), time(17)
_WEEKEND = 5
Calendar = Mapping[date, bool]
"""Days that do not follow the week: whether they are worked."""
NO_CALENDAR: Calendar = MappingProxyType({})


def is_working_day(day: date, calendar: Calendar = NO_CALENDAR) -> bool:
    """Whether offices are open on a day."""
    return calendar.get(day, day.weekday() < _WEEKEND)


def working_time(start: datetime, end: datetime, calendar: Calendar = NO_CALENDAR) -> timedelta:
    """How much working time lies between two instants; none where the second is not later."""
    start, end = start.astimezone(CHINA), end.astimezone(CHINA)
    total, day = timedelta(), start.date()
    while day <= end.date():
        if is_working_day(day, calendar):
            opens = max(start, datetime.combine(day, OPENS, CHINA))
            closes = min(end, datetime.combine(day, CLOSES, CHINA))
            total += max(closes - opens, timedelta())
        day += timedelta(days=1)
    return total


def working_days_after(day: date, count: int, calendar: Calendar = NO_CALENDAR) -> date:
    """The day that is some working days after another; deadlines count from the day after."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_working_day(day, calendar)
    return day
