"""A change of rules, from its proposal to its end: what the store keeps of it, and how it stands at an instant.

What is approved is kept with the proposal, under its digest. Files that change afterwards change nothing of it, and an
approval names the digest. A change is bound to what was in force when it was proposed: the difference that people
approve is the one that takes effect, or none.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from hub.identity.appointments import KIND as PRINCIPAL
from hub.identity.appointments import put_on_record
from hub.identity.principals import Appointment, check_separation
from hub.model.instant import timestamp
from hub.model.principal import Principal, parse_principal
from hub.rules import records
from hub.rules.appointing import digest_of_appointments
from hub.rules.line import Effect, Line
from hub.rules.records import Held, held_now, put_in_force
from hub.rules.texts import Rules
from hub.store.controls import current
from hub.store.engine import Event
from hub.store.keys import Keyring
from hub.store.transaction import SqlcipherTransaction

KIND = "rules_change"
MAY_WAIT = timedelta(days=7)
"""How long a change waits for its approvals."""

Body = dict[str, Any]
Speak = Callable[..., Event]
"""Makes an event of `kind`, `outcome` and further members of the act, in the name of whoever acts."""
Recorded = Callable[[str], Mapping[str, Any] | None]
"""What is on record for a principal's id."""


class State(StrEnum):
    """How a change stands."""

    PENDING = "pending"
    IN_FORCE = "in_force"
    DENIED = "denied"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"


class Matter(StrEnum):
    """What a change is about."""

    RULES = "rules"
    PRINCIPALS = "principals"


class How(StrEnum):
    """By what a change takes effect."""

    APPROVAL = "approval"
    NARROWING = "narrowing"
    FOUNDING = "founding"


class Proposal(NamedTuple):
    """What somebody wants to be otherwise.

    Attributes:
        by: the principal's id; `hub` from the command line.
        at: when, UTC.
        reason: why, in words.
        lines: the difference.
        base: the rules in force.
        rules: those that shall be; None where it is about principals.
        appointments: those that shall be on record.
        before: what is on record for the same principals.
        from_files: whether the rules are those of the files on the disk.
    """

    by: str
    at: datetime
    reason: str
    lines: tuple[Line, ...]
    base: Held
    rules: Rules | None = None
    appointments: tuple[Appointment, ...] = ()
    before: Mapping[str, Any] = {}
    from_files: bool = False

    @property
    def digest(self) -> str:
        """What two people approve."""
        if self.rules is not None:
            return self.rules.digest
        return digest_of_appointments([each.to_record() for each in self.appointments])


def body_of(proposal: Proposal) -> Body:
    """A change as it is kept when it is proposed."""
    rules = proposal.rules
    return {
        "state": State.PENDING.value,
        "matter": (Matter.PRINCIPALS if rules is None else Matter.RULES).value,
        "digest": proposal.digest,
        "policy": rules.policies.digest if rules else "",
        "marks": sorted(rules.policies.marks.values()) if rules else [],
        "files": proposal.digest if proposal.from_files else "",
        "base": proposal.base.version,
        "base_digest": proposal.base.digest,
        "appointments": [each.to_record() for each in proposal.appointments],
        "before": dict(proposal.before),
        "lines": [[line.effect.value, line.text] for line in proposal.lines],
        "reason": proposal.reason,
        "proposed_by": proposal.by,
        "proposed_at": timestamp(proposal.at),
        "expires_at": timestamp(proposal.at + MAY_WAIT),
        "approvals": [],
        "how": "",
        "decided_at": "",
    }


def state_of(body: Body, at: datetime, version: int, recorded: Recorded) -> State:
    """How a change stands.

    Args:
        body: as kept.
        at: the instant, UTC.
        version: of the rules in force.
        recorded: what is on record for a principal.
    """
    state = State(body["state"])
    if state is not State.PENDING:
        return state
    if body["expires_at"] <= timestamp(at):
        return State.EXPIRED
    if body["matter"] == Matter.RULES:
        return state if body["base"] == version else State.SUPERSEDED
    unchanged = all(recorded(name) == before for name, before in body["before"].items())
    return state if unchanged else State.SUPERSEDED


