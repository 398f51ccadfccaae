"""Carrying out a merge or a separation: both files, both rows and all entries in one transaction.

The file that is given up stays as it is, under its own keys, and leads to the other one. What the other one was is kept
beside it as sealed, so that both can be restored. A crash leaves two files or one, never something in between.
"""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from hub.feeds.joining import joined, parted
from hub.feeds.sealing import ALL_TIERS, OpenedSections, change, lists_of, open_facts
from hub.model.file import Section
from hub.model.instant import timestamp
from hub.model.merge import (
    MERGE,
    MERGE_BEFORE,
    MERGED_INTO,
    MERGES,
    combined,
    has_open_matters,
    merged_into,
    restricted,
    taken_in,
)
from hub.model.merge import parted as parted_terms
from hub.model.protection import open_one
from hub.model.subject import Facts
from hub.model.terms import Terms, listed
from hub.model.tier import Tier
from hub.rights.desk import Asked
from hub.rights.recording import act_of, pseudonym
from hub.rights.requests import ERASURE
from hub.rights.requests import OPEN as ASKED_FOR
from hub.store.accounts import SECTIONS, for_sections
from hub.store.control import content_of
from hub.store.controls import current
from hub.store.engine import Event, Tokens
from hub.store.keys import Keyring
from hub.store.sections import SealedFile, data_key, seal, version_of
from hub.store.tokens import matter_token
from hub.store.trail import prepare
from hub.store.transaction import SqlcipherTransaction

KIND, BEFORE = MERGE, MERGE_BEFORE
_ALL = tuple(Tier)
_PROTECTION, _PROTECTED_AREAS = "protection", (2, 4, 6, 9, 12)
_BEING_ERASED = "SELECT 1 FROM erasure WHERE resident = ?"


class File(NamedTuple):
    """A whole file, opened.

    Attributes:
        sealed: the row with all its envelopes.
        sections: its sections.
        facts: what decisions know, with the terms.
    """

    sealed: SealedFile
    sections: OpenedSections
    facts: Facts


class Pair(NamedTuple):
    """The two files a merge is about: the one that goes on, and the one that is given up."""

    kept: File
    given_up: File


def open_pair(tx: SqlcipherTransaction, ring: Keyring, body: Mapping[str, Any]) -> Pair | None:
    """Both files of a merge as they are within a write; None where one of them is no more."""
    kept, given_up = (_opened(ring, tx.sealed(int(body[name]), _ALL)) for name in ("resident", "given_up"))
    return Pair(kept, given_up) if kept and given_up else None


def can_merge(tx: SqlcipherTransaction, ring: Keyring, pair: Pair, at: datetime) -> bool:
    """Whether nothing about the two waits for somebody who would no longer find it, and neither is being erased."""
    both = [each.sealed.resident for each in pair]
    if merged_into(pair.kept.facts.terms) is not None or has_open_matters(pair.given_up.facts.terms, at):
        return False
    if any(tx.db.execute(_BEING_ERASED, (resident,)).fetchone() for resident in both):
        return False
    erasures = (row.body for row in current(tx.db, ring, ERASURE) if row.body["resident"] in both)
    return not any(body["state"] in ASKED_FOR | {"approved"} for body in erasures)


def carry_out(tx: SqlcipherTransaction, ring: Keyring, asked: Asked, name: str, pair: Pair) -> None:
    """Make one file of two.

    Args:
        tx: the write.
        ring: the keys.
        asked: who decided.
        name: the merge's id.
        pair: the files, which may be merged.
    """
    kept, given_up = pair
    resident, other = kept.sealed.resident, given_up.sealed.resident
    body: dict[str, object] = {"resident": resident, "given_up": other} | {
        member: _kept_envelopes(each.sealed) for member, each in (("kept_before", kept), ("given_up_before", given_up))
    }
    tx.put_control(BEFORE, name, body, Event(_act(asked, name, "kept"), {"subject": ""}))
    terms = combined(kept.facts.terms, given_up.facts.terms, lambda: ring.sealed_id(_PROTECTION, resident))
    terms[MERGES] = [
        *listed(terms, MERGES),
        {"id": name, "resident": other, "at": timestamp(asked.caller.at), "came": {}},
    ]
    _rewrite(tx, ring, asked, name, kept, joined(kept.sections, given_up.sections), terms, "merged")
    led = given_up.facts._replace(terms={**given_up.facts.terms, MERGED_INTO: resident})
    tx.amend(other, led, Event(_act(asked, name, "merged"), {}))
    tx.list_under(other, off=lists_of(ring, given_up.sections, given_up.facts))


