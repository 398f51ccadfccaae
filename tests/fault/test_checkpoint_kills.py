"""Killed between signing, committing and keeping a checkpoint, the log never has two checkpoints of one size."""

import signal
import subprocess
import sys

import pytest

from audit.checkpoint import verify_checkpoint
from audit.fsck import fsck
from audit.log import latest_checkpoint
from audit.note import Verifier

# Writes and signs, and kills itself at a step; every note that was signed goes to a file first, as if it had leaked.
VICTIM = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from audit.log import Log
from hub.store import writer as writing
from hub.store.directory import Directory, open_keyring
from hub.store.installation import open_writer, system_event
from hub.store.trail import prepare

path, step, turns, leak = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), Path(sys.argv[4])
directory = Directory(path)
writer = open_writer(directory, open_keyring(directory))
left = turns

def die():
    os.kill(os.getpid(), signal.SIGKILL)

class Watched:
    def __init__(self, db):
        self._db = db
    def __getattr__(self, name):
        return getattr(self._db, name)
    def execute(self, sql, *more):
        if sql == "COMMIT" and left == 0 and step == "signed":
            die()
        result = self._db.execute(sql, *more)
        if sql == "COMMIT" and left == 0 and step == "committed":
            die()
        return result

signing = Log.sign_checkpoint
def watched(self, *arguments):
    note = signing(self, *arguments)
    if note:
        with leak.open("ab") as file:
            file.write(len(note).to_bytes(4, "big") + note)
    return note
Log.sign_checkpoint = watched
replace = Path.replace
def replaced(self, target):
    if left == 0 and step == "written":
        die()
    result = replace(self, target)
    if left == 0 and step == "kept":
        die()
    return result
Path.replace = replaced
writer._db = Watched(writer._db)
for left in reversed(range(turns)):
    events = [prepare(system_event("test", datetime.now(UTC), n=left)) for _ in range(3)]
    writer.run([lambda tx, each=each: tx.record(each) for each in events], sign=True)
raise SystemExit("it was not killed")
"""


def leaked(path):
    data, notes = path.read_bytes(), []
    while data:
        length = int.from_bytes(data[:4], "big")
        notes.append(data[4 : 4 + length])
        data = data[4 + length :]
    return notes


@pytest.mark.parametrize("step", ["signed", "committed", "written", "kept"])
def test_no_two_checkpoints_of_one_size_ever_leave(empty, tmp_path, step, times):
    key = [Verifier.parse(empty.directory.log_key.read_text("utf-8").strip())]
    shown = {}
    for round_ in range(times(3, 60)):
        leak = tmp_path / f"leak{round_}"
        command = [sys.executable, "-c", VICTIM, str(empty.path), step, str(1 + round_ % 3), str(leak)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == -signal.SIGKILL, done.stderr
        with empty.opened() as hub:
            last = latest_checkpoint(hub.reader.db)
            kept = hub.directory.checkpoint.read_bytes()
            assert kept == last.note
            fsck(hub.reader.db)
            notes = dict(hub.reader.db.execute("SELECT size, note FROM log_checkpoint").fetchall())
        # What was signed and lost with the transaction never left; all that became durable is there, once a size.
        for note in [*notes.values(), kept]:
            stated = verify_checkpoint(note, key)
            assert shown.setdefault(stated.size, stated.root) == stated.root
        lost = [note for note in leaked(leak) if note not in notes.values()]
        assert len(lost) == (step == "signed")
