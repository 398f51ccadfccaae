"""Evidence packs: one file that proves what happened to anyone who has the log's verifier key, and nothing else.

A pack has events as receipts, the hashes of the tree that prove them, the checkpoint they lead to, and the same events
in words and in a machine's form. Every byte of it is either proven, or computed from what is proven.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO

from audit import container, merkle
from audit.checkpoint import Checkpoint, parse_checkpoint
from audit.claim import SELECTION, Order
from audit.container import Member
from audit.entry import canonical
from audit.errors import VerificationError
from audit.note import parse
from audit.policy import Policy
from audit.proof import Proof
from audit.rendering import LANGUAGES, index, ocsf
from audit.strict import base64_bytes, base64_text, decimal
from audit.verify import Receipt, leaf_of, parse_receipt

FORMAT = "hub-audit-pack-v1"
MOST = 1 << 30
"""How many bytes a pack may unfold to unless a caller says otherwise."""

_MANIFEST, _EVENTS, _HASHES, _CHECKPOINT, _KEY = "manifest.json", "events.jsonl", "hashes", "checkpoint", "log.vkey"
_PAGES = {language: f"index.{language}.html" for language in LANGUAGES}
_OCSF = "ocsf.jsonl"
_NAMES = (_MANIFEST, *_PAGES.values(), _EVENTS, _OCSF, _HASHES, _CHECKPOINT, _KEY)
_LINE = 1 << 20
_SMALL = 1 << 20
_SPOOL = 1 << 24

Open = Callable[[], Iterator[Receipt]]


@dataclass(frozen=True, slots=True)
class Pack:
    """What a verified pack has shown.

    Attributes:
        note: the checkpoint, with the cosignatures of witnesses.
        checkpoint: what it states.
        count: how many entries the pack has.
        first: the first one's index, or None without any.
        last: the last one's.
        claim: `RANGE`, `SUBJECT` or `SELECTION`: what it says of the entries that are not in it.
        purged: how many of the entries show nothing of what happened.
        unaccounted: how many of those no purge in the pack accounts for.
    """

    note: bytes
    checkpoint: Checkpoint
    count: int
    first: int | None
    last: int | None
    claim: str
    purged: int = 0
    unaccounted: int = 0


def write_pack(
    file: BinaryIO,
    events: Iterable[Mapping[str, Any]],
    note: bytes,
    node: merkle.NodeSource,
    key: str,
    claim: str = SELECTION,
) -> int:
    """Write a pack. The same arguments give the same bytes.

    Args:
        file: empty and open for writing.
        events: as receipts without origin, index by index: `index`, and for each of act, subject and ordinal either
            `NAME` and `NAME_salt` (base64) or `NAME_commitment` (base64). The leaf is computed.
        note: the checkpoint, with the cosignatures of witnesses.
        node: gives the hashes of the log's tree; `tables.node_source(db)`.
        key: the log's verifier key, for whoever wants to see which it was; a verifier brings their own.
        claim: `RANGE` where no entry between the first and the last is missing, `SUBJECT` where these are all entries
            about one person up to the last ordinal, `SELECTION` where nothing is claimed.

    Returns:
        How many entries were written.

    Raises:
        VerificationError: an event is malformed or beyond the checkpoint, out of order, or the claim is not true.
        LogError: from `node`: the log has lost a hash.
        ValueError: more than 4 GiB.
    """
    stated = parse_checkpoint(parse(note).text)
    with ExitStack() as stack:
        lines = stack.enter_context(SpooledTemporaryFile(_SPOOL))  # an unpacked copy, to be read several times
        order, needed = Order(claim), _Needed(node)
        for event in events:
            receipt = parse_receipt(line := _line(stated.origin, event))
            order.take(receipt)
            merkle.inclusion_proof(receipt.index, stated.size, needed.node)
            lines.write(line + b"\n")

        def receipts() -> Iterator[Receipt]:
            lines.seek(0)
            yield from map(parse_receipt, lines)

        order.end()
        parts = dict(_rendered(stated, order.count, receipts))
        parts |= {_EVENTS: lines, _HASHES: needed.lines(), _CHECKPOINT: [note], _KEY: [f"{key}\n".encode()]}
        packed = []
        for name in _NAMES[1:]:
            spool = stack.enter_context(SpooledTemporaryFile(_SPOOL))
            if name == _EVENTS:
                lines.seek(0)
            packed.append(container.pack(name, parts[name], spool, deflated=True))
        manifest = stack.enter_context(SpooledTemporaryFile(_SPOOL))
        body = _manifest(stated, order, {each.name: each.digest() for each in packed})
        container.write(file, [container.pack(_MANIFEST, [body], manifest, deflated=False), *packed])
    return order.count


def verify_pack(file: BinaryIO, policy: Policy, most: int = MOST) -> Pack:
    """Check a pack whole.

    Args:
        file: the pack, open for reading.
        policy: whose checkpoint is accepted.
        most: how many bytes the pack may unfold to.

    Raises:
        VerificationError: naming the first index at which something is wrong, where there is one.
    """
    members = container.read(file, _NAMES, most)
    note = _whole(file, members[_CHECKPOINT])
    checkpoint = policy.check(note)
    proofs = _Proofs(_nodes(file, members[_HASHES]), checkpoint)
    claim = _claim(_whole(file, members[_MANIFEST]))
    order = Order(claim)
    for receipt in _receipts(file, members[_EVENTS], checkpoint.origin):
        order.take(receipt)
        proofs.check(receipt)
    order.end()
    proofs.end()
    _check_key(_whole(file, members[_KEY]), policy, checkpoint)
    again = partial(_receipts, file, members[_EVENTS], checkpoint.origin)
    for name, chunks in _rendered(checkpoint, order.count, again):
        _check_same(file, members[name], chunks)
    digests = {name: _digest(file, members[name]) for name in _NAMES[1:]}
    if _whole(file, members[_MANIFEST]) != _manifest(checkpoint, order, digests):
        raise VerificationError("the pack's manifest does not state what is in it")
    if any(member.deflated != (name != _MANIFEST) for name, member in members.items()):
        raise VerificationError("a file in the pack is not kept as the format demands")
    return Pack(note, checkpoint, order.count, order.first, order.last, claim, order.purged, order.unaccounted)


def prove_from_pack(file: BinaryIO, policy: Policy, wanted: int) -> Proof:
    """The tlog-proof of an entry in a pack, which is to be verified before. Raises VerificationError."""
    members = container.read(file, _NAMES, MOST)
    note = _whole(file, members[_CHECKPOINT])
    proofs = _Proofs(_nodes(file, members[_HASHES]), policy.check(note))
    return Proof(wanted, tuple(proofs.proof(wanted)), note)


class _Needed:
    """The hashes that proofs need, each once."""

    def __init__(self, node: merkle.NodeSource) -> None:
        self._node = node
        self._hashes: dict[tuple[int, int], bytes] = {}

    def node(self, level: int, position: int) -> bytes:
        place = level, position
        if place not in self._hashes:
            self._hashes[place] = self._node(level, position)
        return self._hashes[place]

    def lines(self) -> Iterator[bytes]:
        for (level, position), value in sorted(self._hashes.items()):
            yield f"{level} {position} {base64_text(value)}\n".encode()


class _Proofs:
    """The proofs of a pack's entries, made from the hashes in it."""

    def __init__(self, hashes: dict[tuple[int, int], bytes], checkpoint: Checkpoint) -> None:
        self._hashes = hashes
        self._checkpoint = checkpoint
        self._used: set[tuple[int, int]] = set()

    def proof(self, wanted: int) -> list[bytes]:
        return merkle.inclusion_proof(wanted, self._checkpoint.size, self._node)

    def check(self, receipt: Receipt) -> None:
        size, root = self._checkpoint.size, self._checkpoint.root
        try:
            merkle.verify_inclusion(
                merkle.leaf_hash(receipt.leaf), receipt.index, size, self.proof(receipt.index), root
            )
        except VerificationError as error:
            raise VerificationError(f"entry {receipt.index}: {error}", receipt.index) from None

    def end(self) -> None:
        if len(self._used) != len(self._hashes):
            raise VerificationError("the pack has hashes that prove nothing")

    def _node(self, level: int, position: int) -> bytes:
        place = level, position
        if place not in self._hashes:
            raise VerificationError("the pack lacks a hash that its proof needs")
        self._used.add(place)
        return self._hashes[place]


