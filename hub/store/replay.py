"""The log against the store: what each says was written last, and where they part.

People are looked at slice by slice, so that the memory taken does not grow with how many there are.
"""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from hub.model.tier import Tier
from hub.store.accounts import OF_HUB, ROW, SECTIONS, Accounted, row_in, row_name, sections_in
from hub.store.controls import opened
from hub.store.keys import Keyring
from hub.store.opening import ALL_ENTRIES, Opener
from hub.store.sections import version_of

SLICE = 20_000
"""Internal ids that are looked at together: some 40 MB."""
# What stands in an act cannot look like a member: its quotation marks are escaped.
_ROW_MARK, _OF_HUB = f'"{ROW}":"'.encode(), f'"{ROW}":"{OF_HUB}"'.encode()
_SECTION_MARK, _ERASURE = f'"{SECTIONS}":'.encode(), b'"kind":"erasure"'
_WITH_ROWS = f"{ALL_ENTRIES} WHERE instr(e.act, ?) ORDER BY e.idx"
# Whom an entry is about comes first: most entries are about other people than those of the slice.
_WITH_SECTIONS = (
    "SELECT e.idx, e.act, e.act_salt, e.subject_commitment, e.ordinal_commitment, e.sealed, a.resident, k.wrapped "
    "FROM about a CROSS JOIN log_entry e ON e.idx = a.entry LEFT JOIN keys.data_key k ON k.resident = a.resident "
    "WHERE a.resident >= ? AND a.resident < ? AND instr(e.act, ?) ORDER BY a.entry"
)
_ABOUT_NOBODY = "SELECT count(*) FROM log_entry WHERE instr(act, ?) AND idx NOT IN (SELECT entry FROM about)"
_FILES = f"SELECT resident, {', '.join(Tier)} FROM file WHERE resident >= ? AND resident < ? ORDER BY resident"  # noqa: S608 - members of `Tier`
_LAST = "SELECT max(coalesce((SELECT max(resident) FROM file), 0), coalesce((SELECT max(resident) FROM about), 0))"

Files = dict[int, dict[str, Accounted]]


def contradicted_rows(db: Any, ring: Keyring) -> list[str]:
    """Control rows that are not as the log says they were written last.

    Args:
        db: the store, with the data keys, in one view.
        ring: the keys.

    Returns:
        Kinds and ids of rows that were changed or put back, and how many were removed.
    """
    rows = db.execute("SELECT kind, id, version, entry, body FROM control ORDER BY kind, id").fetchall()
    changed = [f"{row[0]} {row[1]}" for row in rows if opened(ring, row) is None]
    if changed:
        return changed
    last, unopened, problems = _last_rows(db, ring)
    there = {row_name(ring, row[0], row[1]): row for row in rows}
    for name, (kind, id_, version, entry, body) in there.items():
        # Of a row about somebody who was erased nothing is known any more, and it opens nothing.
        if entry not in unopened and last.get(name) != (entry, version, sha256(body).digest()):
            problems.append(f"{kind} {id_}")
    removed = len(last.keys() - there.keys())
    return problems + ([f"{removed} that the log accounts for are missing"] if removed else [])


def contradicted_files(db: Any, ring: Keyring) -> Iterator[str]:
    """Files, or tiers of them, that are not as the log says they were written last.

    Args:
        db: the store, with the data keys, in one view.
        ring: the keys.

    Yields:
        The person's pseudonym, the tier, and what became of it.
    """
    yield from _hidden(db)
    [(last,)] = db.execute(_LAST).fetchall()
    for start in range(0, last + 1, SLICE):
        yield from _slice(db, ring, start)


