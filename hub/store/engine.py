"""What a storage engine must offer: the protocol that SQLCipher implements and a second engine will."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import NamedTuple, Protocol

from audit.log import StoredEntry
from audit.published import Resource
from hub.model.tier import Tier
from hub.store.sections import SealedFile
from hub.store.volumes import Quota


class ControlRow(NamedTuple):
    """One authenticated control row.

    Attributes:
        kind: `principal`, `filing` and so on.
        id: unique within the kind.
        version: counts from 1.
        entry: index of the log entry that made this version.
        body: what the row says, as JSON can hold it.
    """

    kind: str
    id: str
    version: int
    entry: int
    body: dict[str, object]


class Reader(Protocol):
    """Consistent reads on one connection, for one thread."""

    def view(self) -> AbstractContextManager[None]:
        """A block in which all reads see one state of the store."""
        ...

    def begin(self) -> None:
        """Keep the state of the store as it is now in view."""
        ...

    def end(self) -> None:
        """See the store as it changes again."""
        ...

    def find(self, token: bytes, tiers: Sequence[Tier]) -> SealedFile | None:
        """The sealed file a blind index token leads to, with the envelopes of `tiers`."""
        ...

    def get(self, resident: int, tiers: Sequence[Tier]) -> SealedFile | None:
        """The sealed file of an internal id, with the envelopes of `tiers`."""
        ...

    def decoy(self, token: bytes, tiers: Sequence[Tier]) -> SealedFile | None:
        """Some sealed file, chosen by the token: read where nothing was found, so that both take as long."""
        ...

    def roster(self, token: bytes, after: int, limit: int) -> list[int]:
        """Internal ids on a list, ascending, behind `after`."""
        ...

    def control_version(self) -> int:
        """Changes whenever a control row does."""
        ...

    def receipt(self, index: int) -> bytes | None:
        """The proof that an entry is in the log, or None where no checkpoint covers it."""
        ...

    def published(self, path: str) -> Resource | None:
        """What the log publishes at a path such as `checkpoint` or `tile/0/000`, or None where there is nothing."""
        ...

    def alarm(self) -> bool:
        """Whether a witness contradicts the log."""
        ...

    def about(self, resident: int, since: int, before: int, limit: int) -> list[int]:
        """Indexes of the entries about a person from `since` on and below `before`, newest first."""
        ...

    def whom(self, index: int) -> int | None:
        """The internal id of the person an entry is about, or None."""
        ...

    def entries(self, indexes: Sequence[int]) -> list[StoredEntry]:
        """Entries of the log as stored, in the order asked; what there is none of, or was purged, is left out."""
        ...

    def session(self, name: bytes) -> bytes | None:
        """The sealed session of a name, ended by time or not, or None."""
        ...

    def control(self, kind: str, name: str | None = None) -> list[ControlRow]:
        """The authentic rows of a kind, or of one name; a row changed behind the hub's back stands for nothing."""
        ...


class Event(NamedTuple):
    """Something to record.

    Attributes:
        act: who, when, purpose, fields, basis, outcome: stays for ever, so it names no data subject. Where its
            canonical bytes are known, those.
        subject: who it is about, and what only they and the trail's readers may know.
        resident: the data subject's internal id, or None where there is none in the store.
        trail_key: the data subject's trail key (32 bytes), or None where `resident` is.
        quota: of how many people it may be one today, or None where nobody counts.
    """

    act: dict[str, object] | bytes
    subject: dict[str, object]
    resident: int | None = None
    trail_key: bytes | None = None
    quota: Quota | None = None


class Receipt(NamedTuple):
    """Proof that an event is in the log.

    Attributes:
        origin: the log's name.
        position: the entry's index, from 0.
        leaf: leaf data, 32 bytes.
        act: the act as recorded, canonical bytes.
        act_salt: 32 bytes.
        subject_commitment: 32 bytes.
        ordinal_commitment: 32 bytes.
    """

    origin: str
    position: int
    leaf: bytes
    act: bytes
    act_salt: bytes
    subject_commitment: bytes
    ordinal_commitment: bytes


class Transaction(Protocol):
    """What a write may do; it may run twice, so it must not touch anything outside the store."""

    def record(self, prepared: "Prepared") -> "Place":
        """Append an event to the log; returns where it stands."""
        ...

    def put_control(self, kind: str, id: str, body: dict[str, object], event: Event) -> "Place":  # noqa: A002
        """Write a control row and the entry that accounts for it."""
        ...

    def create_file(self, resident: int, keys: bytes, envelopes: Sequence[bytes], tokens: "Tokens") -> None:
        """Add a person under a reserved id, with an envelope for every tier in the order of `Tier`."""
        ...

    def create_files(self, files: Sequence[tuple[int, bytes, Sequence[bytes], "Tokens"]]) -> None:
        """Add people, each as `create_file` does."""
        ...

    def update_sections(self, resident: int, envelopes: dict[Tier, bytes], tokens: "Tokens") -> None:
        """Replace sections of a person and add to the lists they are found by."""
        ...

    def update_files(self, changes: Sequence[tuple[int, dict[Tier, bytes], "Tokens"]]) -> None:
        """Replace sections of people, each as `update_sections` does."""
        ...


class Tokens(NamedTuple):
    """How a person is found: blind index tokens of their own, and of the lists they are on and no longer on."""

    lookups: tuple[bytes, ...] = ()
    lists: tuple[bytes, ...] = ()
    off_lists: tuple[bytes, ...] = ()


class Prepared(NamedTuple):
    """An event with everything computed that does not depend on its place in the log."""

    event: Event
    act: bytes
    act_salt: bytes
    act_commitment: bytes
    subject: bytes
    subject_salt: bytes
    subject_commitment: bytes
    ordinal_salt: bytes


class Place(NamedTuple):
    """Where an event stands in the log.

    Attributes:
        position: the entry's index, from 0.
        ordinal_commitment: commitment to the count of entries about its data subject, 32 bytes.
        leaf: leaf data, 32 bytes.
    """

    position: int
    ordinal_commitment: bytes
    leaf: bytes
