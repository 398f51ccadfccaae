"""A store in which people have wished, agreed and been asked about: a community, with terms in everybody's file.

Terms are made and written as the routes make and write them, by the same functions and with an entry each, many people
a transaction. Who has which follows from a seed.
"""

import random
import shutil
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

from hub.approvals.inboxes import lists_of
from hub.bench.community import Community, kept, most_entries, shape_of
from hub.identity.appointments import appoint
from hub.identity.principals import Appointment
from hub.model.approval import decided, requested
from hub.model.consent import Giver, State, answered, consent
from hub.model.filing import Filing
from hub.model.principal import parse_principal
from hub.model.purpose import Approval, Basis
from hub.model.subject import Facts
from hub.model.terms import APPROVALS, Terms, with_record
from hub.model.visibility import AUDIENCES, GROUPS, Rule, by_default, with_rules
from hub.policy.engine import Snapshot, load
from hub.policy.filings import MOST_VOLUME, put_on_record
from hub.store.directory import Directory, open_keyring
from hub.store.engine import Event
from hub.store.installation import open_writer
from hub.store.keys import Keyring
from hub.store.sqlcipher import SqlcipherReader
from hub.store.transaction import SqlcipherTransaction

CANTEEN = "organisation:canteen01@339999"
GRID_WORKER, SECRETARY = "grid_worker:339999001001001", "secretary:339999001001"
SUBJECT = 0
"""Number of the person whose changes are timed: of the first grid, and with everything that others have, too."""
_SHAPERS = (
    *("bench/wishes.py", "model/terms.py", "model/consent.py", "model/visibility.py", "model/approval.py"),
    *("approvals/inboxes.py", "store/transaction.py", "store/control.py"),
)
_TOGETHER = 500
_MOST_ASKED = 40


class Wishes(NamedTuple):
    """How many terms there are in a store.

    Attributes:
        rules: visibility rules that differ from the default.
        consents: given or refused.
        approvals: waiting or in force.
    """

    rules: int
    consents: int
    approvals: int


def rid_of(number: int) -> str:
    """The internal rid of a person of a community."""
    return f"00000000-0000-4000-8000-{number:012x}"


def with_wishes(folder: Path, residents: int, wishes: Wishes) -> Community:
    """The community of a size with terms in its files, filled if there is none yet.

    Args:
        folder: where communities are kept between runs.
        residents: how many people.
        wishes: how many terms, spread evenly over them.
    """
    plain = kept(folder, residents)
    name = f"wishes-{'-'.join(map(str, wishes))}-{plain.path.name}-{shape_of(_SHAPERS)}"
    community = Community(folder / name, residents)
    if community.path.exists() and community.entries() <= most_entries():
        return community
    for old in folder.glob(f"wishes-*-people-{residents}-*"):
        shutil.rmtree(old)
    fresh = folder / f"wishing-{residents}"
    for path in (fresh, Directory(fresh).keys):
        shutil.rmtree(path, ignore_errors=True)
    shutil.copytree(plain.path, fresh)
    shutil.copytree(Directory(plain.path).keys, Directory(fresh).keys)
    _fill(fresh, residents, wishes)
    Directory(fresh).keys.rename(Directory(community.path).keys)
    fresh.rename(community.path)
    return community


def _fill(path: Path, residents: int, wishes: Wishes) -> None:
    directory = Directory(path)
    ring = open_keyring(directory)
    writer, reader = open_writer(directory, ring), SqlcipherReader(directory, ring)
    people = (f"resident:{rid_of(SUBJECT)}", CANTEEN, GRID_WORKER, SECRETARY)
    appoint(writer, reader, [Appointment(parse_principal(name)) for name in people])
    until = date(datetime.now(UTC).year + 10, 1, 1)
    meals = Filing(f"{CANTEEN}/MEAL", CANTEEN, "MEAL", Basis.CONTRACT, "民法典", "助餐", "339999", MOST_VOLUME, until)
    put_on_record(writer, [meals])
    first = reader.db.execute("SELECT min(resident) FROM file").fetchone()[0]
    reader.close()
    writer.close()
    halves = [(path, first, range(0, residents, 2)), (path, first, range(1, residents, 2))]
    shares = [(*half, wishes, residents) for half in halves]
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        list(pool.map(_add, *zip(*shares, strict=True)))


