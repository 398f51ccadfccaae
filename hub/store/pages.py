"""What is wrong with a database's pages."""

import time
from pathlib import Path
from typing import Any

from hub.store.keys import Keyring
from hub.store.sqlcipher import Failure, connect

_LOOKS, _APART = 3, 1.2
"""How often a page must look damaged before it is, and seconds between: longer than anybody keeps a view."""


def integrity(path: Path, ring: Keyring) -> list[str]:
    """What is wrong with a database's pages: each is authenticated, then the structure is checked; empty if nothing."""
    db = connect(path, ring)
    problems = _unauthentic(db)
    for _ in range(_LOOKS - 1):
        if not problems:
            break
        # It reads the file beneath the write-ahead log, where pages that are still to be written back are torn or
        # empty. They will have been by the next look.
        time.sleep(_APART)
        db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        still = _unauthentic(db)
        problems = [each for each in problems if each in still]
    try:
        problems += [row[0] for row in db.execute("PRAGMA integrity_check") if row[0] != "ok"]
    except Failure as failure:
        problems.append(str(failure))
    db.close()
    return problems


def _unauthentic(db: Any) -> list[str]:
    return [row[0] for row in db.execute("PRAGMA cipher_integrity_check")]
