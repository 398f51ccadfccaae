import json
from pathlib import Path

import pytest

from audit import merkle
from audit.errors import VerificationError

VECTORS = Path(__file__).parents[2] / "vectors" / "merkle"


def load(name):
    return json.loads((VECTORS / name).read_text("utf-8"))


REFERENCE = load("reference-tree.json")
RUNNING = load("running-logs.json")["inclusion"]
BAD_INCLUSION = load("mutated-inclusion.json")["cases"]
BAD_CONSISTENCY = load("mutated-consistency.json")["cases"]
ROOTS = [bytes.fromhex(root) for root in REFERENCE["roots"]]
LEAVES = [merkle.leaf_hash(bytes.fromhex(leaf)) for leaf in REFERENCE["leaves"]]


def unhex(values):
    return [bytes.fromhex(value) for value in values]


def node_of(leaves):
    return lambda level, position: merkle.subtree_hash(leaves[position << level : (position + 1) << level])


def case_id(case):
    return f"{case['mutation']}-of-{case['of'].replace(' ', '-')}"


def test_the_empty_tree_has_the_hash_of_nothing():
    assert merkle.EMPTY_ROOT.hex() == REFERENCE["empty_root"]
    assert merkle.frontier_root([]) == merkle.EMPTY_ROOT


def test_leaves_and_nodes_hash_as_in_the_reference():
    for case in REFERENCE["leaf_hashes"]:
        assert merkle.leaf_hash(bytes.fromhex(case["data"])).hex() == case["hash"]
    for case in REFERENCE["node_hashes"]:
        assert merkle.node_hash(*unhex([case["left"], case["right"]])).hex() == case["hash"]


def test_a_growing_tree_has_the_reference_roots():
    frontier = []
    for size, leaf in enumerate(LEAVES):
        merkle.grow(frontier, size, [leaf])
        assert merkle.frontier_root(frontier) == ROOTS[size]


def test_leaves_may_be_added_all_at_once():
    frontier = []
    merkle.grow(frontier, 0, LEAVES)
    assert merkle.frontier_root(frontier) == ROOTS[-1]


@pytest.mark.parametrize("case", REFERENCE["inclusion"], ids=lambda c: f"{c['index']}-in-{c['size']}")
def test_reference_inclusion_proofs_are_made_and_verified(case):
    index, size, proof = case["index"], case["size"], unhex(case["proof"])
    merkle.verify_inclusion(LEAVES[index], index, size, proof, ROOTS[size - 1])
    assert merkle.inclusion_proof(index, size, node_of(LEAVES)) == proof


@pytest.mark.parametrize("case", REFERENCE["consistency"], ids=lambda c: f"{c['old']}-to-{c['new']}")
def test_reference_consistency_proofs_are_made_and_verified(case):
    old, new, proof = case["old"], case["new"], unhex(case["proof"])
    merkle.verify_consistency(old, new, proof, ROOTS[old - 1], ROOTS[new - 1])
    assert merkle.consistency_proof(old, new, node_of(LEAVES)) == proof


@pytest.mark.parametrize("case", RUNNING, ids=lambda c: str(c["size"]))
def test_proofs_given_by_running_logs_verify(case):
    leaf, root = unhex([case["leaf_hash"], case["root"]])
    merkle.verify_inclusion(leaf, case["index"], case["size"], unhex(case["proof"]), root)
    with pytest.raises(VerificationError):
        merkle.verify_inclusion(root, case["index"], case["size"], unhex(case["proof"]), root)


@pytest.mark.parametrize("case", BAD_INCLUSION, ids=case_id)
def test_a_mutated_inclusion_proof_is_refused(case):
    with pytest.raises(VerificationError):
        merkle.verify_inclusion(
            bytes.fromhex(case["leaf_hash"]),
            case["index"],
            case["size"],
            unhex(case["proof"]),
            bytes.fromhex(case["root"]),
        )


@pytest.mark.parametrize("case", BAD_CONSISTENCY, ids=case_id)
def test_a_mutated_consistency_proof_is_refused(case):
    with pytest.raises(VerificationError):
        merkle.verify_consistency(
            case["old"],
            case["new"],
            unhex(case["proof"]),
            bytes.fromhex(case["old_root"]),
            bytes.fromhex(case["new_root"]),
        )


def test_every_tree_begins_with_the_empty_tree():
    assert merkle.consistency_proof(0, 8, node_of(LEAVES)) == []
    merkle.verify_consistency(0, 8, [], merkle.EMPTY_ROOT, ROOTS[-1])
    merkle.verify_consistency(0, 0, [], merkle.EMPTY_ROOT, merkle.EMPTY_ROOT)


@pytest.mark.parametrize(("index", "size"), [(1, 1), (8, 8), (0, 0), (-1, 8), (0, -1)])
def test_no_proof_is_made_of_a_leaf_outside_the_tree(index, size):
    with pytest.raises(VerificationError):
        merkle.inclusion_proof(index, size, node_of(LEAVES))


@pytest.mark.parametrize(("old", "new"), [(8, 7), (-1, 7), (1, 0)])
def test_no_proof_is_made_that_a_tree_begins_with_a_larger_one(old, new):
    with pytest.raises(VerificationError):
        merkle.consistency_proof(old, new, node_of(LEAVES))


def test_bounds_are_checked_before_anything_is_hashed(monkeypatch):
    def hashed(*_):
        raise AssertionError("something was hashed")

    monkeypatch.setattr(merkle, "node_hash", hashed)
    for index, size, proof in [(8, 8, 3), (2**70, 2**71, 9), (0, 8, 2), (0, 8, 4), (0, 1, 1)]:
        with pytest.raises(VerificationError):
            merkle.verify_inclusion(LEAVES[0], index, size, [LEAVES[0]] * proof, ROOTS[-1])
    for old, new, proof in [(9, 8, 3), (6, 8, 2), (6, 8, 4), (8, 8, 1), (0, 8, 1)]:
        with pytest.raises(VerificationError):
            merkle.verify_consistency(old, new, [LEAVES[0]] * proof, ROOTS[0], ROOTS[-1])


def test_growing_reports_the_subtrees_of_every_fourth_level():
    leaves = [merkle.leaf_hash(bytes([n & 255, n >> 8])) for n in range(1000)]
    completed = merkle.grow([], 0, leaves)
    assert sorted(node[:2] for node in completed) == [(4, n) for n in range(62)] + [(8, n) for n in range(3)]
    for level, position, found in completed:
        assert found == merkle.subtree_hash(leaves[position << level : (position + 1) << level])
