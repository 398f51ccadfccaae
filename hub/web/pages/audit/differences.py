"""The difference of a file, as the API gives it, taken apart so that a page can show each line for what it is."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Any, NamedTuple

_HUNK = re.compile(r"@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@")
_KINDS = {"+": "added", "-": "removed", " ": "kept", "\\": "unended"}
_HEADINGS = 2
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Categories of characters that show nothing, or change how others are shown."""


class DiffLine(NamedTuple):
    """One line.

    Attributes:
        kind: `added`, `removed`, `kept`; `gap` before what is not next to the last one; `unended` behind a last line
            that has no line break.
        text: what stands in it; of a gap, the number of the line that follows.
    """

    kind: str
    text: str


class DiffFile(NamedTuple):
    """One file.

    Attributes:
        path: where it stands among the rules.
        state: `new`, `dropped` or `changed`.
        lines: what is shown of it.
    """

    path: str
    state: str
    lines: list[DiffLine]

    def count(self, kind: str) -> int:
        """How many lines are of a kind."""
        return sum(line.kind == kind for line in self.lines)


def file_of(text: dict[str, Any]) -> DiffFile:
    """A file as the API tells of it: `path`, and in `diff` a unified difference."""
    lines = text["diff"].removesuffix("\n").split("\n")[_HEADINGS:]
    hunk = _HUNK.match(lines[0]) if lines else None
    before, after = hunk.groups() if hunk else ("", "")
    state = "new" if before == "0" else "dropped" if after == "0" else "changed"
    return DiffFile(text["path"], state, list(_lines(lines)))


def visible(text: str) -> str:
    """A text in which nothing hides: what shows nothing, or turns the order of others, stands there by its number."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(f"⟨U+{ord(each):04X}⟩" if _hides(each) else each for each in text)


def _hides(character: str) -> bool:
    return character != "\t" and unicodedata.category(character) in _UNSEEN


def _lines(lines: list[str]) -> Iterator[DiffLine]:
    for line in lines:
        if hunk := _HUNK.match(line):
            yield DiffLine("gap", hunk[2])
        else:
            yield DiffLine(_KINDS.get(line[:1], "kept"), visible(line[1:]))
