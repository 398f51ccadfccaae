import json
import os
import subprocess
import sys

import pytest

from hub.cli.main import main


def _run(*arguments):
    return main(["synth", *map(str, arguments)])


def _start(*arguments, **options):
    command = [sys.executable, "-m", "hub.cli.main", "synth", *map(str, arguments)]
    return subprocess.run(command, check=False, **options)


def test_a_world_is_written_and_summed_up_in_one_line(tmp_path, capsys):
    assert _run(tmp_path / "world", "--residents", 40, "--seed", 2) == 0
    told = capsys.readouterr()
    assert told.out.count("\n") == 1
    assert "40 residents" in told.out
    manifest = json.loads((tmp_path / "world" / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["residents"], manifest["seed"]) == (40, 2)


@pytest.mark.parametrize("residents", [-1, 0, 9, 1_000_001])
def test_numbers_of_residents_out_of_range_are_bad_usage(tmp_path, capsys, residents):
    assert _run(tmp_path / "world", "--residents", residents) == 2
    assert capsys.readouterr().err == "hub: `--residents`: must be from 10 to 1000000\n"
    assert not (tmp_path / "world").exists()


def test_a_directory_with_other_things_in_it_is_refused_in_one_line(tmp_path, capsys):
    (tmp_path / "police.csv").write_text("precious")
    assert _run(tmp_path, "--residents", 10) == 2
    told = capsys.readouterr()
    assert told.err.count("\n") == 1
    assert "is not empty" in told.err
    assert (tmp_path / "police.csv").read_text() == "precious"


def test_an_earlier_world_is_written_over(tmp_path):
    assert _run(tmp_path, "--residents", 10, "--seed", 1) == 0
    assert _run(tmp_path, "--residents", 12, "--seed", 2) == 0
    assert json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))["residents"] == 12


def test_a_place_that_cannot_be_written_to_is_told_in_one_line(tmp_path, capsys):
    (tmp_path / "file").touch()
    assert _run(tmp_path / "file" / "world", "--residents", 10) == 1
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "cannot write" in told


def test_a_full_disk_is_told_in_one_line_and_the_world_can_be_written_again(tmp_path):
    resource = pytest.importorskip("resource", reason="this system cannot limit the size of files")

    def small_files():
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    ended = _start(tmp_path, "--residents", 1000, capture_output=True, preexec_fn=small_files)
    assert ended.returncode == 1
    assert ended.stderr.count(b"\n") == 1
    assert b"cannot write" in ended.stderr
    assert json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))["complete"] is False
    assert _run(tmp_path, "--residents", 20) == 0


def test_hash_randomisation_changes_nothing_and_a_pipe_stays_quiet(tmp_path):
    for hashing in ("1", "2"):
        ended = _start(
            tmp_path / hashing,
            "--residents",
            150,
            capture_output=True,
            env={**os.environ, "PYTHONHASHSEED": hashing},
        )
        assert (ended.returncode, ended.stderr) == (0, b"")
    for path in (tmp_path / "1").iterdir():
        assert path.read_bytes() == (tmp_path / "2" / path.name).read_bytes(), path.name


def test_a_terminal_sees_progress(tmp_path):
    pty = pytest.importorskip("pty", reason="no terminals to open on this system")
    import termios

    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 80))
    try:
        ended = _start(tmp_path / "world", "--residents", 10, stdout=subprocess.PIPE, stderr=theirs)
        shown = os.read(ours, 65536)
    finally:
        os.close(theirs)
        os.close(ours)
    assert ended.returncode == 0
    assert b"residents" in shown
