from datetime import UTC, datetime

import pytest

from audit.cosignature import CosignatureSigner
from audit.errors import VerificationError
from audit.note import Signer, sign
from audit.policy import parse_policy, parse_trust

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
TEXT = "hub.example/339999\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"
LOG = Signer("hub.example/339999", bytes(32))
OTHER = Signer("hub.example/other", bytes([9]) * 32)
W = [CosignatureSigner(f"witness.example/w{n}", bytes([n]) * 32) for n in range(7)]
KEYS = {"log": LOG.verifier, "other": OTHER.verifier} | {f"w{n}": signer.verifier for n, signer in enumerate(W)}

SPECIFIED = """log {log}

witness X1 {w1}
witness X2 {w2}
witness X3 {w3}
group X-witnesses 2 X1 X2 X3

witness Y1 {w4}
witness Y2 {w5}
witness Y3 {w6}
group Y-witnesses any Y1 Y2 Y3

group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
"""

GOOD = {
    "specified": SPECIFIED,
    "minimal": "quorum none\n",
    "white-space-and-comments": "\n# comment\n\t # more\n\twitness \t w1  {w1}   https://w1.example/ \n\n quorum\tw1",
    "urls": "log {log} https://log.example/\nwitness w1 {w1}\nquorum w1\n",
    "keywords-as-names": "witness all {w1}\nwitness any {w2}\ngroup group 2 all any\nquorum group\n",
    "names-in-other-scripts": "witness 民政局 {w1}\nquorum 民政局\n",
}

BAD = {
    "empty": "",
    "control-character": "quorum none\n\x01",
    "carriage-return": "quorum none\r\n",
    "unknown-keyword": "quibble w1\nquorum none\n",
    "comment-after-a-line": "witness w1 {w1} https://w1.example/ # comment\nquorum w1\n",
    "log-without-key": "log\nquorum none\n",
    "log-with-another-key": "log garbage\nquorum none\n",
    "log-with-a-witness-key": "log {w1}\nquorum none\n",
    "log-twice": "log {log}\nlog {log} https://log.example/\nquorum none\n",
    "witness-without-key": "witness w1\nquorum none\n",
    "witness-with-a-log-key": "witness w1 {log}\nquorum w1\n",
    "witness-named-none": "witness none {w1}\nquorum none\n",
    "witness-name-twice": "witness w1 {w1}\nwitness w1 {w2}\nquorum w1\n",
    "witness-key-twice": "witness w1 {w1}\nwitness w2 {w1}\nquorum w1\n",
    "group-with-a-witness-name": "witness w1 {w1}\ngroup w1 any w1\nquorum w1\n",
    "group-without-members": "witness w1 {w1}\ngroup g1 1\nquorum w1\n",
    "group-named-none": "witness w1 {w1}\ngroup none any w1\nquorum none\n",
    "threshold-zero": "witness w1 {w1}\ngroup g1 0 w1\nquorum g1\n",
    "threshold-negative": "witness w1 {w1}\ngroup g1 -1 w1\nquorum g1\n",
    "threshold-leading-zero": "witness w1 {w1}\ngroup g1 01 w1\nquorum g1\n",
    "threshold-above-members": "witness w1 {w1}\ngroup g1 2 w1\nquorum g1\n",
    "unknown-member": "witness w1 {w1}\ngroup g1 any w2\nquorum g1\n",
    "member-defined-later": "group g1 any w1\nwitness w1 {w1}\nquorum g1\n",
    "member-none": "witness w1 {w1}\ngroup g1 any none w1\nquorum g1\n",
    "member-twice": "witness w1 {w1}\ngroup g1 all w1 w1\nquorum g1\n",
    "member-of-two-groups": "witness w1 {w1}\nwitness w2 {w2}\ngroup g1 any w1 w2\ngroup g2 any w1\nquorum g1\n",
    "no-quorum": "witness w1 {w1}\n",
    "two-quorums": "witness w1 {w1}\nquorum w1\nquorum w1\n",
    "quorum-unknown": "quorum unknown\n",
    "quorum-defined-later": "quorum w1\nwitness w1 {w1}\n",
    "quorum-without-name": "quorum\n",
}


