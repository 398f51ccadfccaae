"""What one batch of writes may do to the store: people, control rows, lists, and an entry for each change.

Bytes are bound as `bytearray`: for `bytes` the engine's module first looks for a way to adapt them, which costs 1 µs.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

import orjson

from audit.log import Entry
from audit.tables import empty
from hub.model.subject import Facts
from hub.model.tier import Tier
from hub.store.accounts import SECTIONS, for_sections
from hub.store.among import among
from hub.store.control import content_of, facts_in
from hub.store.controls import accounting_for, sealed
from hub.store.engine import ControlRow, Event, Place, Prepared, Tokens
from hub.store.keys import Keyring
from hub.store.ordinals import Ordinals
from hub.store.sections import VERSIONED_BYTES, SealedFile, data_key, keys_behind, rewrapped, seal, unseal, version_of
from hub.store.trail import finish, prepare
from hub.store.volumes import Volumes
from hub.store.warrants import AMENDING

_CREATE = f"INSERT INTO file VALUES (?{', ?' * len(Tier)})"  # noqa: S608 - only placeholders are put together
# A token that leads to somebody else already violates NOT NULL: it is never taken over, and never passed over either.
_PUT_LOOKUP = (
    "INSERT INTO lookup VALUES (?, ?) ON CONFLICT (token) "
    "DO UPDATE SET resident = NULL WHERE resident <> excluded.resident"
)
_PUT_ON_LIST = "INSERT OR IGNORE INTO list VALUES (?, ?)"
_TAKE_OFF_LIST = "DELETE FROM list WHERE token = ? AND resident = ?"


class SqlcipherTransaction:
    """What one batch may do to the store; see `Transaction` for each method's promise."""

    def __init__(self, db: Any, keys_db: Any, ring: Keyring, first: int, ordinals: Ordinals, volumes: Volumes) -> None:
        self.db = db
        self._keys_db = keys_db
        self._ring = ring
        self.first = first
        self._ordinals = ordinals
        self._volumes = volumes
        self.entries: list[Entry] = []
        self.changed = False

    def record(self, prepared: Prepared, counted: int | None = None) -> Place:
        """Append an event to the log, with what it counts for; returns where it stands."""
        position = self.first + len(self.entries)
        resident = prepared.event.resident
        ordinal = None if resident is None else self._ordinals.next(resident, position, counted)
        entry = finish(prepared, ordinal, self._ring.strangers)
        self.entries.append(entry)
        return Place(position, entry.ordinal_commitment, entry.leaf)

    def record_within(self, prepared: Prepared) -> Place | None:
        """Append an event that counts towards a filing's volume; None, and nothing appended, where it is used up."""
        event = prepared.event
        if event.quota is None or event.resident is None:
            return self.record(prepared)
        counted = self._volumes.take(event.quota, event.resident, self.first + len(self.entries))
        return None if counted is None else self.record(prepared, counted or None)

    def put_control(self, kind: str, id: str, body: dict[str, object], event: Event) -> Place:  # noqa: A002
        """Write a control row and the entry that accounts for it."""
        self.changed = True
        found = self.db.execute("SELECT version FROM control WHERE kind = ? AND id = ?", (kind, id)).fetchone()
        # The row names its entry and the entry the row's digest, so the entry's place is taken before it is written.
        row = ControlRow(kind, id, found[0] + 1 if found else 1, self.first + len(self.entries), body)
        stored = sealed(self._ring, row)
        place = self.record(prepare(accounting_for(self._ring, event, row, stored)))
        self.db.execute("INSERT OR REPLACE INTO control VALUES (?, ?, ?, ?, ?)", (*row[:4], stored))
        self.db.execute("UPDATE counter SET n = n + 1 WHERE name = 'control'")
        return place

    def pseudonym(self, value: bytes) -> str:
        """The trail's name for somebody, as `Keyring.pseudonym`."""
        return self._ring.pseudonym(value)

    def facts(self, resident: int) -> Facts | None:
        """What decisions must know of a person, as it stands within this transaction; None where there is nobody.

        Raises:
            OperatorError: the control section was changed behind the hub's back.
        """
        opened = self._control(resident)
        return opened and opened[2]

    def sealed(self, resident: int, tiers: Sequence[Tier]) -> SealedFile | None:
        """The row of a person with the envelopes of some tiers, as it stands within this transaction."""
        # Column names are members of `Tier`; the value is bound.
        query = f"SELECT {', '.join(tiers)} FROM file WHERE resident = ?"  # noqa: S608
        row = self.db.execute(query, (resident,)).fetchone()
        found = self._keys_db.execute("SELECT wrapped FROM data_key WHERE resident = ?", (resident,)).fetchone()
        if row is None or found is None:
            return None
        return SealedFile(resident, found[0], dict(zip(tiers, row, strict=True)))

    def amend(self, resident: int, facts: Facts, event: Event) -> Place:
        """Replace what decisions must know of a person, with the entry that accounts for it.

        Args:
            resident: the internal id of somebody who is there.
            facts: what the control section shall hold; made from what `facts` gave in this same transaction.
            event: what happened; whom it is about and under which key is filled in here.
        """
        self.changed = True
        keys, envelope, _ = self._control(resident) or _nobody(resident)
        key = data_key(self._ring, keys, Tier.CONTROL, AMENDING)
        fresh = seal(key, resident, Tier.CONTROL, version_of(envelope) + 1, content_of(facts))
        self.db.execute("UPDATE file SET control = ? WHERE resident = ?", (fresh, resident))
        act = event.act if isinstance(event.act, dict) else orjson.loads(event.act)
        return self.record(
            prepare(
                Event(
                    act | {SECTIONS: 1},
                    event.subject
                    | {"subject": self._ring.pseudonym_of(resident)}
                    | for_sections({Tier.CONTROL: fresh}),
                    resident,
                    data_key(self._ring, keys, "trail", AMENDING),
                )
            )
        )

    def sealed_facts(self, resident: int, facts: Facts) -> bytes:
        """The control section with other facts and the terms it has now, one version on; not written yet."""
        keys, envelope, now = self._control(resident) or _nobody(resident)
        key = data_key(self._ring, keys, Tier.CONTROL, AMENDING)
        fresh = facts._replace(terms=now.terms)
        return seal(key, resident, Tier.CONTROL, version_of(envelope) + 1, content_of(fresh))

    def list_under(self, resident: int, on: Sequence[bytes] = (), off: Sequence[bytes] = ()) -> None:
        """Put a person on lists and take them off others."""
        self._put_tokens([(resident, Tokens(lists=tuple(on), off_lists=tuple(off)))])

    def _control(self, resident: int) -> tuple[bytes, bytes, Facts] | None:
        row = self.db.execute("SELECT control FROM file WHERE resident = ?", (resident,)).fetchone()
        keys = self.wrapped_keys(resident)
        if row is None or keys is None:
            return None
        key = data_key(self._ring, keys, Tier.CONTROL, AMENDING)
        return keys, row[0], facts_in(unseal(key, resident, Tier.CONTROL, row[0]))

    def create_file(self, resident: int, keys: bytes, envelopes: Sequence[bytes], tokens: Tokens) -> None:
        """Add a person under a reserved id, with an envelope for every tier in the order of `Tier`."""
        self.create_files([(resident, keys, envelopes, tokens)])

    def create_files(self, files: Sequence[tuple[int, bytes, Sequence[bytes], Tokens]]) -> None:
        """Add people, each as `create_file` does."""
        if not files:
            return
        self.changed = True
        # The rows come first: where an id is taken, nothing may happen to the keys of the one who has it.
        self.db.executemany(_CREATE, [(resident, *map(bytearray, envelopes)) for resident, _, envelopes, _ in files])
        self._put_tokens([(resident, tokens) for resident, _, _, tokens in files])
        self._begin_keys()
        rows = [(resident, bytearray(rewrapped(self._ring, keys))) for resident, keys, _, _ in files]
        self._keys_db.executemany("INSERT OR REPLACE INTO data_key VALUES (?, ?)", rows)

    def _begin_keys(self) -> None:
        if not self._keys_db.in_transaction:
            self._keys_db.execute("BEGIN IMMEDIATE")
            # They may have been sealed before a rotation began, which looks for what is left from within this lock.
            self._ring.refresh()

    def as_read(self, read: Mapping[int, Mapping[Tier, int]]) -> set[int]:
        """Whose sections still have the versions in which they were read outside this transaction.

        Args:
            read: internal id to tier to version.
        """
        tiers = tuple(dict.fromkeys(tier for versions in read.values() for tier in versions))
        columns = "".join(f", substr({tier}, 1, {VERSIONED_BYTES})" for tier in tiers)
        # Column names are members of `Tier`; values are bound.
        query = f"SELECT resident{columns} FROM file WHERE resident IN "  # noqa: S608
        fresh = set()
        for resident, *parts in among(self.db, query, list(read)):
            now = dict(zip(tiers, parts, strict=True))
            if all(version_of(now[tier]) == version for tier, version in read[resident].items()):
                fresh.add(resident)
        return fresh

    def update_sections(self, resident: int, envelopes: dict[Tier, bytes], tokens: Tokens) -> None:
        """Replace sections of a person and add to the lists they are found by."""
        self.update_files([(resident, envelopes, tokens)])

    def update_files(self, changes: Sequence[tuple[int, dict[Tier, bytes], Tokens]]) -> None:
        """Replace sections of people, each as `update_sections` does."""
        if not changes:
            return
        self.changed = True
        alike: dict[tuple[Tier, ...], list[tuple[bytearray | int, ...]]] = {}
        for resident, envelopes, _ in changes:
            if envelopes:
                alike.setdefault(tuple(envelopes), []).append((*map(bytearray, envelopes.values()), resident))
        for tiers, rows in alike.items():
            assignments = ", ".join(f"{tier} = ?" for tier in tiers)
            # Column names are members of `Tier`; values are bound.
            self.db.executemany(f"UPDATE file SET {assignments} WHERE resident = ?", rows)  # noqa: S608
        self._put_tokens([(resident, tokens) for resident, _, tokens in changes])

    def purge(self, resident: int | None, emptied: Sequence[tuple[int, bytes]]) -> None:
        """Purge entries: what proves them stays, what they say goes, and whom they were about.

        Args:
            resident: the person all of them are about, or None.
            emptied: index of each, and the commitment to its act.
        """
        self.changed = True
        empty(self.db, emptied)
        if resident is not None:
            self._ordinals.unlink([index for index, _ in emptied])

    def counted(self, resident: int) -> int:
        """How many entries about a person have been counted so far."""
        return self._ordinals.count(resident)

    def rewrap(self, after: int, limit: int) -> tuple[int, int] | None:
        """Move people's data keys under the current keys of their tiers.

        Args:
            after: the internal id behind which to begin.
            limit: how many people to look at.

        Returns:
            The last person looked at, and of how many something was moved; None where there is nobody left.

        Raises:
            OperatorError: a data key was changed.
        """
        some = "SELECT resident, wrapped FROM data_key WHERE resident > ? ORDER BY resident LIMIT ?"
        found = self._keys_db.execute(some, (after, limit)).fetchall()
        if not found:
            return None
        moved = [(bytearray(new), who) for who, old in found if (new := rewrapped(self._ring, old)) is not old]
        if moved:
            self.changed = True
            self._keys_db.execute("BEGIN IMMEDIATE")
            self._keys_db.executemany("UPDATE data_key SET wrapped = ? WHERE resident = ?", moved)
        return int(found[-1][0]), len(moved)

    def keys_behind(self) -> dict[Tier, int]:
        """How many people have data keys under an older key of a tier, by tier."""
        return keys_behind(self._keys_db, self._ring)

    def wrapped_keys(self, resident: int) -> bytes | None:
        """A person's wrapped data keys; None where there is nobody (any more)."""
        found = self._keys_db.execute("SELECT wrapped FROM data_key WHERE resident = ?", (resident,)).fetchone()
        return found and bytes(found[0])

    def replace_keys(self, resident: int, keys: bytes) -> None:
        """Put other wrapped data keys in place of a person's: what only the old ones opened is noise from then on."""
        self.changed = True
        self._begin_keys()
        wrapped = bytearray(rewrapped(self._ring, keys))
        self._keys_db.execute("UPDATE data_key SET wrapped = ? WHERE resident = ?", (wrapped, resident))

    def probe(self) -> None:
        """Write something that means nothing, to see that writing works."""
        self.db.execute("UPDATE counter SET n = n + 1 WHERE name = 'probe'")

    def put_progress(self, feed: str, digest: bytes, part: int, row: int) -> None:
        """Note how far a part of an import has come."""
        self.db.execute("INSERT OR REPLACE INTO progress VALUES (?, ?, ?, ?)", (feed, digest, part, row))

    def forget_progress(self, digest: bytes) -> None:
        """Forget an import that has finished."""
        self.db.execute("DELETE FROM progress WHERE digest = ?", (digest,))

    def remove_file(self, resident: int, lookups: Sequence[bytes], lists: Sequence[bytes]) -> None:
        """Remove a person's row, count and tokens; their keys are destroyed before, see `Writer.destroy_keys`."""
        self.changed = True
        self.db.execute("DELETE FROM file WHERE resident = ?", (resident,))
        self._ordinals.remove(resident)
        self.db.executemany("DELETE FROM lookup WHERE token = ?", [(token,) for token in lookups])
        self.db.executemany(_TAKE_OFF_LIST, [(token, resident) for token in lists])

    def _put_tokens(self, people: Sequence[tuple[int, Tokens]]) -> None:
        # In the order of the tokens, so that neighbours in a page are written one after the other.
        lookups = sorted([(bytearray(token), resident) for resident, tokens in people for token in tokens.lookups])
        lost = [(bytearray(token), resident) for resident, tokens in people for token in tokens.off_lists]
        lists = sorted([(bytearray(token), resident) for resident, tokens in people for token in tokens.lists])
        for statement, rows in ((_PUT_LOOKUP, lookups), (_TAKE_OFF_LIST, lost), (_PUT_ON_LIST, lists)):
            if rows:
                self.db.executemany(statement, rows)


def _nobody(resident: int) -> NoReturn:
    raise AssertionError(f"the resident {resident} is not there")
