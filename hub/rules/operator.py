"""What the operator proposes from the command line: the files on the disk, and who shall hold which role.

As long as fewer than two people could approve a change, there is nobody to ask: then what the operator proposes founds,
takes effect at once, and stands in the trail as that. So a new directory comes to its first people, and one that has
lost all but one of them comes back. Whoever works at the command line has the keys, and could do more than this.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from hub.errors import BadInput
from hub.identity.appointments import appointments
from hub.identity.principals import Appointment
from hub.model.instant import day_of, now_utc
from hub.rules.appointing import sort_appointments
from hub.rules.approvers import NEEDED, able
from hub.rules.changes import KIND, Proposal, Speak, State, recorded_in, shown, state_of
from hub.rules.proposing import Proposed, Who, of_appointments, of_rules, put_proposal
from hub.rules.records import must_be_held, texts_of
from hub.rules.starting import keep_at
from hub.rules.texts import read_texts, rules_from, trusted
from hub.store.directory import Directory
from hub.store.engine import Event, Reader
from hub.store.installation import system_event
from hub.store.keys import Keyring
from hub.store.writer import Writer

BY = "hub"


class Means(NamedTuple):
    """An opened data directory."""

    directory: Directory
    ring: Keyring
    writer: Writer
    reader: Reader


class Loaded(NamedTuple):
    """What became of a list of principals.

    Attributes:
        narrowed: how many end sooner, at once.
        proposed: the change that waits or founds; None where nothing widens.
        still_revoked: how many were revoked, and stay so.
    """

    narrowed: int
    proposed: Proposed | None
    still_revoked: int


def propose_files(hub: Means, reason: str) -> Proposed:
    """Propose the files on the disk.

    Raises:
        BadInput: they are the rules in force.
        OperatorError: one is wrong, or what is in force cannot be trusted.
        TrailUnavailable: nothing was proposed.
    """
    at = now_utc()
    fresh = rules_from(read_texts(hub.directory), development=hub.directory.is_development)
    proposal = of_rules(hub.reader, fresh, Who(BY, at, reason), from_files=True)
    founding = len(_able(hub, at)) < NEEDED
    made = _put(hub, proposal, founding=founding)
    keep_at(hub.directory, hub.reader)
    return made


def propose_appointments(hub: Means, fresh: Iterable[Appointment], reason: str, *, reinstated: bool = False) -> Loaded:
    """Propose who holds which role. What ends sooner does at once; the rest waits for two people.

    Args:
        hub: an opened data directory.
        fresh: the appointments.
        reason: why.
        reinstated: whether they bring revoked ones back, which a list never does.

    Raises:
        BadInput: somebody would hold two duties that must be apart, or too few people could approve it.
        TrailUnavailable: nothing was proposed, or what narrows alone.
    """
    at, who = now_utc(), Who(BY, now_utc(), reason)
    asked = tuple(fresh)
    found = sort_appointments({} if reinstated else appointments(hub.reader), asked)
    if found.narrowing:
        _put(hub, of_appointments(hub.reader, found.narrowing, who))
    if not found.widening:
        return Loaded(len(found.narrowing), None, found.still_revoked)
    founding = len(_able(hub, at)) < NEEDED
    after = {each.principal.id: each for each in found.widening} if founding else {}
    appointed = () if founding else [each.principal for each in found.widening]
    if len(_able(hub, at, after, appointed)) < NEEDED:
        rule = _TOO_FEW_TO_FOUND if founding else _TOO_FEW_TO_APPROVE
        raise BadInput("principals", rule)
    made = _put(hub, of_appointments(hub.reader, found.widening, who), founding=founding)
    return Loaded(len(found.narrowing), made, found.still_revoked)


_TOO_FEW_TO_FOUND = (
    "the first list must name two people who can approve changes, admins or security officers of a district for whose "
    "role an issuer vouches; put issuers in force first, with `hub rules propose`"
)
_TOO_FEW_TO_APPROVE = (
    "on record are fewer than two people who could approve this: admins or security officers whose area covers it and "
    "who are not appointed in it; appoint others first"
)


def _able(
    hub: Means, at: datetime, after: dict[str, Appointment] | None = None, appointed: Sequence[Any] = ()
) -> set[str]:
    rules = rules_from(texts_of(hub.reader, must_be_held(hub.reader).digest))
    known = appointments(hub.reader) | (after or {})
    return able(known, trusted(hub.directory, rules), day_of(at), appointed)


def _put(hub: Means, proposal: Proposal, *, founding: bool = False) -> Proposed:
    speak = _speaker(proposal.at, proposal.reason)
    [made] = hub.writer.run([lambda tx: put_proposal(tx, hub.ring, proposal, speak, founding=founding)], sign=True)
    if isinstance(made, Exception):
        raise made
    if not isinstance(made, Proposed):
        raise TypeError("a proposal gives what was put on record")
    return made


def _speaker(at: datetime, reason: str) -> Speak:
    def speak(kind: str, outcome: str, **more: object) -> Event:
        event = system_event(kind, at, outcome=outcome, **more)
        return event._replace(subject=event.subject | {"reason": reason})

    return speak


def waiting(hub: Means) -> list[dict[str, Any]]:
    """The changes that wait for approval, oldest first. Raises OperatorError where what is in force is not known."""
    at, version = now_utc(), must_be_held(hub.reader).version
    recorded = recorded_in(appointments(hub.reader))
    rows = sorted(hub.reader.control(KIND), key=lambda row: row.entry)
    stand = ((row, state_of(row.body, at, version, recorded)) for row in rows)
    return [shown(row.id, row.body, state) for row, state in stand if state is State.PENDING]
