"""Charts as numbers that a template draws: columns over time. Every chart comes with the table of its figures."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

HEIGHT, WIDTH = 100, 12
"""Of a chart and of a column with the gap behind it, in units of the drawing."""
_COLUMN = 10
_STEPS = (1, 2, 5)


class Column(NamedTuple):
    """One column: heights of all entries, of those refused, and of over-asks."""

    x: int
    entries: float
    denied: float
    over_asks: float


class Row(NamedTuple):
    """The same as figures."""

    name: str
    entries: int
    denied: int
    over_asks: int


class Chart(NamedTuple):
    """Columns over time.

    Attributes:
        id: of the chart on its page.
        top: the figure at its upper edge.
        width: of the drawing.
    """

    id: str
    columns: list[Column]
    rows: list[Row]
    top: int
    width: int


def chart(id: str, items: Iterable[tuple[str, Mapping[str, Any]]]) -> Chart:  # noqa: A002 - what HTML calls it
    """A chart of counts.

    Args:
        id: of the chart on its page.
        items: each column's name, and `entries`, `denied`, `over_asks`.
    """
    rows = [Row(name, each["entries"], each["denied"], each["over_asks"]) for name, each in items]
    top = _top(max((row.entries for row in rows), default=0))
    columns = [
        Column(number * WIDTH, *(round(HEIGHT * value / top, 2) for value in row[1:]))
        for number, row in enumerate(rows)
    ]
    return Chart(id, columns, rows, top, max(len(rows) * WIDTH - (WIDTH - _COLUMN), 1))


def _top(most: int) -> int:
    """The next round figure: 1, 2 or 5 and noughts."""
    scale = 1
    while True:
        for step in _STEPS:
            if step * scale >= most:
                return step * scale
        scale *= 10
