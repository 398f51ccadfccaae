"""What those who supervise the hub work with, and who they are."""

from typing import NamedTuple, Protocol

from hub.errors import HubError, Reason
from hub.model.instant import timestamp
from hub.model.principal import Caller, Role
from hub.policy.engine import Snapshot
from hub.store.engine import Event, Reader
from hub.store.keys import Keyring
from hub.store.lane import Lane
from hub.store.trail_index import TrailIndex
from hub.store.turn import Turn

ROLES = frozenset({Role.SECURITY_OFFICER, Role.AUDITOR})
PURPOSE = "AUDIT"


class Desk(Protocol):
    """What a serving process has ready."""

    @property
    def reader(self) -> Reader:
        """The store, for the event loop's thread."""
        ...

    @property
    def ring(self) -> Keyring:
        """The keys."""
        ...

    @property
    def lane(self) -> Lane:
        """Where writes are made durable."""
        ...

    @property
    def turn(self) -> Turn:
        """Keeps one state of the store in view."""
        ...

    @property
    def policies(self) -> Snapshot:
        """The catalogue of purposes."""
        ...

    @property
    def trail(self) -> TrailIndex:
        """What the trail is searched by."""
        ...


class Asked(NamedTuple):
    """Who asks.

    Attributes:
        caller: the principal, and when the request began.
        trace_id: joins the entry with the operator's telemetry.
    """

    caller: Caller
    trace_id: str


class Refused(HubError):  # noqa: N818 - it is an answer, and in the trail like any other
    """A request that was refused; the refusal is recorded.

    Attributes:
        reason: why.
    """

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


def act_of(desk: Desk, asked: Asked, kind: str, outcome: str, **more: object) -> dict[str, object]:
    """The act of one who supervises.

    Args:
        desk: the hub's means.
        asked: who, and when.
        kind: of event.
        outcome: `disclosed`, `denied` and so on.
        more: further members, or others in place of these. They stay for ever and name no data subject.
    """
    principal = asked.caller.principal
    act: dict[str, object] = {
        "v": 1,
        "kind": kind,
        "time": timestamp(asked.caller.at),
        # A resident's own id belongs to the part that is erased with them.
        "actor": principal.role if principal.rid else principal.id,
        "operator": asked.caller.operator,
        "role": principal.role,
        "department": principal.code,
        "area": principal.area,
        "policy": desk.policies.digest,
        "purpose": PURPOSE,
        "basis": None if outcome == "denied" else "statutory",
        "fields": [],
        "outcome": outcome,
        "reasons": [],
        "approval": None,
        "on_behalf_of": None,
        "trace_id": asked.trace_id,
    }
    return act | more


async def refuse(desk: Desk, asked: Asked, kind: str, reason: Reason) -> Refused:
    """Record a refusal that is about nobody; returns what to raise. Raises TrailUnavailable."""
    act = act_of(desk, asked, kind, "denied", reasons=[reason.value])
    rid = asked.caller.principal.rid
    own = {"actor": desk.ring.pseudonym(f"rid\0{rid}".encode())} if rid else {}
    await desk.lane.record_all([Event(act, {"subject": "", "reason": "", **own})])
    return Refused(reason)


async def must_supervise(desk: Desk, asked: Asked, kind: str) -> None:
    """Let security officers and auditors pass.

    Raises:
        Refused: another role; it is recorded as an event of `kind`.
    """
    if asked.caller.principal.role not in ROLES:
        raise await refuse(desk, asked, kind, Reason.NOT_ALLOWED)
