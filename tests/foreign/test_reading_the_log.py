"""Another program reads what this log publishes: policy, checkpoint, tiles, bundles, proofs, cosignatures."""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from audit.log import entry
from hub.cli.evidence import Wanted, export
from hub.store.evidence import Period
from tests.factories import CIVIL_AFFAIRS, Server, person
from tests.fault.witnesses import AUDIT, WitnessProcess, policy_of, until

SOURCE = Path(__file__).with_name("go")
BUILD = Path(__file__).parents[2] / "build"
ENTRIES = 300


@pytest.fixture(scope="session")
def reader():
    """The reader of `go/main.go`, built once. Debian's Go may be too old for it, and its modules out of reach."""
    go = shutil.which("go") or shutil.which("/usr/local/go/bin/go")
    if go is None:
        pytest.skip("there is no Go")
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(SOURCE.iterdir()))).hexdigest()[:16]
    program = BUILD / f"foreign-{digest}"
    if not program.exists():
        BUILD.mkdir(exist_ok=True)
        env = {**os.environ, "GOTOOLCHAIN": "local", "CGO_ENABLED": "0"}
        fetched = subprocess.run(
            [go, "mod", "download"], cwd=SOURCE, env=env, capture_output=True, text=True, check=False
        )
        if fetched.returncode:
            pytest.skip(f"modules of Go: {fetched.stderr}")
        subprocess.run([go, "build", "-o", program, "."], cwd=SOURCE, env=env, check=True)
    return program


@pytest.fixture(scope="module")
def witnessed(_furnished, tmp_path_factory):
    """A served log of some hundred entries that a witness has cosigned: the server, and the policy to trust it by."""
    folder = tmp_path_factory.mktemp("witnessed")
    installation = _furnished.copy(folder / "hub")
    key = installation.directory.log_key
    witness = WitnessProcess(folder / "police", "police.example", key).start()
    installation.directory.witnesses.write_text(policy_of(witness, quorum="all"), "utf-8")
    policy = folder / "policy"
    policy.write_text(f"log {key.read_text('utf-8')}{policy_of(witness, quorum='all')}")
    server = Server(installation)
    with server.client(CIVIL_AFFAIRS) as client:
        for _ in range(ENTRIES):
            answer = client.post("/v1/disclosures", json={"subject": {"idno": person(0)["idno"]}, "purpose": "OLDCARD"})
        index = answer.json()["receipt"]["index"]
        until(lambda: b"police.example" in client.get(f"/v1/receipts/{index}").content)
    yield server, policy
    server.stop()
    witness.stop()


def receipts(server, folder, *, shifted=0):
    """Receipts of the API beside the entries they prove, or beside those that are `shifted` away."""
    folder.mkdir()
    with server.client(CIVIL_AFFAIRS) as client, server.installation.opened() as hub:
        for index in (0, 15, 16, 255, 256, ENTRIES - 1):
            (folder / f"{index}.proof").write_bytes(client.get(f"/v1/receipts/{index}").content)
            (folder / f"{index}.leaf").write_bytes(entry(hub.reader.db, index + shifted).leaf)
    return folder


def read(reader, server, policy, proofs):
    return subprocess.run([reader, f"{server.url}/log/", policy, proofs], capture_output=True, text=True, check=False)


def test_another_program_accepts_every_entry_and_the_receipts(reader, witnessed, tmp_path):
    server, policy = witnessed
    done = read(reader, server, policy, receipts(server, tmp_path / "proofs"))
    assert done.returncode == 0, done.stderr
    origin, size, digest, proofs = done.stdout.split()
    with server.installation.opened() as hub:
        leaves = b"".join(entry(hub.reader.db, index).leaf for index in range(int(size)))
    assert (origin, proofs) == (server.installation.directory.origin(), "6")
    assert int(size) > ENTRIES
    assert digest == hashlib.sha256(leaves).hexdigest()


def test_it_refuses_another_entry_and_a_witness_that_did_not_sign(reader, witnessed, tmp_path):
    server, policy = witnessed
    right, others = receipts(server, tmp_path / "right"), receipts(server, tmp_path / "others", shifted=1)
    assert read(reader, server, policy, right).returncode == 0
    assert "proof" in read(reader, server, policy, others).stderr
    stranger = WitnessProcess(tmp_path / "court", "court.example", server.installation.directory.log_key)
    stricter = tmp_path / "stricter"
    stricter.write_text(
        f"log {server.installation.directory.log_key.read_text('utf-8')}{policy_of(stranger, quorum='all')}"
    )
    assert "policy" in read(reader, server, stricter, right).stderr


def test_it_accepts_proofs_taken_from_an_evidence_pack(reader, witnessed, tmp_path):
    server, policy = witnessed
    pack, proofs = tmp_path / "pack.zip", tmp_path / "proofs"
    export(server.installation.path, pack, Wanted(Period()))
    proofs.mkdir()
    with server.installation.opened() as hub:
        for index in (3, 200):
            command = [*AUDIT, "proof", str(pack), str(index), "--trust", str(policy)]
            (proofs / f"{index}.proof").write_bytes(subprocess.run(command, capture_output=True, check=True).stdout)
            (proofs / f"{index}.leaf").write_bytes(entry(hub.reader.db, index).leaf)
    done = read(reader, server, policy, proofs)
    assert done.returncode == 0, done.stderr
