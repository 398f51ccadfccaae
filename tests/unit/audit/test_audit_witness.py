import json
import threading
from contextlib import closing
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path

import pytest

from audit import log
from audit.checkpoint import parse_checkpoint
from audit.cosignature import CosignatureSigner
from audit.errors import LogError
from audit.note import Verifier, parse, verify
from audit.policy import Witness as Known
from audit.strict import base64_text
from audit.witness import SIZE_TYPE, Witness, create
from audit.witness_client import Outcome, gather, keep
from audit.witness_server import WitnessServer
from tests.unit.audit.trails import fork

VECTORS = Path(__file__).parents[2] / "vectors" / "witness"
REQUESTS = json.loads((VECTORS / "requests.json").read_text("utf-8"))
NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
SIGNER = CosignatureSigner("witness.example/w1", bytes([7]) * 32)


def request(trail, old, proof=None, note=None):
    last = log.latest_checkpoint(trail.db)
    if proof is None:
        proof = log.consistency_proof(trail.db, old, last.size) if old <= last.size else []
    lines = "".join(f"{base64_text(each)}\n" for each in proof)
    return f"old {old}\n{lines}\n".encode() + (note or last.note)


@pytest.fixture
def trail(make_trail):
    made = make_trail(10)
    made.sign()
    return made


@pytest.fixture
def folder(tmp_path):
    create(tmp_path / "w", SIGNER)
    return tmp_path / "w"


@pytest.fixture
def witness(folder, trail):
    opened = Witness.open(folder, trail.keys, lambda: NOW)
    yield opened
    opened.close()


@pytest.fixture
def server(witness):
    with WitnessServer(witness) as serving:
        thread = threading.Thread(target=serving.serve_forever)
        thread.start()
        yield serving
        serving.shutdown()
        thread.join()


def known(server):
    return Known("w1", SIGNER.verifier, server.url)


def prover(trail, size):
    return lambda old: log.consistency_proof(trail.db, old, size)


def test_the_requests_of_another_implementation_get_its_answers(folder):
    witness = Witness.open(folder, [Verifier.parse(REQUESTS["log"])], lambda: NOW)
    for step in REQUESTS["steps"]:
        reply = witness.add_checkpoint(step["request"].encode())
        assert reply.status == step["status"], step["rule"]
        if reply.status == 200:
            note = step["request"].partition("\n\n")[2] + reply.body
            assert verify(note.encode(), [SIGNER.verifier])
        if "size" in step:
            assert (reply.body, reply.media_type) == (f"{step['size']}\n", SIZE_TYPE)
    assert [checkpoint.size for checkpoint in witness.seen().values()] == [5]
    witness.close()


def test_a_log_that_grows_is_cosigned_each_time(witness, trail):
    for old, more in ((0, 0), (10, 1), (11, 245), (256, 300)):
        trail.append(more)
        trail.sign()
        reply = witness.add_checkpoint(request(trail, old))
        assert reply.status == 200
        verify(log.latest_checkpoint(trail.db).note + reply.body.encode(), [SIGNER.verifier, *trail.keys])


def test_the_same_checkpoint_is_cosigned_again(witness, trail):
    assert witness.add_checkpoint(request(trail, 0)).status == 200
    assert witness.add_checkpoint(request(trail, 10)).status == 200
    assert witness.add_checkpoint(request(trail, 0)) == (409, "10\n", SIZE_TYPE)


def test_a_fork_of_the_same_size_is_refused(witness, trail):
    assert witness.add_checkpoint(request(trail, 0)).status == 200
    forged = fork(trail, 10, 3)
    assert witness.add_checkpoint(request(forged, 10, [])) == (409, "10\n", SIZE_TYPE)
    assert witness.seen()[trail.log.origin].root == log.root(trail.db)


def test_a_fork_of_a_larger_size_is_refused(witness, trail):
    assert witness.add_checkpoint(request(trail, 0)).status == 200
    forged = fork(trail, 20, 3)
    assert witness.add_checkpoint(request(forged, 10)).status == 422
    assert witness.seen()[trail.log.origin].size == 10


