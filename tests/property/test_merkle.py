"""The tree against RFC 6962 as it is written: recursive, slow and obvious."""

import hashlib

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from audit import merkle
from audit.errors import VerificationError

leaf_lists = st.lists(st.binary(max_size=4), min_size=1, max_size=70)


def distinct(data):
    return [bytes([place]) + leaf for place, leaf in enumerate(data)]


def mth(data):
    """Merkle tree hash, RFC 6962 section 2.1."""
    if not data:
        return hashlib.sha256(b"").digest()
    if len(data) == 1:
        return hashlib.sha256(b"\x00" + data[0]).digest()
    k = largest_power_below(len(data))
    return hashlib.sha256(b"\x01" + mth(data[:k]) + mth(data[k:])).digest()


def path(m, data):
    """Merkle audit path, section 2.1.1."""
    if len(data) == 1:
        return []
    k = largest_power_below(len(data))
    return [*path(m, data[:k]), mth(data[k:])] if m < k else [*path(m - k, data[k:]), mth(data[:k])]


def subproof(m, data, known):
    """Merkle consistency proof, section 2.1.2."""
    if m == len(data):
        return [] if known else [mth(data)]
    k = largest_power_below(len(data))
    if m <= k:
        return [*subproof(m, data[:k], known), mth(data[k:])]
    return [*subproof(m - k, data[k:], known=False), mth(data[:k])]


def largest_power_below(n):
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def source(data):
    return lambda level, position: mth(data[position << level : (position + 1) << level])


@given(leaf_lists, st.data())
def test_growing_in_any_batches_gives_the_tree_hash(data, draw):
    frontier, size = [], 0
    while size < len(data):
        count = draw.draw(st.integers(1, len(data) - size))
        merkle.grow(frontier, size, [merkle.leaf_hash(leaf) for leaf in data[size : size + count]])
        size += count
        assert merkle.frontier_root(frontier) == mth(data[:size])
        assert len(frontier) == size.bit_count()


@given(leaf_lists, st.data())
def test_inclusion_proofs_are_the_audit_paths(data, draw):
    index = draw.draw(st.integers(0, len(data) - 1))
    proof = merkle.inclusion_proof(index, len(data), source(data))
    assert proof == path(index, data)
    merkle.verify_inclusion(merkle.leaf_hash(data[index]), index, len(data), proof, mth(data))


@given(leaf_lists, st.data())
def test_consistency_proofs_are_those_of_the_rfc(data, draw):
    old = draw.draw(st.integers(1, len(data)))
    proof = merkle.consistency_proof(old, len(data), source(data))
    assert proof == subproof(old, data, known=True)
    merkle.verify_consistency(old, len(data), proof, mth(data[:old]), mth(data))


@given(leaf_lists.map(distinct), st.data())
def test_an_inclusion_proof_holds_for_nothing_else(data, draw):
    size = len(data)
    index = draw.draw(st.integers(0, size - 1))
    leaf, root = merkle.leaf_hash(data[index]), mth(data)
    proof = merkle.inclusion_proof(index, size, source(data))
    other = draw.draw(changed(proof, (leaf, index, size, root)))
    assume(other != ((leaf, index, size, root), proof))
    (leaf, index, size, root), proof = other
    with pytest.raises(VerificationError):
        merkle.verify_inclusion(leaf, index, size, proof, root)


@given(leaf_lists, st.data())
def test_a_rewritten_beginning_is_never_consistent(data, draw):
    old = draw.draw(st.integers(1, len(data)))
    place = draw.draw(st.integers(0, old - 1))
    rewritten = [*data[:place], data[place] + b"!", *data[place + 1 :]]
    proof = merkle.consistency_proof(old, len(data), source(rewritten))
    with pytest.raises(VerificationError):
        merkle.verify_consistency(old, len(data), proof, mth(data[:old]), mth(rewritten))


@given(
    st.integers(-2, 2**66),
    st.integers(-2, 2**66),
    st.lists(st.binary(max_size=33), max_size=70),
    st.binary(max_size=33),
)
def test_what_is_made_up_is_refused_and_nothing_worse(first, second, proof, value):
    for check in (
        lambda: merkle.verify_inclusion(value, first, second, proof, merkle.EMPTY_ROOT),
        lambda: merkle.verify_consistency(first, second, proof, value, merkle.EMPTY_ROOT),
    ):
        with pytest.raises(VerificationError):
            check()


@st.composite
def changed(draw, proof, claim):
    """The claim or the proof with one thing about it changed."""
    leaf, index, size, root = claim
    kind = draw(st.sampled_from(["index", "size", "leaf", "root", "flip", "cut", "add", "swap"]))
    proof = list(proof)
    if kind == "index":
        index += draw(st.sampled_from([-1, 1, size, 1 << 64]))
    elif kind == "size":
        # Of neighbouring sizes the same proof may be one: that a root is of this size is for the checkpoint to say.
        size = draw(st.sampled_from([0, -size, size * 2, size + (1 << 64)]))
    elif kind in {"leaf", "root"}:
        value = bytearray(leaf if kind == "leaf" else root)
        value[draw(st.integers(0, 31))] ^= 1 << draw(st.integers(0, 7))
        leaf, root = (bytes(value), root) if kind == "leaf" else (leaf, bytes(value))
    elif kind == "add":
        proof.insert(draw(st.integers(0, len(proof))), draw(st.sampled_from([b"", leaf, root])))
    elif proof:
        place = draw(st.integers(0, len(proof) - 1))
        if kind == "flip":
            proof[place] = bytes([proof[place][0] ^ 1]) + proof[place][1:]
        elif kind == "cut":
            proof[place] = proof[place][:-1]
        else:
            proof[place], proof[0] = proof[0], proof[place]
    return (leaf, index, size, root), proof
