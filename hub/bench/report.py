"""What the benchmarks found: a table for people, JSON for machines."""

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

_HEADINGS = ("what", "measured", "compared with", "ratio", "target", "met")


@dataclass(frozen=True, slots=True)
class Row:
    """One figure and the yardstick it was held against in the same run.

    Attributes:
        what: what was measured, with its size.
        measured: the figure with its unit.
        compared: the yardstick's figure, and what it is.
        ratio: the figure over the yardstick's.
        target: what the ratio must reach or must not exceed.
        at_most: whether the target is an upper bound.
        note: what else a reader of the table should know; printed below it.
        detail: further figures, for the JSON alone.
    """

    what: str
    measured: str
    compared: str
    ratio: float
    target: float
    at_most: bool = False
    note: str = ""
    detail: dict[str, object] = field(default_factory=dict)

    @property
    def met(self) -> bool:
        """Whether the ratio keeps its target."""
        return self.ratio <= self.target if self.at_most else self.ratio >= self.target


def table(rows: Sequence[Row]) -> str:
    """The rows as aligned text, headings first, notes last."""
    lines = [_HEADINGS, *(_cells(row) for row in rows)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(_HEADINGS))]
    lines.insert(1, tuple("-" * width for width in widths))
    aligned = ["  ".join(map(str.ljust, line, widths)).rstrip() for line in lines]
    return "\n".join([*aligned, *(f"{row.what}: {row.note}" for row in rows if row.note)])


def write(path: Path, rows: Sequence[Row], *, quick: bool) -> None:
    """Write the rows as JSON.

    Args:
        path: the file; its directory is made.
        rows: what was found.
        quick: whether counts were small, so that no ratio means much.
    """
    document = {
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "quick": quick,
        "machine": {"cpus": os.cpu_count(), "system": platform.platform(), "python": platform.python_version()},
        "rows": [asdict(row) | {"met": row.met} for row in rows],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", "utf-8")


def _cells(row: Row) -> tuple[str, ...]:
    bound = f"{'<=' if row.at_most else '>='} {row.target:.3g}"
    return row.what, row.measured, row.compared, f"{row.ratio:.3g}", bound, "yes" if row.met else "no"
