"""What the trail says of people who use their rights, and of those who decide about them."""

from typing import Any

from hub.errors import Reason
from hub.model.instant import timestamp
from hub.model.merge import taken_in
from hub.model.naming import NAMING
from hub.model.principal import Role
from hub.rights.desk import Asked, Desk, Refused
from hub.store.engine import Event
from hub.store.keys import Keyring
from hub.store.own_trail import Self, file_of, self_of
from hub.store.trail import SEALED, sealed_pseudonym

PURPOSE = "RIGHTS"


def act_of(asked: Asked, kind: str, outcome: str, **more: object) -> dict[str, object]:
    """The act of a request.

    Args:
        asked: who asks, and when.
        kind: of event, `trail_read`, `dispute` and so on.
        outcome: `disclosed`, `filed`, `denied` and so on.
        more: further members, or others in place of these. They stay for ever and name no data subject.
    """
    principal = asked.actor.principal
    act: dict[str, object] = {
        "v": 1,
        "kind": kind,
        "time": timestamp(asked.caller.at),
        # A resident's own id belongs to the part that is erased with them.
        "actor": principal.role if principal.rid else principal.id,
        "operator": asked.actor.operator,
        "role": principal.role,
        "department": principal.code,
        "area": principal.area,
        "purpose": PURPOSE,
        "basis": None if outcome == "denied" else "statutory",
        "fields": [],
        "outcome": outcome,
        "reasons": [],
        "approval": None,
        "on_behalf_of": asked.agent.mandate if asked.agent else None,
        "trace_id": asked.trace_id,
    }
    return act | more | ({SEALED: True} if kind == NAMING else {})


def about(ring: Keyring, person: Self, act: dict[str, object], **more: object) -> Event:
    """An event about a person.

    Args:
        ring: the keys.
        person: who it is about; what the subject part says is erased with them.
        act: what happened.
        more: further members of the subject part.
    """
    name = sealed_pseudonym(ring, person.resident) if act.get(SEALED) else pseudonym(ring, person.resident)
    subject: dict[str, object] = {"subject": name, **more}
    return Event(act, subject, person.resident, person.key)


def pseudonym(ring: Keyring, resident: int) -> str:
    """The trail's name for somebody in the store."""
    return ring.pseudonym_of(resident)


async def refuse(desk: Desk, asked: Asked, kind: str, reason: Reason, person: Self | None = None) -> Refused:
    """Record a refusal; returns what to raise. Raises TrailUnavailable where it cannot be recorded."""
    act = act_of(asked, kind, "denied", reasons=[reason.value])
    if person is not None:
        event = about(desk.ring, person, act, **_own(desk.ring, asked))
    else:
        event = Event(act, {"subject": "", **_own(desk.ring, asked)})
    [receipt] = await desk.lane.record_all([event])
    return Refused(reason, receipt)


async def own_self(desk: Desk, asked: Asked, kind: str) -> Self:
    """The person who asks about themselves.

    Raises:
        Refused: not a resident, or one whose file is not (no longer) here; recorded.
    """
    principal = asked.caller.principal
    if principal.role is not Role.RESIDENT:
        raise await refuse(desk, asked, kind, Reason.NOT_ALLOWED)
    desk.turn.begin()
    person = self_of(desk.reader, desk.ring, principal.rid)
    if person is None:
        raise await refuse(desk, asked, kind, Reason.NOT_FOUND)
    return person


def own_files(desk: Desk, person: Self) -> list[Self]:
    """A person's file and those it has taken in, each with what the trail says of it.

    Args:
        desk: the hub's means, a view begun.
        person: who asks, as `own_self` gives them.
    """
    found = file_of(desk.reader, desk.ring, person.resident)
    others = [file_of(desk.reader, desk.ring, each) for each in taken_in(found[1].terms)] if found else []
    return [person, *(each[0] for each in others if each)]


def _own(ring: Keyring, asked: Asked) -> dict[str, Any]:
    rid = asked.actor.principal.rid
    return {"actor": ring.pseudonym(f"rid\0{rid}".encode())} if rid else {}


def actor_part(ring: Keyring, asked: Asked) -> dict[str, Any]:
    """What a subject part says of who acts: a resident by pseudonym, nothing of anybody else."""
    return _own(ring, asked)


def own(desk: Desk, asked: Asked, person: Self, act: dict[str, object], **more: object) -> Event:
    """An event of somebody's own doing about themselves."""
    return about(desk.ring, person, act, **_own(desk.ring, asked), **more)
