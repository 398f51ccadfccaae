"""Whatever bytes the reading side is given, it raises the one verification error or nothing."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.checkpoint import parse_checkpoint, verify_checkpoint
from audit.entry import canonical
from audit.errors import VerificationError
from audit.note import Signer, Verifier, parse, sign, verify
from audit.proof import parse_proof, verify_proof
from audit.strict import base64_bytes, decimal
from audit.tile import decode_bundle, encode_bundle, parse_path
from audit.verify import parse_receipt, parse_trust

NOTES = Path(__file__).parents[1] / "vectors" / "notes"
LOG = Signer("example.com/log", bytes(32))
GOOD_NOTES = [case["note"].encode() for case in json.loads((NOTES / "signed-notes.json").read_text("utf-8"))["good"]]
GOOD_PROOFS = [case["proof"].encode() for case in json.loads((NOTES / "proofs.json").read_text("utf-8"))["good"]]
PROOF_KEY = Verifier.parse(json.loads((NOTES / "proofs.json").read_text("utf-8"))["verifier"])
CHECKPOINT = sign("example.com/log\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n", LOG)
RECEIPT = json.dumps(
    {
        "origin": "example.com/log",
        "index": 0,
        "leaf": "A" * 43 + "=",
        "act": {"kind": "disclosure", "fields": ["name"], "n": 1},
        "act_salt": "A" * 43 + "=",
        "subject_commitment": "A" * 43 + "=",
        "ordinal_commitment": "A" * 43 + "=",
    }
).encode()
BUNDLE = encode_bundle([b"one", b"", b"three"])
READERS = {
    "note": lambda data: verify(data, [LOG.verifier, PROOF_KEY]),
    "checkpoint": lambda data: verify_checkpoint(data, [LOG.verifier]),
    "proof": lambda data: verify_proof(data, b"entry 777", [PROOF_KEY], PROOF_KEY.name),
    "unverified proof": parse_proof,
    "unverified note": parse,
    "receipt": parse_receipt,
    "keys": parse_trust,
    "bundle": lambda data: decode_bundle(data, 3),
}
SAMPLES = [*GOOD_NOTES, *GOOD_PROOFS, CHECKPOINT, RECEIPT, BUNDLE, str(PROOF_KEY).encode()]
TEXT_READERS = {
    "path": parse_path,
    "key": Verifier.parse,
    "checkpoint text": parse_checkpoint,
    "decimal": lambda text: decimal(text, "size"),
    "base64": lambda text: base64_bytes(text, "hash", 32),
}
TOKENS = [
    b"\n",
    b"\n\n",
    "— ".encode(),
    b"index ",
    b"extra ",
    b"=",
    b"\0",
    b"\xff",
    b"0",
    b"-1",
    b"{",
    b'"',
    b"\r",
    b"+",
]


@st.composite
def mutated(draw):
    """A good sample, changed in a few places."""
    data = draw(st.sampled_from(SAMPLES))
    for _ in range(draw(st.integers(0, 3))):
        start = draw(st.integers(0, len(data)))
        end = draw(st.integers(start, min(len(data), start + 40)))
        middle = draw(st.sampled_from([b"", data[start:end] * 2, *TOKENS]) | st.binary(max_size=4))
        data = data[:start] + middle + data[end:]
    return data


def refused_or_read(reader, value):
    try:
        reader(value)
    except VerificationError as error:
        message = str(error)
        assert message
        assert message[0].islower()
        assert not message.endswith(".")


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
@given(data=st.binary(max_size=300) | mutated())
@settings(max_examples=150)
def test_malformed_bytes_raise_nothing_but_the_verification_error(reader, data):
    refused_or_read(reader, data)


@pytest.mark.parametrize("reader", TEXT_READERS.values(), ids=TEXT_READERS)
@given(text=st.text(max_size=60) | mutated().map(lambda data: data.decode("utf-8", "surrogateescape")))
@settings(max_examples=100)
def test_malformed_text_raises_nothing_but_the_verification_error(reader, text):
    refused_or_read(reader, text)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


@given(st.dictionaries(st.text(), json_values, max_size=4))
def test_a_part_is_written_or_refused(part):
    refused_or_read(canonical, part)


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(json.loads(RECEIPT), json_values)))
def test_a_receipt_of_any_members_is_refused_or_read(members):
    refused_or_read(parse_receipt, json.dumps(json.loads(RECEIPT) | members).encode())


@given(st.data())
def test_a_changed_note_never_verifies_with_another_text(data):
    good = data.draw(st.sampled_from(GOOD_PROOFS))
    changed = bytearray(good)
    changed[data.draw(st.integers(0, len(good) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    note = bytes(changed).partition(b"\n\n")[2]
    original = verify(good.partition(b"\n\n")[2], [PROOF_KEY])
    try:
        found = verify(note, [PROOF_KEY])
    except VerificationError:
        return
    assert found == original
