"""Naming officers (专人): the few people to whom one person's sealed record exists, for a case and for a time.

Namings are control rows, not terms: a person who has one must not be told from others by what their file holds or by
how long a decision about them takes.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from hub.model.instant import timestamp

NAMING = "naming"
"""Kind of control row."""
UNDECIDED_FOR = timedelta(days=7)
LONGEST = timedelta(days=366)
MOST_OFFICERS = 10
Record = dict[str, Any]
Named = Mapping[str, Mapping[int, tuple[Mapping[str, Any], ...]]]
"""Namings that were agreed to and not ended, by purpose and internal id."""


class State(StrEnum):
    """Where a naming stands; `EXPIRED` follows from time alone."""

    PENDING = "pending"
    IN_FORCE = "in_force"
    DENIED = "denied"
    REVOKED = "revoked"
    EXPIRED = "expired"


def asked(
    name: str,
    *,
    resident: int,
    purpose: str,
    mark: str,
    reference: str,
    officers: Mapping[str, str],
    by: str,
    person: str,
    area: str,
    duration: timedelta,
    at: datetime,
) -> Record:
    """A naming as it is asked for.

    Args:
        name: its id.
        resident: internal id of whose record it is.
        purpose: what the officers may read for.
        mark: digest of that purpose as it stands.
        reference: of the document that orders it.
        officers: principal to the human being behind it.
        by: the principal who asks.
        person: the human being behind it.
        area: that the asking office serves; its security officers decide.
        duration: for how long, counted from the decision.
        at: now, UTC.
    """
    return {
        "id": name,
        "state": State.PENDING.value,
        "resident": resident,
        "purpose": purpose,
        "mark": mark,
        "reference": reference,
        "officers": dict(officers),
        "by": by,
        "person": person,
        "area": area,
        "seconds": int(duration.total_seconds()),
        "asked": timestamp(at),
        "decided_by": "",
        "until": "",
    }


def decided(record: Record, *, approve: bool, by: str, at: datetime) -> Record:
    """A naming after the second person's word."""
    if not approve:
        return record | {"state": State.DENIED.value, "decided_by": by}
    until = timestamp(at + timedelta(seconds=record["seconds"]))
    return record | {"state": State.IN_FORCE.value, "decided_by": by, "until": until}


def revoked(record: Record) -> Record:
    """A naming after somebody ended it."""
    return record | {"state": State.REVOKED.value}


def state_at(record: Mapping[str, Any], at: datetime) -> State:
    """Where a naming stands at an instant."""
    state = State(record["state"])
    if state is State.PENDING and timestamp(at - UNDECIDED_FOR) > record["asked"]:
        return State.EXPIRED
    if state is State.IN_FORCE and timestamp(at) >= record["until"]:
        return State.EXPIRED
    return state


def by_person(records: Iterable[Mapping[str, Any]], merged: Mapping[int, int]) -> Named:
    """Namings as decisions look them up.

    Args:
        records: of all there are.
        merged: the internal id of a file that was given up to that of the one that took it in, as long as it stands.
    """
    found: dict[str, dict[int, tuple[Mapping[str, Any], ...]]] = {}
    for record in records:
        if record["state"] == State.IN_FORCE:
            of_purpose = found.setdefault(record["purpose"], {})
            resident = merged.get(record["resident"], record["resident"])
            of_purpose[resident] = (*of_purpose.get(resident, ()), record)
    return found


def naming_for(named: Named, resident: int, person: str, purpose: str, mark: str, at: datetime) -> str:
    """The id of a naming that lets a human being read for a purpose about somebody; empty where there is none.

    Args:
        named: all there are.
        resident: about whom.
        person: who asks.
        purpose: what for.
        mark: its digest as it stands: a naming for another text of it stands for nothing.
        at: the instant.
    """
    for record in named.get(purpose, {}).get(resident, ()):
        if record["mark"] == mark and person in record["officers"].values() and timestamp(at) < record["until"]:
            return str(record["id"])
    return ""


def is_named(named: Named, person: str, purpose: str, mark: str, at: datetime) -> bool:
    """Whether a human being is named for anybody's case now."""
    return any(naming_for(named, each, person, purpose, mark, at) for each in named.get(purpose, ()))
