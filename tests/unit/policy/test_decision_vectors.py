"""Who gets what, as data: one file a purpose in `tests/vectors/decisions/policy`."""

import tomllib
from pathlib import Path

import pytest

from hub.model.purpose import Approval
from hub.policy.engine import load

DIRECTORY = Path(__file__).parents[2] / "vectors/decisions/policy"
CASES = [
    pytest.param(path.stem, case, id=f"{path.stem}-{case['requester']}")
    for path in sorted(DIRECTORY.glob("*.toml"))
    for case in tomllib.loads(path.read_text())["case"]
]


@pytest.fixture(scope="module")
def snapshot():
    return load()


@pytest.mark.parametrize(("purpose", "case"), CASES)
def test_requester_sees_exactly_what_the_vector_says(snapshot, purpose, case):
    requester = case["requester"]
    plan = snapshot.plan(purpose, requester)
    if "reason" in case:
        assert case["reason"] == "not_a_requester"
        assert requester not in snapshot.purposes[purpose].requesters
        assert not plan, "whoever is no requester sees nothing"
        assert snapshot.bases(purpose, requester) == ()
        return
    assert [key for key, field in plan.items() if field.approval is Approval.NONE] == case["open"]
    assert {key: f.approval for key, f in plan.items() if f.approval is not Approval.NONE} == case["approval"]
    assert not set(case["not_in_purpose"]) & set(plan)
    assert snapshot.bases(purpose, requester) == tuple(case["bases"])


def test_every_purpose_and_requester_has_a_vector(snapshot):
    covered = {(purpose, case["requester"]) for purpose, case in (param.values for param in CASES)}
    wanted = {(purpose.id, name) for purpose in snapshot.purposes.values() for name in purpose.requesters}
    assert wanted <= covered, f"add decision vectors for {sorted(wanted - covered)}"
    refused = {purpose for purpose, case in (param.values for param in CASES) if "reason" in case}
    assert set(snapshot.purposes) == refused, "each purpose needs a vector of somebody who may not ask"
