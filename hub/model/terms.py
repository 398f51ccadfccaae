"""What a file's control section holds besides facts: on what terms its person may be read.

Terms are kept as plain data, one list or table for each kind, so that a kind that nobody has costs nothing. Reading
one person's terms takes no look anywhere else, however many approvals, consents and wishes the store holds.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

Terms = Mapping[str, Any]
"""By kind: `approvals`, `consents`, `visibility` and so on; each as the module of that kind documents it."""

APPROVALS = "approvals"
CONSENTS = "consents"
VISIBILITY = "visibility"
EMERGENCIES = "emergencies"
PROTECTION = "protection"
OWN, GUARDIAN, RELATIVE = "own", "guardian", "relative"
"""In whose right a resident asks: `RELATIVE` only of somebody who died."""
CASE_OPEN, CASE_ENDED = "open", "ended"
"""How a case stands for a request."""


class Grounds(NamedTuple):
    """What a person's terms mean for one request: all of it that a decision depends on.

    Attributes:
        hidden: fields that the person keeps from this caller, as far as the basis lets them.
        consented: the bases for which the person's agreement stands.
        approved: fields that an approval in force covers.
        lapsed: fields that an approval covered that is no longer in force.
        emergency: `verified`, `claimed`, or empty where none is open for this caller.
        guarded: fields nobody gets for the person's own safety.
        for_minor: whether a manager has approved that this caller reads this minor's data.
        case: `open` where the caller's office has a case open with the person; `ended` where it had; else empty.
        named: whether the caller is one of the officers named for the person's sealed record.
        kin: in whose right a resident asks, where the purpose is the data subject's own right; else empty.
    """

    hidden: frozenset[str] = frozenset()
    consented: frozenset[str] = frozenset()
    approved: frozenset[str] = frozenset()
    lapsed: frozenset[str] = frozenset()
    emergency: str = ""
    guarded: frozenset[str] = frozenset()
    for_minor: bool = False
    case: str = ""
    named: bool = False
    kin: str = ""


NO_GROUNDS = Grounds()
"""What follows from no terms at all: nearly everybody's."""


def listed(terms: Terms, kind: str) -> Iterator[dict[str, Any]]:
    """The records of a kind, each a copy that may be changed."""
    records: Sequence[Mapping[str, Any]] = terms.get(kind, ())
    return (dict(record) for record in records)


def with_record(terms: Terms, kind: str, record: Mapping[str, Any]) -> dict[str, Any]:
    """The terms with a record in place of the one of the same `id`, or after the others."""
    records = list(listed(terms, kind))
    places = [place for place, each in enumerate(records) if each["id"] == record["id"]]
    if places:
        records[places[0]] = dict(record)
    else:
        records.append(dict(record))
    return {**terms, kind: records}


def record_of(terms: Terms, kind: str, name: str) -> dict[str, Any] | None:
    """The record of a kind with an id, or None."""
    return next((record for record in listed(terms, kind) if record["id"] == name), None)
