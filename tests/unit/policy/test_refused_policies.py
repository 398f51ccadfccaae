"""Every mistake of `tests/vectors/policies/refused.toml` is refused, with its file and line."""

import tomllib
from pathlib import Path

import pytest

from hub.policy.engine import PolicyError, load

CASES = tomllib.loads((Path(__file__).parents[2] / "vectors/policies/refused.toml").read_text())["case"]


def spoil(policies, case):
    path = policies / case["file"]
    text = path.read_text()
    if case["old"]:
        assert text.count(case["old"]) == 1, f"`old` must stand in {case['file']} once"
        path.write_bytes(text.replace(case["old"], case["new"]).encode(case.get("encoding", "utf-8")))
    elif "new" in case:
        path.write_text(case["new"])
    else:
        path.unlink()


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_mistake_is_refused_and_named(policies, case):
    spoil(policies, case)
    with pytest.raises(PolicyError) as caught:
        load(policies)
    found = caught.value.problems
    path = case.get("at", case["file"])
    named = [problem for problem in found if problem.path == path and case["text"] in problem.text]
    assert named, [str(problem) for problem in found]
    if "on" in case:
        lines = (policies / path).read_bytes().decode(case.get("encoding", "utf-8")).split("\n")
        assert lines[named[0].line - 1] == case["on"], str(named[0])
    else:
        assert named[0].line == case["line"], str(named[0])
    assert len(found) == case.get("count", 1) or case.get("others"), [str(problem) for problem in found]


def test_all_problems_of_all_files_are_reported_at_once(policies):
    for name in ("unknown_field", "core_tier_without_the_secretary", "deny_with_a_capital"):
        spoil(policies, next(case for case in CASES if case["name"] == name))
    with pytest.raises(PolicyError) as caught:
        load(policies)
    assert {problem.path for problem in caught.value.problems} == {"purposes/OLDCARD.toml", "tiers.toml", "policy.csv"}
    message = str(caught.value)
    assert "3 problems" in message, "the error counts what is wrong"
    assert "\n" not in message, "an operator error is one line"


def test_catalogue_without_purposes_is_refused(policies):
    for path in (policies / "purposes").iterdir():
        path.unlink()
    with pytest.raises(PolicyError) as caught:
        load(policies)
    assert "purposes:1: holds no purpose" in "\n".join(map(str, caught.value.problems))
