"""A command that is used wrongly ends with status 2 and one line on stderr that says what to do."""

import os
import socket
import subprocess
import sys

import pytest

from tests.factories import CIVIL_AFFAIRS, run_hub

WRONG = [
    (),
    ("bogus",),
    ("synth",),
    ("synth", "world", "--residents", "many"),
    ("policy",),
    ("serve", "city", "--port", "0"),
    ("serve", "city", "--port", "99999"),
    ("serve", "city", "--workers", "0"),
    ("token", "city", "two\nlines", "--ttl", "x\ny"),
]


@pytest.mark.parametrize("words", WRONG, ids=lambda words: " ".join(words) or "nothing")
def test_bad_usage_is_one_line_and_status_2(words):
    done = run_hub(*words)
    assert (done.returncode, done.stdout) == (2, "")
    [line] = done.stderr.splitlines()
    assert line.startswith("hub")


def test_bad_usage_of_the_verifier_is_one_line_and_status_2():
    command = [sys.executable, "-m", "audit", "verify", "pack.zip"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    [line] = done.stderr.splitlines()
    assert "--trust" in line


def test_a_port_that_is_taken_is_said_in_one_line(installation):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run_hub("serve", installation.path, "--port", port)
    assert (done.returncode, done.stdout) == (1, "")
    [line] = done.stderr.splitlines()
    assert str(port) in line


def test_a_demonstration_says_so_before_it_makes_anything(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        run = run_hub("demo", "--port", port, "--data", tmp_path / "data")
    assert (run.returncode, run.stdout) == (1, "")
    assert f"port {port}" in run.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_reader_that_goes_away_is_no_error_message(installation):
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as gone:
        command = [sys.executable, "-m", "hub.cli.main", "token", str(installation.path), CIVIL_AFFAIRS]
        done = subprocess.run(command, stdout=gone, stderr=subprocess.PIPE, text=True, check=False)
    assert done.stderr == ""


def test_a_token_for_somebody_revoked_says_that_it_opens_nothing(installation):
    installation.appoint(CIVIL_AFFAIRS)
    assert run_hub("principals", installation.path, "--revoke", CIVIL_AFFAIRS).returncode == 0
    done = run_hub("token", installation.path, CIVIL_AFFAIRS)
    assert (done.returncode, len(done.stdout.splitlines())) == (0, 1)
    [line] = done.stderr.splitlines()
    assert "--reinstate" in line
