"""A case (案件): what an office works on for some people until it is closed; reading is bound to it while it is open.

A case is a record among the terms of each of its parties, the same in all of them, so that a decision finds it in the
section it opens anyway and it is erased with the person.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from hub.model.instant import timestamp
from hub.model.terms import Terms, listed

CASES = "cases"
OPEN_FOR = timedelta(days=30)
"""For which a case is open where nobody says otherwise, and where its purpose does not: mediation ends in a month."""
KEPT_FOR = timedelta(days=30)
"""For which a case that ended is kept among a party's terms; the trail keeps it for good."""
MOST_PARTIES = 20
MOST_OPEN = 20
"""Cases of one office that one person is a party to at once."""
Record = dict[str, Any]


class State(StrEnum):
    """Where a case stands; `EXPIRED` follows from time alone."""

    OPEN = "open"
    CLOSED = "closed"
    EXPIRED = "expired"


def case(
    name: str,
    *,
    number: str,
    purpose: str,
    mark: str,
    organisation: str,
    by: str,
    parties: int,
    duration: timedelta,
    at: datetime,
) -> Record:
    """A case as it is opened.

    Args:
        name: its id.
        number: the office's own.
        purpose: what parties may be read for.
        mark: digest of that purpose as it stands.
        organisation: whose case it is, as pairwise ids know them.
        by: the principal who opens it.
        parties: how many there are.
        duration: for how long it is open.
        at: now, UTC.
    """
    return {
        "id": name,
        "number": number,
        "purpose": purpose,
        "mark": mark,
        "organisation": organisation,
        "by": by,
        "parties": parties,
        "opened": timestamp(at),
        "until": timestamp(at + duration),
        "closed": "",
    }


def closed(record: Mapping[str, Any], at: datetime) -> Record:
    """A case after somebody closed it."""
    return {**record, "closed": timestamp(at)}


def state_at(record: Mapping[str, Any], at: datetime) -> State:
    """Where a case stands at an instant."""
    if record["closed"]:
        return State.CLOSED
    return State.EXPIRED if timestamp(at) >= record["until"] else State.OPEN


def ended(record: Mapping[str, Any]) -> str:
    """When a case ended or will end by itself, RFC 3339."""
    return min(str(record["closed"] or record["until"]), str(record["until"]))


def case_for(terms: Terms, organisation: str, purpose: str, mark: str, at: datetime) -> tuple[State | None, str]:
    """Where the cases stand that an office has with a person for a purpose.

    Args:
        terms: of the person.
        organisation: of the caller.
        purpose: what is asked for.
        mark: its digest as it stands: a case opened for another text of it stands for nothing.
        at: the instant.

    Returns:
        `OPEN` and the id of the case that was opened first; else how the last one ended; None where there is none.
    """
    found: State | None = None
    for record in terms.get(CASES, ()):
        if (record["organisation"], record["purpose"], record["mark"]) == (organisation, purpose, mark):
            found = state_at(record, at)
            if found is State.OPEN:
                return found, record["id"]
    return found, ""


def kept(terms: Terms, at: datetime) -> dict[str, Any]:
    """The terms without cases that ended long ago."""
    oldest = timestamp(at - KEPT_FOR)
    return {**terms, CASES: [each for each in listed(terms, CASES) if ended(each) >= oldest]}