def _last_rows(db: Any, ring: Keyring) -> tuple[dict[str, tuple[int, int, bytes]], set[int], list[str]]:
    """Entry, version and digest of each row's last writing; entries about erased people; entries that should open."""
    opener, erased = Opener(ring), _has_erased(db)
    last: dict[str, tuple[int, int, bytes]] = {}
    unopened: set[int] = set()
    problems = []
    for index, act, salt, committed, _, sealed, resident, wrapped in db.execute(_WITH_ROWS, (_ROW_MARK,)):
        parts = opener.open(act, salt, committed, sealed, resident, wrapped)
        if parts is not None and (row := row_in(parts.subject)):
            last[row.name] = (index, row.version, row.digest)
        elif erased and resident is None and _OF_HUB not in act:
            unopened.add(index)
        else:
            problems.append(f"entry {index}, which accounts for a row, does not open")
    return last, unopened, problems


def _has_erased(db: Any) -> bool:
    return db.execute("SELECT 1 FROM log_entry WHERE instr(act, ?) LIMIT 1", (_ERASURE,)).fetchone() is not None


def _hidden(db: Any) -> Iterator[str]:
    [(nobodys,)] = db.execute(_ABOUT_NOBODY, (_SECTION_MARK,)).fetchall()
    if nobodys and not _has_erased(db):
        yield f"of {nobodys} entries that account for files, it was removed whom they are about"


def _slice(db: Any, ring: Keyring, start: int) -> Iterator[str]:
    known: Files = {}
    broken: set[int] = set()
    opener = Opener(ring)
    found = db.execute(_WITH_SECTIONS, (start, start + SLICE, _SECTION_MARK))
    for _, act, salt, committed, _, sealed, resident, wrapped in found:
        parts = opener.open(act, salt, committed, sealed, resident, wrapped)
        if parts is None:
            broken.add(resident)
        else:
            known.setdefault(resident, {}).update((each.name, each) for each in sections_in(parts.subject))
    for resident, *envelopes in db.execute(_FILES, (start, start + SLICE)):
        name = ring.pseudonym_of(resident)
        accounts = known.pop(resident, None)
        if resident in broken:
            broken.discard(resident)
            yield f"{name}: an entry about this person does not open"
        elif accounts is None:
            yield f"{name}: no entry accounts for this file"
        else:
            yield from _compared(name, accounts, envelopes)
    intended = {row[0] for row in db.execute("SELECT resident FROM erasure")}
    for resident in sorted((known.keys() | broken) - intended):
        name = ring.pseudonym_of(resident)
        more = ", with the keys to what the log says of it" if resident in broken else ""
        yield f"{name}: the file was removed{more}"


def _compared(name: str, accounts: dict[str, Accounted], envelopes: list[bytes]) -> Iterator[str]:
    for tier, envelope in zip(Tier, envelopes, strict=True):
        account = accounts.get(tier)
        if account is None:
            yield f"{name} {tier}: no entry accounts for it"
        elif sha256(envelope).digest() != account.digest:
            older = len(envelope) > 5 and version_of(envelope) < account.version  # noqa: PLR2004 - suite and version
            yield f"{name} {tier}: {'an older version was put back' if older else 'it was changed'}"


def standing_entries(db: Any, ring: Keyring) -> Iterator[int]:
    """Entries without which the log could not be held against the store any more: the last about each row and section.

    Args:
        db: the store, with the data keys, in one view.
        ring: the keys.
    """
    rows, unopened, _ = _last_rows(db, ring)
    yield from (index for index, _, _ in rows.values())
    yield from unopened
    [(last,)] = db.execute(_LAST).fetchall()
    for start in range(0, last + 1, SLICE):
        opener, latest = Opener(ring), dict[tuple[int, str], int]()
        found = db.execute(_WITH_SECTIONS, (start, start + SLICE, _SECTION_MARK))
        for index, act, salt, committed, _, sealed, resident, wrapped in found:
            parts = opener.open(act, salt, committed, sealed, resident, wrapped)
            if parts is None:
                yield index  # whatever it is, it is not to go before somebody has looked
            else:
                latest.update(((resident, each.name), index) for each in sections_in(parts.subject))
        yield from latest.values()
