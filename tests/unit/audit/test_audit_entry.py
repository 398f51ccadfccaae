import hashlib
import json
from enum import IntEnum, StrEnum
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.entry import PARTS, canonical, commitment, leaf_data
from audit.errors import VerificationError

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "canonical" / "rfc8785.json").read_text("utf-8"))
SALT = bytes(range(32))
scalars = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text()
keys = st.text(st.characters(max_codepoint=127))
parts = st.dictionaries(
    keys,
    st.recursive(scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4)),
)


@pytest.mark.parametrize("case", VECTORS, ids=lambda c: c["name"])
def test_parts_are_written_as_rfc_8785_says(case):
    assert canonical(json.loads(case["input"])).decode() == case["output"]


@given(parts)
def test_canonical_bytes_are_the_same_value_with_sorted_keys_and_no_space(part):
    written = canonical(part)
    assert json.loads(written) == part
    assert written == json.dumps(part, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    assert canonical(dict(reversed(part.items()))) == written


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        1.5,
        float("nan"),
        float("inf"),
        2**53,
        -(2**53),
        10**30,
        b"bytes",
        {1, 2},
        pytest.param(object(), id="object"),
        "\ud800",
        ["\udfff"],
    ],
    ids=repr,
)
def test_what_rfc_8785_spells_otherwise_is_refused(value):
    for part in ({"a": value}, {"a": [value]}, {"a": {"b": value}}):
        with pytest.raises(VerificationError):
            canonical(part)


@pytest.mark.parametrize("key", ["姓名", "é", "\ud800", 1, None, True, b"a", ("a",)], ids=repr)
def test_keys_are_ascii_strings(key):
    for part in ({key: "a"}, {"b": "c", key: "a"}, {"a": {key: "b"}}):
        with pytest.raises(VerificationError):
            canonical(part)


@pytest.mark.parametrize("value", [None, "text", 1, True, [], [{"a": 1}]], ids=repr)
def test_a_part_is_an_object(value):
    with pytest.raises(VerificationError):
        canonical(value)


def test_deep_nesting_is_refused():
    part, deep = {}, {}
    for _ in range(31):
        part = {"a": part}
    for _ in range(100_000):
        deep = {"a": deep}
    assert canonical(part).count(b"{") == 32
    with pytest.raises(VerificationError):
        canonical({"a": part})
    with pytest.raises(VerificationError):
        canonical(deep)


def test_members_of_enumerations_are_written_as_their_values():
    class Kind(StrEnum):
        DISCLOSURE = "disclosure"

    class Count(IntEnum):
        TWO = 2

    assert canonical({"kind": Kind.DISCLOSURE, "n": Count.TWO, "t": (Kind.DISCLOSURE,)}) == (
        b'{"kind":"disclosure","n":2,"t":["disclosure"]}'
    )


def test_a_commitment_is_the_hash_of_name_salt_and_body():
    for name in PARTS:
        assert commitment(name, SALT, b"{}") == hashlib.sha256(name.encode() + SALT + b"{}").digest()


def test_a_leaf_is_the_hash_of_the_prefix_and_the_commitments_in_order():
    act, subject, ordinal = (commitment(name, SALT, b"{}") for name in PARTS)
    assert leaf_data(act, subject, ordinal) == hashlib.sha256(b"hub-audit-v1" + act + subject + ordinal).digest()
    assert leaf_data(act, ordinal, subject) != leaf_data(act, subject, ordinal)


@pytest.mark.parametrize("salt", [b"", SALT[:31], SALT + b"0"], ids=len)
def test_a_salt_has_32_bytes(salt):
    with pytest.raises(VerificationError):
        commitment("act", salt, b"{}")


@pytest.mark.parametrize("name", ["", "Act", "receipt", "act "])
def test_only_known_parts_are_committed_to(name):
    with pytest.raises(VerificationError):
        commitment(name, SALT, b"{}")


def test_a_leaf_needs_whole_commitments():
    # 31 and 33 bytes would otherwise give the same hash as 32 and 32.
    with pytest.raises(VerificationError):
        leaf_data(SALT[:31], SALT + b"0", SALT)
