"""Protected persons (受保护人员): where somebody lives and how to call them is kept from those who might do them harm.

Two people put a protection on, two people lift it. It lies among the person's terms, where decisions find it.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from hub.model.instant import timestamp
from hub.model.terms import PROTECTION, Terms, listed

Record = dict[str, Any]
MOST_KEPT = 20
"""Protections that have ended and are kept among one person's terms."""


class State(StrEnum):
    """Where a protection stands; while its lifting waits for the second person it goes on."""

    PENDING = "pending"
    DENIED = "denied"
    IN_FORCE = "in_force"
    LIFTING = "lifting"
    LIFTED = "lifted"


PROTECTING = frozenset({State.IN_FORCE, State.LIFTING})
OPEN = PROTECTING | {State.PENDING}


def asked(name: str, *, by: str, person: str, reason: str, at: datetime) -> Record:
    """A protection as somebody asks for it.

    Args:
        name: its id.
        by: the principal who asks.
        person: the human being behind it.
        reason: why, in their words.
        at: now, UTC.
    """
    said = _said("ask", by=by, person=person, reason=reason, at=at)
    return {"id": name, "state": State.PENDING.value, "asked": timestamp(at), "person": person, "steps": [said]}


def decided(record: Mapping[str, Any], *, approve: bool, by: str, person: str, reason: str, at: datetime) -> Record:
    """The protection after another person's decision about it, or about its lifting."""
    lifting = record["state"] == State.LIFTING
    outcome = (
        (State.LIFTED if approve else State.IN_FORCE) if lifting else (State.IN_FORCE if approve else State.DENIED)
    )
    return _after(record, outcome, _said("approve" if approve else "deny", by=by, person=person, reason=reason, at=at))


def lifting(record: Mapping[str, Any], *, by: str, person: str, reason: str, at: datetime) -> Record:
    """The protection after somebody asked that it be lifted; another person decides."""
    fresh = _after(record, State.LIFTING, _said("lift", by=by, person=person, reason=reason, at=at))
    return fresh | {"person": person}


def is_protected(terms: Terms) -> bool:
    """Whether a person is protected now."""
    return any(record["state"] in PROTECTING for record in terms.get(PROTECTION, ()))


def open_one(terms: Terms) -> Record | None:
    """The protection that waits or is in force, of which there is one at most."""
    return next((record for record in listed(terms, PROTECTION) if record["state"] in OPEN), None)


def kept(terms: Terms) -> dict[str, Any]:
    """The terms without protections that ended long ago."""
    return {**terms, PROTECTION: list(listed(terms, PROTECTION))[-MOST_KEPT:]}


def _after(record: Mapping[str, Any], state: State, said: Mapping[str, str]) -> Record:
    return {**record, "state": state.value, "steps": [*record["steps"], said]}


def _said(what: str, *, by: str, person: str, reason: str, at: datetime) -> dict[str, str]:
    return {"step": what, "by": by, "person": person, "reason": reason, "at": timestamp(at)}
