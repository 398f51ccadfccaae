"""The end of retention (保存期限): what is past its date is removed, and the keys it was sealed under are destroyed.

A section from which something is removed is sealed anew under a fresh key, so that no copy of the store from before
opens any more. What is to be written is put on record first; then keys and sections change in one turn. A crash leaves
the old state or the intent, and whoever comes next, a start of the hub or the same command, carries it out.
"""

from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

from hub.errors import OperatorError
from hub.feeds.retaining import kept
from hub.feeds.sealing import ALL_TIERS, OpenedSections, change
from hub.model.ended import keeps_keys, without_ended
from hub.model.file import Section
from hub.model.freeze import Freeze
from hub.model.instant import day_of
from hub.model.subject import Facts
from hub.model.tier import Tier
from hub.rights.erasure import erase_person, is_held
from hub.rights.recording import pseudonym
from hub.rights.requests import FREEZE, IN_FORCE
from hub.store.accounts import SECTIONS, for_sections
from hub.store.control import content_of
from hub.store.controls import current
from hub.store.engine import Event, Tokens
from hub.store.installation import system_event
from hub.store.keys import Keyring
from hub.store.sections import SealedFile, data_key, encode, seal, version_of, with_fresh_keys
from hub.store.sqlcipher import SqlcipherReader
from hub.store.trail import prepare
from hub.store.transaction import SqlcipherTransaction
from hub.store.writer import Writer

KIND, PENDING = "retention", "pending"
"""Kind and id of the one control row that holds what a run is about to write."""
TOGETHER = 25
"""People a transaction: some 20 ms, so that answering goes on meanwhile."""
_PAGE = 500
_ALL = tuple(Tier)


class Retained(NamedTuple):
    """What a run did.

    Attributes:
        looked: at how many people.
        removed: from how many something was removed.
        erased: how many had nothing left and were erased.
        held: how many were left as they are, because something about them is open or frozen.
    """

    looked: int
    removed: int
    erased: int
    held: int


def retain(writer: Writer, reader: SqlcipherReader, ring: Keyring, visits: timedelta, at: datetime) -> Retained:
    """Remove from every file what is past its date. May be repeated, and goes on where it was interrupted.

    Args:
        writer: not in use by anybody else in this process.
        reader: with no view open: its old pages would keep the keys alive.
        ring: the keys.
        visits: for how long a visit is kept.
        at: when, UTC.

    Raises:
        TrailUnavailable: not everything is done; running it again goes on.
    """
    finish(writer, ring, at)
    day = day_of(at).isoformat().encode()
    after = reader.progress(KIND, day, 0)
    looked = removed = erased = held = 0
    while page := reader.residents(after, _PAGE):
        concerned = [each for each in page if _is_concerned(reader, ring, each, visits, at)]
        for start in range(0, len(concerned), TOGETHER):
            some = concerned[start : start + TOGETHER]
            planned = _run(writer, lambda tx, some=some: _plan(tx, ring, some, visits, at))
            held += len(some) - len(planned.items)
            removed += finish(writer, ring, at)
            for resident in planned.empty:
                erased += erase_person(writer, reader, ring, resident, at, partial(_has_values, ring, resident))
        looked, after = looked + len(page), page[-1]
        _run(writer, lambda tx, after=after: tx.put_progress(KIND, day, 0, after))
    _run(writer, lambda tx: tx.forget_progress(day))
    writer.settle_keys()
    return Retained(looked, removed, erased, held)


def finish(writer: Writer, ring: Keyring, at: datetime) -> int:
    """Carry out what was put on record and not finished; called at start-up too. Returns for how many people."""

    def action(tx: SqlcipherTransaction) -> int:
        found = current(tx.db, ring, KIND, PENDING)
        items: Any = found[0].body["items"] if found else []
        if not items:
            return 0
        done = sum(_apply(tx, ring, item, at) for item in items)
        tx.put_control(KIND, PENDING, {"items": []}, system_event(KIND, at, outcome="done", listed=done))
        return done

    return int(_run(writer, action))


class _Planned(NamedTuple):
    items: list[dict[str, Any]]
    empty: list[int]


def _is_concerned(reader: SqlcipherReader, ring: Keyring, resident: int, visits: timedelta, at: datetime) -> bool:
    sealed = reader.get(resident, _ALL)
    if sealed is None:
        return False
    held = OpenedSections(ring, sealed, ALL_TIERS)
    terms = held.facts().terms
    return bool(kept(held, day_of(at), visits)) or bool(terms and without_ended(terms, at) != terms)


def _plan(tx: SqlcipherTransaction, ring: Keyring, some: list[int], visits: timedelta, at: datetime) -> _Planned:
    """Put on record what is to be written of some people, as they are within this transaction."""
    frozen = {
        row.body["resident"]
        for row in current(tx.db, ring, FREEZE)
        if row.body["state"] == IN_FORCE and row.body["extent"] == Freeze.HELD
    }
    planned = _Planned([], [])
    for resident in some:
        sealed = tx.sealed(resident, _ALL)
        if sealed is None or resident in frozen or is_held(ring, [resident])(tx):
            continue
        held = OpenedSections(ring, sealed, ALL_TIERS)
        changed, facts = kept(held, day_of(at), visits), held.facts()
        planned.items.append(_item(ring, sealed, held, changed, facts))
        if changed and not any({**held, **changed}.values()):
            planned.empty.append(resident)
    tx.put_control(KIND, PENDING, {"items": planned.items}, system_event(KIND, at, outcome="intended"))
    return planned


