"""A correction (更正): what a resident says is wrong, pending until the source confirms it."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any

from hub.model.instant import timestamp
from hub.model.principal import Caller
from hub.model.terms import Terms, listed

CORRECTIONS = "corrections"
MOST_PENDING = 20
MOST_KEPT = 40
Record = dict[str, Any]


class State(StrEnum):
    """Where a correction stands."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    REFUSED = "refused"


def filed(name: str, *, field: str, sealed: str, department: str, by: Caller, due: str) -> Record:
    """A correction as it is filed.

    Args:
        name: its id.
        field: what is wrong.
        sealed: what it should be and why, under the key of the field's tier.
        department: which confirms it.
        by: who files it, for themselves or for the resident, and when.
        due: the last day for an answer, ISO 8601.
    """
    return {
        "id": name,
        "state": State.PENDING.value,
        "field": field,
        "sealed": sealed,
        "department": department,
        "person": by.principal.person,
        "filed": timestamp(by.at),
        "due": due,
        "decided": "",
        "answer": "",
    }


def answered(record: Mapping[str, Any], *, confirm: bool, reason: str, by: Caller) -> Record:
    """The correction after the department's answer; what it said is in the file now, or nowhere."""
    state = State.CONFIRMED if confirm else State.REFUSED
    return {**record, "state": state.value, "sealed": "", "answer": reason, "decided": timestamp(by.at)}


def overdue(record: Mapping[str, Any], today: date) -> bool:
    """Whether an answer is late."""
    return bool(record["state"] == State.PENDING and today.isoformat() > record["due"])


def pending(terms: Terms) -> list[Record]:
    """The corrections that wait for an answer, oldest first."""
    return [record for record in listed(terms, CORRECTIONS) if record["state"] == State.PENDING]


def kept(terms: Terms) -> dict[str, Any]:
    """The terms with all corrections that wait and the latest that were answered."""
    records = list(listed(terms, CORRECTIONS))
    done = [record for record in records if record["state"] != State.PENDING]
    dropped = {record["id"] for record in done[: max(0, len(done) - MOST_KEPT)]}
    return {**terms, CORRECTIONS: [record for record in records if record["id"] not in dropped]}
