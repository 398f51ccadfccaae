import base64
import json
import subprocess
import sys

import pytest

from audit import log
from audit.__main__ import main


@pytest.fixture(params=["hub.example/339999"])
def files(request, tmp_path, make_trail):
    trail = make_trail(10, request.param)
    trail.sign()
    stored = log.entry(trail.db, 4)
    receipt = {
        "origin": trail.log.origin,
        "index": 4,
        "leaf": base64.b64encode(stored.leaf).decode(),
        "act": json.loads(stored.act),
        "act_salt": base64.b64encode(stored.act_salt).decode(),
        "subject_commitment": base64.b64encode(stored.subject_commitment).decode(),
        "ordinal_commitment": base64.b64encode(stored.ordinal_commitment).decode(),
    }
    (tmp_path / "receipt.json").write_text(json.dumps(receipt))
    (tmp_path / "receipt.tlog-proof").write_bytes(log.receipt(trail.db, 4))
    (tmp_path / "log.vkey").write_text(f"{trail.signer.verifier}\n")
    return tmp_path


def verify(files, *more):
    return main(["verify", str(files / "receipt.json"), "--trust", str(files / "log.vkey"), *more])


def with_proof(files):
    return verify(files, "--proof", str(files / "receipt.tlog-proof"))


def test_a_true_receipt_gets_status_0_and_one_line(files, capsys):
    assert with_proof(files) == 0
    verdict = "true: entry 4 of hub.example/339999 is in its tree of 10; shown: act\n"
    assert capsys.readouterr() == (verdict, "")


def test_a_false_receipt_gets_status_1_and_one_line(files, capsys):
    path = files / "receipt.json"
    path.write_text(path.read_text().replace("permitted", "refused"))
    assert with_proof(files) == 1
    assert capsys.readouterr() == ("false: the receipt's leaf does not commit to what it shows\n", "")


def test_a_receipt_without_its_proof_is_not_shown_to_be_true(files, capsys):
    assert verify(files) == 1
    assert capsys.readouterr().out.startswith("false: ")


def test_a_damaged_proof_gets_status_1(files, capsys):
    path = files / "receipt.tlog-proof"
    path.write_bytes(path.read_bytes()[:-1])
    assert with_proof(files) == 1
    assert capsys.readouterr().out.startswith("false: ")


@pytest.mark.parametrize("name", ["receipt.json", "receipt.tlog-proof", "log.vkey"])
def test_a_missing_file_gets_status_2(files, capsys, name):
    (files / name).unlink()
    assert with_proof(files) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert name in err
    assert err.count("\n") == 1


def test_a_bad_key_file_gets_status_2(files, capsys):
    (files / "log.vkey").write_text("no key\n")
    assert with_proof(files) == 2
    assert "log.vkey" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["verify"], ["verify", "x"], ["prove"], ["verify", "x", "--trust"]])
def test_wrong_usage_gets_status_2(arguments):
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2


@pytest.mark.parametrize("files", ["民政.example"], indirect=True)
def test_a_name_the_terminal_cannot_write_is_no_failure(files):
    command = [sys.executable, "-m", "audit", "verify", str(files / "receipt.json")]
    command += ["--trust", str(files / "log.vkey"), "--proof", str(files / "receipt.tlog-proof")]
    done = subprocess.run(command, capture_output=True, text=True, env={"PYTHONIOENCODING": "ascii"}, check=False)
    verdict = "true: entry 4 of \\u6c11\\u653f.example is in its tree of 10; shown: act\n"
    assert (done.returncode, done.stdout, done.stderr) == (0, verdict, "")