def test_a_rollback_is_refused(witness, trail, make_trail):
    trail.append(5)
    trail.sign()
    assert witness.add_checkpoint(request(trail, 0)).status == 200
    older = make_trail(10)
    older.sign()
    assert witness.add_checkpoint(request(older, 0)) == (409, "15\n", SIZE_TYPE)
    assert witness.add_checkpoint(request(older, 15)).status == 400


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (lambda body: body[1:], 400),
        (lambda body: body.replace(b"old 0", b"old 00"), 400),
        (lambda body: body.replace(b"old 0", b"old -0"), 400),
        (lambda body: body.replace(b"old 0", b"old 1_0"), 400),
        (lambda body: body.replace(b"old 0\n\n", b"old 0\n"), 400),
        (lambda body: body.replace(b"old 0\n\n", b"old 0\n\n\n"), 400),
        (lambda body: body.replace(b"old 0\n\n", b"old 0\nnot base64\n\n"), 400),
        (lambda body: body.replace(b"old 0\n\n", b"old 0\n" + b"AAAA\n\n"), 400),
        (lambda body: body.replace(b"old 0\n", b"old 0\n" + (base64_text(bytes(32)) + "\n").encode() * 64), 400),
        (lambda body: body.replace(b"old 0\n", b"old 0\n" + (base64_text(bytes(32)) + "\n").encode() * 63), 422),
        (lambda body: body.replace(b"old 0", b"old 11"), 400),
        (lambda body: body.replace(b"old 0", b"old 3"), 409),
        (lambda body: body.replace(b"\n10\n", b"\n010\n"), 400),
        (lambda body: body.replace(b"\n10\n", b"\n11\n"), 403),
        (lambda body: body.replace(b"339999\n10", b"339998\n10"), 404),
        (lambda body: body[:-2], 400),
        (lambda body: body + b"x" * 70_000, 400),
        (lambda body: body[:0], 400),
    ],
)
def test_a_bad_request_gets_its_status_and_changes_nothing(witness, trail, change, status):
    assert witness.add_checkpoint(change(request(trail, 0))).status == status
    assert witness.seen() == {}


def test_a_signature_by_another_key_is_refused(witness, make_trail):
    other = make_trail(10)
    other.signer = type(other.signer)(other.log.origin, bytes([5]) * 32)
    other.sign()
    assert witness.add_checkpoint(request(other, 0)).status == 403


def test_logs_are_kept_apart(folder, make_trail):
    trails = [make_trail(10, f"hub.example/{n}") for n in range(3)]
    witness = Witness.open(folder, [trail.signer.verifier for trail in trails], lambda: NOW)
    for trail in trails:
        trail.sign()
        assert witness.add_checkpoint(request(trail, 0)).status == 200
    assert {origin: seen.size for origin, seen in witness.seen().items()} == {t.log.origin: 10 for t in trails}
    witness.close()


def test_what_was_seen_outlives_the_witness(folder, trail):
    first = Witness.open(folder, trail.keys, lambda: NOW)
    assert first.add_checkpoint(request(trail, 0)).status == 200
    first.close()
    second = Witness.open(folder, trail.keys, lambda: NOW)
    assert second.add_checkpoint(request(fork(trail, 10, 3), 10, [])).status == 409
    second.close()


@pytest.mark.usefixtures("witness")
def test_one_process_has_it_open(folder, trail):
    with pytest.raises(LogError, match="another process"):
        Witness.open(folder, trail.keys)


def test_creating_is_not_opening(folder, tmp_path, trail):
    with pytest.raises(LogError, match="never over another"):
        create(folder, SIGNER)
    with pytest.raises(LogError, match="never creates"):
        Witness.open(tmp_path / "nowhere", trail.keys)


@pytest.mark.parametrize("state", [None, b"", b"[]", b'{"a": 1}', b'{"a": "b"}', b"{", b"\xff", b'{"a": "\\ud800"}'])
def test_a_witness_that_cannot_remember_does_not_start(folder, trail, state):
    (folder / "state.json").unlink()
    if state is not None:
        (folder / "state.json").write_bytes(state)
    with pytest.raises(LogError, match="seen"):
        Witness.open(folder, trail.keys)


def test_a_witness_does_not_witness_itself(tmp_path, trail):
    create(tmp_path / "w", CosignatureSigner("witness.example/w1", bytes(range(32))))
    with pytest.raises(LogError, match="own key"):
        Witness.open(tmp_path / "w", trail.keys)


def test_the_key_is_for_its_owner_only(folder):
    assert (folder / "witness.key").stat().st_mode & 0o077 == 0


def test_the_client_gathers_a_cosignature_over_http(server, trail):
    note = log.latest_checkpoint(trail.db).note
    sizes = {}
    gathered = gather(note, [known(server)], prover(trail, 10), sizes)
    assert [shown.outcome for shown in gathered.shown] == [Outcome.COSIGNED]
    assert sizes == {"w1": 10}
    assert len(verify(gathered.note, [SIGNER.verifier, *trail.keys]).signatures) == 2
    trail.append(7)
    trail.sign()
    note = log.latest_checkpoint(trail.db).note
    for remembered in (sizes, {}, {"w1": 3}):
        assert gather(note, [known(server)], prover(trail, 17), dict(remembered)).shown[0].outcome is Outcome.COSIGNED


