"""A mandate (代办): for a short while somebody acts for a resident, in one matter.

Mandates lie in the control section of the resident they are about, and who acts on one is named on every entry.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from hub.model.instant import timestamp
from hub.model.terms import Terms, listed

MANDATES = "mandates"
LASTS = timedelta(minutes=30)
"""For which a mandate is open, and for which a spoken one waits for the second person."""
KEPT_FOR = timedelta(days=30)
"""For which a mandate that ended is kept among a person's terms; the trail keeps it for good."""
MOST = 50
"""Mandates among one person's terms."""
ROUTES = frozenset({"accesses", "consents", "corrections", "disputes", "explanations", "freezes", "visibility"})
"""Groups of the resident's own routes that may be a matter; never the whole file, an export or an erasure."""
ERASURE = "erasure"
OF_RELATIVES = frozenset({"accesses", "corrections", ERASURE})
"""What near relatives of the dead may do in their place (个人信息保护法 第四十九条); a copy is a disclosure."""
Record = dict[str, Any]


class Proof(StrEnum):
    """What a mandate rests on."""

    FORM = "form"
    SPOKEN = "spoken"
    CODE = "code"
    GUARDIAN = "guardian"
    RESIDENT = "resident"
    RELATIVE = "relative"


class State(StrEnum):
    """Where a mandate stands; `ENDED` follows from time alone."""

    PENDING = "pending"
    OPEN = "open"
    ENDED = "ended"


def mandate(
    name: str,
    *,
    by: str,
    person: str,
    matter: str,
    proof: Proof,
    form: str,
    witness: str,
    at: datetime,
    lasts: timedelta = LASTS,
) -> Record:
    """A mandate as it is opened; a spoken one waits for its witness.

    Args:
        name: its id.
        by: the principal who acts.
        person: the human being behind it.
        matter: a purpose, or one of `ROUTES`.
        proof: what it rests on.
        form: number of the paper form; empty where there is none.
        witness: principal of the second person who heard it; empty where there is none.
        at: now, UTC.
        lasts: how long it is open.
    """
    return {
        "id": name,
        "state": (State.PENDING if proof in (Proof.SPOKEN, Proof.CODE) else State.OPEN).value,
        "by": by,
        "person": person,
        "matter": matter,
        "proof": proof.value,
        "form": form,
        "witness": witness,
        "at": timestamp(at),
        "until": timestamp(at + lasts),
    }


def state_at(record: Mapping[str, Any], at: datetime) -> State:
    """Where a mandate stands at an instant."""
    return State.ENDED if timestamp(at) >= record["until"] else State(record["state"])


def confirmed(record: Record, at: datetime) -> Record:
    """A spoken mandate after the second person confirmed it: open from now on, for as long as any."""
    return record | {"state": State.OPEN.value, "until": timestamp(at + LASTS)}


def ended(record: Record, at: datetime) -> Record:
    """A mandate after somebody ended it early."""
    return record | {"until": timestamp(at)}


def kept(terms: Terms, at: datetime) -> dict[str, Any]:
    """The terms without mandates that ended long ago."""
    oldest = timestamp(at - KEPT_FOR)
    return {**terms, MANDATES: [each for each in listed(terms, MANDATES) if each["until"] >= oldest]}


def acts_for(terms: Terms, by: str, at: datetime) -> bool:
    """Whether a principal has a mandate of the person open."""
    return any(each["by"] == by and state_at(each, at) is State.OPEN for each in terms.get(MANDATES, ()))
