"""What staff have seen at the door (入户核实): pending, and not in force, until the source of each field confirms it.

The values are sealed under the keys of their tiers, so that who decides about a read, and opens a person's terms for
it, does not see them.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from hub.model.instant import timestamp
from hub.model.terms import Terms, listed

OBSERVATIONS = "observations"
SECRETARY = "secretary"
"""Who confirms a field that no department is the source of."""
KEPT_FOR = timedelta(days=30)
"""For which a decided observation is kept among a person's terms, without its values; the trail keeps it for good."""
MOST_OPEN = 50
Record = dict[str, Any]


class State(StrEnum):
    """Where an observation, or one field of it, stands."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    REFUSED = "refused"


def observed(
    name: str,
    *,
    by: str,
    person: str,
    purpose: str,
    order: str,
    deciders: Mapping[str, Iterable[str]],
    sealed: Mapping[str, bytes],
    at: datetime,
) -> Record:
    """An observation as it is made.

    Args:
        name: its id.
        by: the principal who made it.
        person: the human being behind it.
        purpose: what for.
        order: id of the order it was made under; empty for none.
        deciders: field to who may confirm it: codes of departments, or `SECRETARY`.
        sealed: tier to sealed values.
        at: now, UTC.
    """
    return {
        "id": name,
        "by": by,
        "person": person,
        "purpose": purpose,
        "order": order,
        "fields": dict.fromkeys(deciders, State.PENDING.value),
        "deciders": {key: sorted(who) for key, who in deciders.items()},
        "sealed": dict(sealed),
        "at": timestamp(at),
        "decided": [],
    }


def state_of(record: Mapping[str, Any]) -> State:
    """Pending as long as one field is; confirmed where one was."""
    states = set(record["fields"].values())
    if State.PENDING in states:
        return State.PENDING
    return State.CONFIRMED if State.CONFIRMED in states else State.REFUSED


def decidable(record: Mapping[str, Any], who: str) -> list[str]:
    """The fields of an observation that somebody is a source of, decided or not."""
    return [key for key, deciders in record["deciders"].items() if who in deciders]


def decided(
    record: Mapping[str, Any], keys: Iterable[str], *, confirm: bool, by: str, person: str, reason: str, at: datetime
) -> Record:
    """An observation after a source has spoken about some of its fields; once all are decided, its values go."""
    state = State.CONFIRMED if confirm else State.REFUSED
    fields = {**record["fields"], **dict.fromkeys(keys, state.value)}
    said = {"by": by, "person": person, "fields": list(keys), "confirm": confirm, "reason": reason}
    fresh = {**record, "fields": fields, "decided": [*record["decided"], {**said, "at": timestamp(at)}]}
    return fresh if State.PENDING in fields.values() else {**fresh, "sealed": {}}


def kept(terms: Terms, at: datetime) -> dict[str, Any]:
    """The terms without observations that were decided long ago."""
    oldest = timestamp(at - KEPT_FOR)
    records = [each for each in listed(terms, OBSERVATIONS) if state_of(each) is State.PENDING or each["at"] >= oldest]
    return {**terms, OBSERVATIONS: records}
