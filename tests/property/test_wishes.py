"""Laws of visibility, protection and correction, whatever is wished, in whatever order."""

from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from hub.access.decide import decide
from hub.access.grounds import kept_back
from hub.model.correction import CORRECTIONS, MOST_KEPT, State, answered, filed, kept, pending
from hub.model.decision import AccessRequest, Denial
from hub.model.filing import Filing
from hub.model.principal import Caller, parse_principal
from hub.model.protection import PROTECTING, asked, decided, is_protected, lifting
from hub.model.purpose import Basis
from hub.model.subject import Facts, SubjectRef
from hub.model.terms import NO_GROUNDS, PROTECTION, VISIBILITY, with_record
from hub.model.visibility import AUDIENCES, GROUPS, Rule, by_default, hidden_groups, wishes, with_rules
from hub.policy.engine import load
from hub.schema.groups import groups, locating

POLICIES = load()
NOW, TODAY = datetime(2026, 11, 22, 1, tzinfo=UTC), date(2026, 11, 22)
RID = "20000000-0000-4000-8000-000000000001"
RULES = st.lists(st.builds(Rule, st.sampled_from(GROUPS), st.sampled_from(AUDIENCES), st.booleans()), max_size=30)
CALLERS = [
    *("grid_worker:339999001001001", "secretary:339999001001", "clerk:339999001001", "organisation:canteen01@339999"),
    *(f"department:{code}@339999" for code in ("civil_affairs", "health", "urban_management", "police")),
]
BASES = st.frozensets(st.sampled_from([Basis.CONSENT, Basis.SEPARATE_CONSENT, Basis.CONTRACT, Basis.GUARDIAN_CONSENT]))


def filing(requester, purpose, basis):
    return Filing("f", requester, purpose, basis, "", "", "339999", 1, date(2036, 12, 31))


def verdict(caller, purpose, terms, *, consented, filed_on, keys=None):
    """What the deciding function says: the fields permitted, and reason by field of those withheld."""
    principal = parse_principal(caller)
    request = AccessRequest(
        Caller(principal, "", NOW, TODAY), SubjectRef(), purpose, keys or purpose.fields, "reason", "0" * 32
    )
    facts = Facts(RID, "339999001001001", "1943-03-12", "alive", terms)
    hidden, guarded = kept_back(facts, principal, purpose)
    grounds = NO_GROUNDS._replace(consented=consented, hidden=hidden, guarded=guarded)
    basis = filing(caller, purpose.id, filed_on) if principal.code else None
    return decide(request, POLICIES, basis, (7, facts), TODAY, None, grounds)


@given(RULES, RULES)
def test_what_is_wished_last_counts_and_nothing_else_changes(first, second):
    terms = with_rules(with_rules({}, first), second)
    expected = {(group, audience): by_default(group, audience) for group in GROUPS for audience in AUDIENCES}
    expected |= {(rule.group, rule.audience): rule.visible for rule in (*first, *second)}
    assert wishes(terms) == expected
    for audience in AUDIENCES:
        assert hidden_groups(terms, audience) == {group for group in GROUPS if not expected[group, audience]}


@given(RULES)
def test_saying_it_again_and_taking_it_back_are_exact(rules):
    other = {"approvals": [{"id": "a"}]}
    terms = with_rules(other, rules)
    assert with_rules(terms, rules) == terms
    back = [Rule(*cell, by_default(*cell)) for cell in wishes(terms)]
    assert with_rules(terms, back) == other, "whoever wishes nothing has no terms of it"
    assert [entry[:2] for entry in terms.get(VISIBILITY, ())] == [
        list(cell) for cell, visible in wishes(terms).items() if visible != by_default(*cell)
    ]


@given(RULES, st.sampled_from(CALLERS), st.sampled_from(sorted(POLICIES.purposes)), BASES, st.sampled_from(list(Basis)))
def test_a_wish_takes_away_and_never_gives_and_never_binds_a_statute(rules, caller, name, consented, filed_on):
    purpose = POLICIES.purposes[name]
    free = verdict(caller, purpose, {}, consented=consented, filed_on=filed_on)
    bound = verdict(caller, purpose, with_rules({}, rules), consented=consented, filed_on=filed_on)
    before, after = set(getattr(free, "fields", ())), set(getattr(bound, "fields", ()))
    assert after <= before
    hidden = {key for key in before if groups().get(key) in hidden_groups(with_rules({}, rules), _audience(caller))}
    if not isinstance(free, Denial):
        assert before - after == (set() if free.basis is Basis.STATUTORY else hidden)
    told = {each.field: each.reason for each in bound.withheld}
    assert {told[key] for key in before - after} <= {"not_available"}
    kept_back_before = {each.field: each.reason for each in free.withheld}
    assert all(told[key] == reason for key, reason in kept_back_before.items()), "no other reason changes"


def _audience(caller):
    return parse_principal(caller).requester


@given(st.sampled_from(CALLERS), st.sampled_from(sorted(POLICIES.purposes)), BASES, st.sampled_from(list(Basis)))
def test_protection_takes_only_what_locates_and_only_from_counter_and_lists(caller, name, consented, filed_on):
    purpose = POLICIES.purposes[name]
    record = decided(_asked(), approve=True, by="b", person="b", reason="r", at=NOW)
    plain = verdict(caller, purpose, {"other": []}, consented=consented, filed_on=filed_on)
    safe = verdict(caller, purpose, {PROTECTION: [record]}, consented=consented, filed_on=filed_on)
    gone = set(getattr(plain, "fields", ())) - set(getattr(safe, "fields", ()))
    reached = caller.startswith("clerk:") or name == "ROSTER"
    assert gone == (set(getattr(plain, "fields", ())) & locating() if reached else set())


def _asked():
    return asked("p", by="a", person="a", reason="r", at=NOW)


@given(st.lists(st.tuples(st.sampled_from(["approve", "deny", "lift"]), st.booleans()), max_size=8))
def test_a_person_is_protected_from_the_second_yes_until_the_second_yes_to_lifting(steps):
    record, yes = _asked(), False
    for step, _ in steps:
        said = {"by": "b", "person": "b", "reason": "r", "at": NOW}
        if step == "lift":
            if record["state"] != "in_force":
                continue
            record = lifting(record, **said)
        elif record["state"] in ("pending", "lifting"):
            if step == "approve":
                yes = record["state"] == "pending"
            record = decided(record, approve=step == "approve", **said)
        assert is_protected({PROTECTION: [record]}) == yes == (record["state"] in PROTECTING)


@given(st.lists(st.sampled_from(["file", "confirm", "refuse"]), max_size=80))
def test_corrections_that_wait_are_never_dropped_and_answered_ones_hold_no_value(steps):
    by = Caller(parse_principal("department:health@339999"), "", NOW, TODAY)
    terms, waiting = {}, []
    for number, step in enumerate(steps):
        if step == "file" or not waiting:
            record = filed(str(number), field="tel", sealed="c2VhbGVk", department="health", by=by, due="2026-12-22")
            waiting.append(record)
        else:
            record = answered(waiting.pop(0), confirm=step == "confirm", reason="r", by=by)
        terms = kept(with_record(terms, CORRECTIONS, record))
        assert [each["id"] for each in pending(terms)] == [each["id"] for each in waiting]
        done = [each for each in terms[CORRECTIONS] if each["state"] != State.PENDING]
        assert len(done) <= MOST_KEPT
        assert all(each["sealed"] == "" for each in done)
