"""A notice (告知): what somebody must learn outside the hub; it waits until a gateway has taken it over.

A notice lies among the terms of the person it concerns, so that it is erased with them, and goes to a telephone number,
to a principal on duty, or, where the person has no number on record, to the counter that prints it.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from hub.model.instant import timestamp
from hub.model.terms import Terms, listed

NOTICES = "notices"
MOST = 20
"""Notices among one person's terms; the oldest that wait for nothing make way first."""
TRIED_FOR = timedelta(days=7)
"""After which a notice that no gateway took is given up; the person finds it among their notices all the same."""
_AGAIN_AFTER = (
    *(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120)),
    timedelta(hours=12),
)
Record = dict[str, Any]


class Matter(StrEnum):
    """What a notice says."""

    TELEPHONE_CHANGES = "telephone_changes"
    EMERGENCY_OPENED = "emergency_opened"
    EMERGENCY_TO_REVIEW = "emergency_to_review"
    DEFERRED_ACCESS = "deferred_access"
    MANDATE_CODE = "mandate_code"


class State(StrEnum):
    """Where a notice stands."""

    WAITING = "waiting"
    HANDED_OVER = "handed_over"
    GIVEN_UP = "given_up"


def notice(name: str, matter: Matter, *, to: str, at: datetime, principal: str = "", code: str = "") -> Record:
    """A notice as occasion is given for it.

    Args:
        name: its id, by which a gateway knows one that it has taken before.
        matter: what it says.
        to: the telephone number; empty where there is none, and for principals.
        at: now, UTC.
        principal: who is to be told in place of the person themselves.
        code: what the text is to show, for `MANDATE_CODE`; it goes once the notice is handed over.
    """
    record = {"id": name, "matter": matter.value, "to": to, "principal": principal, "at": timestamp(at)}
    waiting = {"state": State.WAITING.value, "tries": 0, "next": timestamp(at), "handed": ""}
    return record | waiting | ({"code": code} if code else {})


def due(terms: Terms, at: datetime) -> list[Record]:
    """The notices that are to be sent now, oldest first."""
    now = timestamp(at)
    return [each for each in listed(terms, NOTICES) if each["state"] == State.WAITING and each["next"] <= now]


def handed_over(record: Mapping[str, Any], at: datetime) -> Record:
    """A notice that a gateway has taken; where it went is no longer needed."""
    kept = {name: value for name, value in record.items() if name != "code"}
    return {**kept, "to": "", "state": State.HANDED_OVER.value, "handed": timestamp(at)}


def failed(record: Mapping[str, Any], at: datetime) -> Record:
    """A notice that no gateway took: it is tried again later each time, and given up in the end."""
    if datetime.fromisoformat(record["at"]) + TRIED_FOR <= at:
        return handed_over(record, at) | {"state": State.GIVEN_UP.value, "handed": ""}
    again = _AGAIN_AFTER[min(record["tries"], len(_AGAIN_AFTER) - 1)]
    return {**record, "tries": record["tries"] + 1, "next": timestamp(at + again)}


def with_notices(terms: Terms, fresh: list[Record]) -> dict[str, Any]:
    """The terms with further notices; of too many, the oldest go that wait for nothing, then the oldest."""
    records = [*listed(terms, NOTICES), *fresh]
    done = [each["id"] for each in records if each["state"] != State.WAITING]
    waiting = [each["id"] for each in records if each["state"] == State.WAITING]
    dropped = set([*done, *waiting][: max(0, len(records) - MOST)])
    return {**terms, NOTICES: [each for each in records if each["id"] not in dropped]}


def is_waiting(terms: Terms) -> bool:
    """Whether any notice waits, now or later."""
    return any(each["state"] == State.WAITING for each in terms.get(NOTICES, ()))
