"""The purposes say which fields, the rules say which tiers: neither may say more than the other."""

from collections.abc import Mapping, Sequence

from hub.policy.catalogue import Catalogue
from hub.policy.problem import Problem
from hub.policy.rules import READ, Question, Rule, compile_rules
from hub.policy.sources import PURPOSES, RULES, Source
from hub.schema.fields import Field


def disagreements(
    catalogue: Catalogue, rules: Sequence[Rule], fields: Mapping[str, Field], sources: Mapping[str, Source]
) -> list[Problem]:
    """Compare catalogue and rules.

    Args:
        catalogue: the sound purposes.
        rules: the sound rules.
        fields: the fields of a resident's file, by key.
        sources: the files, for their lines.

    Returns:
        A problem for every field whose tier no rule allows, every rule that no purpose needs, and every rule that
        denies what a purpose needs. A deny that nobody needs stands: it keeps a later purpose from growing.
    """
    needed = _needed(catalogue, fields)
    allowed = compile_rules(rules)
    denied = {rule.question for rule in rules if rule.effect == "deny"}
    problems = [
        _missing(question, key, sources)
        for question, key in needed.items()
        if question not in allowed and question not in denied
    ]
    for rule in rules:
        if rule.question.purpose not in catalogue.purposes:
            continue  # its file has problems of its own; until they are mended nobody knows what it needs
        if rule.effect == "allow" and rule.question not in needed:
            problems.append(Problem(RULES, rule.line, _superfluous(rule.question, catalogue)))
        elif rule.effect == "deny" and rule.question in needed:
            text = f"denies what purpose `{rule.question.purpose}` needs for `{needed[rule.question]}`"
            problems.append(Problem(RULES, rule.line, text))
    return problems


def _needed(catalogue: Catalogue, fields: Mapping[str, Field]) -> dict[Question, str]:
    """Every question that must be answered with yes, with a field that asks for it."""
    return {
        Question(requester, purpose.id, fields[key].tier, READ): key
        for purpose in catalogue.purposes.values()
        for requester in sorted(purpose.requesters)
        for key in reversed((*purpose.fields, *purpose.on_approval))
    }


def _missing(question: Question, key: str, sources: Mapping[str, Source]) -> Problem:
    row = ", ".join(("p", *question, "allow"))
    text = f"`{key}` is {question.tier} data, but `{RULES}` has no row `{row}`"
    return sources[f"{PURPOSES}/{question.purpose}.toml"].problem(text, "fields", key)


def _superfluous(question: Question, catalogue: Catalogue) -> str:
    if question.requester not in catalogue.purposes[question.purpose].requesters:
        return f"`{question.requester}` is not a requester of purpose `{question.purpose}`"
    return f"purpose `{question.purpose}` has no field of tier `{question.tier}`"
