"""Proposing a change: what it would do, and putting it where two people find it, or in force where it only narrows."""

import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from hub.errors import BadInput
from hub.identity.appointments import appointments
from hub.identity.principals import Appointment, check_separation
from hub.rules import records
from hub.rules.appointing import lines_of
from hub.rules.changes import (
    KIND,
    Body,
    How,
    Proposal,
    Speak,
    State,
    body_of,
    lines_in,
    put,
    recorded_in,
    recorded_now,
    state_now,
    state_of,
    take_effect,
)
from hub.rules.difference import differences
from hub.rules.line import only_narrows
from hub.rules.records import held_now, must_be_held, put_texts, texts_of
from hub.rules.texts import Rules, rules_from
from hub.store.controls import current
from hub.store.engine import Reader
from hub.store.keys import Keyring
from hub.store.transaction import SqlcipherTransaction

_OUTCOMES = {How.NARROWING: "narrowed", How.FOUNDING: "founded"}


class Who(NamedTuple):
    """Who proposes.

    Attributes:
        by: the principal's id; `hub` from the command line.
        at: when, UTC.
        reason: why, in words.
    """

    by: str
    at: datetime
    reason: str


class Proposed(NamedTuple):
    """A change as it was put on record.

    Attributes:
        name: its id.
        body: as kept.
        fresh: whether it was not there before.
    """

    name: str
    body: Body
    fresh: bool


def of_rules(reader: Reader, rules: Rules, who: Who, *, from_files: bool) -> Proposal:
    """Compare a set of rules with the one in force.

    Raises:
        BadInput: it is the one in force.
        OperatorError: what is in force cannot be trusted.
    """
    base = must_be_held(reader)
    if rules.digest == base.digest:
        raise BadInput("files", "are the rules in force")
    lines = differences(rules_from(texts_of(reader, base.digest)), rules, base.marks)
    return Proposal(who.by, who.at, who.reason, lines, base, rules, from_files=from_files)


def of_appointments(reader: Reader, fresh: Iterable[Appointment], who: Who) -> Proposal:
    """Compare appointments with those on record.

    Raises:
        BadInput: nothing would change, or somebody would hold two duties that must be apart.
        OperatorError: what is in force cannot be trusted.
    """
    known = appointments(reader)
    changed = tuple(each for each in fresh if known.get(each.principal.id) != each)
    if not changed:
        raise BadInput("principals", "are on record as they are")
    together = known | {each.principal.id: each for each in changed}
    check_separation((f"`{name}`", each) for name, each in together.items())
    recorded = recorded_in(known)
    before = {each.principal.id: recorded(each.principal.id) for each in changed}
    lines = lines_of(known, changed)
    return Proposal(who.by, who.at, who.reason, lines, must_be_held(reader), appointments=changed, before=before)


def put_proposal(
    tx: SqlcipherTransaction, ring: Keyring, proposal: Proposal, speak: Speak, *, founding: bool = False
) -> Proposed:
    """Put a change on record; in force at once where it only narrows, or founds.

    The same change proposed again while it waits is the one that waits.

    Args:
        tx: the write transaction.
        ring: the keys.
        proposal: what `of_rules` or `of_appointments` gave.
        speak: makes events in the name of whoever proposes.
        founding: whether there are not two people yet who could approve it.

    Raises:
        BadInput: what it was compared with has changed meanwhile.
    """
    body = body_of(proposal)
    if state_now(tx, ring, body, proposal.at) is not State.PENDING:
        raise BadInput("change", "was compared with what is no longer in force; propose it again")
    how = How.NARROWING if only_narrows(lines_in(body)) else How.FOUNDING if founding else None
    if how is None and (waiting := _waiting(tx, ring, body, proposal.at)):
        return waiting
    if proposal.rules is not None:
        rules, policy = proposal.digest, proposal.rules.policies.digest
        put_texts(tx, ring, proposal.rules, speak(records.TEXTS, "done", rules=rules, policy=policy))
    name = secrets.token_hex(12)
    if how is None:
        return Proposed(name, put(tx, name, body, "proposed", speak), fresh=True)
    made = take_effect(tx, ring, name, body, proposal.at, how, _OUTCOMES[how], speak)
    return Proposed(name, made, fresh=True)


def _waiting(tx: SqlcipherTransaction, ring: Keyring, body: Body, at: datetime) -> Proposed | None:
    standing, recorded = held_now(tx, ring), recorded_now(tx, ring)
    version = standing.version if standing else 0
    for row in current(tx.db, ring, KIND):
        same = row.body["digest"] == body["digest"] and row.body["matter"] == body["matter"]
        if same and state_of(row.body, at, version, recorded) is State.PENDING:
            return Proposed(row.id, row.body, fresh=False)
    return None
