"""The last checkpoint, kept outside the database: what shows that an older database was put back."""

import os
from typing import Any

from audit import merkle
from audit.checkpoint import verify_checkpoint
from audit.errors import VerificationError
from audit.log import tree
from audit.note import Signer
from audit.tables import node_source
from hub.errors import OperatorError
from hub.store.directory import Directory


def keep_outside(directory: Directory, note: bytes) -> None:
    """Keep a checkpoint, durably and at once. Raises OSError; the one before is still there then."""
    path = directory.checkpoint
    fresh = path.with_suffix(".new")
    with fresh.open("wb") as file:
        file.write(note)
        file.flush()
        # Without this a power failure could leave an empty checkpoint, which would refuse the next start.
        os.fsync(file.fileno())
    fresh.replace(path)


def check_outside(directory: Directory, signer: Signer, db: Any) -> int:
    """Hold the log against the last checkpoint that was kept outside the database.

    Returns:
        How many entries that checkpoint covers; as many as there are where none was kept.

    Raises:
        OperatorError: the database is an older one put back, or its past was rewritten.
    """
    try:
        note = directory.checkpoint.read_bytes()
    except FileNotFoundError:
        return tree(db).size
    try:
        outside = verify_checkpoint(note, [signer.verifier], signer.name)
    except VerificationError as error:
        raise OperatorError(f"the checkpoint {directory.checkpoint} does not verify: {error}") from None
    size = tree(db).size
    if size < outside.size:
        raise OperatorError(
            f"the log has {size} entries, but {outside.size} were signed for: an older database was put back; "
            f"after restoring a backup on purpose, restore its checkpoint to {directory.checkpoint} too"
        )
    if merkle.range_hash(0, outside.size, node_source(db)) != outside.root:
        raise OperatorError(f"the first {outside.size} entries of the log are not those that were signed for")
    return outside.size
