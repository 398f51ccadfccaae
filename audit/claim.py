"""What a pack claims about the entries that are not in it, and whether those that are in it bear that out."""

from audit.errors import VerificationError
from audit.purge import Purge, highest_outside, merged, purge_in
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
        self.purged = 0
        self.unaccounted = 0
        self._ordinals: dict[object, tuple[int, int]] = {}
        self._emptied: list[int] = []
        self._missing: list[tuple[int, int, int]] = []
        self._purges: list[Purge] = []

    def take(self, receipt: Receipt) -> None:
        """Take in the next entry. Raises VerificationError where it cannot be the next one."""
        here = receipt.index
        if self.last is not None and here <= self.last:
            raise VerificationError(f"entry {here} stands behind entry {self.last}", here)
        if self.claim == RANGE and self.last is not None and here != self.last + 1:
            raise VerificationError(f"entry {self.last + 1} is left out", self.last + 1)
        if "act" not in receipt.parts:
            self._emptied.append(here)
        elif purge := purge_in(receipt):
            self._purges.append(purge)
        if self.claim != SELECTION:
            self._count_ordinal(receipt)
        self.first = here if self.first is None else self.first
        self.last = here
        self.count += 1

    def end(self) -> None:
        """Say that there are no more.

        Raises:
            VerificationError: the claim is none of those there are, or an ordinal is left out that no purge accounts
                for.
        """
        if self.claim not in {RANGE, SUBJECT, SELECTION}:
            raise VerificationError("the pack claims what no pack can")
        ordinals = merged(each for purge in self._purges if purge.place for each in purge.ranges)
        for first, last, here in self._missing:
            if highest_outside(first, last, ordinals) is not None:
                raise VerificationError(f"entry {here} is the person's {last + 1}th where {first} is due", here)
        indexes = merged(each for purge in self._purges if not purge.place for each in purge.ranges)
        self.purged = len(self._emptied)
        self.unaccounted = sum(highest_outside(each, each, indexes) is not None for each in self._emptied)

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
        self._follow(subject, ordinal, here)

    def _follow(self, subject: str, ordinal: int, here: int) -> None:
        """Hold an ordinal against the last one of the same person; those between may have been purged."""
        first = (0, 0) if self.claim == SUBJECT else None
        known, emptied = self._ordinals.get(subject, first) or (ordinal - 1, 0)
        missing = ordinal - known - 1
        # A range has what was purged, without saying of whom; a pack about one person has it not at all.
        most = len(self._emptied) - emptied if self.claim == RANGE else missing
        if missing < 0 or missing > most:
            raise VerificationError(f"entry {here} is the person's {ordinal}th where {known + 1} is due", here)
        if missing and self.claim == SUBJECT:
            self._missing.append((known + 1, ordinal - 1, here))
        self._ordinals[subject] = ordinal, len(self._emptied)
