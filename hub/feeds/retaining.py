"""Which values of a file are past their dates: pure, without a clock and without a store."""

from datetime import date, timedelta

from hub.model.file import Section, Sections, Value
from hub.model.tier import Tier

_VISITS = "visit.log"


def kept(sections: Sections, today: date, visits: timedelta) -> dict[Tier, Section]:
    """The sections that change once what is past its date is left out, whole.

    Args:
        sections: all of a file.
        today: the day in China; a value may be kept on its last date.
        visits: for how long a visit is kept, as the purpose of visits says.
    """
    changed = {}
    for tier in sections:
        before = sections[tier]
        fields = {key: _kept(key, values, today.isoformat(), today - visits) for key, values in before.items()}
        after = {key: values for key, values in fields.items() if values}
        if after != before:
            changed[tier] = after
    return changed


def _kept(key: str, values: tuple[Value, ...], today: str, since: date) -> tuple[Value, ...]:
    within = tuple(each for each in values if not each.until or each.until >= today)
    if key != _VISITS:
        return within
    trimmed = [
        each._replace(value=[visit for visit in each.value if visit["time"][:10] >= since.isoformat()])
        for each in within
    ]
    return tuple(each for each in trimmed if each.value)
