"""A filing on its way: filed, agreed to or refused by whom it concerns, withdrawn, replaced by a later one.

The row of a filing accepted over HTTP says what was filed, as one accepted on paper does, and how it came about.
"""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from hub.model.filing import ACCEPTED, Filing
from hub.model.instant import timestamp

USUAL_VOLUME = 20
"""Distinct people a day where a filing says nothing else; one for more is a bulk filing, which takes two people."""
Record = dict[str, Any]
FORM = "security"
"""The side that checks the form; the other sides are departments by their codes."""


class State(StrEnum):
    """Where a filing stands."""

    PENDING = "pending"
    APPROVED = ACCEPTED
    DENIED = "denied"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    REPLACED = "replaced"


def filed(
    filing: Filing, *, by: str, person: str, sources: Mapping[str, tuple[str, ...]], needed: set[str], at: datetime
) -> Record:
    """The row of a filing that nobody has decided about.

    Args:
        filing: what is filed.
        by: the principal who files.
        person: the human being behind it.
        sources: the departments that are authoritative for fields of the purpose, each with those fields.
        needed: those of them that must agree.
        at: now, UTC.
    """
    return filing.to_record() | {
        "state": State.PENDING.value,
        "by": by,
        "person": person,
        "filed": timestamp(at),
        "sources": {code: list(fields) for code, fields in sources.items()},
        "needed": sorted(needed),
        "decisions": [],
        "ended": "",
    }


def is_bulk(record: Mapping[str, Any]) -> bool:
    """Whether it takes two people to check the form of a filing."""
    return int(record["volume"]) > USUAL_VOLUME


def state_at(record: Mapping[str, Any], today: date) -> State:
    """Where a filing stands on a day in China: time alone ends it."""
    state = State(record.get("state", ACCEPTED))
    if state in (State.PENDING, State.APPROVED) and date.fromisoformat(record["valid_until"]) < today:
        return State.EXPIRED
    return state


def said_by(record: Mapping[str, Any], side: str) -> list[Mapping[str, Any]]:
    """What one side has said so far."""
    return [each for each in record.get("decisions", ()) if each["side"] == side]


def awaited(record: Mapping[str, Any], served: frozenset[str]) -> list[str]:
    """The sides that have not agreed yet.

    Args:
        record: the row of a filing.
        served: the departments that have somebody on record who could answer.
    """
    if State(record.get("state", ACCEPTED)) is not State.PENDING:
        return []
    seats = 2 if is_bulk(record) else 1
    form = [FORM] if len(said_by(record, FORM)) < seats else []
    return form + [code for code in record["needed"] if code in served and not said_by(record, code)]


def decided(
    record: Mapping[str, Any],
    *,
    approve: bool,
    by: str,
    person: str,
    side: str,
    reason: str,
    served: frozenset[str],
    at: datetime,
) -> Record:
    """A filing after one more decision: denied by the first no, in force with the last yes that is needed.

    Args:
        record: pending.
        approve: yes or no.
        by: the principal who decides.
        person: the human being behind it.
        side: for whom: `FORM` or a department's code.
        reason: why, in their words.
        served: as for `awaited`.
        at: now, UTC.
    """
    said = {"by": by, "person": person, "side": side, "approve": approve, "reason": reason, "at": timestamp(at)}
    fresh: Record = {**record, "decisions": [*record["decisions"], said]}
    if not approve:
        return fresh | {"state": State.DENIED.value, "ended": timestamp(at)}
    return fresh if awaited(fresh, served) else fresh | {"state": State.APPROVED.value}


def ended(record: Mapping[str, Any], state: State, at: datetime) -> Record:
    """A filing that is withdrawn or replaced."""
    return {**record, "state": state.value, "ended": timestamp(at)}
