"""What a pack claims about the entries that are not in it, and whether those that are in it bear that out."""

from audit.errors import VerificationError
from audit.verify import Receipt

RANGE, SUBJECT, SELECTION = "range", "subject", "selection"
"""What a pack claims about the entries that are not in it: none between its first and last; none about its subject;
nothing."""


class Order:
    """What can be said of a pack's entries as a row: where it begins and ends, and that nothing is left out."""

    def __init__(self, claim: str) -> None:
        self.claim = claim
        self.count = 0
        self.first: int | None = None
        self.last: int | None = None
        self._ordinals: dict[object, int] = {}

    def take(self, receipt: Receipt) -> None:
        """Take in the next entry. Raises VerificationError where it cannot be the next one."""
        here = receipt.index
        if self.last is not None and here <= self.last:
            raise VerificationError(f"entry {here} stands behind entry {self.last}", here)
        if self.claim == RANGE and self.last is not None and here != self.last + 1:
            raise VerificationError(f"entry {self.last + 1} is left out", self.last + 1)
        if self.claim != SELECTION:
            self._count_ordinal(receipt)
        self.first = here if self.first is None else self.first
        self.last = here
        self.count += 1

    def end(self) -> None:
        """Say that there are no more. Raises VerificationError where the claim is none of those there are."""
        if self.claim not in {RANGE, SUBJECT, SELECTION}:
            raise VerificationError("the pack claims what no pack can")

    def _count_ordinal(self, receipt: Receipt) -> None:
        here = receipt.index
        part = receipt.parts
        if "subject" not in part or "ordinal" not in part:
            if self.claim == SUBJECT:
                raise VerificationError(f"entry {here} does not show whom it concerns and which one it is", here)
            return
        subject, ordinal = part["subject"].get("subject"), part["ordinal"].get("ordinal")
        if ordinal is None and self.claim == RANGE:
            return
        if not isinstance(subject, str) or not isinstance(ordinal, int) or isinstance(ordinal, bool):
            raise VerificationError(f"entry {here} does not say whom it concerns, or which one it is", here)
        if self.claim == SUBJECT and self._ordinals and subject not in self._ordinals:
            raise VerificationError(f"entry {here} concerns another person", here)
        known = self._ordinals.get(subject, 0 if self.claim == SUBJECT else None)
        if known is not None and ordinal != known + 1:
            raise VerificationError(f"entry {here} is the person's {ordinal}th where {known + 1} is due", here)
        self._ordinals[subject] = ordinal
