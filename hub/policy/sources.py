"""The policy files as read: one pass over the disk, so that what is checked is what is hashed."""

import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hub.errors import OperatorError
from hub.policy.problem import Problem

TIERS, CITATIONS, MODEL, RULES = "tiers.toml", "citations.toml", "model.conf", "policy.csv"
POLICIES = "policies"
PURPOSES = "purposes"
CONSENTS = "consents"
_NAMES = (TIERS, CITATIONS, MODEL, RULES)

_AT_LINE = re.compile(r"\(at line (\d+), column \d+\)")


@dataclass(frozen=True, slots=True)
class Source:
    """One policy file, or a table of it.

    Attributes:
        path: relative to the directory of policies, with `/`.
        text: its content; line ends are always line feeds.
        start: the line, counted from 0, where a search for keys begins.
    """

    path: str
    text: str
    start: int = 0

    def tables(self, name: str, count: int) -> "list[Source]":
        """The file once for each `[[name]]`, so that keys are looked for in their own table.

        Args:
            name: the array of tables.
            count: how many the file was found to hold; written in another way, all are looked for from the top.
        """
        header = re.compile(rf"\s*\[\[\s*{name}\s*\]\]")
        starts = [at for at, line in enumerate(self.text.split("\n")) if header.match(line)]
        return [Source(self.path, self.text, at) for at in (starts if len(starts) == count else [0] * count)]

    def problem(self, text: str, key: str = "", value: str = "") -> Problem:
        """A problem of this file at the line of a TOML key, or of a quoted value at or after that key."""
        return Problem(self.path, self.line(key, value), text)

    def line(self, key: str = "", value: str = "") -> int:
        """The line of a key or of a quoted value at or after it, counted from 1.

        TOML readers report no lines for values, so this looks for them in the text; a key in an unusual spelling
        is taken to be on line 1.
        """
        wanted = re.compile(rf"""\s*\[*\s*["']?{re.escape(key)}["']?\s*[.=\]]""")
        lines = self.text.split("\n")
        below = range(self.start, len(lines))
        start = next((at for at in below if key and wanted.match(lines[at])), self.start)
        quoted = (f'"{value}"', f"'{value}'")
        after = (at for at in range(start, len(lines)) if value and any(text in lines[at] for text in quoted))
        return next(after, start) + 1

    def toml(self) -> tuple[dict[str, Any], list[Problem]]:
        """The file as TOML, or an empty table and the reason why it is none."""
        try:
            return tomllib.loads(self.text), []
        except tomllib.TOMLDecodeError as error:
            at = _AT_LINE.search(str(error))
            reason = _AT_LINE.sub("", str(error)).strip()
            line = int(at[1]) if at else self.text.count("\n") + 1
            return {}, [Problem(self.path, line, f"not TOML: {reason[:1].lower()}{reason[1:]}")]


def policies_directory() -> Path:
    """Where the policies lie: inside an installed package, else at the root of the source tree."""
    packaged = Path(__file__).parents[1] / "data" / "policies"
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / "policies"


def read_sources(directory: Path) -> tuple[Mapping[str, Source], list[Problem]]:
    """Read every policy file.

    Args:
        directory: holds the four files, the folder of purposes and perhaps that of consents.

    Returns:
        The readable files by path, and a problem for each that is missing or not UTF-8.

    Raises:
        OperatorError: there is no such directory.
    """
    if not directory.is_dir():
        raise OperatorError(f"there is no directory of policies at `{directory}`; name one that holds `{RULES}`")
    names = list(_NAMES)
    for folder in (PURPOSES, CONSENTS):
        names += sorted(f"{folder}/{path.name}" for path in (directory / folder).glob("*.toml"))
    sources: dict[str, Source] = {}
    problems: list[Problem] = []
    for name in names:
        try:
            text = (directory / name).read_bytes().decode()
        except OSError as error:
            problems.append(Problem(name, 1, f"cannot be read: {(error.strerror or 'unknown cause').lower()}"))
        except UnicodeDecodeError as error:
            line = error.object.count(b"\n", 0, error.start) + 1
            problems.append(Problem(name, line, "not UTF-8"))
        else:
            sources[name] = Source(name, text.replace("\r\n", "\n"))
    return sources, problems


def sources_of(texts: Mapping[str, str]) -> tuple[Mapping[str, Source], list[Problem]]:
    """The same of files whose texts are at hand.

    Args:
        texts: path to content, line ends always line feeds.

    Returns:
        The files by path, and a problem for each that is missing or none of the policies'.
    """
    problems = [Problem(name, 1, "is missing") for name in _NAMES if name not in texts]
    problems += [Problem(name, 1, "is no file of policies") for name in texts if not _is_policy(name)]
    return {name: Source(name, texts[name]) for name in sorted(texts) if _is_policy(name)}, problems


def _is_policy(name: str) -> bool:
    folder, _, file = name.rpartition("/")
    return name in _NAMES or (folder in (PURPOSES, CONSENTS) and file.endswith(".toml") and file != ".toml")


def digest(sources: Mapping[str, Source]) -> str:
    """SHA-256 over all files in order of their paths, in hex: names the policies that a decision stood on."""
    return digest_of({path: source.text for path, source in sources.items()})


def digest_of(texts: Mapping[str, str]) -> str:
    """The same over texts by path."""
    total = hashlib.sha256()
    for path in sorted(texts):
        for part in (path.encode(), texts[path].encode()):
            total.update(len(part).to_bytes(8, "big") + part)
    return total.hexdigest()
