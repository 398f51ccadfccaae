import json
from pathlib import Path

import pytest

from audit import checkpoint
from audit.errors import LogError, VerificationError
from audit.note import Signer, sign

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "notes" / "checkpoints.json").read_text("utf-8"))
LOG = Signer("example.com/log", bytes([1] * 32))
WITNESS = Signer("example.com/witness", bytes([2] * 32))
HEAD = checkpoint.Checkpoint("example.com/log", 42, bytes(32))


@pytest.mark.parametrize("case", VECTORS["good"], ids=lambda c: c["origin"])
def test_published_checkpoints_are_read_and_written(case):
    head = checkpoint.parse_checkpoint(case["text"])
    assert (head.origin, head.size, list(head.extensions)) == (case["origin"], case["size"], case["extensions"])
    assert head.text() == case["text"]


@pytest.mark.parametrize("case", VECTORS["bad"], ids=lambda c: c["fault"])
def test_malformed_checkpoints_are_refused(case):
    with pytest.raises(VerificationError):
        checkpoint.parse_checkpoint(case["text"])


def test_a_log_signs_its_own_checkpoints():
    note = checkpoint.sign_checkpoint(HEAD, LOG)
    assert checkpoint.verify_checkpoint(note, [LOG.verifier], "example.com/log") == HEAD


def test_a_log_does_not_sign_for_another():
    with pytest.raises(LogError):
        checkpoint.sign_checkpoint(HEAD, WITNESS)


def test_the_signature_of_another_does_not_stand_in_for_the_logs():
    note = sign(HEAD.text(), WITNESS)
    with pytest.raises(VerificationError, match="own key"):
        checkpoint.verify_checkpoint(note, [LOG.verifier, WITNESS.verifier])


def test_a_bad_signature_of_another_trusted_key_refuses_the_checkpoint():
    note = sign(HEAD.text(), LOG) + sign("something else\n", WITNESS).split(b"\n\n")[1]
    assert checkpoint.verify_checkpoint(note, [LOG.verifier]) == HEAD
    with pytest.raises(VerificationError, match="is bad"):
        checkpoint.verify_checkpoint(note, [LOG.verifier, WITNESS.verifier])


def test_a_checkpoint_of_another_log_is_refused():
    note = checkpoint.sign_checkpoint(HEAD, LOG)
    with pytest.raises(VerificationError, match="another log"):
        checkpoint.verify_checkpoint(note, [LOG.verifier], "example.com/other")


def test_a_key_of_the_same_name_is_not_the_logs_key():
    note = checkpoint.sign_checkpoint(HEAD, Signer("example.com/log", bytes([3] * 32)))
    with pytest.raises(VerificationError):
        checkpoint.verify_checkpoint(note, [LOG.verifier])
