"""Check a resident's own list of accesses: that every entry is the log's, and that none is left out.

The list answers a look, which is itself an entry about the resident. Its ordinal is a total that the log commits to:
below it, every ordinal has its entry in the list, or the list is not whole.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from audit.errors import VerificationError
from audit.merkle import leaf_hash
from audit.policy import Policy
from audit.proof import parse_proof
from audit.purge import PURGED, Purge, highest_outside, merged, purge_in
from audit.reader import PublishedLog
from audit.tile import WIDTH
from audit.verify import Receipt, parse_object, receipt_of, verify_receipt

MOST_BYTES = 1 << 24
"""Pages that are larger are refused unread."""

_SAID_BY_ACT = {
    "kind": "kind",
    "when": "time",
    "operator": "operator",
    "role": "role",
    "department": "department",
    "purpose": "purpose",
    "fields": "fields",
    "basis": "basis",
    "outcome": "outcome",
    "reasons": "reasons",
}
"""What an item says besides its receipt, and the member of the act that must say the same."""
_WORDS = frozenset({f"{name}_name" for name in ("role", "department", "purpose", "field", "basis", "outcome")})
_WORDS_OF_FIELDS = "field_names"
_ITEM = frozenset({"index", "who", "receipt", "deferred", PURGED, _WORDS_OF_FIELDS, *_SAID_BY_ACT, *_WORDS})
_PAGE = frozenset({"items", "next", "total", "withheld_ordinals"})
_BY_DEFAULT = {"role": "hub"}


class Page(NamedTuple):
    """One answer, taken apart.

    Attributes:
        look: the receipt of the look that it answers.
        total: the look's ordinal.
        receipts: those of its items, in their order.
        withheld: ordinals whose notice is deferred, as the hub says.
        ends: whether it is the last one.
    """

    look: Receipt
    total: int
    receipts: tuple[Receipt, ...]
    withheld: frozenset[int]
    ends: bool


class Accesses(NamedTuple):
    """A list that is whole in itself; whether the log has its entries is yet to be shown.

    Attributes:
        origin: the log it names.
        entries: how many about the person there were before the look.
        withheld: how many of them are not shown, because the hub says that their notice is deferred.
        purged: how many are no more, as purges among those that are shown account for.
        receipts: those of all entries that are shown, and of the looks.
    """

    origin: str
    entries: int
    withheld: int
    purged: int
    receipts: tuple[Receipt, ...]


def check_pages(answers: Sequence[bytes]) -> Accesses:
    """Check that answers of `GET /v1/me/accesses` are one whole list.

    Args:
        answers: all pages, in any order. The one that was asked for first counts for the total.

    Raises:
        VerificationError: a part that its commitment does not commit to, another person's entry, an item that says
            what its receipt does not, an ordinal without its entry (it is named), a page that is missing.
    """
    pages = sorted((_page(parse_object(answer, MOST_BYTES)) for answer in answers), key=lambda page: page.total)
    if not pages:
        raise VerificationError("there is no page of a list")
    _check_one_person([receipt for page in pages for receipt in (page.look, *page.receipts)])
    _check_looks([page.look for page in pages], [page.total for page in pages])
    if not pages[-1].ends or any(page.ends for page in pages[:-1]):
        raise VerificationError("the list goes on where its pages end, or ends before they do: not all pages are here")
    total = pages[0].total
    withheld = frozenset().union(*(page.withheld for page in pages))
    listed = [receipt for page in pages for receipt in page.receipts]
    purges = [purge for receipt in listed if (purge := purge_in(receipt))]
    purged = _check_row(total, pages[0].look.index, listed, withheld, purges)
    receipts = (*(page.look for page in pages), *listed)
    return Accesses(pages[0].look.origin, total - 1, len(withheld), purged, receipts)


def check_in_log(accesses: Accesses, log: PublishedLog) -> None:
    """Check that a published log has every entry of a list.

    Raises:
        VerificationError: it has another entry there, or none yet.
        OSError: it cannot be asked.
    """
    if log.checkpoint.origin != accesses.origin:
        raise VerificationError(f"the receipts are of {accesses.origin}, the log is {log.checkpoint.origin}")
    for receipt in sorted(accesses.receipts, key=lambda each: each.index):
        if receipt.index >= log.checkpoint.size:
            raise VerificationError(f"the log has no entry {receipt.index} yet", receipt.index)
        number, place = divmod(receipt.index, WIDTH)
        if log.hashes(0, number)[place] != leaf_hash(receipt.leaf):
            raise VerificationError(f"entry {receipt.index} of the log is another than the one shown", receipt.index)


def check_proofs(accesses: Accesses, proofs: Iterable[bytes], policy: Policy) -> int:
    """Check every entry of a list with a tlog-proof of its own, offline.

    Args:
        accesses: the list.
        proofs: in any order.
        policy: whose checkpoints are accepted.

    Returns:
        The size of the largest tree that a proof leads to.

    Raises:
        VerificationError: an entry has no proof, or one that does not hold.
    """
    by_index = {parse_proof(proof).index: proof for proof in proofs}
    size = 0
    for receipt in accesses.receipts:
        proof = by_index.get(receipt.index)
        if proof is None:
            raise VerificationError(f"there is no proof of entry {receipt.index}", receipt.index)
        policy.check(parse_proof(proof).checkpoint)
        size = max(size, verify_receipt(receipt, proof, policy.keys).checkpoint.size)
    return size


def _page(document: dict[str, Any]) -> Page:
    if document.keys() - _PAGE or {"items", "next", "total"} - document.keys():
        raise VerificationError("this is not an answer about accesses to one's own file")
    total, items = document["total"], document["items"]
    if not isinstance(total, dict) or set(total) != {"count", "receipt"} or not isinstance(items, list):
        raise VerificationError("the answer's items or total are malformed")
    look = _receipt(total)
    ordinal = ordinal_of(look)
    if total["count"] != ordinal - 1 or isinstance(total["count"], bool):
        raise VerificationError(f"the total is not that of entry {look.index}, the look it answers", look.index)
    withheld = document.get("withheld_ordinals", [])
    if not isinstance(withheld, list) or any(type(each) is not int for each in withheld):
        raise VerificationError("the answer's withheld ordinals are malformed")
    return Page(look, ordinal, tuple(_item(item) for item in items), frozenset(withheld), document["next"] is None)


def _item(item: Any) -> Receipt:
    """The receipt of an item whose other members say nothing that it does not prove."""
    receipt = _receipt(item)
    if item.keys() - _ITEM:
        raise VerificationError(f"entry {receipt.index} is told with a member that nothing proves", receipt.index)
    act, subject = receipt.parts.get("act", {}), receipt.parts.get("subject", {})
    proven = {name: act.get(member) or _BY_DEFAULT.get(name) for name, member in _SAID_BY_ACT.items()}
    proven |= {"index": receipt.index, "who": subject.get("actor") or act.get("actor")}
    if PURGED in item:
        proven[PURGED] = subject.get(PURGED)
    for name, value in proven.items():
        if name not in item or not _same(item[name], value):
            raise VerificationError(f"the `{name}` told of entry {receipt.index} is not what it says", receipt.index)
    return receipt


def _same(told: Any, proven: Any) -> bool:
    # What an act does not have is told as null or as an empty list.
    return told == proven if told or proven else not isinstance(told, bool)


def _receipt(holder: Any) -> Receipt:
    if not isinstance(holder, dict) or not isinstance(holder.get("receipt"), dict):
        raise VerificationError("the answer lacks a receipt")
    return receipt_of(holder["receipt"])


def ordinal_of(receipt: Receipt) -> int:
    """Which entry about its person a receipt shows, from 1. Raises VerificationError where it does not show it."""
    ordinal = receipt.parts.get("ordinal", {}).get("ordinal")
    if "act" not in receipt.parts or type(ordinal) is not int or ordinal < 1:
        raise VerificationError(f"entry {receipt.index} does not show which one about the person it is", receipt.index)
    return ordinal


def _check_one_person(receipts: Sequence[Receipt]) -> None:
    first: Mapping[str, Any] = receipts[0].parts.get("subject", {})
    name = first.get("subject")
    for receipt in receipts:
        if receipt.origin != receipts[0].origin:
            raise VerificationError(f"entry {receipt.index} is of another log", receipt.index)
        if not isinstance(name, str) or not name or receipt.parts.get("subject", {}).get("subject") != name:
            raise VerificationError(f"entry {receipt.index} does not show that it is about this person", receipt.index)


def _check_looks(looks: Sequence[Receipt], totals: Sequence[int]) -> None:
    for number in range(1, len(looks)):
        look = looks[number]
        if totals[number - 1] == totals[number] or looks[number - 1].index >= look.index:
            raise VerificationError(f"entry {look.index} is not a later look than that of the page before", look.index)


def _check_row(
    total: int, place: int, listed: Sequence[Receipt], withheld: frozenset[int], purges: Sequence[Purge]
) -> int:
    """Newest first, from the look down to the first entry, no ordinal may be missing or come twice.

    Returns:
        How many of them were purged.
    """
    told = merged([*((each, each) for each in withheld), *(each for purge in purges for each in purge.ranges)])
    kept_back = sorted(withheld)
    due, last, purged = total - 1, place, 0
    for receipt in (*listed, None):
        here = ordinal_of(receipt) if receipt else 0
        if receipt and here > due:
            raise VerificationError(f"entry {receipt.index} is not in its place, or told twice", receipt.index)
        if (missing := highest_outside(here + 1, due, told)) is not None:
            raise _left_out(missing, total)
        gone = due - here - (bisect_right(kept_back, due) - bisect_right(kept_back, here))
        if receipt:
            if receipt.index >= last:
                raise VerificationError(f"entry {receipt.index} stands in another order in the log", receipt.index)
            # What a purge did not reach was there when it came by, and so is whatever came after it.
            if gone and receipt.index >= max(purge.below for purge in purges if purge.touches(here + 1, due)):
                raise VerificationError(f"entry {here + 1} of the {total - 1} about this person is too young to purge")
            last = receipt.index
        due, purged = here - 1, purged + gone
    if withheld & {ordinal_of(receipt) for receipt in listed} or any(not 0 < each < total for each in withheld):
        raise VerificationError("an entry is said to be withheld that is shown, or that there is none of")
    return purged


def _left_out(ordinal: int, total: int) -> VerificationError:
    return VerificationError(f"entry {ordinal} of the {total - 1} about this person is left out")
