import base64
import copy
import json

import pytest

from audit import log
from audit.entry import PARTS, canonical, commitment, leaf_data
from audit.errors import VerificationError
from audit.note import Signer
from audit.verify import MAX_BYTES, parse_receipt, parse_trust, verify_receipt

INDEX = 777
KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"


def text(data):
    return base64.b64encode(data).decode()


@pytest.fixture(scope="module")
def trail(make_trail):
    trail = make_trail(1000)
    trail.sign()
    return trail


@pytest.fixture
def caller(make_trail, trail):
    """What a caller holds: the act and its salt."""
    stored = log.entry(trail.db, INDEX)
    return {
        "origin": trail.log.origin,
        "index": INDEX,
        "leaf": text(stored.leaf),
        "act": make_trail.act(INDEX),
        "act_salt": text(stored.act_salt),
        "subject_commitment": text(stored.subject_commitment),
        "ordinal_commitment": text(stored.ordinal_commitment),
    }


@pytest.fixture
def resident(make_trail, caller):
    """What a resident holds: all three parts."""
    del caller["subject_commitment"], caller["ordinal_commitment"]
    return caller | {
        "subject": {"subject": f"p{INDEX}"},
        "subject_salt": text(make_trail.salt("subject", INDEX)),
        "ordinal": {"ordinal": INDEX},
        "ordinal_salt": text(make_trail.salt("ordinal", INDEX)),
    }


def parsed(document):
    return parse_receipt(json.dumps(document).encode())