def separate(tx: SqlcipherTransaction, ring: Keyring, asked: Asked, name: str, pair: Pair) -> bool:
    """Make two files of one again, each as it was, with what has been written since.

    Args:
        tx: the write.
        ring: the keys.
        asked: who decided.
        name: the merge's id.
        pair: the files as they are.

    Returns:
        Whether it could be done: only the last of several merges of a file can be undone.
    """
    kept, given_up = pair
    resident, other = kept.sealed.resident, given_up.sealed.resident
    if taken_in(kept.facts.terms)[-1:] != [other]:
        return False
    [row] = current(tx.db, ring, BEFORE, name)
    before = _restored(ring, kept.sealed, row.body["kept_before"])
    then = _restored(ring, given_up.sealed, row.body["given_up_before"])
    [*_, last] = listed(kept.facts.terms, MERGES)
    files = parted(before.sections, then.sections, kept.sections, given_up.sections, last["came"])
    merged = combined(before.facts.terms, then.facts.terms, lambda: _carried_protection(kept.facts.terms, before))
    merged[MERGES] = [*listed(before.facts.terms, MERGES), {"id": name, "resident": other}]
    now = kept.facts.terms
    _rewrite(tx, ring, asked, name, kept, files.kept, parted_terms(before.facts.terms, merged, now), "separated")
    own = {kind: value for kind, value in given_up.facts.terms.items() if kind != MERGED_INTO}
    _rewrite(tx, ring, asked, name, given_up, files.given_up, restricted(own, merged, now), "separated", lists=True)
    emptied = {"resident": resident, "given_up": other, "kept_before": {}, "given_up_before": {}}
    tx.put_control(BEFORE, name, emptied, Event(_act(asked, name, "dropped"), {"subject": ""}))
    return True


def _act(asked: Asked, name: str, outcome: str) -> dict[str, object]:
    return act_of(asked, KIND, outcome, purpose=None, approval=name)


def _opened(ring: Keyring, sealed: SealedFile | None) -> File | None:
    return sealed and File(sealed, OpenedSections(ring, sealed, ALL_TIERS), open_facts(ring, sealed))


def _kept_envelopes(sealed: SealedFile) -> dict[str, str]:
    return {tier.value: b64encode(sealed.sections[tier]).decode() for tier in _ALL}


def _restored(ring: Keyring, sealed: SealedFile, envelopes: Any) -> File:
    then = sealed._replace(sections={tier: b64decode(envelopes[tier.value]) for tier in _ALL})
    return File(then, OpenedSections(ring, then, ALL_TIERS), open_facts(ring, then))


def _rewrite(
    tx: SqlcipherTransaction,
    ring: Keyring,
    asked: Asked,
    name: str,
    file: File,
    sections: Mapping[Tier, Section],
    terms: Terms,
    outcome: str,
    *,
    lists: bool = False,
) -> None:
    """Replace the sections of a file that differ, its terms and its lists, with the entry that accounts for it."""
    sealed, resident = file.sealed, file.sealed.resident
    differing = {tier: section for tier, section in sections.items() if section != file.sections[tier]}
    made = change(ring, sealed, file.sections, differing, file.facts, rid=file.facts.rid)
    facts = (made.facts or file.facts)._replace(terms=terms)
    key = data_key(ring, sealed.keys, Tier.CONTROL, ALL_TIERS)
    control = seal(key, resident, Tier.CONTROL, version_of(sealed.sections[Tier.CONTROL]) + 1, content_of(facts))
    envelopes = made.envelopes | {Tier.CONTROL: control}
    tokens = made.tokens
    if lists:
        tokens = Tokens(lists=lists_of(ring, {**file.sections, **differing}, facts), off_lists=tokens.off_lists)
    if open_one(terms) is not None:
        areas = [facts.grid[:length] for length in _PROTECTED_AREAS]
        tx.list_under(resident, on=[matter_token(ring, _PROTECTION, area) for area in areas])
    tx.update_sections(resident, envelopes, tokens)
    act = _act(asked, name, outcome) | {SECTIONS: len(envelopes)}
    said = {"subject": pseudonym(ring, resident)} | for_sections(envelopes)
    tx.record(prepare(Event(act, said, resident, data_key(ring, sealed.keys, "trail", ALL_TIERS))))


def _carried_protection(now: Terms, before: File) -> str:
    """The id that a protection got when it came over: whichever open one was not the kept file's own."""
    own = {each["id"] for each in listed(before.facts.terms, _PROTECTION)}
    return next((each["id"] for each in listed(now, _PROTECTION) if each["id"] not in own), "")
