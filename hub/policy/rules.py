"""Casbin's model and rules, read more strictly than Casbin reads them.

Casbin skips a row whose first word it does not know and an effect it does not know, so a misspelt `deny` allows.
Here every line is a comment, blank, or a rule of which each word is known; anything else is a problem.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import zip_longest
from typing import NamedTuple

from hub.model.principal import DEPARTMENTS, Role
from hub.model.tier import Tier
from hub.policy.problem import Problem
from hub.policy.sources import MODEL, RULES, Source

READ = "read"
ACTIONS = (READ,)
EFFECTS = ("allow", "deny")
REQUESTERS = frozenset(
    {role.value for role in Role if role is not Role.DEPARTMENT} | {f"department:{code}" for code in DEPARTMENTS}
)
"""Who a purpose may name: a role, or one department; never all departments at once."""

_MODEL = """\
[request_definition]
r = requester, purpose, tier, action
[policy_definition]
p = requester, purpose, tier, action, eft
[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))
[matchers]
m = r.requester == p.requester && r.purpose == p.purpose && r.tier == p.tier && r.action == p.action
""".splitlines()
"""The one model the snapshot answers for: equal words match, one deny outweighs every allow, nothing is implied."""


class Question(NamedTuple):
    """What a rule answers: may this requester, for this purpose, do this with fields of this tier?"""

    requester: str
    purpose: str
    tier: str
    action: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the rules.

    Attributes:
        line: its line, counted from 1.
        question: what it answers.
        effect: `allow` or `deny`.
    """

    line: int
    question: Question
    effect: str

    @property
    def id(self) -> str:
        """The name that decisions give as their reason."""
        return f"{RULES}:{self.line}"


def check_model(source: Source) -> list[Problem]:
    """Compare the model with the one that the snapshot answers for.

    Blank lines, comments of whole lines and the amount of space are free; all else would change what rules mean.
    """
    lines = ((number, " ".join(line.split())) for number, line in enumerate(source.text.split("\n"), 1))
    stated = [(number, line) for number, line in lines if line and line[0] not in "#;"]
    for found, expected in zip_longest(stated, _MODEL):
        if found is None:
            return [Problem(MODEL, source.text.count("\n") + 1, f"ends before `{expected}`")]
        if found[1] != expected:
            rule = f"must read `{expected}`" if expected else "one line too many"
            return [Problem(MODEL, found[0], f"{rule}: the hub answers for one model only")]
    return []


def read_rules(source: Source, purposes: Collection[str]) -> tuple[tuple[Rule, ...], list[Problem]]:
    """Read the rules.

    Args:
        source: the file.
        purposes: the ids of the catalogue.

    Returns:
        The sound rules, and a problem for each line that is none; an empty file is a problem too.
    """
    rules: list[Rule] = []
    problems: list[Problem] = []
    seen: dict[tuple[Question, str], int] = {}
    for number, line in enumerate(source.text.split("\n"), 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        words = [word.strip() for word in text.split(",")]
        if wrong := _wrong(words, purposes):
            problems.append(Problem(RULES, number, wrong))
            continue
        rule = Rule(number, Question(*words[1:5]), words[5])
        first = seen.setdefault((rule.question, rule.effect), number)
        if first != number:
            problems.append(Problem(RULES, number, f"repeats line {first}"))
        rules.append(rule)
    if not rules and not problems:
        problems.append(Problem(RULES, 1, "holds no rule; an empty policy is a mistake, not a decision"))
    return tuple(rules), problems


def _wrong(words: list[str], purposes: Collection[str]) -> str:
    """What is wrong with a row, or nothing."""
    if words[0] != "p":
        return f"a rule begins with `p`, not with `{words[0]}`"
    if len(words) != len(("p", *Question._fields, "effect")):
        return "a rule is `p, requester, purpose, tier, action, effect`"
    checks: tuple[tuple[str, Iterable[str]], ...] = (
        ("requester", REQUESTERS),
        ("purpose", purposes),
        ("tier", (tier for tier in Tier if tier is not Tier.CONTROL)),
        ("action", ACTIONS),
        ("effect", EFFECTS),
    )
    for word, (name, known) in zip(words[1:], checks, strict=True):
        if word not in set(known):
            return f"`{word}` is not a known {name}"
    return ""


def compile_rules(rules: Iterable[Rule]) -> dict[Question, str]:
    """The questions that are answered with yes, each with the id of the first rule that allows it.

    A deny outweighs every allow of the same question; a question without a rule is answered with no.
    """
    allowed: dict[Question, str] = {}
    denied: set[Question] = set()
    for rule in rules:
        if rule.effect == "allow":
            allowed.setdefault(rule.question, rule.id)
        else:
            denied.add(rule.question)
    return {question: name for question, name in allowed.items() if question not in denied}
