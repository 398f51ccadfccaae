"""The trail: recording by many at once, rebuilding a published log, opening and proving whatever the size."""

import asyncio
import gc
import hashlib
import os
import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from audit import log
from audit.note import Signer
from audit.policy import parse_trust
from audit.published import publish
from audit.rebuild import rebuild
from audit.source import Folder
from hub.bench.report import Row
from hub.bench.scale import Scale
from hub.model.instant import now_utc
from hub.store.directory import Directory, open_keyring
from hub.store.engine import Event
from hub.store.installation import create, open_writer, system_event
from hub.store.lane import Lane
from hub.store.sqlcipher import connect

WRITERS = 500
_ORIGIN = "bench.example/log"
_LARGEST_RECEIPT = 3 * 1024
_BATCH = 4096
_TRIES = 31
_FLAT = 2.0


def measure_trail(scale: Scale, folder: Path) -> list[Row]:
    """All figures of the trail."""
    return [*_recording(scale, folder), *_published(scale, folder), *_sizes(scale, folder)]


class _Recorded(NamedTuple):
    """What one load of events saw: events a second, p99, how old the newest checkpoint grew; seconds."""

    rate: float
    p99: float
    behind: float


def _recording(scale: Scale, folder: Path) -> list[Row]:
    path = folder / "recording"
    _remove(path)
    directory = create(path)
    plain, events = [], []
    for _ in range(scale.rounds):
        plain.append(_plain_commits(directory, scale.seconds / 2))
        events.append(asyncio.run(_events(directory, scale.seconds)))
    _remove(path)
    rate, single = median(each.rate for each in events), median(plain)
    p99, behind = median(each.p99 for each in events), max(each.behind for each in events)
    return [
        Row(
            what=f"durable events of {WRITERS} writers, one process",
            measured=f"{rate:,.0f}/s",
            compared=f"{single:,.0f}/s: one plain row a transaction, same engine and settings",
            ratio=rate / single,
            target=6,
            detail={"rates": [each.rate for each in events], "plain": plain},
        ),
        Row(
            what=f"their latency p99, {WRITERS} writers",
            measured=f"{p99 * 1e3:.3g} ms",
            compared=f"{WRITERS / rate * 1e3:.3g} ms: {WRITERS} events at the measured rate",
            ratio=p99 / (WRITERS / rate),
            target=3,
            at_most=True,
        ),
        Row(
            what="how far the checkpoint is behind the newest event, at most",
            measured=f"{behind:.3g} s",
            compared="1 s: promised",
            ratio=behind,
            target=1,
            at_most=True,
        ),
    ]


def _plain_commits(directory: Directory, seconds: float) -> float:
    with closing(connect(directory.store, open_keyring(directory))) as db:
        db.execute("CREATE TABLE IF NOT EXISTS plain (id INTEGER PRIMARY KEY, body BLOB)")
        body, done, started = os.urandom(600), 0, time.perf_counter()
        while (spent := time.perf_counter() - started) < seconds:
            db.execute("INSERT INTO plain (body) VALUES (?)", (body,))
            done += 1
    return done / spent


