"""With one honest witness no rewriting goes unseen, and a witness that is away slows nobody."""

import socket
import time

import pytest

from audit.log import latest_checkpoint
from audit.note import Verifier
from audit.policy import parse_trust
from audit.proof import parse_proof
from hub.cli.evidence import Wanted, export
from hub.store.evidence import Period
from tests.factories import CIVIL_AFFAIRS, person, run_hub
from tests.fault.witnesses import WitnessProcess, policy_of, until

BODY = {"subject": {"idno": person(0)["idno"]}, "purpose": "OLDCARD"}


@pytest.fixture
def witness(installation, tmp_path):
    """Make a witness of the installation's log: `witness(name)`; it is not started."""
    made = []

    def make(name):
        made.append(WitnessProcess(tmp_path / name, f"{name}.example", installation.directory.log_key))
        return made[-1]

    yield make
    for each in made:
        each.stop()


def appoint_witnesses(installation, *witnesses, quorum="all"):
    policy = policy_of(*witnesses, quorum=quorum)
    installation.directory.witnesses.write_text(policy, "utf-8")
    return parse_trust(f"log {installation.directory.log_key.read_text('utf-8')}{policy}".encode())


def ask(server):
    with server.client(CIVIL_AFFAIRS) as client:
        answer = client.post("/v1/disclosures", json=BODY)
    assert answer.status_code == 200
    return answer.json()["receipt"]["index"]


def published(server):
    with server.client() as client:
        return client.get("/log/checkpoint").content


def entries(installation):
    with installation.opened() as hub:
        return latest_checkpoint(hub.reader.db).size


def test_checkpoints_receipts_and_packs_carry_the_cosignatures_of_a_quorum(installation, serve, witness, tmp_path):
    one, two = witness("police").start(), witness("court").start()
    policy = appoint_witnesses(installation, one, two)
    server = serve(installation, workers=2)
    index = ask(server)

    def covered():
        with server.client(CIVIL_AFFAIRS) as client:
            note = published(server)
            proof = client.get(f"/v1/receipts/{index}")
        seen = policy.seen_by(note) == {"police", "court"}
        return proof.content if seen and policy.check(note).size > index else None

    proof = until(covered)
    assert policy.check(parse_proof(proof).checkpoint).size > index
    export(installation.path, tmp_path / "pack.zip", Wanted(Period()))
    server.stop()
    trust = tmp_path / "policy"
    trust.write_text(f"log {installation.directory.log_key.read_text('utf-8')}{policy_of(one, two, quorum='all')}")
    done = run_audit("verify", tmp_path / "pack.zip", "--trust", trust)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "seen by police.example and court.example" in done.stdout
    assert run_hub("doctor", installation.path).returncode == 0


def run_audit(*arguments):
    import subprocess

    from tests.fault.witnesses import AUDIT

    return subprocess.run([*AUDIT, *map(str, arguments)], capture_output=True, text=True, check=False)


def test_what_is_published_never_grows_shorter_and_waits_for_a_quorum(installation, serve, witness):
    one = witness("police")
    policy = appoint_witnesses(installation, one)
    before = entries(installation)
    server = serve(installation)
    index = ask(server)
    with server.client(CIVIL_AFFAIRS) as client:
        until(lambda: client.get(f"/v1/receipts/{index}").is_success, seconds=5)
        assert client.get("/readyz").is_success
    key = [Verifier.parse(installation.directory.log_key.read_text("utf-8").strip())]
    # What a start writes before it asks witnesses is signed already; what is disclosed then is not published.
    assert before <= parse_trust(str(key[0]).encode()).check(published(server)).size <= index
    one.start()
    until(lambda: b"police.example" in published(server))
    assert policy.check(published(server)).size > index


def test_a_witness_that_never_answers_slows_no_disclosure(installation, serve, witness):
    silent = socket.create_server(("127.0.0.1", 0))
    one = witness("police")
    one.url = f"http://127.0.0.1:{silent.getsockname()[1]}"
    appoint_witnesses(installation, one, quorum="none")
    server = serve(installation)
    taken = []
    started = time.monotonic()
    while time.monotonic() - started < 9:  # long enough for two askings
        begun = time.monotonic()
        ask(server)
        taken.append(time.monotonic() - begun)
    silent.close()
    assert sorted(taken)[len(taken) * 99 // 100] < 1
    assert "witnesses have not cosigned" in server.log


def test_a_copy_put_back_is_refused_before_anything_is_signed(installation, serve, witness, tmp_path):
    one = witness("police").start()
    appoint_witnesses(installation, one)
    older = installation.copy(tmp_path / "older")  # with its checkpoint: nothing on this machine contradicts it
    server = serve(installation)
    index = ask(server)
    until(lambda: b"police.example" in published(server))
    server.stop()
    assert entries(installation) > index
    before = (older.path / "hub.db").read_bytes(), older.directory.checkpoint.read_bytes()
    done = run_hub("serve", older.path, "--port", "1")
    assert done.returncode == 1
    assert "an older copy was put back" in done.stderr
    assert "police.example" in done.stderr
    assert before == ((older.path / "hub.db").read_bytes(), older.directory.checkpoint.read_bytes())
    examined = run_hub("doctor", older.path)
    assert examined.returncode == 1
    assert "BAD  witnesses" in examined.stdout
    assert "an older copy was put back" in examined.stdout


def test_a_second_history_that_is_served_is_said_loudly(installation, serve, witness, tmp_path):
    one = witness("police").start()
    appoint_witnesses(installation, one)
    forked = installation.copy(tmp_path / "forked")
    server = serve(installation)
    ask(server)
    until(lambda: b"police.example" in published(server))
    server.stop()
    one.stop()
    server = serve(forked)  # the witness is away, so nobody can know yet
    for _ in range(20):
        ask(server)
    one.start()
    with server.client() as client:
        until(lambda: client.get("/readyz").status_code == 503)
    assert "a witness contradicts the log" in server.log
    server.stop()
    examined = run_hub("doctor", forked.path)
    assert examined.returncode == 1
    assert "BAD  witnesses" in examined.stdout


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        ("witness", "line 1 of the policy"),
        ("quorum none\n", "must name witnesses"),
        ("witness w KEY\nquorum none\n", "behind the key of each the URL"),
        ("log OTHER\nwitness w KEY http://127.0.0.1:1\nquorum none\n", "another log"),
    ],
)
def test_a_policy_that_cannot_be_meant_stops_the_start(installation, witness, policy, said):
    other = "hub.example/339999+c8317496+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"
    text = policy.replace("KEY", witness("w").key).replace("OTHER", other)
    installation.directory.witnesses.write_text(text, "utf-8")
    done = run_hub("serve", installation.path, "--port", "1")
    assert done.returncode == 1
    assert said in done.stderr
