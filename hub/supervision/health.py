"""How the log is: how old its last checkpoint is, who has seen it, what the last full check found."""

from typing import Any

from audit.errors import VerificationError
from audit.tables import StoredCheckpoint
from hub.errors import OperatorError
from hub.model.instant import timestamp
from hub.store.engine import Event
from hub.store.installation import signer
from hub.store.trail_reader import Head
from hub.store.witnesses import load_witnesses
from hub.supervision import verification
from hub.supervision.desk import Asked, Desk, act_of

KIND = "log_health"


async def health(desk: Desk, asked: Asked) -> dict[str, Any]:
    """The log's size, its last checkpoint, its witnesses, the last full check; the look is recorded.

    Args:
        desk: the hub's means.
        asked: a security officer or auditor.

    Raises:
        TrailUnavailable: the log cannot be read now, or the look not be recorded.
    """
    head = desk.trail.head()
    told = {
        "origin": head.origin,
        "key": desk.trail.directory.log_key.read_text("utf-8").strip(),
        "size": head.size,
        "checkpoint": _checkpoint(head.last, asked),
        "published": _checkpoint(head.published, asked),
        "indexed": desk.trail.taken(),
        "contradicted": desk.reader.alarm(),
        "witnesses": _witnesses(desk, head),
        "verification": verification.last(desk),
    }
    await desk.lane.record_all([Event(act_of(desk, asked, KIND, "disclosed"), {"subject": ""})])
    return told


def _checkpoint(checkpoint: StoredCheckpoint | None, asked: Asked) -> dict[str, Any] | None:
    if checkpoint is None:
        return None
    age = max((asked.caller.at - checkpoint.time).total_seconds(), 0.0)
    return {"size": checkpoint.size, "time": timestamp(checkpoint.time), "age_seconds": round(age, 1)}


def _witnesses(desk: Desk, head: Head) -> list[dict[str, Any]]:
    """Each witness with the last checkpoint it has cosigned, of the latest ones."""
    try:
        policy = load_witnesses(desk.trail.directory, signer(desk.trail.directory, desk.ring).verifier)
    except OperatorError:
        return []  # the file was changed while the hub serves; the next start says what is wrong
    seen: dict[str, StoredCheckpoint] = {}
    for checkpoint in (*head.recent, *([head.published] if head.published else [])):
        for name in _seen_by(policy, checkpoint) if policy else ():
            seen.setdefault(name, checkpoint)
    return [
        {
            "name": each.key.name,
            "size": seen[each.name].size if each.name in seen else None,
            "time": timestamp(seen[each.name].time) if each.name in seen else None,
        }
        for each in (policy.witnesses if policy else ())
    ]


def _seen_by(policy: Any, checkpoint: StoredCheckpoint) -> set[str]:
    try:
        return set(policy.seen_by(checkpoint.note))
    except VerificationError:
        return set()
