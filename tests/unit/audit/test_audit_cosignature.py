import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from audit.checkpoint import verify_checkpoint
from audit.cosignature import CosignatureSigner, Cosigner, cosigned_at
from audit.errors import LogError, VerificationError
from audit.note import Signer, Verifier, parse, sign, verify

VECTORS = Path(__file__).parents[2] / "vectors" / "witness"
GOOD = json.loads((VECTORS / "cosigned.json").read_text("utf-8"))["good"]
TEXT = "hub.example/339999\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"
NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)


@pytest.fixture
def witness():
    return CosignatureSigner("witness.example/w1", bytes(range(32)))


@pytest.mark.parametrize("case", GOOD, ids=lambda case: case["source"][:40])
def test_cosignatures_of_other_implementations_verify(case):
    key = Cosigner.parse(case["witness"])
    keys = [key, *([Verifier.parse(case["log"])] if case["log"] else [])]
    note = verify(case["note"].encode(), keys)
    [signature] = [each for each in note.signatures if each.key_id == key.key_id]
    assert cosigned_at(signature) == case["time"]
    if case["log"]:
        verify_checkpoint(case["note"].encode(), keys)
    for changed in (case["note"].replace("\n", " \n", 1), case["note"].replace("example", "examplf", 1)):
        if changed != case["note"]:
            with pytest.raises(VerificationError):
                verify(changed.encode(), keys)


def test_every_flipped_bit_of_a_cosignature_is_found(witness):
    signature = witness.cosign(TEXT, NOW).signature
    assert witness.verifier.verify(TEXT, signature)
    for bit in range(8 * len(signature)):
        flipped = bytearray(signature)
        flipped[bit // 8] ^= 1 << bit % 8
        assert not witness.verifier.verify(TEXT, bytes(flipped))
    assert not witness.verifier.verify(TEXT, signature[:-1])
    assert not witness.verifier.verify(TEXT, signature + b"\0")
    assert not witness.verifier.verify(TEXT + "more\n", signature)


def test_a_witness_cosigns_nothing_but_checkpoints(witness):
    with pytest.raises(VerificationError):
        witness.cosign("hub.example/339999\nmany\n", NOW)


def test_a_cosignature_is_no_log_signature(witness):
    """Not even where the witness has taken the log's name."""
    impostor = CosignatureSigner("hub.example/339999", bytes(32))
    note = f"{TEXT}\n{impostor.cosign(TEXT, NOW).line()}".encode()
    with pytest.raises(VerificationError, match="own key"):
        verify_checkpoint(note, [impostor.verifier])
    log = Signer("hub.example/339999", bytes(32))
    assert not log.verifier.verify(TEXT, witness.cosign(TEXT, NOW).signature[8:])
    verify_checkpoint(sign(TEXT, log), [log.verifier, impostor.verifier])


def test_a_bad_cosignature_by_a_known_witness_refuses_the_note(witness):
    log = Signer("hub.example/339999", bytes(32))
    line = witness.cosign(TEXT.replace("339999", "339998"), NOW).line()
    note = sign(TEXT, log) + line.encode()
    assert verify_checkpoint(note, [log.verifier])
    with pytest.raises(VerificationError, match="bad"):
        verify_checkpoint(note, [log.verifier, witness.verifier])


def test_keys_have_one_spelling(witness):
    text = str(witness.verifier)
    assert Cosigner.parse(text) == witness.verifier
    assert CosignatureSigner.parse(witness.secret()).verifier == witness.verifier
    name, identifier, key = text.split("+", 2)
    for bad in (text + "=", f"{name}+{identifier.upper()}+{key}", f"x{text}", str(Signer("a", bytes(32)).verifier)):
        with pytest.raises(VerificationError):
            Cosigner.parse(bad)
    with pytest.raises(VerificationError):
        Verifier.parse(text)
    for bad in (text, Signer("a", bytes(32)).secret(), witness.secret()[:-4]):
        with pytest.raises(LogError):
            CosignatureSigner.parse(bad)


def test_a_signature_of_another_length_has_no_time():
    note = parse(sign(TEXT, Signer("hub.example/339999", bytes(32))))
    with pytest.raises(VerificationError):
        cosigned_at(note.signatures[0])
