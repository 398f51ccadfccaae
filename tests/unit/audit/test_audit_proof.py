import json
from pathlib import Path

import pytest

from audit.errors import VerificationError
from audit.note import Verifier
from audit.proof import Proof, parse_proof, verify_proof

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "notes" / "proofs.json").read_text("utf-8"))
[SMALL, LARGE] = [case for case in VECTORS["good"] if case["size"] > 1 and case["extra"] is None]
KEYS = [Verifier.parse(VECTORS["verifier"])]
ORIGIN = KEYS[0].name


def proof_id(case):
    extra = {None: "", "": "-with-empty-extra"}.get(case["extra"], "-with-extra")
    return f"{case['index']}-in-{case['size']}{extra}"


@pytest.mark.parametrize("case", VECTORS["good"], ids=proof_id)
def test_proofs_written_by_others_verify_and_are_written_alike(case):
    data = case["proof"].encode()
    proved = verify_proof(data, case["leaf"].encode(), KEYS, ORIGIN)
    assert (proved.index, proved.checkpoint.size) == (case["index"], case["size"])
    assert proved.checkpoint.root.hex() == case["root"]
    proof = parse_proof(data)
    assert proof.extra == (None if case["extra"] is None else case["extra"].encode())
    assert proof.serialized() == data


@pytest.mark.parametrize("case", VECTORS["bad"], ids=lambda c: c["fault"])
def test_malformed_proofs_are_refused(case):
    with pytest.raises(VerificationError):
        parse_proof(case["proof"].encode())


def test_a_proof_of_another_leaf_is_refused():
    with pytest.raises(VerificationError):
        verify_proof(SMALL["proof"].encode(), b"entry 778", KEYS, ORIGIN)


def test_a_proof_of_another_log_is_refused():
    with pytest.raises(VerificationError):
        verify_proof(SMALL["proof"].encode(), SMALL["leaf"].encode(), KEYS, "example.com/other")


def test_a_proof_under_another_checkpoint_is_refused():
    small, large = (parse_proof(case["proof"].encode()) for case in (SMALL, LARGE))
    spliced = Proof(small.index, small.hashes, large.checkpoint)
    with pytest.raises(VerificationError):
        verify_proof(spliced.serialized(), b"entry 777", KEYS, ORIGIN)


def test_something_after_the_checkpoint_is_refused():
    data = SMALL["proof"].encode()
    for garbage in (b"\n", b"x", b" ", data, b"\0"):
        with pytest.raises(VerificationError):
            verify_proof(data + garbage, SMALL["leaf"].encode(), KEYS, ORIGIN)


def test_every_proof_cut_short_is_refused():
    data = SMALL["proof"].encode()
    # The second signature is another key's: without it the note is whole.
    whole = data[: data.rindex("—".encode())]
    assert verify_proof(whole, b"entry 777", KEYS, ORIGIN).index == 777
    for end in range(len(data)):
        if end != len(whole):
            with pytest.raises(VerificationError):
                verify_proof(data[:end], b"entry 777", KEYS, ORIGIN)


def test_every_flipped_bit_is_noticed():
    data = SMALL["proof"].encode()
    data = data[: data.rindex("—".encode())]
    for place in range(len(data)):
        for bit in range(8):
            flipped = bytearray(data)
            flipped[place] ^= 1 << bit
            with pytest.raises(VerificationError):
                verify_proof(bytes(flipped), b"entry 777", KEYS, ORIGIN)
