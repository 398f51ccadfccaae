"""Receipts: what an answer says of itself can be checked with the log's public key and nothing else."""

import base64
import hashlib
import json
import time

import pytest

from audit.entry import canonical
from audit.errors import VerificationError
from audit.note import Verifier
from audit.proof import verify_proof
from audit.verify import parse_receipt, parse_trust, verify_receipt
from tests.api.city import CIVIL_AFFAIRS, CLERK, GRID_WORKER, HEALTH

_TRIES = 5


@pytest.fixture(scope="module")
def trusted(city):
    """The log's verifier key, as an auditor is given it."""
    return [Verifier.parse(city.directory.log_key.read_text("ascii").strip())]


@pytest.fixture
def answers(client, city):
    """One disclosure, one denial of each depth."""
    idno = {name: member.idno for name, member in city.cast.items()}
    asked = [(CIVIL_AFFAIRS, "elder", "OLDCARD"), (CLERK, "child", "OLDCARD"), (CLERK, "nobody", "OLDCARD")]
    asked += [(CLERK, "villager", "OLDCARD"), (HEALTH, "elder", "OLDCARD"), (GRID_WORKER, "elder", "NOSUCH")]
    return [
        client(who).post("/v1/disclosures", json={"subject": {"idno": idno[subject]}, "purpose": purpose})
        for who, subject, purpose in asked
    ]


def proof_of(client, index):
    """The proof, which may take up to a second to be there."""
    for _ in range(50):
        answer = client(CLERK).get(f"/v1/receipts/{index}")
        if answer.status_code == 200:
            return answer
        time.sleep(0.1)
    raise AssertionError(f"no proof of entry {index} came about")


def unbase64(text):
    return base64.b64decode(text, validate=True)


def commitment(name, salt, body):
    return hashlib.sha256(name.encode() + salt + body).digest()


def test_leaf_is_what_the_contract_says_of_act_and_commitments(answers):
    for answer in answers:
        receipt = answer.json()["receipt"]
        act = commitment("act", unbase64(receipt["act_salt"]), canonical(receipt["act"]))
        parts = (act, unbase64(receipt["subject_commitment"]), unbase64(receipt["ordinal_commitment"]))
        leaf = hashlib.sha256(b"hub-audit-v1" + b"".join(parts)).digest()
        assert leaf == unbase64(receipt["leaf"])
        assert len(unbase64(receipt["act_salt"])) == 32


def test_canonical_bytes_are_sorted_compact_utf8(answers):
    """The act holds strings, integers, null and lists only, for which RFC 8785 is `json` sorted and compact."""
    for answer in answers:
        act = answer.json()["receipt"]["act"]
        plain = json.dumps(act, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
        assert canonical(act) == plain


def test_every_receipt_verifies_against_the_logs_key(answers, client, trusted):
    for answer in answers:
        receipt = answer.json()["receipt"]
        proof = proof_of(client, receipt["index"])
        assert proof.headers["content-type"].startswith("text/plain")
        proved = verify_proof(proof.content, unbase64(receipt["leaf"]), trusted, receipt["origin"])
        assert proved.index == receipt["index"] < proved.checkpoint.size


def test_auditors_own_reader_accepts_the_answer_as_it_came(answers, client, city):
    keys = parse_trust(city.directory.log_key.read_bytes())
    for answer in answers:
        receipt = parse_receipt(answer.content)
        assert verify_receipt(receipt, proof_of(client, receipt.index).content, keys).index == receipt.index


def test_changed_act_no_longer_verifies(answers):
    receipt = answers[0].json()["receipt"]
    for member, value in (("outcome", "denied"), ("purpose", "VISIT"), ("fields", [])):
        changed = receipt | {"act": receipt["act"] | {member: value}}
        with pytest.raises(VerificationError):
            parse_receipt(json.dumps(changed).encode())


def test_anothers_proof_does_not_verify(answers, client, trusted):
    first, second = (answer.json()["receipt"] for answer in answers[:2])
    with pytest.raises(VerificationError):
        verify_proof(proof_of(client, first["index"]).content, unbase64(second["leaf"]), trusted, first["origin"])


def test_proof_is_there_one_second_after_the_answer(client, city):
    """One of a few tries must do: a machine may stall, a hub that signs too rarely never will."""
    body = {"subject": {"idno": city.cast["elder"].idno}, "purpose": "OLDCARD"}
    found = []
    for _ in range(_TRIES):
        index = client(CLERK).post("/v1/disclosures", json=body).json()["receipt"]["index"]
        time.sleep(1.0)
        found.append(client(CLERK).get(f"/v1/receipts/{index}").status_code)
        if found[-1] == 200:
            return
    raise AssertionError(f"no proof was there after a second: {found}")


def test_salts_and_ids_are_never_repeated(client, city):
    body = {"subject": {"idno": city.cast["elder"].idno}, "purpose": "OLDCARD"}
    said = [client(CLERK).post("/v1/disclosures", json=body).json() for _ in range(10)]
    for member in ("leaf", "act_salt", "subject_commitment", "ordinal_commitment", "index"):
        assert len({answer["receipt"][member] for answer in said}) == len(said), member
    assert len({answer["id"] for answer in said}) == len(said)


@pytest.mark.parametrize("index", ["999999999", "-1", "abc", "1.0", "٣", "0x1", "1" * 40, "1e3", "01", "00"])
def test_index_of_no_entry_is_not_found(client, index):
    answer = client(CLERK).get(f"/v1/receipts/{index}")
    assert (answer.status_code, answer.json()["reasons"]) == (404, ["not_found"])
    assert answer.headers["content-type"] == "application/problem+json"


def test_receipts_need_a_token_and_the_checkpoint_does_not(client):
    assert client().get("/v1/receipts/0").status_code == 401
    assert client().get("/log/checkpoint").status_code == 200