def _item(
    ring: Keyring,
    sealed: SealedFile,
    held: OpenedSections,
    changed: Mapping[Tier, Section],
    facts: Facts,
) -> dict[str, Any]:
    resident = sealed.resident
    made = change(ring, sealed, held, changed, facts, rid=facts.rid)
    envelopes, keys = made.envelopes, sealed.keys
    if changed and not keeps_keys(facts.terms):
        keys, plain = with_fresh_keys(ring, sealed.keys, tuple(changed))
        envelopes = {
            tier: seal(plain[tier], resident, tier, version_of(sealed.sections[tier]) + 1, encode(section))
            for tier, section in changed.items()
        }
    fields = sorted(
        {key for tier, section in changed.items() for key in held[tier] if section.get(key) != held[tier][key]}
    )
    return {
        "resident": resident,
        "keys": _text(keys),
        "old_keys": _text(sealed.keys),
        "versions": {tier.value: version_of(sealed.sections[tier]) for tier in changed},
        "envelopes": {tier.value: _text(envelope) for tier, envelope in envelopes.items()},
        "facts": [made.facts.grid, made.facts.born, made.facts.life] if made.facts else None,
        "lists": [_text(token) for token in made.tokens.lists],
        "off_lists": [_text(token) for token in made.tokens.off_lists],
        "fields": fields,
    }


def _apply(tx: SqlcipherTransaction, ring: Keyring, item: dict[str, Any], at: datetime) -> bool:
    """Write what was put on record of one person, unless they were written to since; returns whether it was."""
    resident = int(item["resident"])
    versions = {Tier(tier): version for tier, version in item["versions"].items()}
    envelopes = {Tier(tier): b64decode(envelope) for tier, envelope in item["envelopes"].items()}
    facts, sealed = tx.facts(resident), tx.sealed(resident, (Tier.CONTROL, *versions))
    if facts is None or sealed is None or (versions and resident not in tx.as_read({resident: versions})):
        return False
    rotating = item["keys"] != item["old_keys"]
    replaced = rotating and not _opens(ring, sealed, versions)
    if replaced and not _opens(ring, sealed._replace(sections=envelopes), versions):
        return False  # somebody changed it behind the hub's back: `hub doctor` names it
    if rotating and not replaced:
        if keeps_keys(facts.terms) or not _are_keys_of(ring, b64decode(item["old_keys"]), sealed.keys):
            return False
        tx.replace_keys(resident, b64decode(item["keys"]))
    terms = without_ended(facts.terms, at)
    fresh = facts._replace(terms=terms)
    if item["facts"]:
        grid, born, life = item["facts"]
        fresh = fresh._replace(grid=grid, born=born, life=life)
    if fresh != facts:
        key = data_key(ring, sealed.keys, Tier.CONTROL, ALL_TIERS)
        version = version_of(sealed.sections[Tier.CONTROL]) + 1
        envelopes[Tier.CONTROL] = seal(key, resident, Tier.CONTROL, version, content_of(fresh))
    tokens = Tokens((), tuple(map(b64decode, item["lists"])), tuple(map(b64decode, item["off_lists"])))
    tx.update_sections(resident, envelopes, tokens)
    event = system_event(KIND, at, outcome="removed", **{SECTIONS: len(envelopes)})
    said = {"subject": pseudonym(ring, resident), "fields": item["fields"]} | for_sections(envelopes)
    trail_key = data_key(ring, sealed.keys, "trail", ALL_TIERS)
    tx.record(prepare(Event(event.act, said, resident, trail_key)))
    return True


def _has_values(ring: Keyring, resident: int, tx: SqlcipherTransaction) -> bool:
    sealed = tx.sealed(resident, _ALL)
    return sealed is not None and any(OpenedSections(ring, sealed, ALL_TIERS).values())


def _opens(ring: Keyring, sealed: SealedFile, tiers: Iterable[Tier]) -> bool:
    """Whether sections open under the keys beside them."""
    held = OpenedSections(ring, sealed, ALL_TIERS)
    try:
        for tier in tiers:
            held[tier]
    except OperatorError:
        return False
    return True


def _are_keys_of(ring: Keyring, wrapped: bytes, now: bytes) -> bool:
    """Whether some wrapped keys are those of now, perhaps under other keys of their tiers."""
    try:
        return all(data_key(ring, wrapped, tier, ALL_TIERS) == data_key(ring, now, tier, ALL_TIERS) for tier in _ALL)
    except OperatorError:
        return False  # a key of a tier that they were wrapped under was rotated out


def _text(part: bytes) -> str:
    return b64encode(part).decode()


def _run(writer: Writer, action: Any) -> Any:
    [result] = writer.run([action])
    if isinstance(result, Exception):
        raise result
    return result
