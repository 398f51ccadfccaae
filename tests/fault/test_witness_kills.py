"""A witness that is killed at any step never stands behind two trees of one size, and never forgets what it signed."""

import os
import random
import signal
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from audit import log
from audit.cosignature import CosignatureSigner
from audit.errors import LogError
from audit.strict import base64_text
from audit.witness import Witness, create
from tests.unit.audit.trails import Published, fork

SIGNER = CosignatureSigner("witness.example/w1", bytes([7]) * 32)
NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)

# Runs one request and kills itself at a step: before the step is taken, or after it.
VICTIM = """
import os, signal, sys
from pathlib import Path
from audit.cosignature import CosignatureSigner
from audit.note import Verifier
from audit.witness import Witness

folder, vkey, step, when = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4]
count = 0

def killing(call):
    def replaced(*arguments, **options):
        global count
        count += 1
        if count == step and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = call(*arguments, **options)
        if count == step and when == "after":
            os.kill(os.getpid(), signal.SIGKILL)
        return result
    return replaced

witness = Witness.open(folder, [Verifier.parse(vkey)])
os.open, os.fsync, os.replace = killing(os.open), killing(os.fsync), killing(os.replace)
CosignatureSigner.cosign = killing(CosignatureSigner.cosign)
reply = witness.add_checkpoint(sys.stdin.buffer.read())
print(reply.status, reply.body, end="")
"""


@pytest.fixture(scope="module")
def histories(tmp_path_factory):
    """A log at 10 and at 20 entries, and a fork of it at both."""
    trail = Published(tmp_path_factory.mktemp("log") / "log", 10)
    first = log.latest_checkpoint(trail.db).note
    trail.grow(10)
    forged = fork(trail, 10, 3)
    return trail, first, forged


def body(trail, old, note=None):
    last = log.latest_checkpoint(trail.db)
    size = last.size if note is None else 10
    proof = log.consistency_proof(trail.db, old, size) if old <= size else []
    lines = "".join(f"{base64_text(each)}\n" for each in proof)
    return f"old {old}\n{lines}\n".encode() + (note or last.note)


def run(folder, vkey, request, step, when):
    command = [sys.executable, "-c", VICTIM, str(folder), vkey, str(step), when]
    done = subprocess.run(command, input=request, capture_output=True, check=False)
    assert done.returncode in {0, -signal.SIGKILL}, done.stderr
    return done


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", range(1, 7))
def test_killed_between_any_two_steps_it_never_signs_two_trees_of_one_size(tmp_path, histories, step, when):
    trail, first, forged = histories
    vkey = str(trail.signer.verifier)
    folder = tmp_path / "w"
    create(folder, SIGNER)
    killed = run(folder, vkey, body(trail, 0, first), step, when)
    witness = Witness.open(folder, trail.keys, lambda: NOW)
    seen = [checkpoint.size for checkpoint in witness.seen().values()]
    assert seen in ([], [10])
    if killed.stdout.startswith(b"200"):
        assert seen == [10], "what was answered is forgotten"
    if seen:
        # It may have been signed: the other history must not be, and the first one can still be had.
        assert witness.add_checkpoint(body(forged, 0)).status == 409
        assert witness.add_checkpoint(body(forged, 10)).status == 409
        assert witness.add_checkpoint(body(trail, 10, first)).status == 200
    else:
        assert killed.stdout == b""
    assert witness.add_checkpoint(body(trail, seen[0] if seen else 0)).status == 200
    witness.close()


def test_these_are_all_the_steps_there_are(tmp_path, histories):
    """Open, sync and rename the file, open and sync the folder, sign: a seventh would have to be killed as well."""
    trail, first, _ = histories
    vkey = str(trail.signer.verifier)
    ends = []
    for step in (6, 7):
        create(tmp_path / str(step), SIGNER)
        ends.append(run(tmp_path / str(step), vkey, body(trail, 0, first), step, "before").returncode)
    assert ends == [-signal.SIGKILL, 0]


def test_killed_at_random_for_a_long_time_it_stays_with_one_history(tmp_path, histories, times):
    trail, first, forged = histories
    vkey = str(trail.signer.verifier)
    chance = random.Random(2)
    create(tmp_path / "w", SIGNER)
    signed = set()
    for _ in range(times(30, 1000)):
        mine = chance.random() < 0.5
        request = body(trail if mine else forged, chance.choice([0, 10]), first if mine else None)
        done = run(tmp_path / "w", vkey, request, chance.randrange(1, 9), chance.choice(["before", "after"]))
        if done.stdout.startswith(b"200"):
            signed.add(mine)
        assert len(signed) < 2


@pytest.mark.parametrize("call", ["fsync", "replace", "open"])
@pytest.mark.parametrize("persisted", [False, True], ids=["failed-and-lost", "failed-but-persisted"])
def test_a_failed_write_is_never_signed_for_and_the_next_request_goes_on(
    tmp_path, histories, monkeypatch, call, persisted
):
    trail, first, forged = histories
    create(tmp_path / "w", SIGNER)
    witness = Witness.open(tmp_path / "w", trail.keys, lambda: NOW)
    done = getattr(os, call)

    def failing(*arguments, **options):
        if persisted:
            result = done(*arguments, **options)
            if call == "open":
                os.close(result)
        raise OSError(5, "input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(os, call, failing)
        with pytest.raises(OSError, match="input/output"):
            witness.add_checkpoint(body(trail, 0, first))
    known = sum(checkpoint.size for checkpoint in witness.seen().values())
    assert known in {0, 10}
    assert witness.add_checkpoint(body(trail, known, first)).status == 200
    assert witness.add_checkpoint(body(forged, 10)).status == 409
    witness.close()


def test_a_witness_whose_memory_is_lost_does_not_start(tmp_path, histories):
    trail, _, _ = histories
    create(tmp_path / "w", SIGNER)
    (tmp_path / "w" / "state.json").unlink()
    with pytest.raises(LogError):
        Witness.open(tmp_path / "w", trail.keys)
