"""Communities with a past: a trail of so many disclosures behind what making the community left in it.

Each is an entry as the road writes it, sealed under the key of whom it is about, recorded by the writer and taken over
by the trail's index. One came every five minutes in the last month, whatever the trail's length, so that pages about
the month show as much of a short trail as of a long one; what came before is what differs.
"""

import random
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from hub.demo import offer_personas, prepare
from hub.model.instant import now_utc, timestamp
from hub.store.directory import Directory, open_keyring
from hub.store.engine import Event
from hub.store.installation import open_writer
from hub.store.keys import Keyring
from hub.store.own_trail import Self, person_of
from hub.store.sqlcipher import SqlcipherReader
from hub.store.trail import prepare as prepared
from hub.store.trail_index import TrailIndex
from hub.store.transaction import SqlcipherTransaction
from hub.synth.numbers import AREA

RESIDENTS, SEED = 200, 1
_TOGETHER = 4096
_MONTH, _LATELY, _BEFORE = 10_000, timedelta(minutes=5), timedelta(seconds=3)
_WINDOWS = 70
_DENIED = 0.1
_PURPOSES = {
    "civil_affairs": ("OLDCARD", "DIBAO", "MEAL"),
    "health": ("EXAM", "HOMEMED"),
    "human_resources": ("SOCINS",),
    "disability_federation": ("DISAB",),
    "education": ("SCHOOL",),
}
_FIELDS = ("idno", "name")


class Past(NamedTuple):
    """A community and its trail.

    Attributes:
        directory: its data directory.
        ring: its keys.
        entries: how many disclosures it was given.
        ends: when the last of them was.
        first: the index of the first of them.
        residents: internal ids of those they are about.
    """

    directory: Directory
    ring: Keyring
    entries: int
    ends: datetime
    first: int
    residents: tuple[int, ...]

    def when(self, number: int) -> datetime:
        """When one of the disclosures was, counted from the first."""
        later = self.entries - 1 - number
        return self.ends - min(later, _MONTH) * _LATELY - max(later - _MONTH, 0) * _BEFORE


class Said(NamedTuple):
    """What one of the disclosures says."""

    actor: str
    department: str
    purpose: str
    resident: int
    outcome: str


def with_past(path: Path, entries: int) -> Past:
    """Make a community and give it a trail.

    Args:
        path: its data directory, in whose place nothing stays.
        entries: how many disclosures.
    """
    remove(path)
    directory = prepare(path, RESIDENTS, SEED)
    offer_personas(directory)
    ring = open_keyring(directory)
    people = _people(directory, ring)
    writer = open_writer(directory, ring, bulk=True)
    first: list[int] = []
    try:
        past = Past(directory, ring, entries, now_utc(), 0, tuple(each.resident for each in people))
        keys = {each.resident: each.key for each in people}
        for batch in _batches(past):
            [place] = writer.run([_recording(past, keys, batch)], sign=True)
            first.append(place)
    finally:
        writer.close()
    _index(directory, ring)
    return past._replace(first=first[0])


def remove(path: Path) -> None:
    """Remove a community and what was made for it."""
    for each in (path, Directory(path).keys, path.with_name(f"{path.name}.world")):
        shutil.rmtree(each, ignore_errors=True)


def said(chance: random.Random, past: Past) -> Said:
    """What some disclosure says: a few windows ask for most of what is asked."""
    window = int(chance.random() ** 2 * _WINDOWS)
    department = list(_PURPOSES)[window % len(_PURPOSES)]
    outcome = "denied" if chance.random() < _DENIED else "disclosed"
    actor = f"department:{department}@{AREA}#window{window}"
    return Said(actor, department, chance.choice(_PURPOSES[department]), chance.choice(past.residents), outcome)


def _people(directory: Directory, ring: Keyring) -> list[Self]:
    reader = SqlcipherReader(directory, ring)
    try:
        numbers = [row[0] for row in reader.db.execute("SELECT resident FROM file ORDER BY resident")]
        return [found[0] for number in numbers if (found := person_of(reader, ring, number))]
    finally:
        reader.close()


def _batches(past: Past) -> Iterator[list[tuple[datetime, Said]]]:
    chance = random.Random(SEED)
    for first in range(0, past.entries, _TOGETHER):
        numbers = range(first, min(first + _TOGETHER, past.entries))
        yield [(past.when(number), said(chance, past)) for number in numbers]


def _recording(
    past: Past, keys: dict[int, bytes], batch: list[tuple[datetime, Said]]
) -> Callable[[SqlcipherTransaction], int]:
    """Records them; gives the index of the first."""
    events = [_event(past, at, each, keys[each.resident]) for at, each in batch]

    def record(tx: SqlcipherTransaction) -> int:
        places = [tx.record(prepared(event)) for event in events]
        return places[0].position

    return record


def _event(past: Past, at: datetime, disclosure: Said, key: bytes) -> Event:
    given = disclosure.outcome == "disclosed"
    act: dict[str, object] = {
        "v": 1,
        "kind": "disclosure",
        "time": timestamp(at),
        "actor": disclosure.actor,
        "operator": "",
        "role": "department",
        "department": disclosure.department,
        "area": AREA,
        "policy": "",
        "purpose": disclosure.purpose,
        "basis": "statutory" if given else None,
        "fields": list(_FIELDS) if given else [],
        "withheld": [] if given else [[field, "out_of_scope"] for field in _FIELDS],
        "unknown_fields": 0,
        "outcome": disclosure.outcome,
        "reasons": [] if given else ["out_of_scope"],
        "approval": None,
        "on_behalf_of": None,
        "trace_id": "0" * 32,
    }
    subject: dict[str, object] = {"subject": past.ring.pseudonym_of(disclosure.resident), "reason": ""}
    return Event(act, subject, disclosure.resident, key)


def _index(directory: Directory, ring: Keyring) -> None:
    index = TrailIndex(directory, ring)
    try:
        while index.catch_up(_TOGETHER):
            while index.settle():
                pass
    finally:
        index.close()
