"""Merkle trees of RFC 6962, section 2.1: hashes, growth, and proofs of inclusion and consistency.

A tree of n leaves is a row of perfect subtrees, one for each bit set in n, the largest first. Their hashes are the
tree's *frontier*; they are all that is needed to add leaves and to compute the root. The node at (level,
position) is the perfect subtree over the leaves from `position << level` up to `(position + 1) << level`.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from audit.errors import VerificationError

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256().digest()
"""The root of the tree without leaves."""

NodeSource = Callable[[int, int], bytes]
"""Gives the 32-byte hash of the perfect subtree at (level, position)."""

STEP = 4
"""The owner of a tree keeps the hashes of every fourth level, so that proofs hash little."""


class Node(NamedTuple):
    """A perfect subtree that growing has completed, with its place and its hash of 32 bytes."""

    level: int
    position: int
    hash: bytes


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf: SHA-256(0x00 ‖ data)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node: SHA-256(0x01 ‖ left ‖ right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def grow(frontier: list[bytes], size: int, leaves: Iterable[bytes]) -> list[Node]:
    """Add leaves to a tree.

    Args:
        frontier: the tree's frontier, changed in place.
        size: how many leaves it has.
        leaves: hashes of the leaves to add, in order.

    Returns:
        The subtrees completed at levels 4, 8, 12 and so on: those to keep.
    """
    completed = []
    sha256 = hashlib.sha256
    for leaf in leaves:
        node, position, level = leaf, size, 0
        while position & 1:
            node = sha256(b"\x01" + frontier.pop() + node).digest()
            position >>= 1
            level += 1
            if not level % STEP:
                completed.append(Node(level, position, node))
        frontier.append(node)
        size += 1
    return completed


def frontier_root(frontier: Sequence[bytes]) -> bytes:
    """The root of the tree with this frontier."""
    if not frontier:
        return EMPTY_ROOT
    root = frontier[-1]
    for left in reversed(frontier[:-1]):
        root = node_hash(left, root)
    return root


def subtree_hash(hashes: Sequence[bytes]) -> bytes:
    """The hash over neighbouring subtrees of one level.

    Args:
        hashes: 1, 2, 4, 8 and so on hashes of 32 bytes.
    """
    # Whole logs pass here; hence no call for each hash.
    sha256 = hashlib.sha256
    while len(hashes) > 1:
        pairs = iter(hashes)
        hashes = [sha256(b"\x01" + left + right).digest() for left, right in zip(pairs, pairs, strict=True)]
    return hashes[0]


def range_hash(start: int, end: int, node: NodeSource) -> bytes:
    """The Merkle tree hash of the leaves from `start` up to `end`, as it occurs in trees and proofs.

    Args:
        start: a multiple of the smallest power of two that is not below `end - start`.
        end: above `start`.
        node: gives the hashes of perfect subtrees.
    """
    frontier = []
    while start < end:
        level = (end - start).bit_length() - 1
        frontier.append(node(level, start >> level))
        start += 1 << level
    return frontier_root(frontier)


def inclusion_proof(index: int, size: int, node: NodeSource) -> list[bytes]:
    """Prove that a leaf is in a tree (RFC 6962, section 2.1.1).

    Args:
        index: the leaf, counted from zero.
        size: how many leaves the tree has.
        node: gives the hashes of perfect subtrees of a tree of at least `size` leaves.

    Returns:
        Hashes from the leaf's sibling up to the root's child.

    Raises:
        VerificationError: there is no such leaf in a tree of this size.
    """
    _check_index(index, size)
    proof = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            proof.append(range_hash(middle, end, node))
            end = middle
        else:
            proof.append(range_hash(start, middle, node))
            start = middle
    return proof[::-1]


def consistency_proof(old: int, new: int, node: NodeSource) -> list[bytes]:
    """Prove that one tree is the beginning of another (RFC 6962, section 2.1.2).

    Args:
        old: size of the smaller tree.
        new: size of the larger tree.
        node: gives the hashes of perfect subtrees of a tree of at least `new` leaves.

    Returns:
        Hashes from the lowest to the highest; none where the trees are equal or the smaller one is empty.

    Raises:
        VerificationError: `old` is above `new`.
    """
    _check_sizes(old, new)
    if old in {0, new}:
        return []
    proof = []
    start, end = 0, new
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            proof.append(range_hash(middle, end, node))
            end = middle
        else:
            proof.append(range_hash(start, middle, node))
            start = middle
    if start:
        proof.append(range_hash(start, end, node))
    return proof[::-1]


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Check that a leaf is in a tree.

    Bounds and lengths are checked before anything is hashed.

    Args:
        leaf: hash of the leaf, 32 bytes.
        index: the leaf, counted from zero.
        size: how many leaves the tree has.
        proof: hashes from the leaf's sibling up to the root's child.
        root: the tree's root.

    Raises:
        VerificationError: it is not, or the proof is not exactly one of this leaf in a tree of this size.
    """
    _check_index(index, size)
    inner = (index ^ (size - 1)).bit_length()
    _check_hashes([leaf, root], 2)
    _check_hashes(proof, inner + (index >> inner).bit_count())
    node = leaf
    for level, sibling in enumerate(proof):
        # Above the level at which the paths to this leaf and to the last one part, siblings are on the left only.
        left = level >= inner or index >> level & 1
        node = node_hash(sibling, node) if left else node_hash(node, sibling)
    if node != root:
        raise VerificationError("the inclusion proof does not lead to the root")


