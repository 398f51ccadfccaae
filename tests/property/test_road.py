"""Laws that hold for every decision on the road, whoever asks for whatever about whomever."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from hub.access.decide import FILING_ROLES, decide, decide_purpose
from hub.access.derive import tiers_of
from hub.access.minimise import minimise
from hub.errors import Reason
from hub.model.decision import CHECK_ORDER, AccessRequest, Denial, Permit
from hub.model.filing import Filing
from hub.model.principal import DEPARTMENTS, Caller, parse_principal
from hub.model.purpose import Approval, Basis
from hub.model.subject import Facts, SubjectRef, is_minor
from hub.model.tier import CORE_TIERS, Tier
from hub.policy.engine import load
from hub.schema.fields import fields

TODAY = date(2026, 11, 22)
POLICIES = load()
RID = "20000000-0000-4000-8000-000000000001"
PRINCIPALS = [
    "grid_worker:339999001001001", "secretary:339999001001", "clerk:339999001001", "security_officer:339999",
    "auditor:339999", "admin:339999", f"resident:{RID}", "organisation:clinic01@339999",
    *(f"department:{code}@339999" for code in sorted(DEPARTMENTS)),
]  # fmt: skip
GRIDS = ["339999001001001", "339999001001002", "339999001002001", "339998001001001", ""]
BIRTHS = ["1943-03-12", "1966-11-22", "2008-11-22", "2008-11-23", "2019-06-01", ""]
KEYS = [*fields(), "shoe_size", "名"]

asked = st.lists(st.sampled_from(KEYS), min_size=1, max_size=12, unique=True)
people = st.builds(
    Facts,
    st.sampled_from([RID, "20000000-0000-4000-8000-000000000002"]),
    st.sampled_from(GRIDS),
    st.sampled_from(BIRTHS),
    st.just("alive"),
    st.just({}),
)
filings = st.builds(
    lambda basis, scope: Filing("", "", "", basis, "", "", scope, 1, date(2036, 12, 31)),
    st.sampled_from(list(Basis)),
    st.sampled_from(["339999", "339999001001", "339999001002", "33"]),
)
reasons = st.sampled_from(["", "案卷 2026-07"])
anything = st.tuples(
    st.sampled_from(PRINCIPALS),
    st.sampled_from([*POLICIES.purposes, "NOSUCH"]),
    asked,
    reasons,
    st.none() | filings,
    st.none() | people,
)
REQUESTS = [
    (who, purpose)
    for purpose in POLICIES.purposes
    for who in PRINCIPALS
    if POLICIES.plan(purpose, parse_principal(who).requester)
]


anybody = st.none() | people


@st.composite
def from_requesters(draw, requests=REQUESTS, facts=anybody, filing=filings):
    """Questions of those who may ask, most about fields they may see."""
    who, purpose = draw(st.sampled_from(requests))
    own = list(POLICIES.plan(purpose, parse_principal(who).requester))
    keys = draw(st.lists(st.sampled_from(own) | st.sampled_from(KEYS), min_size=1, max_size=12, unique=True))
    return who, purpose, keys, draw(reasons), draw(filing), draw(facts)


questions = anything | from_requesters()
PERMITTED = [
    (who, purpose)
    for who, purpose in REQUESTS
    if any(each.approval is Approval.NONE for each in POLICIES.plan(purpose, parse_principal(who).requester).values())
    and POLICIES.bases(purpose, parse_principal(who).requester)[0] is Basis.STATUTORY
    and not POLICIES.purposes[purpose].service
]
NEAR = Facts(RID, GRIDS[0], BIRTHS[0], "alive")
FILED = Filing("", "", "", Basis.STATUTORY, "", "", "339999", 1, date(2036, 12, 31))
promising = from_requesters(PERMITTED, st.just(NEAR), st.just(FILED))


def put(question):
    """The decision about a question, with the request it was about."""
    who, purpose, keys, reason, filing, facts = question
    principal = parse_principal(who)
    filing = filing if principal.role in FILING_ROLES else None
    caller = Caller(principal, "", datetime(2026, 11, 22, 1, tzinfo=UTC), TODAY)
    request = AccessRequest(caller, SubjectRef(), POLICIES.purposes.get(purpose), tuple(keys), reason, "0" * 32)
    denial = decide_purpose(request, filing)
    return denial or decide(request, POLICIES, filing, facts and (7, facts), TODAY)


@given(questions)
def test_decision_is_a_permit_or_a_denial_with_reasons_in_check_order(question):
    decision = put(question)
    assert isinstance(decision, Permit | Denial)
    if isinstance(decision, Denial):
        assert decision.reasons
        assert list(decision.reasons) == sorted(set(decision.reasons), key=CHECK_ORDER.__getitem__)


@given(questions)
def test_every_field_asked_for_is_permitted_or_withheld_and_never_both(question):
    decision = put(question)
    withheld = [each.field for each in decision.withheld]
    permitted = list(decision.fields) if isinstance(decision, Permit) else []
    if permitted or withheld:
        assert sorted(permitted + withheld) == sorted(question[2])
    if isinstance(decision, Denial) and withheld:
        assert set(decision.reasons) == {each.reason for each in decision.withheld}


@given(promising | questions)
def test_permit_is_within_the_purpose_and_its_approvals(question):
    decision = put(question)
    if isinstance(decision, Denial):
        return
    who, purpose, keys, _, filing, facts = question
    plan = POLICIES.plan(purpose, parse_principal(who).requester)
    assert set(decision.fields) <= set(POLICIES.purposes[purpose].fields)
    assert all(plan[key].approval is Approval.NONE for key in decision.fields)
    assert not {plan[key].tier for key in decision.fields} & {*CORE_TIERS, Tier.SEALED, Tier.CONTROL}
    assert decision.tiers == {tier for key in decision.fields for tier in tiers_of(key)}
    assert decision.basis is Basis.STATUTORY, "nothing else can be on record yet"
    assert list(decision.fields) == [key for key in keys if key in decision.fields]
    assert facts.grid.startswith(parse_principal(who).area)
    assert filing is None or parse_principal(who).role not in FILING_ROLES or facts.grid.startswith(filing.scope)


@given(from_requesters(facts=people.filter(lambda facts: is_minor(facts.born, TODAY))))
def test_no_minor_is_ever_disclosed_without_approval(question):
    assert isinstance(put(question), Denial)


@given(promising)
def test_those_who_may_ask_do_get_what_they_may_see(question):
    """Denying everything would keep every other law."""
    who, purpose, keys, *_ = question
    plan = POLICIES.plan(purpose, parse_principal(who).requester)
    open_to_all = [key for key in keys if key in plan and plan[key].approval is Approval.NONE]
    decision = put(question)
    assert list(getattr(decision, "fields", ())) == open_to_all


@given(questions)
def test_nobody_elsewhere_and_nobody_at_all_are_one_decision(question):
    *rest, facts = question
    assume(facts is not None)
    about_somebody, about_nobody = put(question), put((*rest, None))
    if about_somebody.reasons == (Reason.OUT_OF_SCOPE,) if isinstance(about_somebody, Denial) else False:
        assert about_nobody.reasons == about_somebody.reasons
        assert about_nobody.withheld == about_somebody.withheld == ()
    else:
        assert about_nobody.reasons == (Reason.OUT_OF_SCOPE,) or about_nobody == about_somebody


@given(questions, st.sampled_from(KEYS))
def test_asking_for_more_changes_nothing_about_the_rest(question, more):
    who, purpose, keys, *rest = question
    assume(more not in keys)

    def told(decision):
        return {each.field: each.reason for each in decision.withheld} | dict.fromkeys(getattr(decision, "fields", ()))

    little, much = told(put(question)), told(put((who, purpose, [*keys, more], *rest)))
    much.pop(more, None)
    assert much == little


@given(questions, st.randoms(use_true_random=False))
def test_order_of_the_question_changes_only_the_order_of_the_answer(question, chance):
    who, purpose, keys, *rest = question
    shuffled = [*keys]
    chance.shuffle(shuffled)
    one, other = put(question), put((who, purpose, shuffled, *rest))
    assert type(one) is type(other)
    assert set(one.withheld) == set(other.withheld)
    assert getattr(one, "reasons", None) == getattr(other, "reasons", None)


stored = st.fixed_dictionaries({}, optional={key: st.text(max_size=5) for key in list(fields())[:40]})


@given(promising, stored)
def test_nothing_leaves_that_the_permit_does_not_name(question, values):
    decision = put(question)
    assume(isinstance(decision, Permit))
    file = {tier: {key: value for key, value in values.items() if fields()[key].tier is tier} for tier in Tier}
    file[Tier.CARE].pop("visit.log", None)
    disclosure = minimise(decision, file, question[-1], "pairwise", TODAY)
    withheld = [each.field for each in disclosure.withheld]
    assert set(disclosure.fields) <= set(decision.fields)
    assert sorted([*disclosure.fields, *withheld]) == sorted(question[2])
    assert withheld == [key for key in question[2] if key in withheld]
    assert all(disclosure.fields[key] == values[key] for key in disclosure.fields if not fields()[key].derived)


@pytest.mark.parametrize("purpose", sorted(POLICIES.purposes))
def test_who_is_no_requester_is_told_so_whatever_is_asked(purpose):
    for who in PRINCIPALS:
        if parse_principal(who).requester not in POLICIES.purposes[purpose].requesters:
            decision = put((who, purpose, ["name"], "", None, NEAR))
            assert decision.reasons == (Reason.NOT_A_REQUESTER,)
