"""From rows that are understood to what is to be written of each person: found, opened, merged, sealed."""

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from hub.errors import BadInput
from hub.feeds.feed import Feed
from hub.feeds.merge import Conflict, merge
from hub.feeds.rows import Parsed
from hub.feeds.sealing import ALL_TIERS, Change, NewFile, OpenedSections, change, new_file_and_key
from hub.feeds.tied import Tied
from hub.model.merge import is_tied
from hub.model.tier import Tier
from hub.store.bulk import BulkReader
from hub.store.keys import Keyring
from hub.store.sections import SealedFile, version_of
from hub.store.tokens import idno_token, rid_token

_RESERVED = 2000


class Row(NamedTuple):
    """A row that can be imported.

    Attributes:
        row: its number in the file.
        cells: as read.
        parsed: what it says.
    """

    row: int
    cells: list[Any]
    parsed: Parsed


class Settled(NamedTuple):
    """What becomes of a row.

    Attributes:
        made: what is to be written; None where nothing is new, or the row is to be rejected.
        trail_key: the key of what the trail says of the person, 32 bytes; empty where nothing is written.
        conflicts: where sources disagree.
        problem: why the row is to be rejected.
        said: what the row says, to be merged within the write where somebody has written to the file meanwhile.
        read: the versions of the sections that must not have changed till then.
    """

    made: NewFile | Change | Tied | None = None
    trail_key: bytes = b""
    conflicts: tuple[Conflict, ...] = ()
    problem: BadInput | None = None
    said: Tied | None = None
    read: Mapping[Tier, int] = MappingProxyType({})


class Settler:
    """Settles the rows of one part of an import.

    Args:
        ring: the keys.
        reader: of the store.
        feed: whose rows they are.
        reserve: given a number, the first of as many fresh internal ids.
    """

    def __init__(self, ring: Keyring, reader: BulkReader, feed: Feed, reserve: Callable[[int], int]) -> None:
        self._ring, self._reader, self._reserve = ring, reader, reserve
        needed = feed.tiers | {Tier.CONTROL, Tier.BASIC, Tier.IDENTITY, Tier.CARE}
        self._tiers = tuple(tier for tier in Tier if tier in needed)
        self._ids = iter(range(0))

    def settle(self, rows: Sequence[Row]) -> Iterator[Settled]:
        """What becomes of each of some rows, no two about one person; nothing may be written in between."""
        tokens = [idno_token(self._ring, row.parsed.idno) for row in rows]
        rids = {rid: rid_token(self._ring, rid) for row in rows if (rid := row.parsed.rid)}
        found = self._reader.find_all(tokens, self._tiers)
        known = self._reader.known(list(rids.values())) if rids else set()
        taken = {rid for rid, token in rids.items() if token in known}
        for row, token in zip(rows, tokens, strict=True):
            try:
                yield self._one(row.parsed, token, found.get(token), taken)
            except BadInput as problem:
                yield Settled(problem=problem)

    def _one(self, parsed: Parsed, token: bytes, sealed: SealedFile | None, taken: set[str]) -> Settled:
        if sealed is None:
            _take_rid(parsed.rid, "", taken)
            rid = parsed.rid or str(uuid.uuid4())
            sections = merge({}, parsed.values).changed
            return Settled(*new_file_and_key(self._ring, self._fresh_id(), sections, rid, token))
        held = OpenedSections(self._ring, sealed, ALL_TIERS)
        facts = held.facts()
        merged = merge(held, parsed.values)
        tied = is_tied(facts.terms)
        renamed = not tied and _take_rid(parsed.rid, facts.rid, taken)
        if not merged.changed and not renamed:
            return Settled(conflicts=merged.conflicts)
        said = Tied(sealed.resident, self._tiers, parsed.values)
        rid = parsed.rid if renamed else facts.rid
        made = said if tied else change(self._ring, sealed, held, merged.changed, facts, rid=rid)
        read = {tier: version_of(sealed.sections[tier]) for tier in (Tier.CONTROL, *merged.changed)}
        return Settled(made, held.trail_key(), merged.conflicts, said=said, read=read)

    def _fresh_id(self) -> int:
        resident = next(self._ids, None)
        if resident is None:
            resident = self._reserve(_RESERVED)
            self._ids = iter(range(resident + 1, resident + _RESERVED))
        return resident


def _take_rid(rid: str, known: str, taken: set[str]) -> bool:
    """Whether a row brings another internal id, one carried over from a former register. Raises BadInput."""
    if not rid or rid == known:
        return False
    if rid in taken:
        raise BadInput("rid", "is another person's")
    taken.add(rid)
    return True
