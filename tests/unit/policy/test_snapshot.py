"""The snapshot: looked up, immutable, named by its content, and the same as the stock enforcer."""

import dataclasses
import subprocess
import sys
from itertools import product

import pytest

from hub.errors import OperatorError
from hub.model.purpose import Approval, strictest
from hub.model.tier import Tier
from hub.policy.engine import PlannedField, PolicyError, compare_with_stock, load, questions
from hub.policy.rules import ACTIONS, REQUESTERS, Question
from hub.policy.sources import Source


@pytest.fixture(scope="module")
def snapshot():
    return load()


def test_allowed_question_names_its_rule(snapshot, policies):
    rule = snapshot.rule("grid_worker", "VISIT", "medical", "read")
    assert rule is not None
    line = int(rule.removeprefix("policy.csv:"))
    assert (policies / "policy.csv").read_text().split("\n")[line - 1] == "p, grid_worker, VISIT, medical, read, allow"


@pytest.mark.parametrize(
    "question",
    [
        ("", "", "", ""),
        ("*", "*", "*", "*"),
        ("grid_worker", "VISIT", "financial", "read"),
        ("grid_worker", "VISIT", "medical", "write"),
        ("clerk", "VISIT", "basic", "read"),
        ("grid_worker", "ROSTER", "contact", "read"),
    ],
)
def test_question_without_a_rule_is_refused(snapshot, question):
    assert snapshot.rule(*question) is None


def test_plan_keeps_the_purposes_order_with_fields_on_approval_last(snapshot):
    plan = snapshot.plan("VISIT", "grid_worker")
    assert list(plan) == ["name", "ageband", "addr", "tel", "tag.alone", "visit.last", "med.chronic"]
    assert plan["med.chronic"] == PlannedField(
        "med.chronic", Tier.MEDICAL, snapshot.rule("grid_worker", "VISIT", "medical") or "", Approval.SECRETARY
    )


def test_unknown_purpose_has_an_empty_plan(snapshot):
    assert not snapshot.plan("NONSUCH", "grid_worker")
    assert not snapshot.bases("NONSUCH", "grid_worker")


def test_caller_is_offered_the_purposes_that_name_it(snapshot):
    offered = [purpose.id for purpose in snapshot.purposes_of("clerk")]
    assert offered == sorted(offered)
    assert {"MEDIATE", "OLDCARD", "PROXY", "ROSTER", "VOTE"} <= set(offered)
    assert "VISIT" not in offered
    assert snapshot.purposes_of("department") == ()


def test_snapshot_cannot_be_changed(snapshot):
    with pytest.raises(dataclasses.FrozenInstanceError):
        snapshot.digest = ""
    for mapping in (snapshot.purposes, snapshot.rules, snapshot.plans, snapshot.tiers, snapshot.grounds):
        with pytest.raises(TypeError):
            mapping["x"] = None
    with pytest.raises(TypeError):
        snapshot.plan("VISIT", "grid_worker")["idno"] = None


def test_digest_names_the_content(policies, snapshot):
    assert load(policies).digest == snapshot.digest, "the same files have the same name wherever they lie"
    for path in policies.rglob("*.toml"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert load(policies).digest == snapshot.digest, "line ends mean nothing"
    (policies / "purposes/OLDCARD.toml").write_text(
        (policies / "purposes/OLDCARD.toml").read_text().replace("P0D", "P1D")
    )
    assert load(policies).digest != snapshot.digest


def test_stricter_tier_default_reaches_every_plan(policies):
    path = policies / "tiers.toml"
    head, tail = path.read_text().split('id = "contact"')
    path.write_text(head + 'id = "contact"' + tail.replace('approval = "none"', 'approval = "two_person"', 1))
    plan = load(policies).plan("VISIT", "grid_worker")
    assert plan["tel"].approval is Approval.TWO_PERSON
    assert plan["name"].approval is Approval.NONE


def test_field_on_approval_of_an_open_tier_needs_the_secretary(policies):
    path = policies / "purposes/OLDCARD.toml"
    text = path.read_text().replace('fields = ["name", "idno"]', 'fields = ["name"]')
    path.write_text(text.replace("on_approval = []", 'on_approval = ["idno"]'))
    assert load(policies).plan("OLDCARD", "clerk")["idno"].approval is Approval.SECRETARY


@pytest.mark.parametrize(
    ("approvals", "counts"),
    [
        ((Approval.NONE, Approval.SECRETARY), Approval.SECRETARY),
        ((Approval.SECRETARY_ONCE, Approval.SECRETARY), Approval.SECRETARY_ONCE),
        ((Approval.SECRETARY, Approval.SECRETARY_ONCE), Approval.SECRETARY),
        ((Approval.CASE, Approval.SECRETARY), Approval.SECRETARY),
        ((Approval.BREAK_GLASS, Approval.SECRETARY), Approval.BREAK_GLASS),
        ((Approval.TWO_PERSON, Approval.NAMED_OFFICERS), Approval.NAMED_OFFICERS),
        ((Approval.NONE, Approval.NONE, Approval.MANDATE), Approval.MANDATE),
    ],
)
def test_strictest_approval_counts(approvals, counts):
    assert strictest(*approvals) is counts


def test_every_approval_has_a_strictness():
    assert {strictest(approval) for approval in Approval} == set(Approval)


def test_stock_enforcer_gives_the_same_answers(snapshot):
    assert compare_with_stock(snapshot) == []


def test_comparison_finds_an_answer_that_is_too_kind_and_one_that_is_too_strict(snapshot):
    kind = Question("grid_worker", "ROSTER", "contact", "read")
    strict = Question("grid_worker", "ROSTER", "basic", "read")
    rules = {question: rule for question, rule in snapshot.rules.items() if question != strict}
    spoilt = dataclasses.replace(snapshot, rules={**rules, kind: "policy.csv:26"})
    found = {problem.text for problem in compare_with_stock(spoilt)}
    assert any(text.startswith(f"the snapshot allows `{', '.join(kind)}`") for text in found)
    assert any(text.startswith(f"the snapshot refuses `{', '.join(strict)}`") for text in found)
    assert len(found) == 2


def test_questions_cover_the_whole_space_and_its_edges(snapshot):
    asked = set(questions(snapshot))
    assert set(map(Question._make, product(REQUESTERS, snapshot.purposes, snapshot.tiers, ACTIONS))) <= asked
    assert Question("*", "ROSTER", "basic", "read") in asked
    assert Question("clerk", "ROSTER", "basic", "") in asked


def test_serving_does_not_import_casbin():
    code = "import sys; from hub.policy.engine import load; load(); sys.exit('casbin' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_missing_directory_is_said_plainly(tmp_path):
    with pytest.raises(OperatorError, match="there is no directory of policies") as caught:
        load(tmp_path / "nowhere")
    assert not isinstance(caught.value, PolicyError)


@pytest.mark.parametrize(
    ("text", "key", "value", "line"),
    [
        ('a = 1\nb = ["x"]\n', "b", "x", 2),
        ('a = ["x"]\nb = [\n  "y",\n  "x"\n]\n', "b", "x", 4),
        ("a = 1\n[b]\nx = 1\n", "b", "", 2),
        ("a = 1\nb.zh = 1\n", "b", "", 2),
        ("bb = 1\nb = 2\n", "b", "", 2),
        ("a = 1\n", "b", "", 1),
    ],
)
def test_line_of_a_key_or_value_is_found(text, key, value, line):
    assert Source("x.toml", text).line(key, value) == line
