"""The road's decision vectors, put to the deciding functions themselves."""

from datetime import UTC, date, datetime

import pytest

from hub.access.decide import FILING_ROLES, decide, decide_purpose
from hub.access.purpose import state_matter
from hub.model.decision import AccessRequest, Denial, Permit
from hub.model.filing import Filing
from hub.model.principal import Caller, parse_principal
from hub.model.purpose import Basis
from hub.model.subject import Facts, SubjectRef
from hub.model.terms import NO_GROUNDS, OWN
from hub.policy.engine import load
from hub.schema.idno import birth_date_of
from tests.api.road_vectors import CASES, DIRECTORY, NOBODY, PEOPLE, ids

TODAY = date(2026, 11, 22)
FILED_AREA = "339999"
WITHOUT_FILING = {"organisation:stranger01@339999", "organisation:mediation02@339999"}
RIDS = {name: f"20000000-0000-4000-8000-{number:012x}" for number, name in enumerate(PEOPLE)}


@pytest.fixture(scope="module")
def policies():
    return load()


def request_of(case, policies):
    principal = parse_principal(case.caller.format_map(RIDS))
    caller = Caller(principal, "", datetime(2026, 11, 22, 1, tzinfo=UTC), TODAY)
    subject = SubjectRef(idno=PEOPLE[case.subject]["idno"])
    return AccessRequest(caller, subject, *state_matter(case.purpose, case.fields, case.reason, policies), "0" * 32)


def filing_of(case, request, policies):
    """What `filings.csv` of a synthetic world holds: one filing for each purpose and requester of the area."""
    principal = request.caller.principal
    if principal.role not in FILING_ROLES or principal.area != FILED_AREA or case.caller in WITHOUT_FILING:
        return None
    basis = next(iter(policies.bases(case.purpose, principal.requester)), Basis.CONSENT)
    return Filing("", case.caller, case.purpose, basis, "", "", FILED_AREA, 1, date(2036, 12, 31))


def facts_of(name):
    if name == NOBODY:
        return None
    values = PEOPLE[name]
    born = values.get("dob") or birth_date_of(values["idno"])
    return 7, Facts(RIDS[name], values.get("grid", ""), born, values["life"])


def answer(case, policies):
    request = request_of(case, policies)
    filing = filing_of(case, request, policies)
    denial, facts = decide_purpose(request, filing), facts_of(case.subject)
    own = case.purpose == "RIGHTS" and facts is not None and facts[1].rid == request.caller.principal.rid
    grounds = NO_GROUNDS._replace(kin=OWN) if own else NO_GROUNDS
    return denial or decide(request, policies, filing, facts, TODAY, grounds=grounds)


@pytest.mark.parametrize("case", CASES, ids=ids(CASES))
def test_decision_is_what_the_vector_says(case, policies):
    decision = answer(case, policies)
    assert {each.field: each.reason for each in decision.withheld} == case.withheld, case.rule
    if case.given or case.absent:
        assert isinstance(decision, Permit), case.rule
        assert set(decision.fields) == {*case.given, *case.absent}, case.rule
        assert decision.resident == 7
        assert decision.rules, "a permit names the rules that permit"
    else:
        assert isinstance(decision, Denial), case.rule
        assert list(decision.reasons) == case.reasons, case.rule
    if case.basis:
        assert decision.basis == case.basis, case.rule


def test_no_vector_permits_a_core_tier_but_ones_own_nor_a_sealed_one(policies):
    core = {"medical", "financial", "activity", "sealed"}
    others = [getattr(answer(case, policies), "tiers", set()) for case in CASES if case.purpose != "RIGHTS"]
    assert any(others)
    assert not core & set().union(*others)
    assert not any("sealed" in getattr(answer(case, policies), "tiers", ()) for case in CASES)


def test_every_purpose_has_a_file_of_vectors(policies):
    assert {path.stem for path in DIRECTORY.glob("*.toml")} == set(policies.purposes)


def test_every_requester_of_a_purpose_has_a_vector_and_somebody_else_is_refused(policies):
    asked = {(case.purpose, parse_principal(case.caller.format_map(RIDS)).requester) for case in CASES}
    wanted = {(purpose.id, requester) for purpose in policies.purposes.values() for requester in purpose.requesters}
    assert wanted <= asked, f"add vectors for {sorted(wanted - asked)}"
    refused = {case.purpose for case in CASES if case.reasons == ["not_a_requester"]}
    assert refused == set(policies.purposes)


def _requesters(purpose, policies):
    return policies.purposes[purpose].requesters


def test_every_offered_purpose_has_vectors_of_each_kind(policies):
    offered = {purpose.id for purpose in policies.purposes.values() if not purpose.service}
    kinds = {
        "somebody out of scope": lambda case: "out_of_scope" in case.reasons and case.subject != NOBODY,
        "nobody": lambda case: case.subject == NOBODY,
        "an over-ask": lambda case: "not_in_purpose" in case.withheld.values(),
        "a minor": lambda case: case.subject == "child",
    }
    for kind, shows in kinds.items():
        shown = {case.purpose for case in CASES if shows(case)}
        assert offered <= shown, f"vectors of {kind} are missing for {sorted(offered - shown)}"
    filers = {
        purpose
        for purpose in offered
        if any(":" in name or name == "organisation" for name in _requesters(purpose, policies))
    }
    assert filers <= {case.purpose for case in CASES if case.reasons == ["no_filing"]}
    unreasoned = {case.purpose for case in CASES if case.reasons == ["reason_required"]}
    assert unreasoned == {purpose.id for purpose in policies.purposes.values() if purpose.reason_required}
    waiting = {case.purpose for case in CASES if case.fields and set(case.fields) & set(case.withheld)}
    assert {purpose.id for purpose in policies.purposes.values() if purpose.on_approval} <= waiting
