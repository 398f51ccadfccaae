"""What `hub doctor` looks at, one finding each."""

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from audit.errors import LogError, VerificationError
from audit.log import fsck, latest_checkpoint, tree
from audit.witness_client import Outcome, Shown
from hub.errors import HubError
from hub.feeds.sealing import ALL_TIERS, OpenedSections, open_facts
from hub.model.tier import Tier
from hub.rules.records import KIND, must_be_held, refuse_older, texts_of
from hub.rules.starting import differing_files
from hub.rules.texts import read_texts, rules_from
from hub.store.directory import Directory, open_keyring
from hub.store.installation import open_writer, signer, system_event
from hub.store.keys import Keyring
from hub.store.pages import integrity
from hub.store.purged import emptied_entries
from hub.store.sections import SealedFile, keys_behind
from hub.store.sqlcipher import Failure, SqlcipherReader, connect
from hub.store.trail import prepare
from hub.store.witnesses import against, load_witnesses, raise_alarm
from hub.store.witnessing import ask_now

LEAST_FREE = 512 * 1024 * 1024
"""Bytes of free disk under which the trail is in danger of stopping."""
SAMPLED = 200
NAMED = 20
"""How many tiers that the log contradicts are named one by one."""
_FUTURE = timedelta(minutes=5)


class Finding(NamedTuple):
    """One thing that was looked at.

    Attributes:
        what: its name.
        found: what was seen.
        mend: what to do about it; empty where it is well.
    """

    what: str
    found: str
    mend: str = ""


def examine(path: Path) -> Iterator[Finding]:
    """Look at everything, the groundwork first; what cannot be opened ends the examination."""
    directory = Directory(path)
    try:
        ring = open_keyring(directory)
        yield Finding("keys", f"open, in {directory.keys}")
        # Before anything is written: whoever signs on an older copy makes a second history of the log.
        yield from _witnesses(directory, ring)
        writer = open_writer(directory, ring)
        # Looking into files is an access like any other, even if nobody is shown anything.
        writer.run([lambda tx: tx.record(prepare(system_event("examination", datetime.now(UTC))))], sign=True)
        writer.close()
    except (HubError, LogError) as error:
        yield Finding("opening", str(error), "follow the sentence before this one; nothing else can be checked")
        return
    yield _custody(directory)
    yield _rotation(directory, ring)
    yield _outside(directory)
    reader = SqlcipherReader(directory, ring)
    try:
        yield _pages(directory, ring)
        yield _sections(reader, ring)
        yield _controls(reader)
        yield from _rules(directory, reader)
        yield from _accounts(reader)
        yield _purged(reader)
        yield from _log(reader)
    finally:
        reader.close()
    yield _disk(path)


def _custody(directory: Directory) -> Finding:
    if directory.path.stat().st_dev != directory.keys.stat().st_dev:
        return Finding("custody", "keys and data are on different volumes")
    advice = "" if directory.is_development else "mount the keys directory from another volume, or a key service"
    return Finding("custody", "keys and data are on one volume: whoever takes the disk has both", advice)


def _rotation(directory: Directory, ring: Keyring) -> Finding:
    """Whether a rotation is complete: one key a tier in the keyring, and no data key under any other."""
    try:
        with closing(connect(directory.data_keys, ring)) as db:
            behind = keys_behind(db, ring)
            [(people,)] = db.execute("SELECT count(*) FROM data_key").fetchall()
    except Failure:
        return Finding(
            "key rotation", f"{directory.data_keys} cannot be read: it is damaged", "restore it from a backup"
        )
    kept = [tier.value for tier, numbers in ring.key_ids.items() if len(numbers) > 1]
    if behind or kept:
        left = ", ".join(f"{number} under an older key of {tier}" for tier, number in behind.items()) or "none"
        mend = "run `hub keys rotate`: it goes on where it was broken off"
        return Finding("key rotation", f"not complete for {', '.join(kept) or 'a tier'}; data keys left: {left}", mend)
    current = ", ".join(f"{tier} {numbers[-1]}" for tier, numbers in ring.key_ids.items())
    return Finding("key rotation", f"the data keys of {people} people are under the current keys alone: {current}")


def _outside(directory: Directory) -> Finding:
    if directory.checkpoint.is_file():
        return Finding("outside checkpoint", "agrees with the log")
    mend = "put the newest copy you have there: without it, an old database put back goes unseen"
    return Finding("outside checkpoint", f"{directory.checkpoint} is missing", mend)


def _witnesses(directory: Directory, ring: Keyring) -> Iterator[Finding]:
    policy = load_witnesses(directory, signer(directory, ring).verifier)
    if policy is None:
        yield Finding("witnesses", "none are named; whoever puts back store and keys together goes unseen")
        return
    reader = SqlcipherReader(directory, ring)
    try:
        gathered = ask_now(directory, policy, reader, again=True)
    finally:
        reader.close()
    raise_alarm(directory, against(gathered) if gathered else [])
    for shown in gathered.shown if gathered else ():
        yield _witness(shown)


def _witness(shown: Shown) -> Finding:
    name = shown.witness.key.name
    if shown.outcome is Outcome.COSIGNED:
        return Finding("witnesses", f"{name} has seen this log grow, up to {shown.size} entries")
    if shown.outcome is Outcome.CONTRADICTED:
        mend = "stop serving, keep all files for the auditor; an older copy was put back, or there are two histories"
        return Finding("witnesses", f"{name} contradicts the log: {shown.reason}", mend)
    return Finding("witnesses", f"{name} has not answered: {shown.reason}", "ask whoever runs it; it is tried again")