class TestReceipts:
    def test_a_callers_receipt_shows_the_act_and_verifies(self, trail, caller):
        receipt = parsed(caller)
        assert list(receipt.parts) == ["act"]
        proved = verify_receipt(receipt, log.receipt(trail.db, INDEX), trail.keys)
        assert (proved.index, proved.checkpoint.root) == (INDEX, log.root(trail.db))

    def test_a_residents_receipt_shows_all_three_parts_and_verifies(self, trail, resident):
        receipt = parsed(resident)
        assert list(receipt.parts) == list(PARTS)
        assert verify_receipt(receipt, log.receipt(trail.db, INDEX), trail.keys).index == INDEX

    def test_the_answer_a_receipt_came_with_may_be_given_whole(self, caller):
        answer = {"id": "1", "fields": {"name": "x"}, "receipt": caller}
        assert parsed(answer) == parsed(caller)

    def test_a_part_may_come_with_its_commitment_too(self, caller):
        act = commitment("act", base64.b64decode(caller["act_salt"]), canonical(caller["act"]))
        assert parsed(caller | {"act_commitment": text(act)}).index == INDEX
        with pytest.raises(VerificationError):
            parsed(caller | {"act_commitment": text(bytes(32))})

    def test_a_part_may_be_withheld(self, caller):
        act = commitment("act", base64.b64decode(caller.pop("act_salt")), canonical(caller.pop("act")))
        assert parsed(caller | {"act_commitment": text(act)}).parts == {}

    def test_the_order_and_spelling_of_members_is_free(self, caller):
        data = json.dumps(dict(reversed(caller.items())), indent=3, ensure_ascii=True).encode()
        assert parse_receipt(data) == parsed(caller)

    @pytest.mark.parametrize(
        ("member", "value"),
        [
            ("act", {"kind": "disclosure"}),
            ("act", {}),
            ("act", []),
            ("act", "disclosure"),
            ("act", None),
            ("act", {"a": 1.5}),
            ("act", {"a": 1.0}),
            ("act", {"姓名": "a"}),
            ("act", {"a": "\ud800"}),
            ("act", {"a": 2**60}),
            ("act_salt", text(bytes(32))),
            ("act_salt", text(bytes(31))),
            ("act_salt", ""),
            ("act_salt", None),
            ("act_salt", "*" * 44),
            ("subject_commitment", text(bytes(32))),
            ("ordinal_commitment", text(bytes(32))),
            ("ordinal_commitment", text(bytes(33))),
            ("subject_commitment", 1),
            ("leaf", text(bytes(32))),
            ("leaf", text(bytes(16))),
            ("leaf", []),
            ("index", "777"),
            ("index", 777.0),
            ("index", True),
            ("index", -1),
            ("index", 2**63),
            ("index", None),
            ("origin", 1),
            ("origin", None),
            ("subject", {}),
            ("subject_salt", text(bytes(32))),
            ("note", "proven"),
            ("", ""),
        ],
    )
    def test_a_changed_receipt_is_refused(self, caller, member, value):
        with pytest.raises(VerificationError):
            parsed(caller | {member: value})

    @pytest.mark.parametrize("member", ["origin", "index", "leaf", "act", "act_salt", "subject_commitment"])
    def test_a_receipt_lacks_nothing(self, caller, member):
        del caller[member]
        with pytest.raises(VerificationError):
            parsed(caller)

    def test_another_index_or_log_is_refused_by_the_proof(self, trail, caller):
        proof = log.receipt(trail.db, INDEX)
        for changed in ({"index": 778}, {"index": 0}, {"origin": "hub.example/339998"}, {"origin": ""}):
            with pytest.raises(VerificationError):
                verify_receipt(parsed(caller | changed), proof, trail.keys)

    def test_the_proof_of_another_entry_is_refused(self, trail, caller):
        with pytest.raises(VerificationError):
            verify_receipt(parsed(caller), log.receipt(trail.db, INDEX + 1), trail.keys)

    def test_an_event_made_up_is_in_no_log(self, trail, caller):
        forged = copy.deepcopy(caller)
        forged["act"]["outcome"] = "refused"
        act = commitment("act", base64.b64decode(forged["act_salt"]), canonical(forged["act"]))
        others = [base64.b64decode(forged[name]) for name in ("subject_commitment", "ordinal_commitment")]
        forged["leaf"] = text(leaf_data(act, *others))
        with pytest.raises(VerificationError, match="does not lead to the root"):
            verify_receipt(parsed(forged), log.receipt(trail.db, INDEX), trail.keys)

    def test_the_key_of_another_is_not_trusted(self, trail, caller):
        proof = log.receipt(trail.db, INDEX)
        for keys in ([], [Signer.generate("hub.example/339999").verifier], [Signer.generate("other").verifier]):
            with pytest.raises(VerificationError):
                verify_receipt(parsed(caller), proof, keys)

    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"null",
            b"[]",
            b"{",
            b"{}",
            b"\xff",
            b"\xef\xbb\xbf{}",
            b'{"receipt": 1}',
            b'{"receipt": {"receipt": {}}}',
            b'{"index": NaN}',
            b'{"index": Infinity}',
            b'{"index": 1e400}',
            b'{"index": ' + b"9" * 5000 + b"}",
            b"[" * 100_000,
            b'{"a":' * 100_000,
            b" " * (MAX_BYTES + 1),
        ],
        ids=lambda data: repr(data[:30]),
    )
    def test_what_is_not_a_receipt_is_refused(self, data):
        with pytest.raises(VerificationError):
            parse_receipt(data)

    def test_a_member_named_twice_is_refused(self, caller):
        data = json.dumps(caller)
        for twice in (data.replace("{", '{"index": 777, ', 1), data.replace('"kind"', '"kind": "other", "kind"')):
            with pytest.raises(VerificationError, match="twice"):
                parse_receipt(twice.encode())


class TestTrust:
    def test_keys_stand_on_lines_of_their_own(self):
        data = f"# the log of 339999\n\n{KEY}\n  {KEY}\r\n"
        assert [str(verifier) for verifier in parse_trust(data.encode())] == [KEY, KEY]

    @pytest.mark.parametrize("data", [b"", b"\n# none\n", b"\xff", KEY[1:].encode(), KEY.encode() * 2], ids=repr)
    def test_a_file_without_good_keys_is_refused(self, data):
        with pytest.raises(VerificationError):
            parse_trust(data)