async def _events(directory: Directory, seconds: float) -> _Recorded:
    ring = open_keyring(directory)
    lane = Lane(open_writer(directory, ring), directory.origin(), time.monotonic)
    latencies: list[float] = []
    signed = [0.0]
    act = system_event("bench", now_utc(), actor="department:civil_affairs@339999#bench", purpose="OLDCARD").act
    key = os.urandom(32)

    async def write(person: int) -> None:
        while (asked := time.perf_counter()) < ends:
            await lane.record_all([Event(act, {"subject": "0" * 24, "reason": ""}, person, key)])
            latencies.append(time.perf_counter() - asked)

    async def watch() -> None:
        while time.perf_counter() < ends:
            await asyncio.sleep(0.01)
            signed.append(time.time() - max(directory.checkpoint.stat().st_mtime, began))

    # As a serving process does.
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 50)
    began, started = time.time(), time.perf_counter()
    ends = started + seconds
    await asyncio.gather(watch(), *(write(person) for person in range(1, WRITERS + 1)))
    spent = time.perf_counter() - started
    lane.close()
    return _Recorded(len(latencies) / spent, sorted(latencies)[len(latencies) * 99 // 100], max(signed))


def _published(scale: Scale, folder: Path) -> list[Row]:
    path = folder / "published"
    shutil.rmtree(path, ignore_errors=True)
    entries = scale.published
    with closing(_filled(":memory:", entries)) as db:
        publish(db, path)
        largest = max(len(log.receipt(db, index) or b"") for index in range(0, entries, entries // 50))
    trust = parse_trust(f"{_signer().verifier}\n".encode())
    bare, checked = [], []
    for _ in range(scale.rounds):
        bare.append(_timed(partial(_hash_all, entries)))
        checked.append(_timed(partial(rebuild, Folder(path), trust, os.cpu_count() or 1)))
    shutil.rmtree(path)
    whole, loop = median(checked), median(bare)
    return [
        Row(
            what=f"rebuilding a published log of {entries:,} entries, all cores",
            measured=f"{entries / whole:,.0f}/s",
            compared=f"{entries / loop:,.0f}/s: hashing as many inputs of 65 bytes, one core",
            ratio=loop / whole,
            target=0.4,
            detail={"seconds": checked, "bare": bare},
        ),
        Row(
            what=f"largest receipt, {entries:,} entries",
            measured=f"{largest:,} bytes",
            compared=f"{_LARGEST_RECEIPT:,} bytes: promised",
            ratio=largest / _LARGEST_RECEIPT,
            target=1,
            at_most=True,
        ),
    ]


def _sizes(scale: Scale, folder: Path) -> list[Row]:
    opened, proved = [], []
    sizes = (scale.searched_small, scale.searched_large)
    for entries in sizes:
        path = folder / f"log-{entries}.db"
        path.unlink(missing_ok=True)
        _filled(str(path), entries).close()
        opened.append(median(_timed(partial(_open, path)) for _ in range(_TRIES)))
        with closing(sqlite3.connect(path, isolation_level=None)) as db:
            indexes = range(entries // _TRIES, entries, entries // _TRIES)
            proved.append(median(_timed(partial(log.receipt, db, index)) for index in indexes))
        path.unlink()
    rows = []
    for what, (small, large) in (("opening a log", opened), ("proving an entry of a log", proved)):
        rows.append(
            Row(
                what=f"{what} of {sizes[1]:,} entries, p50",
                measured=f"{large * 1e3:.3g} ms",
                compared=f"{small * 1e3:.3g} ms: of {sizes[0]:,}",
                ratio=large / small,
                target=_FLAT,
                at_most=True,
            )
        )
    return rows


def _open(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        log.Log.open(db)


def _filled(path: str, entries: int) -> Any:
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA synchronous = OFF")
    log.create(db, _ORIGIN)
    made, act = log.Log.open(db), b'{"kind":"bench"}'
    for first in range(0, entries, _BATCH):
        count = min(_BATCH, entries - first)
        chance = os.urandom(96 * count)
        parts = [chance[place : place + 96] for place in range(0, len(chance), 96)]
        db.execute("BEGIN IMMEDIATE")
        made.append(db, [log.Entry(act, part[:32], part[32:64], part[64:], b"") for part in parts])
        db.execute("COMMIT")
    db.execute("BEGIN IMMEDIATE")
    made.sign_checkpoint(db, _signer(), datetime.now(UTC))
    db.execute("COMMIT")
    return db


def _signer() -> Signer:
    return Signer(_ORIGIN, bytes(range(32)))


def _hash_all(count: int) -> None:
    data = bytes(65)
    for _ in range(count):
        hashlib.sha256(data).digest()


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _remove(path: Path) -> None:
    for each in (path, Directory(path).keys):
        shutil.rmtree(each, ignore_errors=True)