def appointed_in(body: Body) -> list[Principal]:
    """Whom a change is about."""
    return [parse_principal(record["principal"]) for record in body["appointments"]]


def recorded_in(known: Mapping[str, Appointment]) -> Recorded:
    """What is on record for a principal, among all that is."""
    return lambda name: known[name].to_record() if name in known else None


def recorded_now(tx: SqlcipherTransaction, ring: Keyring) -> Recorded:
    """What is on record for a principal as a write transaction sees it."""
    return lambda name: next((row.body for row in current(tx.db, ring, PRINCIPAL, name)), None)


def state_now(tx: SqlcipherTransaction, ring: Keyring, body: Body, at: datetime) -> State:
    """How a change stands as a write transaction sees it."""
    standing = held_now(tx, ring)
    return state_of(body, at, standing.version if standing else 0, recorded_now(tx, ring))


def put(tx: SqlcipherTransaction, name: str, body: Body, outcome: str, speak: Speak) -> Body:
    """Write a change and the entry of this step, which names its digest."""
    effects = [effect for effect, _ in body["lines"]]
    counts = {effect.value: effects.count(effect.value) for effect in Effect}
    event = speak(KIND, outcome, matter=body["matter"], rules=body["digest"], approval=name, **counts)
    tx.put_control(KIND, name, body, event)
    return body


def take_effect(
    tx: SqlcipherTransaction, ring: Keyring, name: str, body: Body, at: datetime, how: How, outcome: str, speak: Speak
) -> Body:
    """Put what a change wants in force, with all entries, in one transaction; the change must stand.

    Raises:
        BadInput: somebody would hold two duties that must be apart.
    """
    if body["matter"] == Matter.RULES:
        event = speak(records.KIND, State.IN_FORCE.value, rules=body["digest"], policy=body["policy"], approval=name)
        more = {"files": str(body["files"])} if body["files"] else {}
        since = timestamp(at)
        put_in_force(tx, held_now(tx, ring), body["digest"], body["marks"], event, change=name, since=since, **more)
    fresh = [Appointment.from_record(record) for record in body["appointments"]]
    if fresh:
        _check_apart(tx, ring, fresh)
    for each in fresh:
        put_on_record(tx, each, lambda **more: speak(PRINCIPAL, "done", approval=name, **more))
    ended = body | {"state": State.IN_FORCE.value, "how": how.value, "decided_at": timestamp(at)}
    return put(tx, name, ended, outcome, speak)


def _check_apart(tx: SqlcipherTransaction, ring: Keyring, fresh: Iterable[Appointment]) -> None:
    """Others may have been appointed since the change was proposed. Raises BadInput."""
    together = {row.id: Appointment.from_record(row.body) for row in current(tx.db, ring, PRINCIPAL)}
    together |= {each.principal.id: each for each in fresh}
    check_separation((f"`{name}`", each) for name, each in together.items())


def shown(name: str, body: Body, state: State) -> dict[str, Any]:
    """A change as whoever decides about it sees it."""
    return {
        "id": name,
        "state": state.value,
        "matter": body["matter"],
        "digest": body["digest"],
        "base": body["base_digest"],
        "difference": [{"effect": effect, "text": text} for effect, text in body["lines"]],
        "reason": body["reason"],
        "proposed_by": body["proposed_by"],
        "proposed_at": body["proposed_at"],
        "expires_at": body["expires_at"],
        "approvals": [{"by": each["by"], "at": each["at"]} for each in body["approvals"]],
        "how": body["how"] or None,
        "decided_at": body["decided_at"] or None,
    }


def lines_in(body: Body) -> Iterable[Line]:
    """The difference of a change."""
    return (Line(Effect(effect), text) for effect, text in body["lines"])