def _line(origin: str, event: Mapping[str, Any]) -> bytes:
    """An event as a receipt, canonical; its leaf is computed if it does not come with one."""
    receipt = {"origin": origin, **event}
    if "leaf" not in receipt:
        receipt["leaf"] = base64_text(leaf_of(receipt))
    return canonical(receipt)


def _receipts(file: BinaryIO, member: Member, origin: str) -> Iterator[Receipt]:
    for number, line in enumerate(container.lines(file, member, _LINE), 1):
        try:
            receipt = parse_receipt(line)
        except VerificationError as error:
            where = f"entry {error.index}" if error.index is not None else f"line {number} of the events"
            raise VerificationError(f"{where}: {error}", error.index) from None
        if receipt.origin != origin:
            raise VerificationError(f"entry {receipt.index} is another log's", receipt.index)
        if canonical(json.loads(line)) != line:
            raise VerificationError(f"entry {receipt.index} is not spelt as the format demands", receipt.index)
        yield receipt


def _nodes(file: BinaryIO, member: Member) -> dict[tuple[int, int], bytes]:
    nodes: dict[tuple[int, int], bytes] = {}
    last = (-1, -1)
    for line in container.lines(file, member, _LINE):
        try:
            level, position, value = line.decode("ascii").split(" ")
        except ValueError:
            raise VerificationError("a line of the pack's hashes is malformed") from None
        place = decimal(level, "level"), decimal(position, "position")
        if place <= last:
            raise VerificationError("the pack's hashes are not in order")
        nodes[place] = base64_bytes(value, "hash", merkle.HASH_BYTES)
        last = place
    return nodes


