"""What the log says was purged: the entries that account for it, held against what is empty.

Whoever can write to the database could empty an entry. An empty one that no purge accounts for is named.
"""

from collections.abc import Iterator
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag

from audit.entry import commitment
from audit.errors import VerificationError
from audit.purge import KIND, PURGED, highest_outside, merged, ranges_in
from hub.store.keys import Keyring
from hub.store.trail import unsealed

KIND_OF_PURGE = b'"kind":"%s"' % KIND.encode()
"""What the bytes of a purge's act hold; nothing that stands in an act as a text can look like it."""
_PURGES = """
SELECT e.act, e.act_salt, e.sealed FROM log_entry e LEFT JOIN about a ON a.entry = e.idx
WHERE instr(e.act, ?) AND a.entry IS NULL ORDER BY e.idx
"""
_EMPTY = "SELECT idx FROM log_entry WHERE act = x'' ORDER BY idx"


def ranges_purged(ring: Keyring, act: bytes, act_salt: bytes, sealed: bytes) -> tuple[tuple[int, int], ...]:
    """The indexes that a purge's entry, one about nobody, accounts for; none where it does not open."""
    try:
        subject = orjson.loads(unsealed(sealed, commitment("act", act_salt, act), ring.strangers)[1])
        return ranges_in(subject[PURGED]) if PURGED in subject else ()
    except (InvalidTag, ValueError, TypeError, VerificationError):
        return ()


def emptied_entries(db: Any, ring: Keyring) -> Iterator[int]:
    """Entries that show nothing although no purge accounts for them.

    Args:
        db: the store, in one view.
        ring: the keys.
    """
    purges = db.execute(_PURGES, (KIND_OF_PURGE,)).fetchall()
    known = merged(each for purge in purges for each in ranges_purged(ring, *purge))
    for (index,) in db.execute(_EMPTY):
        if highest_outside(index, index, known) is not None:
            yield index
