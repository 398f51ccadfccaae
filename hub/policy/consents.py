"""What residents read before they agree: `consents/general.toml`, and `consents/<ID>.toml` for a purpose of its own."""

from collections.abc import Mapping
from string import Formatter
from typing import Any

from hub.model.consent import AGREEMENTS, Text
from hub.model.purpose import Purpose
from hub.policy.problem import Problem
from hub.policy.shape import LANGUAGES, shaped
from hub.policy.sources import CONSENTS, Source

GENERAL = "general"
MEMBERS: Mapping[str, type] = {"version": str, "text": dict}
BLANKS = frozenset({"purpose", "recipient", "kinds", "retention"})
"""What a text must tell (个人信息保护法 第十七条); filled in from the catalogue, so it is never out of date."""


def read_texts(
    sources: Mapping[str, Source], purposes: Mapping[str, Purpose], ids: frozenset[str]
) -> tuple[Mapping[str, Text], list[Problem]]:
    """Read the texts of all purposes that stand on somebody's agreement.

    Args:
        sources: the policy files that could be read.
        purposes: the sound purposes by id.
        ids: every id that a purpose's file claims, sound or not.

    Returns:
        Purpose to text; a purpose without one cannot be agreed to. And every problem of the files.
    """
    found: dict[str, Text] = {}
    problems: list[Problem] = []
    for path, source in sources.items():
        if not path.startswith(f"{CONSENTS}/"):
            continue
        name = path.removeprefix(f"{CONSENTS}/").removesuffix(".toml")
        text, wrong = _read(source)
        problems += wrong
        if name != GENERAL and name not in ids:
            problems.append(source.problem(f"there is no purpose `{name}`"))
        elif name in purposes and not agreements(purposes[name]):
            problems.append(source.problem(f"`{name}` stands on nobody's agreement, so it needs no text"))
        if text is not None:
            found[name] = text
    general = found.pop(GENERAL, None)
    agreed = (purpose.id for purpose in purposes.values() if agreements(purpose))
    texts = {name: found.get(name, general) for name in agreed}
    return {name: text for name, text in texts.items() if text is not None}, problems


def agreements(purpose: Purpose) -> tuple[Any, ...]:
    """The bases of a purpose that somebody's agreement makes stand, in order of preference."""
    return tuple(basis for basis in purpose.basis if basis in AGREEMENTS)


def _read(source: Source) -> tuple[Text | None, list[Problem]]:
    document, problems = source.toml()
    if problems:
        return None, problems
    members, problems = shaped(source, document, MEMBERS, MEMBERS)
    if not str(members.get("version", "1")).strip():
        problems.append(source.problem("`version` must not be empty", "version"))
    text = members.get("text", {})
    if "text" in members and set(text) != set(LANGUAGES):
        problems.append(source.problem(f"`text` must have {' and '.join(LANGUAGES)}", "text"))
    for language, words in text.items():
        problems += [source.problem(f"`{language}`: {wrong}", language) for wrong in _wrong(words)]
    return (None, problems) if problems else (Text(members["version"], text), [])


def _wrong(words: str) -> list[str]:
    try:
        parts = list(Formatter().parse(words))
    except ValueError:
        return ["a brace is not closed"]
    blanks = {name for _, name, *_ in parts if name is not None}
    odd = [f"`{{{name}}}` is not known" for name in sorted(blanks - BLANKS)]
    if any(form or conversion for _, name, form, conversion in parts if name is not None):
        odd.append("a blank has a name and nothing else")
    return odd + [f"`{{{name}}}` is missing" for name in sorted(BLANKS - blanks)]
