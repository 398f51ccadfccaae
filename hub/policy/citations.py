"""`citations.toml`: the laws that purposes cite, each with its version, and what may no longer be cited."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from hub.policy.problem import Problem
from hub.policy.shape import shaped, strangers
from hub.policy.sources import Source

IN_FORCE, SUPERSEDED = "in_force", "superseded"

_KEYS: Mapping[str, type] = {
    "names": list,
    "version": str,
    "since": date,
    "status": str,
    "renumbered": list,
}
_OPTIONAL = {"renumbered"}
_ARTICLE = re.compile(r"第[〇零一二三四五六七八九十百]+条")
_SEPARATOR = re.compile(r"[;；]")


@dataclass(frozen=True, slots=True)
class Law:
    """One law of the register.

    Attributes:
        names: how citations name it, the official short name first.
        version: the version meant, `2018年修正`.
        since: the day this version came into force.
        status: `in_force` or `superseded`.
        renumbered: articles that said something else in the version before; a citation of one of them must state
            the version, or nobody can tell which text is meant.
    """

    names: tuple[str, ...]
    version: str
    since: date
    status: str
    renumbered: tuple[str, ...] = ()

    def cited_in(self, citation: str) -> str:
        """The part of a citation that cites this law, or nothing; `；` separates laws."""
        for name in self.names:
            _, found, rest = citation.partition(name)
            if found:
                return found + _SEPARATOR.split(rest, maxsplit=1)[0]
        return ""


def read_laws(source: Source) -> tuple[tuple[Law, ...], list[Problem]]:
    """Read the register of laws.

    Args:
        source: the file.

    Returns:
        The sound laws, and what is wrong.
    """
    document, problems = source.toml()
    problems += [source.problem(f"`{key}` is not a known key", key) for key in document if key != "law"]
    tables = document.get("law", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        return (), [*problems, source.problem("`law` must be a list of tables", "law")]
    laws: list[Law] = []
    for part, table in zip(source.tables("law", len(tables)), tables, strict=True):
        law, wrong = _read_law(part, table)
        problems += wrong
        laws += [law] if law else []
    names = [name for law in laws for name in law.names]
    problems += [
        source.problem(f"`{name}` stands twice", "names", name) for name in set(names) if names.count(name) > 1
    ]
    return tuple(laws), problems


def _read_law(source: Source, table: Mapping[str, Any]) -> tuple[Law | None, list[Problem]]:
    members, problems = shaped(source, table, _KEYS, set(_KEYS) - _OPTIONAL)
    if "status" in members:
        problems += strangers(source, "status", [members["status"]], (IN_FORCE, SUPERSEDED), "status")
    if not members.get("names", [""]):
        problems.append(source.problem("`names` must not be empty", "names"))
    if problems:
        return None, problems
    renumbered = tuple(members.get("renumbered", ()))
    return Law(tuple(members["names"]), members["version"], members["since"], members["status"], renumbered), []


def stale(citation: str, laws: Sequence[Law]) -> list[str]:
    """Why a citation may not be relied on: nothing where it may."""
    found: list[str] = []
    for law in laws:
        part = law.cited_in(citation)
        if part and law.status == SUPERSEDED:
            found.append(f"`{law.names[0]}` is superseded")
        elif part and law.since > datetime.now(UTC).date():
            found.append(f"`{law.names[0]}` is in force from {law.since} on, not yet")
        elif part and law.version not in part:
            found += [
                f"`{article}` of `{law.names[0]}` was renumbered in {law.version}; cite it with its version"
                for article in _ARTICLE.findall(part)
                if article in law.renumbered
            ]
    return found


def versions(citation: str, laws: Sequence[Law]) -> str:
    """The laws a citation names, each with its version."""
    return "；".join(f"{law.names[0]}（{law.version}）" for law in laws if law.cited_in(citation))