def _add(path: Path, first: int, numbers: range, wishes: Wishes, residents: int) -> None:
    directory = Directory(path)
    ring, policies = open_keyring(directory), load()
    writer = open_writer(directory, ring, bulk=True)
    for start in range(0, len(numbers), _TOGETHER):
        some = numbers[start : start + _TOGETHER]
        [failure] = writer.run([_wishing(ring, policies, first, some, wishes, residents)])
        if failure is not None:
            raise failure
    writer.close()


def _wishing(
    ring: Keyring, policies: Snapshot, first: int, numbers: range, wishes: Wishes, residents: int
) -> Callable[[SqlcipherTransaction], None]:
    def wish(tx: SqlcipherTransaction) -> None:
        at = datetime.now(UTC)
        for number in numbers:
            resident, chance = first + number, random.Random(number)
            facts = tx.facts(resident)
            if facts is None:
                raise AssertionError(f"the person {number} is not there")
            shares = Wishes(*(_share(count, residents, number) for count in wishes))
            terms = _visibility(facts.terms, shares.rules, chance)
            terms = _consents(ring, policies, resident, terms, shares.consents, chance, at)
            for _ in range(shares.approvals):
                terms = _approval(tx, ring, policies, resident, facts, terms, at)
            tx.amend(resident, facts._replace(terms=terms), Event(_act(at), {}))

    return wish


def _share(count: int, residents: int, number: int) -> int:
    """How many of some terms a person has: as many as others, or one more."""
    return count // residents + (number < count % residents)


def _act(at: datetime) -> dict[str, object]:
    return {"v": 1, "kind": "visibility", "time": at.isoformat(), "actor": "resident", "outcome": "done"}


def _visibility(terms: Terms, count: int, chance: random.Random) -> Terms:
    cells = [(group, audience) for group in GROUPS for audience in AUDIENCES]
    chosen = chance.sample(cells, min(count, len(cells)))
    return with_rules(terms, [Rule(*cell, visible=not by_default(*cell)) for cell in chosen])


def _consents(
    ring: Keyring, policies: Snapshot, resident: int, terms: Terms, count: int, chance: random.Random, at: datetime
) -> Terms:
    purposes = sorted(policies.texts)
    for place in range(count):
        purpose = purposes[place % len(purposes)]
        record = consent(
            ring.sealed_id("consent", resident),
            State.GIVEN if chance.random() < 0.8 else State.REFUSED,  # noqa: PLR2004 - one in five says no
            purpose=purpose,
            mark=policies.marks[purpose],
            recipient=f"organisation:op{place:02d}@339999",
            basis=Basis.SEPARATE_CONSENT,
            separate=True,
            giver=Giver.SELF,
            by="resident",
            version=policies.texts[purpose].version,
            at=at,
            until=None,
        )
        terms = answered(terms, record)
    return terms


def _approval(
    tx: SqlcipherTransaction, ring: Keyring, policies: Snapshot, resident: int, facts: Facts, terms: Terms, at: datetime
) -> Terms:
    """One that waits, or for every other person one in force, by one of many grid workers."""
    worker = f"grid_worker:{facts.grid}#asker{resident % _MOST_ASKED}"
    record: dict[str, Any] = requested(
        ring.sealed_id("approval", resident),
        by=worker,
        person=parse_principal(worker).person,
        requester="grid_worker",
        purpose="VISIT",
        mark=policies.marks["VISIT"],
        kind=Approval.SECRETARY,
        fields=("med.chronic",),
        reason="慢病随访需要了解用药情况",
        duration=timedelta(days=30),
        at=at,
    )
    tx.list_under(resident, on=lists_of(ring, facts.grid, record))
    if resident % 2:
        secretary = parse_principal(f"secretary:{facts.grid[:12]}")
        record = decided(
            record,
            approve=True,
            by=secretary.id,
            person=secretary.person,
            standing="secretary",
            stands_for=secretary.person,
            reason="同意",
            fields=None,
            duration=None,
            reads=0,
            at=at,
        )
    return with_record(terms, APPROVALS, record)