def _rendered(checkpoint: Checkpoint, count: int, receipts: Open) -> Iterator[tuple[str, Iterable[bytes]]]:
    facts = {
        "log": checkpoint.origin,
        "size": str(checkpoint.size),
        "root": base64_text(checkpoint.root),
        "count": str(count),
    }
    for language, name in _PAGES.items():
        yield name, index(language, facts, receipts())
    yield _OCSF, ocsf(checkpoint.origin, receipts())


def _manifest(checkpoint: Checkpoint, order: Order, digests: Mapping[str, str]) -> bytes:
    stated = {
        "format": FORMAT,
        "origin": checkpoint.origin,
        "size": checkpoint.size,
        "root": base64_text(checkpoint.root),
        "claim": order.claim,
        "count": order.count,
        "first": order.first,
        "last": order.last,
        "files": dict(digests),
    }
    return canonical(stated) + b"\n"


def _claim(manifest: bytes) -> str:
    try:
        stated = json.loads(manifest)
    except (ValueError, RecursionError):
        raise VerificationError("the pack's manifest is not JSON") from None
    if not isinstance(stated, dict) or stated.get("format") != FORMAT or not isinstance(stated.get("claim"), str):
        raise VerificationError(f"the pack is not a {FORMAT}")
    return str(stated["claim"])


def _whole(file: BinaryIO, member: Member) -> bytes:
    if member.size > _SMALL:
        raise VerificationError(f"{member.name} in the pack is longer than it can be")
    return b"".join(container.content(file, member))


def _digest(file: BinaryIO, member: Member) -> str:
    digest = hashlib.sha256()
    for chunk in container.raw(file, member):
        digest.update(chunk)
    return digest.hexdigest()


def _check_key(data: bytes, policy: Policy, checkpoint: Checkpoint) -> None:
    keys = {f"{log.key}\n".encode() for log in policy.logs if log.key.name == checkpoint.origin}
    if data not in keys:
        raise VerificationError("the key in the pack is not the one that is trusted")


def _check_same(file: BinaryIO, member: Member, chunks: Iterable[bytes]) -> None:
    ours, theirs = hashlib.sha256(), hashlib.sha256()
    for chunk in chunks:
        ours.update(chunk)
    for chunk in container.content(file, member):
        theirs.update(chunk)
    if ours.digest() != theirs.digest():
        raise VerificationError(f"{member.name} in the pack does not say what its events say")
