"""Every write and flush of the store, broken in every way: lost, done though it failed, killed before and after.

A process records entries about people and says which are durable. One of its calls breaks; whatever was said to be
durable is there afterwards, under the index it was said to have, and nothing else has that index.
"""

import json
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from audit.checkpoint import verify_checkpoint
from audit.fsck import fsck
from audit.log import entry, latest_checkpoint
from audit.note import Verifier
from tests.factories import person, sections
from tests.fault.load import check_ordinals

SHIM = Path(__file__).with_name("breaking_io.c")
LOST_EIO, LOST_ENOSPC, DONE_EIO, KILLED_BEFORE, KILLED_AFTER = range(1, 6)
CALLS = 70
"""Writes and flushes of one round, more or less; a plan beyond its last call breaks nothing."""

# Forks once a round, so that only the first pays for the imports. Every line it prints tells of one durable batch.
RECORDER = """
import json, os, sys
from datetime import UTC, datetime
from pathlib import Path
from hub.errors import HubError
from hub.store.directory import Directory, open_keyring
from hub.store.engine import Event
from hub.store.installation import open_writer, system_event
from hub.store.sections import data_key
from hub.store.sqlcipher import SqlcipherReader
from hub.store.trail import prepare, receipt
from hub.store.warrants import OWN_TRAIL

directory = Directory(Path(sys.argv[1]))
ring = open_keyring(directory)

def key_of(resident):
    reader = SqlcipherReader(directory, ring)
    key = data_key(ring, reader.get(resident, ()).keys, "trail", OWN_TRAIL)
    reader.close()
    return key

KEYS = {resident: key_of(resident) for resident in (1, 2)}

def record():
    try:
        writer = open_writer(directory, ring)
    except HubError:
        return
    act = system_event("test", datetime.now(UTC)).act
    for batch in range(4):
        events = [prepare(Event(act, {"subject": ""}, 1 + n % 2, KEYS[1 + n % 2])) for n in range(3)]
        try:
            places = writer.run([lambda tx, each=each: tx.record(each) for each in events], sign=batch % 2 == 1)
        except HubError:
            continue
        kept = [(place.position, receipt("", place, each).leaf.hex()) for place, each in zip(places, events)]
        print(json.dumps(kept), flush=True)
    try:
        writer.close()
    except (HubError, OSError):
        pass

print("null", flush=True)
for line in sys.stdin:
    child = os.fork()
    if not child:
        record()
        sys.stdout.flush()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    print(json.dumps({"killed": os.WIFSIGNALED(status), "exit": status}), flush=True)
"""


class Recorder:
    """A process that records as often as it is told to, one of its calls broken."""

    def __init__(self, installation, library, plan):
        self._plan = plan
        self._say(0, 0)
        env = {"LD_PRELOAD": str(library), "HUB_BREAK_PLAN": str(plan), "HUB_BREAK_MATCH": installation.path.name}
        self._process = subprocess.Popen(
            [sys.executable, "-c", RECORDER, str(installation.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=env,
        )
        assert self._process.stdout.readline() == "null\n"

    def round(self, passing, fate):
        """One round; returns what was durable by index, whether it was killed, and whether the plan was used up."""
        self._say(passing, fate)
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        durable = {}
        while isinstance(said := json.loads(self._process.stdout.readline()), list):
            durable |= {index: bytes.fromhex(leaf) for index, leaf in said}
        assert said["killed"] or said["exit"] == 0
        return durable, said["killed"], struct.unpack("=ii", self._plan.read_bytes())[1] == 0

    def close(self):
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()

    def _say(self, passing, fate):
        with self._plan.open("r+b" if self._plan.exists() else "wb") as file:
            file.write(struct.pack("=ii", passing, fate))


@pytest.fixture
def recorder(empty, compiled, tmp_path):
    empty.add(*(sections(idno=person(n)["idno"], name=person(n)["name"], grid=person(n)["grid"]) for n in (1, 2)))
    recorder = Recorder(empty, compiled(SHIM), tmp_path / "plan")
    yield recorder
    recorder.close()


@pytest.mark.parametrize(
    ("fate", "usual", "soak"),
    [
        (LOST_EIO, 20, 200),
        (LOST_ENOSPC, 20, 200),
        (DONE_EIO, 20, 200),
        (KILLED_BEFORE, 60, 600),
        (KILLED_AFTER, 60, 600),
    ],
)
def test_what_was_said_to_be_durable_is_there_whichever_call_breaks(empty, recorder, times, fate, usual, soak):
    verifier = [Verifier.parse(empty.directory.log_key.read_text("utf-8").strip())]
    promised, killed, broken, signed = {}, 0, 0, {}
    rounds = times(usual, soak)
    for number in range(rounds):
        durable, dead, used = recorder.round(number * CALLS // rounds if rounds < CALLS else number % CALLS, fate)
        killed += dead
        broken += used
        assert promised.keys().isdisjoint(durable), "an index was used twice"
        promised |= durable
        with empty.opened() as hub:
            fsck(hub.reader.db)
            assert {index: entry(hub.reader.db, index).leaf for index in durable} == durable
            last = verify_checkpoint(latest_checkpoint(hub.reader.db).note, verifier)
            assert signed.setdefault(last.size, last.root) == last.root
    with empty.opened() as hub:
        assert {index: entry(hub.reader.db, index).leaf for index in promised} == promised
    check_ordinals(empty)
    assert broken >= rounds * 2 // 3, "most plans broke a call"
    assert killed == (broken if fate in (KILLED_BEFORE, KILLED_AFTER) else 0)
