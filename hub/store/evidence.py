"""What goes into an evidence pack: entries of the log with all that proves them, one after the other."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, BinaryIO, NamedTuple

import orjson

from audit.errors import VerificationError
from audit.log import node_source
from audit.pack import verify_pack, write_pack
from audit.policy import parse_trust
from audit.strict import base64_text
from hub.errors import OperatorError
from hub.store.keys import Keyring
from hub.store.opening import ALL_ENTRIES, Opener

_TIMES = "SELECT idx, act FROM log_entry WHERE idx < ? ORDER BY idx"
_RANGE = f"{ALL_ENTRIES} WHERE e.idx >= ? AND e.idx <= ? ORDER BY e.idx"
# The person's rows come first here: there are few of them, and many entries.
_ABOUT = f"{ALL_ENTRIES} WHERE e.idx IN (SELECT entry FROM about WHERE resident = ?) AND e.idx < ? ORDER BY e.idx"  # noqa: S608

_ACT = "SELECT act, act_salt, subject_commitment, ordinal_commitment FROM log_entry WHERE idx = ? AND act <> x''"


class Period(NamedTuple):
    """A time, as entries spell it, `2026-11-22T10:00:00.000Z`.

    Attributes:
        since: the first instant; empty for the beginning of the log.
        until: the first instant that is outside; empty for now.
    """

    since: str = ""
    until: str = ""

    def holds(self, act: bytes) -> bool:
        """Whether something happened in it; what was purged is only known to be old."""
        time = str(orjson.loads(act).get("time", "")) if act else ""
        return self.since <= time and (not self.until or time < self.until)


def resident_behind(db: Any, ring: Keyring, pseudonym: str) -> int | None:
    """The internal id of whom the trail calls by a pseudonym, or None where the store has nobody of that name."""
    found = db.execute("SELECT resident FROM file WHERE resident = ?", (ring.resident_behind(pseudonym),)).fetchone()
    return found and int(found[0])


def bounds(db: Any, period: Period, size: int) -> tuple[int, int] | None:
    """The first and the last entry of a period; entries between them may be a moment outside it.

    Args:
        db: the store.
        period: which.
        size: how many entries to look at.

    Returns:
        None where nothing happened in it.
    """
    if not period.since and not period.until:
        return (0, size - 1) if size else None
    inside = (index for index, act in db.execute(_TIMES, (size,)) if period.holds(act))
    first = last = next(inside, None)
    for last in inside:  # noqa: B007 - the last one is what is looked for
        pass
    return None if first is None or last is None else (first, last)


def entries_between(db: Any, ring: Keyring, first: int, last: int) -> Iterator[dict[str, Any]]:
    """All entries from one index to another, as `audit.pack.write_pack` takes them."""
    yield from _shown(db.execute(_RANGE, (first, last)), ring)


def entries_about(db: Any, ring: Keyring, resident: int, period: Period, size: int) -> Iterator[dict[str, Any]]:
    """The entries about one person in a period, below an index, as `audit.pack.write_pack` takes them."""
    rows = db.execute(_ABOUT, (resident, size))
    yield from _shown((row for row in rows if period == Period() or period.holds(row[1])), ring)


def acts_at(db: Any, indexes: Sequence[int]) -> Iterator[dict[str, Any]]:
    """What was done, without whom it was about: of subject and ordinal the commitments alone, as `write_pack` takes it.

    Args:
        db: the store.
        indexes: ascending; what there is none of, or was purged, is left out.
    """
    for index in indexes:
        found = db.execute(_ACT, (index,)).fetchone()
        if found is not None:
            act, act_salt, subject, ordinal = found
            event = {"index": index, "act": orjson.loads(act), "act_salt": base64_text(act_salt)}
            yield event | {"subject_commitment": base64_text(subject), "ordinal_commitment": base64_text(ordinal)}


def make_pack(file: BinaryIO, events: Iterable[Mapping[str, Any]], note: bytes, db: Any, key: str, claim: str) -> int:
    """Write a pack and verify it as whoever gets it will.

    Args:
        file: empty, open for writing and reading.
        events: as `write_pack` takes them.
        note: the checkpoint that proves them.
        db: the store, in the state the events come from or a later one.
        key: the log's verifier key.
        claim: what the pack says of entries that are not in it.

    Returns:
        How many entries it has.

    Raises:
        OperatorError: the log does not prove what it holds.
    """
    try:
        count = write_pack(file, events, note, node_source(db), key, claim)
        file.flush()
        verify_pack(file, parse_trust(key.encode()))
    except VerificationError as error:
        raise OperatorError(f"the log does not prove what it holds: {error}; run `hub doctor`") from None
    return count


def _shown(rows: Iterator[Any], ring: Keyring) -> Iterator[dict[str, Any]]:
    opener = Opener(ring)
    for index, act, act_salt, subject, ordinal, sealed, resident, wrapped in rows:
        event: dict[str, Any] = {"index": index}
        if act:
            event |= {"act": orjson.loads(act), "act_salt": base64_text(act_salt)}
        else:
            event["act_commitment"] = base64_text(act_salt)
        opened = opener.open(act, act_salt, subject, sealed, resident, wrapped)
        if opened is None:
            # Of what was purged, and of somebody erased, commitments are left, and the proof needs no more.
            event |= {"subject_commitment": base64_text(subject), "ordinal_commitment": base64_text(ordinal)}
        else:
            event |= {"subject": opened.subject, "subject_salt": base64_text(opened.subject_salt)}
            event |= {"ordinal": opened.ordinal, "ordinal_salt": base64_text(opened.ordinal_salt)}
        yield event
