"""kill -9 in the middle of a purge: each entry is whole or purged on record; and whose clocks a purge believes."""

import random
import subprocess
import time
from datetime import UTC, datetime, timedelta

import pytest

from audit.fsck import fsck
from audit.log import entry, latest_checkpoint
from audit.note import Verifier
from audit.policy import parse_trust
from audit.proof import verify_proof
from audit.published import proof
from hub.errors import OperatorError
from hub.model.instant import timestamp
from hub.rights.purging import Means, agreed_time, purge
from hub.store.engine import Event
from hub.store.installation import system_event
from hub.store.own_trail import person_of
from hub.store.purged import emptied_entries
from hub.store.trail import prepare
from tests.factories import HUB, Installation, person, run_hub
from tests.fault.witnesses import WitnessProcess, policy_of

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
PEOPLE, LOOKS = 8, 40
COMMAND = ("audit", "purge", "--before", "2021-01-01")


@pytest.fixture
def aged(tmp_path):
    """Some people were looked at in 2020, `LOOKS` times each; the hub went on for years."""
    hub = Installation.create(tmp_path / "hub")
    hub.import_rows("police", [person(number) for number in range(PEOPLE)], tmp_path)
    with hub.opened() as store:
        events = []
        people = [person_of(store.reader, store.ring, resident)[0] for resident in store.reader.some_residents(PEOPLE)]
        for look in range(LOOKS):
            for resident, key in people:
                act = {"v": 1, "kind": "disclosure", "time": timestamp(LONG_AGO + DAY * look), "actor": "a#1"}
                event = Event(act, {"subject": store.ring.pseudonym_of(resident)}, resident, key)
                events.append(prepare(event))
        events += [prepare(system_event("start", LONG_AGO + DAY * day)) for day in range(LOOKS, 1500)]
        store.writer.run([lambda tx: [tx.record(event) for event in events]], sign=True)
    return hub


def check(hub, leaves):
    """The log leads to its root, nothing is emptied without a record; returns how many entries show nothing."""
    with hub.opened() as store:
        fsck(store.reader.db)
        assert list(emptied_entries(store.reader.db, store.ring)) == []
        assert store.reader.damaged_files(9) == []
        for index, leaf in leaves.items():
            assert entry(store.reader.db, index).leaf == leaf
        return store.reader.db.execute("SELECT count(*) FROM log_entry WHERE act = x''").fetchone()[0]


def test_a_purge_killed_anywhere_leaves_each_entry_whole_or_purged_on_record(aged, times):
    with aged.opened() as store:
        leaves = dict(store.reader.db.execute("SELECT idx, leaf FROM log_entry"))
    chance, gone = random.Random(3), 0
    for _ in range(times(6, 60)):
        process = subprocess.Popen([HUB, *COMMAND[:2], aged.path, *COMMAND[2:]], stdout=subprocess.DEVNULL)
        time.sleep(chance.uniform(0.4, 1.4))
        process.kill()
        process.wait()
        now = check(aged, leaves)
        assert now >= gone
        gone = now
    assert run_hub(*COMMAND[:2], aged.path, *COMMAND[2:]).returncode == 0
    assert check(aged, leaves) >= PEOPLE * LOOKS
    verifier = Verifier.parse(aged.directory.log_key.read_text("utf-8").strip())
    with aged.opened() as store:
        note = latest_checkpoint(store.reader.db).note
        for index, leaf in leaves.items():
            assert verify_proof(proof(store.reader.db, index, note), leaf, [verifier]).index == index


@pytest.fixture
def witness(aged, tmp_path):
    witness = WitnessProcess(tmp_path / "court", "court.example", aged.directory.log_key).start()
    policy = policy_of(witness, quorum="all")
    aged.directory.witnesses.write_text(policy, "utf-8")
    yield witness
    witness.stop()


def test_with_witnesses_a_purge_believes_their_clocks_and_waits_for_them(aged, witness):
    least = timedelta(days=180)
    with aged.opened() as hub:
        means = Means(hub.directory, hub.ring, hub.writer, hub.reader)
        ahead = datetime.now(UTC) + DAY * 3650
        with pytest.raises(OperatorError, match="too young"):
            purge(means, ahead - least, least, ahead)
        witness.stop()
        with pytest.raises(OperatorError, match="too few witnesses"):
            purge(means, LONG_AGO + DAY * 20, least, datetime.now(UTC))
        witness.start()
        assert purge(means, LONG_AGO + DAY * 20, least, datetime.now(UTC)).people == PEOPLE
        own = aged.directory.log_key.read_text("utf-8")
        policy = parse_trust(f"log {own}{aged.directory.witnesses.read_text('utf-8')}".encode())
        note = hub.reader.db.execute("SELECT note FROM log_checkpoint WHERE instr(note, 'court') ORDER BY size DESC")
        assert datetime.now(UTC) - agreed_time(policy, note.fetchone()[0]) < DAY
        assert agreed_time(policy, latest_checkpoint(hub.reader.db).note) is None
