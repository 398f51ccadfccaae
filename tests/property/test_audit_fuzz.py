"""Whatever tiles, packs, policies, requests and answers hold, reading them raises the one verification error."""

import io
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit import witness_client
from audit.cosignature import CosignatureSigner, Cosigner
from audit.errors import VerificationError
from audit.note import Signer, Verifier, sign
from audit.pack import verify_pack
from audit.policy import Policy, parse_policy, parse_trust
from audit.policy import Witness as Known
from audit.reader import PublishedLog
from audit.rebuild import rebuild
from audit.strict import base64_text
from audit.witness import Witness, create, parse_submission

VECTORS = Path(__file__).parents[1] / "vectors"
REQUESTS = json.loads((VECTORS / "witness" / "requests.json").read_text("utf-8"))
BODIES = [step["request"].encode() for step in REQUESTS["steps"]]
COSIGNED = [case["note"].encode() for case in json.loads((VECTORS / "witness" / "cosigned.json").read_text())["good"]]
PACK = (VECTORS / "packs" / "version-1.zip").read_bytes()
LOG = Signer("hub.example/339999", bytes(range(32)))
TRUST = parse_trust(str(LOG.verifier).encode())
SIGNER = CosignatureSigner("witness.example/w1", bytes([7]) * 32)
KNOWN = Known("w1", SIGNER.verifier, "http://127.0.0.1")
POLICY = f"log {LOG.verifier}\nwitness w1 {SIGNER.verifier}\ngroup g any w1\nquorum g\n".encode()
TOKENS = [b"\n", b"\n\n", "— ".encode(), b"old ", b"0", b"-1", b"\0", b"\xff", b" ", b"\t", b"{", b"PK\x03\x04", b"="]


@st.composite
def changed(draw, samples):
    """A good sample, changed in a few places."""
    data = draw(st.sampled_from(samples))
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(data)))
        end = draw(st.integers(start, min(len(data), start + 60)))
        middle = draw(st.sampled_from([b"", data[start:end] * 2, *TOKENS]) | st.binary(max_size=6))
        data = data[:start] + middle + data[end:]
    return data


def quietly(read, data):
    """Read: a result, or the one error."""
    try:
        return read(data)
    except VerificationError:
        return None


class Answers:
    """A source that answers whatever it likes."""

    def __init__(self, note, bodies):
        self.note, self.bodies = note, bodies

    def read(self, path, _limit):
        return self.note if path == "checkpoint" else self.bodies[len(path) % len(self.bodies)]


@given(changed([PACK]) | st.binary(max_size=400))
def test_a_pack_of_any_bytes_is_refused(data):
    assert quietly(lambda body: verify_pack(io.BytesIO(body), TRUST), data) is None or data == PACK


@given(changed([POLICY, str(LOG.verifier).encode()]) | st.binary(max_size=200))
def test_a_policy_of_any_bytes_is_read_or_refused(data):
    for read in (parse_policy, parse_trust):
        assert isinstance(quietly(read, data), Policy | None)


@given(changed(COSIGNED) | st.binary(max_size=300))
def test_a_cosigned_checkpoint_of_any_bytes_is_read_or_refused(data):
    policy = parse_policy(POLICY)
    quietly(policy.check, data)
    quietly(policy.seen_by, data)


@given(
    st.text(max_size=80) | changed([str(SIGNER.verifier).encode()]).map(lambda data: data.decode("utf-8", "replace"))
)
def test_a_witness_key_of_any_text_is_read_or_refused(text):
    key = quietly(Cosigner.parse, text)
    assert key is None or str(key) == text


@given(changed(BODIES) | st.binary(max_size=300))
def test_a_submission_of_any_bytes_is_read_or_refused(data):
    quietly(parse_submission, data)


@given(st.lists(changed(BODIES) | st.sampled_from(BODIES) | st.binary(max_size=100), max_size=6))
@settings(max_examples=40)
def test_a_witness_answers_any_requests_and_never_goes_back(tmp_path_factory, bodies):
    folder = tmp_path_factory.mktemp("w") / "w"
    create(folder, SIGNER)
    witness = Witness.open(folder, [Verifier.parse(REQUESTS["log"])])
    sizes = [0]
    for body in bodies:
        reply = witness.add_checkpoint(body)
        assert reply.status in {200, 400, 403, 404, 409, 422}
        assert reply.body.endswith("\n")
        sizes += [seen.size for seen in witness.seen().values()]
    witness.close()
    assert sizes == sorted(sizes)


@given(st.integers(100, 599), st.binary(max_size=300) | st.text(max_size=50).map(str.encode))
def test_an_answer_of_any_bytes_by_a_witness_is_judged(status, body):
    shown = quietly(lambda data: witness_client._answered(KNOWN, status, data, COSIGNED[1]), body)
    assert shown is None or shown.outcome is not witness_client.Outcome.COSIGNED


@given(st.integers(1, 1 << 40), st.lists(st.binary(max_size=70) | st.just(bytes(8192)), min_size=1, max_size=4))
@settings(max_examples=60)
def test_tiles_of_any_bytes_are_refused(size, bodies):
    note = sign(f"{LOG.verifier.name}\n{size}\n{base64_text(bytes(32))}\n", LOG)
    source = Answers(note, bodies)
    with pytest.raises(VerificationError):
        rebuild(source, TRUST)
    with pytest.raises(VerificationError):
        PublishedLog(source, TRUST)