def verify_consistency(old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> None:
    """Check that one tree is the beginning of another.

    Bounds and lengths are checked before anything is hashed. Every tree begins with the empty one.

    Args:
        old: size of the smaller tree.
        new: size of the larger tree.
        proof: hashes from the lowest to the highest.
        old_root: root of the smaller tree.
        new_root: root of the larger tree.

    Raises:
        VerificationError: it is not, or the proof is not exactly one for these sizes.
    """
    _check_sizes(old, new)
    _check_hashes([old_root, new_root], 2)
    if old in {0, new}:
        _check_hashes(proof, 0)
        if old_root != (new_root if old else EMPTY_ROOT) or (new == 0 and new_root != EMPTY_ROOT):
            raise VerificationError("the roots contradict each other")
        return
    # The largest perfect subtree at the end of the smaller tree stands where a leaf stands in a proof of inclusion.
    # Where it is the whole smaller tree, its hash is known and left out of the proof.
    level = (old & -old).bit_length() - 1
    position = (old - 1) >> level
    inner = (position ^ (new - 1) >> level).bit_length()
    whole = old == 1 << level
    _check_hashes(proof, (not whole) + inner + (position >> inner).bit_count())
    seed, path = (old_root, proof) if whole else (proof[0], proof[1:])
    before = after = seed
    for height, sibling in enumerate(path):
        if height >= inner or position >> height & 1:
            before = node_hash(sibling, before)
            after = node_hash(sibling, after)
        else:
            after = node_hash(after, sibling)
    if before != old_root:
        raise VerificationError("the consistency proof does not lead to the smaller tree's root")
    if after != new_root:
        raise VerificationError("the consistency proof does not lead to the larger tree's root")


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1


def _check_index(index: int, size: int) -> None:
    if not 0 <= index < size:
        raise VerificationError("the index is not below the tree size")


def _check_sizes(old: int, new: int) -> None:
    if not 0 <= old <= new:
        raise VerificationError("the smaller tree's size is above the larger tree's")


def _check_hashes(hashes: Sequence[bytes], count: int) -> None:
    if len(hashes) != count:
        raise VerificationError(f"the proof has {len(hashes)} hashes where {count} are needed")
    if any(len(value) != HASH_BYTES for value in hashes):
        raise VerificationError(f"a hash is not {HASH_BYTES} bytes long")