def policy(text):
    return parse_policy(text.format(**KEYS).encode())


def cosigned(*numbers, text=TEXT, log=LOG):
    return sign(text, log) + "".join(W[n].cosign(text, NOW).line() for n in numbers).encode()


@pytest.mark.parametrize("text", GOOD.values(), ids=GOOD)
def test_a_policy_of_the_format_is_read(text):
    policy(text)


@pytest.mark.parametrize("text", BAD.values(), ids=BAD)
def test_a_malformed_policy_is_refused(text):
    with pytest.raises(VerificationError):
        policy(text)


def test_the_specified_example_means_what_it_says():
    read = policy(SPECIFIED)
    assert [group.threshold for group in read.groups] == [2, 1, 2]
    assert read.quorum == "X-and-Y"
    assert read.logs[0].key == LOG.verifier
    assert {witness.name for witness in read.witnesses} == {"X1", "X2", "X3", "Y1", "Y2", "Y3"}


@pytest.mark.parametrize(
    ("numbers", "quorum"),
    [
        ((1, 2, 4), True),
        ((1, 3, 6), True),
        ((1, 2, 3, 4, 5, 6), True),
        ((), False),
        ((1, 2, 3), False),
        ((4, 5, 6), False),
        ((1, 4), False),
        ((0, 1, 4), False),
        ((1, 1, 4), False),
    ],
)
def test_a_checkpoint_needs_a_quorum(numbers, quorum):
    read = policy(SPECIFIED)
    if quorum:
        assert read.check(cosigned(*numbers)).size == 0
    else:
        with pytest.raises(VerificationError, match="no quorum of X-and-Y"):
            read.check(cosigned(*numbers))


def test_witnesses_do_not_stand_in_for_the_log():
    read = policy("log {log}\nwitness w1 {w1}\nquorum w1\n")
    line = W[1].cosign(TEXT, NOW).line()
    with pytest.raises(VerificationError, match="own key"):
        read.check(f"{TEXT}\n{line}".encode())
    other = TEXT.replace("339999", "other")
    with pytest.raises(VerificationError, match="own key"):
        read.check(cosigned(1, text=other, log=OTHER))


def test_a_bad_cosignature_spoils_a_quorum():
    read = policy("log {log}\nwitness w1 {w1}\nwitness w2 {w2}\ngroup g any w1 w2\nquorum g\n")
    bad = W[2].cosign(TEXT.replace("339999", "other"), NOW).line()
    with pytest.raises(VerificationError, match="w2"):
        read.check(cosigned(1) + bad.encode())


def test_an_error_names_its_line():
    with pytest.raises(VerificationError, match="line 3 "):
        policy("# one\nlog {log}\nquibble\nquorum none\n")


def test_keys_alone_are_trust_without_a_quorum():
    trust = parse_trust(f"# the log's\n{LOG.verifier}\n\n{W[1].verifier}\n".encode())
    assert trust.check(cosigned()).size == 0
    assert trust.seen_by(cosigned(1)) == {str(W[1].verifier)}
    bad = W[1].cosign(TEXT.replace("339999", "other"), NOW).line()
    with pytest.raises(VerificationError):
        trust.check(cosigned() + bad.encode())


@pytest.mark.parametrize("text", ["", "# nothing\n", "{w1}\n", "{log}\n{log}\n", "garbage\n", "{log} {w1}\n"])
def test_trust_needs_a_log(text):
    with pytest.raises(VerificationError):
        parse_trust(text.format(**KEYS).encode())


def test_a_policy_is_trust_too():
    assert parse_trust(SPECIFIED.format(**KEYS).encode()) == policy(SPECIFIED)