def _pages(directory: Directory, ring: Keyring) -> Finding:
    databases = (directory.store, directory.data_keys)
    problems = [f"{path.name}: {text}" for path in databases for text in integrity(path, ring)]
    mend = "restore the named database from a backup, then run `hub doctor` again" if problems else ""
    return Finding("pages", problems[0] if problems else "every page is authentic", mend)


def _sections(reader: SqlcipherReader, ring: Keyring) -> Finding:
    damaged = read = 0
    for resident in reader.some_residents(SAMPLED):
        sealed = reader.get(resident, tuple(Tier))
        read += 1
        damaged += not _opens(sealed, ring)
    found = f"{read} files opened in every tier" if not damaged else f"{damaged} of {read} files do not open"
    return Finding("files", found, "restore the store and `keys.db` from a backup" if damaged else "")


def _opens(sealed: SealedFile | None, ring: Keyring) -> bool:
    if sealed is None:
        return False  # its data keys are gone
    try:
        open_facts(ring, sealed)
        dict(OpenedSections(ring, sealed, ALL_TIERS))
    except HubError:
        return False
    return True


def _controls(reader: SqlcipherReader) -> Finding:
    damaged = reader.damaged()
    if not damaged:
        return Finding("control rows", "all authentic")
    return Finding("control rows", f"changed behind the hub's back: {damaged[0]}", "load principals or filings again")


def _accounts(reader: SqlcipherReader) -> Iterator[Finding]:
    damaged = reader.damaged_files(NAMED + 1)
    if not damaged:
        yield Finding("files and log", "every tier is as the log says it was written last")
        return
    mend = "keep the store for the auditor, restore it from a backup that the log accounts for, or import again"
    for each in damaged[:NAMED]:
        yield Finding("files and log", each, mend)
    if len(damaged) > NAMED:
        yield Finding("files and log", f"there are more than these {NAMED}", mend)


def _purged(reader: SqlcipherReader) -> Finding:
    with reader.view():
        emptied = list(islice(emptied_entries(reader.db, reader.ring), NAMED + 1))
    if not emptied:
        return Finding("purged entries", "every entry that shows nothing was purged on record")
    named = ", ".join(map(str, emptied[:NAMED])) + (" and more" if len(emptied) > NAMED else "")
    mend = "keep the store for the auditor, restore it from a backup"
    return Finding("purged entries", f"emptied behind the log's back: {named}", mend)


def _log(reader: SqlcipherReader) -> Iterator[Finding]:
    yield _attempt("log", lambda: _rebuilt(reader))
    last = latest_checkpoint(reader.db)
    if last is None:
        yield Finding("checkpoint", "none was signed yet", "start the hub once; it signs within a second")
        return
    ahead = last.time - datetime.now(UTC)
    if ahead > _FUTURE:
        yield Finding("clock", "the last checkpoint lies in the future", "set this machine's clock right")
    else:
        yield Finding("clock", f"agrees with the last checkpoint, over {last.size} entries")


def _rebuilt(reader: SqlcipherReader) -> str:
    with reader.view():
        fsck(reader.db)
        return f"{tree(reader.db).size} entries, every leaf and the root recomputed"


def _attempt(what: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(what, look())
    except (LogError, VerificationError) as error:
        return Finding(what, str(error), "stop serving, keep the files for the auditor, restore from a backup")


def _rules(directory: Directory, reader: SqlcipherReader) -> Iterator[Finding]:
    try:
        if directory.is_development and not reader.control(KIND):
            count = len(rules_from(read_texts(directory)).policies.purposes)
            yield Finding("policies", f"{count} purposes in the files, which the first start puts on record")
            return
        started = time.perf_counter()
        standing = must_be_held(reader)
        refuse_older(directory, standing)
        rules = rules_from(texts_of(reader, standing.digest))
    except HubError as error:
        yield Finding("policies", str(error), "nothing is served by rules that cannot be trusted; do as it says")
        return
    spent = (time.perf_counter() - started) * 1000
    count = len(rules.policies.purposes)
    yield Finding("policies", f"{count} purposes in version {standing.version} of the rules, loaded in {spent:.0f} ms")
    days = rules.retention.trail.days
    yield Finding("retention", f"nothing of the trail is purged before it is {days} days old")
    try:
        differing = differing_files(rules, read_texts(directory))
    except HubError as error:
        yield Finding("rule files", str(error), "run `hub policy check` and mend what it names")
        return
    if not differing:
        yield Finding("rule files", f"are the rules in force, {rules.digest[:12]}")
        return
    mend = "" if directory.is_development else "put the files back, or ask for a change with `hub rules propose`"
    yield Finding("rule files", f"{', '.join(differing)} differ from the rules in force, {rules.digest[:12]}", mend)


def _disk(path: Path) -> Finding:
    free = shutil.disk_usage(path).free
    mend = "free space or grow the volume: when it is full, nothing can be recorded and nothing is disclosed"
    return Finding("disk", f"{free // 1024 // 1024} MiB free", "" if free >= LEAST_FREE else mend)
