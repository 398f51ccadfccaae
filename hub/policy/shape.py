"""The shape of a policy file's tables: known keys, right types, nothing missing, nothing twice."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from hub.policy.problem import Problem
from hub.policy.sources import Source

_NAMES: Mapping[type, str] = {
    str: "text",
    bool: "true or false",
    int: "a whole number",
    list: "a list of texts",
    dict: "a table of texts",
    date: "a date",
}
LANGUAGES = ("zh", "en")


def shaped(
    source: Source, table: Mapping[str, Any], known: Mapping[str, type], required: Collection[str]
) -> tuple[dict[str, Any], list[Problem]]:
    """Check a table's keys and types.

    Args:
        source: the file, for its lines.
        table: what the file holds.
        known: every key with its type; a list is a list of texts, a table one of texts.
        required: the keys that must be there.

    Returns:
        The members that are sound, and a problem for every other.
    """
    sound: dict[str, Any] = {}
    problems: list[Problem] = []
    for key, value in table.items():
        if key not in known:
            problems.append(source.problem(f"`{key}` is not a known key", key))
        elif wrong := _wrong(value, known[key]):
            problems.append(source.problem(f"`{key}`: {wrong}", key))
        else:
            sound[key] = value
    problems += [source.problem(f"`{key}` is missing") for key in sorted(set(required) - set(table))]
    return sound, problems


def _wrong(value: object, kind: type) -> str:
    if type(value) is not kind:
        return f"must be {_NAMES[kind]}"
    if isinstance(value, list | dict):
        members = value if isinstance(value, list) else value.values()
        if not all(isinstance(member, str) and member.strip() for member in members):
            return f"must be {_NAMES[kind]}, none of them empty"
        if isinstance(value, list) and len(set(value)) < len(value):
            twice = next(member for member in value if value.count(member) > 1)
            return f"`{twice}` stands twice"
    return ""


def named(source: Source, name: Mapping[str, str], value: str = "") -> list[Problem]:
    """Check that something is named in every language of the hub, and in no other."""
    if set(name) == set(LANGUAGES):
        return []
    return [source.problem(f"`name` must have {' and '.join(LANGUAGES)}", "name" if not value else "id", value)]


def strangers(source: Source, key: str, values: Collection[str], known: Collection[str], what: str) -> list[Problem]:
    """A problem for every value that is not a known one of its kind.

    Args:
        source: the file, for its lines.
        key: the member that holds the values.
        values: what stands there.
        known: what may stand there.
        what: the kind, in words.
    """
    return [
        source.problem(f"`{key}`: `{value}` is not a known {what}", key, value)
        for value in values
        if value not in known
    ]
