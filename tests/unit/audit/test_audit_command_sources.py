"""`python -m audit` on published logs, packs, checkpoints and as a witness: one line, an exit status, the index."""

import functools
import json
import signal
import subprocess
import sys
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from audit import log
from audit.__main__ import main
from audit.claim import RANGE, SUBJECT
from audit.cosignature import CosignatureSigner, Cosigner
from audit.pack import write_pack
from audit.policy import Witness as Known
from audit.strict import base64_text
from audit.tables import node_source
from audit.witness_client import Outcome, gather
from tests.unit.audit.trails import Published, fork, shown

ORIGIN = "hub.example/339999"


@pytest.fixture
def published(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    trail = Published(tmp_path / "log", 300)
    (tmp_path / "old").write_bytes(trail.note)
    trail.grow(300)
    (tmp_path / "log.vkey").write_text(f"{trail.signer.verifier}\n")
    yield trail
    trail.db.close()


def run(capsys, *arguments):
    status = main([*arguments, "--trust", "log.vkey"])
    out, err = capsys.readouterr()
    return status, out, err


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


class Elsewhere(Quiet):
    """Points to another host, or to itself for ever."""

    def do_GET(self):
        place = "http://127.0.0.2:9" if self.path.startswith("/away") else ""
        self.send_response(302)
        self.send_header("Location", f"{place}{self.path}")
        self.send_header("Content-Length", "0")
        self.end_headers()


class Endless(Quiet):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(bytes(1 << 20))


@pytest.fixture
def site(published):
    servers = []

    def start(handler=Quiet):
        made = functools.partial(handler, directory=str(published.folder.parent))
        servers.append(ThreadingHTTPServer(("127.0.0.1", 0), made))
        threading.Thread(target=servers[-1].serve_forever).start()
        return f"http://127.0.0.1:{servers[-1].server_address[1]}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize("command", ["verify", "fsck"])
def test_a_published_log_is_true(capsys, command):
    verdict = f"true: all 600 entries of {ORIGIN} lead to its signed root\n"
    assert run(capsys, command, "log") == (0, verdict, "")


@pytest.mark.parametrize("command", ["verify", "fsck"])
def test_a_log_on_the_web_is_true_or_false_as_in_its_folder(published, site, capsys, command):
    url = f"{site()}/log/"
    assert run(capsys, command, url)[0] == 0
    path = published.folder / "tile/entries/001"
    data = bytearray(path.read_bytes())
    data[40] ^= 1
    path.write_bytes(data)
    for place in (url, "log"):
        status, out, err = run(capsys, command, place)
        assert (status, out, err) == (1, "false: entry 257 is not what tile/0/001 was hashed over\n", "")


@pytest.mark.usefixtures("published")
def test_a_log_is_found_by_its_url_its_checkpoints_or_its_hubs(site, capsys):
    url = site()
    for place in (url, f"{url}/", f"{url}/log", f"{url}/log/checkpoint"):
        assert run(capsys, "verify", place)[0] == 0
    status, out, _ = run(capsys, "verify", f"{url}/elsewhere")
    assert (status, out) == (1, "false: the log does not show its checkpoint\n")


def test_a_part_that_is_not_shown_makes_it_false(published, site, capsys):
    (published.folder / "tile/0/001").unlink()
    for place in ("log", f"{site()}/log"):
        status, out, _ = run(capsys, "fsck", place)
        assert status == 1
        assert "tile/0/001" in out
        assert "256" in out


@pytest.mark.parametrize("path", ["/away", "/round"])
def test_a_site_that_points_elsewhere_is_not_followed(site, capsys, path):
    status, out, err = run(capsys, "verify", site(Elsewhere) + path)
    assert status in {1, 2}
    assert (out + err).count("\n") == 1


def test_an_endless_answer_is_not_read(site, capsys):
    status, out, _ = run(capsys, "verify", site(Endless))
    assert (status, out) == (1, "false: the answer is longer than what was asked for can be\n")


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize("place", ["http://127.0.0.1:9/log", "missing", "https://"])
def test_a_source_that_cannot_be_asked_gets_status_1_or_2_and_one_line(capsys, place):
    status, out, err = run(capsys, "fsck", place)
    assert status == (1 if place == "https://" else 2)
    assert (out + err).count("\n") == 1


def test_a_proof_from_a_source_is_what_the_log_would_give(published, site, capfdbinary):
    for place in ("log", f"{site()}/log"):
        assert main(["proof", place, "400", "--trust", "log.vkey"]) == 0
        assert capfdbinary.readouterr().out == log.receipt(published.db, 400)


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize("index", ["600", "01", "-0", "many"])
def test_no_proof_of_what_is_not_there(capsys, index):
    status, out, _ = run(capsys, "proof", "log", index)
    assert status == 1
    assert out.startswith("false: ")


@pytest.mark.usefixtures("published")
def test_a_log_that_has_grown_is_consistent(capsys):
    verdict = f"true: the tree of 300 of {ORIGIN} is the beginning of its tree of 600\n"
    assert run(capsys, "consistency", "old", "log") == (0, verdict, "")
    assert run(capsys, "consistency", "old", "old")[0] == 0


@pytest.mark.usefixtures("published")
def test_two_checkpoints_alone_show_nothing(capsys):
    status, out, _ = run(capsys, "consistency", "old", "log/checkpoint")
    assert status == 1
    assert "must be a log" in out


@pytest.mark.usefixtures("published")
def test_a_log_rolled_back_is_named(capsys):
    status, out, _ = run(capsys, "consistency", "log", "old")
    assert (status, out) == (1, "false: the log had 600 entries and has 300: an older copy was put back\n")


def test_a_fork_is_named(published, tmp_path, capsys):
    forged = fork(published, 600, 5)
    (tmp_path / "fork").write_bytes(log.latest_checkpoint(forged.db).note)
    status, out, _ = run(capsys, "consistency", "fork", "log")
    assert (status, out) == (1, "false: the log has signed two trees of 600 entries: a fork\n")
    forged = fork(published, 300, 5)
    (tmp_path / "fork").write_bytes(log.latest_checkpoint(forged.db).note)
    status, out, _ = run(capsys, "consistency", "fork", "log")
    assert (status, out) == (1, "false: the consistency proof does not lead to the smaller tree's root\n")


def write(trail, path, claim, events):
    with path.open("wb") as file:
        write_pack(file, events, trail.note, node_source(trail.db), str(trail.signer.verifier), claim)


def test_a_pack_gets_its_verdict(published, tmp_path, capsys):
    write(published, tmp_path / "pack.zip", RANGE, [shown(n, ("act",)) for n in range(10, 30)])
    verdict = f"true: all 20 entries from 10 to 29 stand in {ORIGIN}, in its tree of 600\n"
    assert run(capsys, "verify", "pack.zip") == (0, verdict, "")
    data = bytearray((tmp_path / "pack.zip").read_bytes())
    data[len(data) // 2] ^= 4
    (tmp_path / "pack.zip").write_bytes(data)
    status, out, _ = run(capsys, "verify", "pack.zip")
    assert status == 1
    assert out.startswith("false: ")


def test_a_proof_from_a_pack_is_what_the_log_would_give(published, tmp_path, capfdbinary):
    write(published, tmp_path / "pack.zip", RANGE, [shown(n, ("act",)) for n in range(10, 30)])
    assert main(["proof", "pack.zip", "17", "--trust", "log.vkey"]) == 0
    assert capfdbinary.readouterr().out == log.receipt(published.db, 17)


def test_a_persons_pack_says_so(published, tmp_path, capsys):
    write(published, tmp_path / "pack.zip", SUBJECT, [shown(1)])
    assert run(capsys, "verify", "pack.zip")[1].startswith("true: all 1 entries about one person up to 1 stand in")


def test_a_witness_is_created_serves_and_remembers(published, tmp_path, capsys):
    assert main(["witness", "w", "--create", "witness.example/w1"]) == 0
    key = Cosigner.parse(capsys.readouterr().out.strip())
    assert main(["witness", "w", "--create", "witness.example/w1"]) == 2
    assert main(["witness", "w"]) == 2
    capsys.readouterr()
    for size in (300, 600):
        command = [sys.executable, "-m", "audit", "witness", "w", "--trust", "log.vkey", "--port", "0"]
        serving = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            said, url = serving.stdout.readline().split()
            assert said == str(key)
            note = (tmp_path / "old").read_bytes() if size == 300 else published.note
            gathered = gather(
                note,
                [Known("w1", key, url)],
                lambda old, size=size: log.consistency_proof(published.db, old, size),
                {},
            )
            assert gathered.shown[0].outcome is Outcome.COSIGNED
        finally:
            serving.send_signal(signal.SIGINT)
            assert serving.wait(10) == 0
            serving.stdout.close()
    (published.folder / "checkpoint").write_bytes(gathered.note)
    policy = f"log {published.signer.verifier}\nwitness w1 {key}\nquorum w1\n"
    (tmp_path / "log.vkey").write_text(policy)
    verdict = f"true: all 600 entries of {ORIGIN} lead to its signed root; seen by witness.example/w1\n"
    assert run(capsys, "verify", "log") == (0, verdict, "")
    (published.folder / "checkpoint").write_bytes(published.note)
    assert run(capsys, "verify", "log")[:2] == (
        1,
        "false: the witnesses that have seen the checkpoint are no quorum of w1\n",
    )


def test_a_receipt_needs_the_quorum_too(published, tmp_path, capsys):
    witness = CosignatureSigner("witness.example/w1", bytes(32))
    (tmp_path / "log.vkey").write_text(f"log {published.signer.verifier}\nwitness w1 {witness.verifier}\nquorum w1\n")
    stored = log.entry(published.db, 4)
    event = shown(4) | {"origin": ORIGIN, "leaf": base64_text(stored.leaf)}
    (tmp_path / "receipt.json").write_text(json.dumps(event))
    (tmp_path / "proof").write_bytes(log.receipt(published.db, 4))
    status, out, _ = run(capsys, "verify", "receipt.json", "--proof", "proof")
    assert (status, out) == (1, "false: the witnesses that have seen the checkpoint are no quorum of w1\n")


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize(
    "arguments",
    [["fsck"], ["proof", "log"], ["consistency", "old"], ["witness"], ["witness", "w", "--port", "x"], ["fsck", "log"]],
)
def test_wrong_usage_of_these_gets_status_2(arguments):
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2