def test_receipts_carry_the_cosignatures_that_were_kept(server, trail):
    gathered = gather(log.latest_checkpoint(trail.db).note, [known(server)], prover(trail, 10), {})
    with trail:
        assert keep(trail.db, gathered.note)
    assert log.receipt(trail.db, 4).endswith(gathered.note)
    with trail, pytest.raises(LogError):
        keep(trail.db, fork(trail, 10, 3).db.execute("SELECT note FROM log_checkpoint").fetchone()[0])
    trail.append(1)
    trail.sign()
    with trail:
        assert not keep(trail.db, gathered.note)
    assert log.fsck(trail.db) == log.root(trail.db)


def test_a_fork_is_a_contradiction_and_not_a_failure(server, trail):
    note = log.latest_checkpoint(trail.db).note
    gather(note, [known(server)], prover(trail, 10), {})
    for size in (10, 20):
        forged = fork(trail, size, 3)
        note = log.latest_checkpoint(forged.db).note
        for sizes in ({}, {"w1": 10}):
            shown = gather(note, [known(server)], prover(forged, size), sizes).shown[0]
            assert shown.outcome is Outcome.CONTRADICTED, shown
            assert shown.signature is None


def test_an_older_copy_put_back_is_a_contradiction(server, trail, make_trail):
    older = make_trail(10)
    older.sign()
    trail.append(5)
    trail.sign()
    gather(log.latest_checkpoint(trail.db).note, [known(server)], prover(trail, 15), {})
    for sizes in ({}, {"w1": 15}, {"w1": 10}):
        shown = gather(log.latest_checkpoint(older.db).note, [known(server)], prover(older, 10), sizes).shown[0]
        assert shown.outcome is Outcome.CONTRADICTED
        assert "15" in shown.reason


def test_a_witness_that_is_away_is_asked_again(trail):
    away = Known("w1", SIGNER.verifier, "http://127.0.0.1:9")
    gathered = gather(log.latest_checkpoint(trail.db).note, [away], prover(trail, 10), {})
    assert gathered.shown[0].outcome is Outcome.RETRY
    assert gathered.note == log.latest_checkpoint(trail.db).note


def test_a_log_the_witness_does_not_know_is_refused(server, make_trail):
    other = make_trail(10, "hub.example/other")
    other.sign()
    shown = gather(log.latest_checkpoint(other.db).note, [known(server)], prover(other, 10), {}).shown[0]
    assert shown.outcome is Outcome.REFUSED


def test_a_witness_with_another_key_is_refused(server, trail):
    stranger = Known("w1", CosignatureSigner("witness.example/w1", bytes(32)).verifier, server.url)
    shown = gather(log.latest_checkpoint(trail.db).note, [stranger], prover(trail, 10), {}).shown[0]
    assert shown.outcome is Outcome.REFUSED


def test_a_witness_that_cannot_write_signs_nothing(server, witness, trail, monkeypatch, capsys):
    def full(*_):
        raise OSError(28, "no space left")

    with monkeypatch.context() as patch:
        patch.setattr("os.replace", full)
        shown = gather(log.latest_checkpoint(trail.db).note, [known(server)], prover(trail, 10), {}).shown[0]
    assert shown.outcome is Outcome.RETRY
    assert witness.seen() == {}
    assert "no space left" in capsys.readouterr().err


def http(server, path, data=None):
    connection = HTTPConnection(*server.server_address, timeout=5)
    with closing(connection):
        connection.request("GET" if data is None else "POST", path, data)
        answer = connection.getresponse()
        return answer.status, answer.headers["Content-Type"], answer.read()


def test_the_server_speaks_the_protocol_and_nothing_else(server, trail):
    status, kind, body = http(server, "/add-checkpoint", request(trail, 0))
    assert (status, kind) == (200, "text/plain; charset=utf-8")
    assert body.startswith("— witness.example/w1 ".encode())
    assert http(server, "/add-checkpoint", request(trail, 3)) == (409, "text/x.tlog.size", b"10\n")
    assert http(server, "/add-checkpoint", b"x" * 70_000)[0] == 413
    assert http(server, "/", b"x")[0] == 404
    assert http(server, "/add-checkpoint")[0] == 405
    assert server.url.startswith("http://127.0.0.1:")


def test_many_at_once_never_get_two_trees_of_one_size(server, trail):
    logs = [trail, *(fork(trail, 10, n) for n in range(5))]
    bodies = [request(each, 0) for each in logs] * 3
    answers = []

    def show(body):
        answers.append(http(server, "/add-checkpoint", body)[0])

    threads = [threading.Thread(target=show, args=(body,)) for body in bodies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers.count(200) == 1
    assert answers.count(409) == len(bodies) - 1


def test_a_checkpoint_in_the_state_is_the_one_cosigned(witness, trail):
    witness.add_checkpoint(request(trail, 0))
    assert witness.seen()[trail.log.origin] == parse_checkpoint(parse(log.latest_checkpoint(trail.db).note).text)
