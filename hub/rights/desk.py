"""What the rights of residents work with: the same store, lane and clock as the road."""

from typing import NamedTuple, Protocol

from hub.errors import HubError, Reason
from hub.model.principal import Caller
from hub.policy.deadlines import Deadlines
from hub.policy.engine import Snapshot
from hub.store.engine import Reader, Receipt
from hub.store.keys import Keyring
from hub.store.lane import Lane
from hub.store.trail_index import TrailIndex
from hub.store.turn import Turn


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
    def trail(self) -> TrailIndex:
        """Which entries are about whom, but for the last few."""
        ...

    @property
    def policies(self) -> Snapshot:
        """The catalogue of purposes."""
        ...

    @property
    def deadlines(self) -> Deadlines:
        """By when what residents ask for is to be answered."""
        ...


class Agent(NamedTuple):
    """Who really acts where somebody acts for a resident (代办).

    Attributes:
        caller: the clerk's, guardian's or relative's own principal.
        mandate: id of the mandate they act on.
        matter: the one matter it is for: a purpose, or a group of the resident's own routes.
        guardian: whether they decide in the resident's place, rather than pass on what the resident decided.
        relative: whether they are a near relative of a resident who died.
    """

    caller: Caller
    mandate: str
    matter: str
    guardian: bool
    relative: bool = False

    @property
    def in_own_right(self) -> bool:
        """Whether what is asked for is their own wish, which they cannot decide about then."""
        return self.guardian or self.relative


class Asked(NamedTuple):
    """Who asks.

    Attributes:
        caller: the principal, and when the request began. Where somebody acts for a resident, the resident.
        trace_id: joins the entry with the operator's telemetry.
        agent: who really acts; None where everybody acts for themselves.
    """

    caller: Caller
    trace_id: str
    agent: Agent | None = None

    @property
    def actor(self) -> Caller:
        """Who really acts."""
        return self.agent.caller if self.agent else self.caller


class Refused(HubError):  # noqa: N818 - it is an answer, and in the trail like any other
    """A request that was refused; the refusal is recorded.

    Attributes:
        reason: why.
        receipt: of the entry that says so.
    """

    def __init__(self, reason: Reason, receipt: Receipt) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.receipt = receipt
