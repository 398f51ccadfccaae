"""What is wrong with a policy file, and where."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from hub.errors import OperatorError


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing wrong.

    Attributes:
        path: the file, relative to the directory of policies, with `/`.
        line: the line, counted from 1; 1 where the whole file is meant.
        text: the member and the rule it breaks.
    """

    path: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text}"


class PolicyError(OperatorError):
    """Policies that cannot be loaded: all their problems at once.

    Attributes:
        problems: every problem, by file and line.
    """

    def __init__(self, directory: Path, problems: Iterable[Problem]) -> None:
        self.problems: Sequence[Problem] = tuple(sorted(set(problems)))
        first, count = self.problems[0], len(self.problems)
        many = "a problem" if count == 1 else f"{count} problems, the first"
        super().__init__(f"policies in `{directory}` have {many}: {first}; `hub policy check` lists all")
