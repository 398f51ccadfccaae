"""Load policies, and hold them against the stock Casbin enforcer.

The only importer of casbin, and only for the comparison: the snapshot serves without it.
"""

import dataclasses
from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path

from hub.policy.agreement import disagreements
from hub.policy.catalogue import read_catalogue
from hub.policy.consents import read_texts
from hub.policy.problem import PolicyError, Problem
from hub.policy.rules import ACTIONS, REQUESTERS, Question, Rule, check_model, read_rules
from hub.policy.snapshot import PlannedField, Snapshot, compile_snapshot
from hub.policy.sources import MODEL, POLICIES, RULES, Source, digest, policies_directory, read_sources, sources_of
from hub.policy.tiers import READABLE
from hub.schema.fields import fields

__all__ = [
    "PlannedField",
    "PolicyError",
    "Problem",
    "Snapshot",
    "compare_with_stock",
    "load",
    "load_texts",
    "questions",
]

STRANGERS = ("", "*", "nobody")
"""Words that no policy names; whoever asks with one of them must be refused."""


def load(path: Path | None = None) -> Snapshot:
    """Load policies strictly.

    Args:
        path: the directory of policies; the hub's own where left out.

    Raises:
        PolicyError: naming every problem of every file; nothing is served on policies that have one.
        OperatorError: there is no such directory.
    """
    directory = path or policies_directory()
    return _compiled(*read_sources(directory), directory)


def load_texts(texts: Mapping[str, str]) -> Snapshot:
    """Load policies strictly from their texts by path, as the store keeps them.

    Raises:
        PolicyError: naming every problem of every file.
    """
    return _compiled(*sources_of(texts), Path(POLICIES))


def _compiled(sources: Mapping[str, Source], problems: list[Problem], directory: Path) -> Snapshot:
    schema = fields()
    catalogue, wrong = read_catalogue(sources, schema)
    problems += wrong
    texts, wrong = read_texts(sources, catalogue.purposes, catalogue.ids)
    problems += wrong
    problems += check_model(sources[MODEL]) if MODEL in sources else []
    rules: tuple[Rule, ...] = ()
    if RULES in sources:
        rules, wrong = read_rules(sources[RULES], catalogue.ids)
        problems += wrong
        problems += disagreements(catalogue, rules, schema, sources)
    if problems:
        raise PolicyError(directory, problems)
    return dataclasses.replace(compile_snapshot(catalogue, rules, schema, digest(sources)), texts=texts)


def questions(snapshot: Snapshot) -> Iterator[Question]:
    """Every question that can be asked, then every allowed one with one word changed to one that no policy knows."""
    space = product(sorted(REQUESTERS), snapshot.purposes, READABLE, ACTIONS)
    yield from (Question(*words) for words in space)
    for allowed in snapshot.rules:
        for place, stranger in product(Question._fields, STRANGERS):
            yield allowed._replace(**{place: stranger})


def compare_with_stock(snapshot: Snapshot, path: Path | None = None) -> list[Problem]:
    """Ask the stock enforcer everything and compare its answers with the snapshot's.

    Args:
        snapshot: loaded from `path`.
        path: the directory of policies; the hub's own where left out.

    Returns:
        A problem for every question the two answer differently.
    """
    import casbin  # noqa: PLC0415 - it costs start-up time, and only this check needs it

    directory = path or policies_directory()
    stock = casbin.Enforcer(str(directory / MODEL), str(directory / RULES))
    problems: list[Problem] = []
    for question in questions(snapshot):
        rule = snapshot.rule(*question)
        if stock.enforce(*question) != (rule is not None):
            line = int(rule.rpartition(":")[2]) if rule else 1
            verdict = "allows" if rule else "refuses"
            text = f"the snapshot {verdict} `{', '.join(question)}`, Casbin does not agree"
            problems.append(Problem(RULES, line, text))
    return problems
