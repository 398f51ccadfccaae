"""Which checkpoint the log publishes: the last one signed or, where there are witnesses, the last a quorum has seen."""

from typing import Any

PUBLISHED = "published"
"""The counter that keeps its size."""


def published_size(db: Any) -> int:
    """The size of the checkpoint that is published; 0 where that is the last one signed."""
    found = db.execute("SELECT n FROM counter WHERE name = ?", (PUBLISHED,)).fetchone()
    return int(found[0]) if found else 0


def published_note(db: Any) -> bytes | None:
    """The checkpoint that is published, or None where that is the last one signed."""
    query = "SELECT note FROM log_checkpoint WHERE size = (SELECT n FROM counter WHERE name = ?)"
    found = db.execute(query, (PUBLISHED,)).fetchone()
    return found[0] if found else None
