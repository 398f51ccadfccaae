"""The strict reader and the stock enforcer: where a policy is accepted, both answer alike."""

from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

import casbin
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.policy.rules import Question, check_model, compile_rules, read_rules
from hub.policy.sources import MODEL, RULES, Source, policies_directory

REQUESTERS = ("grid_worker", "department:health", "organisation")
PURPOSES = ("VISIT", "EXAM")
TIERS = ("basic", "medical")
SPACE = [Question(*words) for words in product(("", "*", *REQUESTERS), PURPOSES, ("*", *TIERS), ("read", "write"))]

sound = st.builds(
    lambda *words: ", ".join(("p", *words)),
    st.sampled_from(REQUESTERS),
    st.sampled_from(PURPOSES),
    st.sampled_from(TIERS),
    st.just("read"),
    st.sampled_from(("allow", "allow", "deny")),
)
word = st.sampled_from(
    ["p", "P", "g", "*", "", "grid_worker", "VISIT", "basic", "read", "allow", "deny", "Deny", "allow ", "(", "#"]
)
strange = st.lists(word, max_size=7).map(", ".join)
blank = st.sampled_from(["", "   ", "# a comment", "  # another"])


def stock_answers(text):
    with TemporaryDirectory() as directory:
        path = Path(directory) / RULES
        path.write_text(text)
        stock = casbin.Enforcer(str(policies_directory() / MODEL), str(path))
        return {question for question in SPACE if stock.enforce(*question)}


@settings(max_examples=60, deadline=None)
@given(st.lists(sound | blank, max_size=12))
def test_accepted_policy_means_the_same_to_the_stock_enforcer(lines):
    text = "\n".join(lines)
    rules, problems = read_rules(Source(RULES, text), PURPOSES)
    allowed = compile_rules(rules)
    assert all("repeats line" in problem.text or "no rule" in problem.text for problem in problems)
    if rules:  # the stock enforcer allows everything to nobody where there is no rule
        assert {question for question in SPACE if question in allowed} == stock_answers(text)


@settings(max_examples=200, deadline=None)
@given(st.lists(sound | strange | blank, max_size=12))
def test_no_line_is_passed_over_in_silence(lines):
    text = "\n".join(lines)
    rules, problems = read_rules(Source(RULES, text), PURPOSES)
    spoken_of = {rule.line for rule in rules} | {problem.line for problem in problems}
    for number, line in enumerate(lines, 1):
        assert number in spoken_of or not line.strip() or line.strip().startswith("#"), line


@settings(max_examples=100, deadline=None)
@given(st.lists(sound, min_size=1, max_size=12), st.integers(0, 11))
def test_deny_outweighs_allow_wherever_it_stands(lines, place):
    rule = read_rules(Source(RULES, lines[place % len(lines)]), PURPOSES)[0][0]
    denial = ", ".join(("p", *rule.question, "deny"))
    for text in ("\n".join([denial, *lines]), "\n".join([*lines, denial])):
        assert rule.question not in compile_rules(read_rules(Source(RULES, text), PURPOSES)[0])


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10_000), st.text(max_size=3), st.integers(0, 3))
def test_model_changed_anywhere_but_in_space_and_comments_is_refused(place, inserted, removed):
    text = (policies_directory() / MODEL).read_text().partition("\n")[2]
    place %= len(text)
    changed = text[:place] + inserted + text[place + removed :]
    if not check_model(Source(MODEL, changed)):
        assert meaning(changed) == meaning(text)


def meaning(model):
    lines = (" ".join(line.split()) for line in model.split("\n"))
    return [line for line in lines if line and line[0] not in "#;"]
