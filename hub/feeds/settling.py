"""From rows that are understood to what is to be written of each person: found, opened, merged, sealed."""

import uuid
from collections import ChainMap
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from hub.errors import BadInput
from hub.feeds.feed import Feed
from hub.feeds.merge import Conflict, merge
from hub.feeds.rows import Parsed
from hub.feeds.sealing import ALL_TIERS, Change, NewFile, OpenedSections, change, new_file_and_key
from hub.feeds.tied import Tied
from hub.model.file import Section, Sections
from hub.model.merge import is_tied
from hub.model.tier import Tier
from hub.store.bulk import BulkReader
from hub.store.keys import Keyring
from hub.store.sections import SealedFile, version_of
from hub.store.tokens import idno_token, rid_token

_RESERVED = 2000


CREATED, UPDATED, UNCHANGED, REJECTED = "created", "updated", "unchanged", "rejected"
"""What becomes of a row: members of `Counts`."""


class Row(NamedTuple):
    """A row that can be imported.

    Attributes:
        source: the number of its file among those that are imported together.
        row: its number in the file.
        cells: as read.
        parsed: what it says.
    """

    source: int
    row: int
    cells: list[Any]
    parsed: Parsed


class Outcome(NamedTuple):
    """What becomes of a row.

    Attributes:
        row: the row.
        kind: one of the four kinds.
        conflicts: where sources disagree.
        problem: why the row is rejected.
    """

    row: Row
    kind: str
    conflicts: tuple[Conflict, ...] = ()
    problem: BadInput | None = None


class Settled(NamedTuple):
    """What becomes of the rows about one person.

    Attributes:
        outcomes: of each row, in their order.
        made: what is to be written; None where nothing is new.
        trail_key: the key of what the trail says of the person, 32 bytes; empty where nothing is written.
        said: what the rows that change something say, by the number of their file; to be merged within the write where
            somebody has written to the file meanwhile.
        read: the versions of the sections that must not have changed till then.
    """

    outcomes: list[Outcome]
    made: NewFile | Change | Tied | None = None
    trail_key: bytes = b""
    said: Sequence[tuple[int, Tied]] = ()
    read: Mapping[Tier, int] = MappingProxyType({})


class Settler:
    """Settles the rows of one part of an import.

    Args:
        ring: the keys.
        reader: of the store.
        feeds: whose rows they are.
        reserve: given a number, the first of as many fresh internal ids.
    """

    def __init__(self, ring: Keyring, reader: BulkReader, feeds: Sequence[Feed], reserve: Callable[[int], int]) -> None:
        self._ring, self._reader, self._reserve = ring, reader, reserve
        needed = {Tier.CONTROL, Tier.BASIC, Tier.IDENTITY, Tier.CARE}.union(*(feed.tiers for feed in feeds))
        self._tiers = tuple(tier for tier in Tier if tier in needed)
        self._ids = iter(range(0))

    def settle(self, people: Mapping[str, Sequence[Row]]) -> Iterator[Settled]:
        """What becomes of the rows about each of some people, by identity number; nothing may be written in between."""
        tokens = [idno_token(self._ring, idno) for idno in people]
        carried = {row.parsed.rid for rows in people.values() for row in rows if row.parsed.rid}
        rids = {rid: rid_token(self._ring, rid) for rid in carried}
        found = self._reader.find_all(tokens, self._tiers)
        known = self._reader.known(list(rids.values())) if rids else set()
        taken = {rid for rid, token in rids.items() if token in known}
        for rows, token in zip(people.values(), tokens, strict=True):
            sealed = found.get(token)
            yield self._new(rows, token, rids, taken) if sealed is None else self._known(rows, sealed, taken)

    def _new(self, rows: Sequence[Row], token: bytes, rids: Mapping[str, bytes], taken: set[str]) -> Settled:
        merging = _Merging({}, "", taken)
        for row in rows:
            merging.add(row, UPDATED if merging.changed else CREATED)
        if not merging.changed:
            return Settled(merging.outcomes)
        rid = merging.rid or str(uuid.uuid4())
        lookups = rids.get(rid) or rid_token(self._ring, rid), token
        made, trail_key = new_file_and_key(self._ring, self._fresh_id(), merging.changed, rid, lookups)
        return Settled(merging.outcomes, made, trail_key)

    def _known(self, rows: Sequence[Row], sealed: SealedFile, taken: set[str]) -> Settled:
        held = OpenedSections(self._ring, sealed, ALL_TIERS)
        facts = held.facts()
        tied = is_tied(facts.terms)
        merging = _Merging(held, facts.rid, None if tied else taken)
        for row in rows:
            merging.add(row, UPDATED)
        outcomes, changed = merging.outcomes, merging.changed
        if len(rows) > 1:
            # One row may have undone what another did, as all of a meter's readings do that come again.
            changed = {tier: section for tier, section in changed.items() if section != held.get(tier, {})}
        if not changed and merging.rid == facts.rid:
            return Settled([each._replace(kind=UNCHANGED) if each.kind == UPDATED else each for each in outcomes])
        said = [
            (row.source, Tied(sealed.resident, self._tiers, row.parsed.values))
            for row, kind, *_ in outcomes
            if kind == UPDATED
        ]
        made = said[0][1] if tied else change(self._ring, sealed, held, changed, facts, rid=merging.rid)
        read = {tier: version_of(sealed.sections[tier]) for tier in (Tier.CONTROL, *changed)}
        return Settled(outcomes, made, held.trail_key(), said, read)

    def _fresh_id(self) -> int:
        resident = next(self._ids, None)
        if resident is None:
            resident = self._reserve(_RESERVED)
            self._ids = iter(range(resident + 1, resident + _RESERVED))
        return resident


class _Merging:
    """What the rows about one person change, merged one after the other.

    Args:
        held: the sections before.
        rid: the internal id before; empty for a new person.
        taken: internal ids that nobody may bring any more; None where this person's stays, whatever rows bring.
    """

    def __init__(self, held: Sections, rid: str, taken: set[str] | None) -> None:
        self._held = self._now = held
        self._taken = taken
        self.rid = rid
        self.changed: dict[Tier, Section] = {}
        self.outcomes: list[Outcome] = []

    def add(self, row: Row, kind: str) -> None:
        """Merge a row; `kind` is what becomes of it if it changes something."""
        try:
            renamed = self._rename(row.parsed.rid)
        except BadInput as problem:
            self.outcomes.append(Outcome(row, REJECTED, problem=problem))
            return
        merged = merge(self._now, row.parsed.values)
        if merged.changed:
            self.changed |= merged.changed
            # What earlier rows changed is held, too.
            self._now = ChainMap(self.changed, self._held) if self._held else self.changed  # type: ignore[arg-type]
        self.outcomes.append(Outcome(row, kind if merged.changed or renamed else UNCHANGED, merged.conflicts))

    def _rename(self, rid: str) -> bool:
        """Whether a row brings another internal id, one carried over from a former register. Raises BadInput."""
        if not rid or rid == self.rid or self._taken is None:
            return False
        if rid in self._taken:
            raise BadInput("rid", "is another person's")
        self._taken.add(rid)
        self.rid = rid
        return True
