"""An operator's `calendar.toml`: which days offices are open, and within how many of them or of all days to answer.

```toml
filing_days = 10
request_days = 30
closed = [2026-10-01, 2026-10-02]
open = [2026-10-10]
```

What it does not say follows the week. 政务数据共享条例: ten working days unless a province has set fewer.
GB/T 35273 8.7: a resident's request is answered within 30 days.
"""

from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any, NamedTuple

from hub.errors import OperatorError
from hub.model.working_time import NO_CALENDAR, Calendar
from hub.policy.operator_file import days_in, read_operator_text

FILING_DAYS, REQUEST_DAYS = 10, 30
_MOST_DAYS = 250
_MEMBERS = frozenset({"filing_days", "request_days", "closed", "open"})


class Deadlines(NamedTuple):
    """By when decisions are due.

    Attributes:
        filing_days: working days for everybody a filing concerns.
        request_days: days for whoever answers what a resident has asked for.
        calendar: the days that do not follow the week.
    """

    filing_days: int = FILING_DAYS
    request_days: int = REQUEST_DAYS
    calendar: Calendar = NO_CALENDAR

    def request_due(self, today: date) -> str:
        """The last day for an answer to what a resident asks for on a day, ISO 8601."""
        return (today + timedelta(days=self.request_days)).isoformat()


def read_deadlines(text: str, name: str = "calendar.toml") -> Deadlines:
    """Read the operator's calendar strictly.

    Args:
        text: the file's; where it is empty, offices are open from Monday to Friday.
        name: what errors call it.

    Raises:
        OperatorError: naming the file, the member and the rule.
    """
    document = read_operator_text(text, name, _MEMBERS)
    days = days_in(name, document, "filing_days", FILING_DAYS, (1, _MOST_DAYS))
    closed, opened = (_days(name, document, member) for member in ("closed", "open"))
    if both := closed & opened:
        raise OperatorError(f"`{name}`: {min(both)} is both closed and open")
    within = days_in(name, document, "request_days", REQUEST_DAYS, (1, _MOST_DAYS))
    return Deadlines(days, within, MappingProxyType(dict.fromkeys(closed, False) | dict.fromkeys(opened, True)))


def _days(name: str, document: dict[str, Any], member: str) -> set[date]:
    listed = document.get(member, [])
    if not isinstance(listed, list) or not all(
        isinstance(day, date) and not isinstance(day, datetime) for day in listed
    ):
        raise OperatorError(f"`{name}`: `{member}` must be a list of days such as 2026-10-01")
    return set(listed)
