"""A standing approval for minors: a manager lets one worker read the minors of one grid for one purpose, for a time.

It is an approval like any other, but about nobody in particular, so it lies in a row of its own and names a grid.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from hub.model.approval import State, state_at

MINOR_APPROVAL = "minor_approval"
"""Kind of control row."""
LONGEST = timedelta(days=90)
"""For which one may stand."""
Standing = Mapping[tuple[str, str], tuple[Mapping[str, Any], ...]]
"""Approvals by the person who asked and the purpose."""


def by_asker(records: Iterable[Mapping[str, Any]]) -> Standing:
    """Those that were approved and not revoked, as decisions look them up."""
    found: dict[tuple[str, str], tuple[Mapping[str, Any], ...]] = {}
    for record in records:
        if record["state"] == State.APPROVED:
            key = (record["person"], record["purpose"])
            found[key] = (*found.get(key, ()), record)
    return found


def covering(standing: Standing, person: str, purpose: str, mark: str, grid: str, at: datetime) -> str:
    """The id of an approval in force for somebody of a grid, or empty.

    Args:
        standing: those on record.
        person: the human being who wants to read.
        purpose: id of the purpose.
        mark: digest of the purpose as it stands.
        grid: where the minor lives.
        at: the instant of the read, UTC.
    """
    for record in standing.get((person, purpose), ()):
        if record["grid"] == grid and record["mark"] == mark and state_at(record, at) is State.APPROVED:
            return str(record["id"])
    return ""
