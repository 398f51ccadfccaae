"""Check the whole log in a process of its own, slowly enough that whoever serves beside it is not held up.

`python -m hub.store.log_check DIR` prints one line of JSON for each step: how many entries there are, how many are
checked, and the verdict. It ends as soon as its standard input does, so that it never outlives whoever began it.
"""

import os
import select
import sys
import time
from pathlib import Path
from typing import Any

import orjson

from audit.checkpoint import verify_checkpoint
from audit.errors import LogError, VerificationError
from audit.log import fsck, latest_checkpoint, tree
from audit.note import Signer
from hub.errors import OperatorError
from hub.store.directory import Directory, open_keyring
from hub.store.installation import signer
from hub.store.outside import check_outside
from hub.store.sqlcipher import Failure, SqlcipherReader

_LESS_IMPORTANT = 10
_TOLD_EVERY = 0.5


class _Pace:
    """Works half of the time, and says every half second how far it is."""

    def __init__(self) -> None:
        self._since = self._told = time.monotonic()

    def __call__(self, checked: int) -> None:
        now = time.monotonic()
        # The end of what began this is the end of this.
        if select.select([sys.stdin], [], [], now - self._since)[0] and not os.read(sys.stdin.fileno(), 1):
            sys.exit(1)
        self._since = time.monotonic()
        if self._since - self._told >= _TOLD_EVERY:
            self._told = self._since
            _say(checked=checked)


def check(path: Path) -> None:
    """Check every leaf against what it commits to, the tree against the leaves, every checkpoint against the tree.

    Raises:
        OperatorError: the log cannot be opened, or is older than the checkpoint kept outside the database.
        LogError: the log's own record is damaged.
        VerificationError: naming the first index at which something is wrong.
    """
    directory = Directory(path)
    ring = open_keyring(directory)
    own = signer(directory, ring)
    reader = SqlcipherReader(directory, ring)
    try:
        with reader.view():
            _say(size=tree(reader.db).size)
            check_outside(directory, own, reader.db)
            fsck(reader.db, _Pace())
            _check_signature(reader.db, own)
    finally:
        reader.close()


def _check_signature(db: Any, own: Signer) -> None:
    last = latest_checkpoint(db)
    if last is None:
        raise VerificationError("the log has no checkpoint")
    verify_checkpoint(last.note, [own.verifier], own.name)


def _say(**told: object) -> None:
    sys.stdout.buffer.write(orjson.dumps(told) + b"\n")
    sys.stdout.buffer.flush()


def main() -> None:
    """Check the log of the directory that is named, and print the verdict."""
    os.nice(_LESS_IMPORTANT)
    try:
        check(Path(sys.argv[1]))
    except VerificationError as error:
        _say(verdict="broken", index=error.index)
    except (LogError, OperatorError, Failure):
        _say(verdict="broken", index=None)
    else:
        _say(verdict="whole", index=None)


if __name__ == "__main__":
    main()
