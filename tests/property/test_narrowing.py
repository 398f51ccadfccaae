"""What is called narrowing permits nothing that was refused: for any change of the catalogue, whoever asks."""

import dataclasses
import os
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.access.decide import decide, decide_purpose
from hub.errors import OperatorError
from hub.model.decision import AccessRequest, Permit
from hub.model.emergency import Strength
from hub.model.filing import Filing
from hub.model.freeze import Freeze
from hub.model.instant import day_of, now_utc
from hub.model.principal import Caller, parse_principal
from hub.model.purpose import Approval, Basis, Purpose
from hub.model.subject import Facts, SubjectRef
from hub.model.terms import NO_GROUNDS
from hub.policy.engine import load
from hub.policy.sources import policies_directory, read_sources
from hub.rules.difference import differences
from hub.rules.line import only_narrows
from hub.rules.purposes import _BY_PLAN, _NARROWER
from hub.rules.strictness import at_least_as_strict, at_most_as_lasting, at_most_as_long, at_most_as_many
from hub.rules.texts import rules_from
from hub.schema.fields import fields

GRID = "339999001001001"
NOW = now_utc()
TEXTS = {f"policies/{path}": source.text for path, source in read_sources(policies_directory())[0].items()}
PURPOSES = ("VISIT", "ROSTER", "OLDCARD", "DIBAO", "MEAL", "MEDIATE", "SOS", "HOMEMED", "WALK")
PLAIN = tuple(sorted(key for key, field in fields().items() if field.tier != "control"))
CALLERS = {
    "grid_worker": f"grid_worker:{GRID}",
    "secretary": f"secretary:{GRID[:12]}",
    "clerk": f"clerk:{GRID[:12]}",
    "organisation": "organisation:canteen01@339999",
    "department:civil_affairs": "department:civil_affairs@339999",
    "department:subdistrict": "department:subdistrict@339999",
    "department:justice": "department:justice@339999",
    "department:emergency_call": "department:emergency_call@339999",
}
AGREED = (Basis.CONSENT, Basis.SEPARATE_CONSENT, Basis.CONTRACT, Basis.MANDATE)
MASKS = ("last4", "surname")
ADULT, CHILD = (
    Facts("10000000-0000-4000-8000-000000000001", GRID, born, "alive") for born in ("1943-03-12", "2018-06-01")
)


def texts_with(purpose, **members):
    """The catalogue's texts with one purpose's members replaced, and the rows it needs; None drops the purpose."""
    texts = dict(TEXTS)
    rows = [row for row in texts["policies/policy.csv"].splitlines() if f", {purpose.id}," not in row]
    path = f"policies/purposes/{purpose.id}.toml"
    if members.pop("dropped", False):
        del texts[path]
    else:
        fresh = dataclasses.replace(purpose, **members)
        later = tuple(key for key in fresh.on_approval if key not in fresh.fields)
        kept = {key: mask for key, mask in fresh.masks.items() if key in (*fresh.fields, *later)}
        fresh = dataclasses.replace(fresh, on_approval=later, masks=kept)
        texts[path] = written(fresh)
        tiers = {fields()[key].tier for key in (*fresh.fields, *fresh.on_approval)}
        needed = product(sorted(fresh.requesters), sorted(tiers))
        rows += [f"p, {requester}, {purpose.id}, {tier}, read, allow" for requester, tier in needed]
    texts["policies/policy.csv"] = "\n".join(rows) + "\n"
    return texts


def written(purpose):
    def listed(values):
        return "[" + ", ".join(f'"{value}"' for value in values) + "]"

    masks = ", ".join(f'"{key}" = "{mask}"' for key, mask in purpose.masks.items())
    lines = [
        f'id = "{purpose.id}"',
        f'name = {{ zh = "{purpose.name["zh"]}", en = "{purpose.name["en"]}" }}',
        f"basis = {listed(purpose.basis)}",
        f'citation = "{purpose.citation}"',
        f"requesters = {listed(sorted(purpose.requesters))}",
        f"fields = {listed(purpose.fields)}",
        f"on_approval = {listed(purpose.on_approval)}",
        f'approval = "{purpose.approval}"',
        f"reason_required = {str(purpose.reason_required).lower()}",
        f'assessment = "{purpose.assessment or "PIA"}"',
        f'retention = "{purpose.retention}"',
        f"relaxed = {listed(purpose.relaxed)}",
    ]
    lines += [f"masks = {{ {masks} }}"] if masks else []
    lines += [f'service = "{purpose.service}"'] if purpose.service else []
    lines += [f'longest = "{purpose.longest}"'] if purpose.longest else []
    lines += [f"reads = {purpose.reads}"] if purpose.reads else []
    return "\n".join(lines) + "\n"


@st.composite
def versions(draw, purpose, most):
    """Members of a purpose as somebody might write them otherwise than the catalogue does."""
    every = (*purpose.fields, *purpose.on_approval, *draw(st.lists(st.sampled_from(PLAIN), max_size=2)))
    keys = draw(st.permutations(tuple(dict.fromkeys(every))))
    first = draw(st.integers(1, len(keys)))
    second = draw(st.integers(first, len(keys)))
    members = {
        "fields": tuple(keys[:first]),
        "on_approval": tuple(keys[first:second]),
        "requesters": frozenset(draw(st.sets(st.sampled_from(sorted(CALLERS)), min_size=1, max_size=3))),
        "approval": draw(st.sampled_from(Approval)),
        "basis": tuple(draw(st.lists(st.sampled_from(Basis), min_size=1, max_size=3, unique=True))),
        "reason_required": draw(st.booleans()),
        "relaxed": tuple(draw(st.sets(st.sampled_from(["medical", "financial", "activity"])))),
        "masks": draw(st.dictionaries(st.sampled_from(keys[:second]), st.sampled_from(MASKS), max_size=2)),
        "dropped": draw(st.integers(0, 7)) == 0,
    }
    chosen = draw(st.sets(st.sampled_from(sorted(members)), min_size=1, max_size=most))
    return {name: value for name, value in members.items() if name in chosen}


@st.composite
def pairs(draw):
    """Two versions of the catalogue that differ in one purpose, both sound."""
    purpose = CATALOGUE[draw(st.sampled_from(PURPOSES))]
    made = []
    members = {}
    for most in (4, 1):
        members = members | draw(versions(purpose, most))
        try:
            made.append(rules_from(texts_with(purpose, **members)))
        except OperatorError:
            made.append(SOUND)
    return purpose.id, *made


@st.composite
def situations(draw, name, old, new):
    """One question about one person, in any of the situations that decisions tell apart."""
    keys = tuple({key for rules in (old, new) for key in _keys(rules.policies.purposes.get(name))}) or ("name",)
    some = st.one_of(st.just(frozenset(keys)), st.frozensets(st.sampled_from(keys)))
    none = st.one_of(st.just(frozenset()), st.frozensets(st.sampled_from(keys)))
    there = [purpose for rules in (old, new) if (purpose := rules.policies.purposes.get(name))]
    callers = sorted({each for one in there for each in one.requesters} & set(CALLERS)) or ["clerk"]
    grounds = NO_GROUNDS._replace(
        consented=draw(st.one_of(st.just(frozenset(AGREED)), st.frozensets(st.sampled_from(AGREED)))),
        approved=draw(some),
        lapsed=draw(none),
        hidden=draw(none),
        guarded=draw(none),
        emergency=draw(st.sampled_from(["", Strength.CLAIMED.value, Strength.VERIFIED.value])),
        for_minor=draw(st.booleans()),
    )
    return {
        "requester": draw(st.sampled_from(callers)),
        "grounds": grounds,
        "facts": draw(st.sampled_from([ADULT, CHILD])),
        "freeze": draw(st.sampled_from([None, None, *Freeze])),
        "reason": draw(st.sampled_from(["", "走访"])),
        "basis": draw(st.sampled_from([*dict.fromkeys(basis for one in there for basis in one.basis)] or [None])),
        "keys": keys,
    }


def _keys(purpose):
    return (*purpose.fields, *purpose.on_approval) if purpose else ()


def given_for(rules, name, case):
    """The fields that are given."""
    principal = parse_principal(CALLERS[case["requester"]])
    purpose = rules.policies.purposes.get(name)
    request = AccessRequest(
        Caller(principal, "", NOW, day_of(NOW)), SubjectRef(), purpose, case["keys"], case["reason"], "0" * 32
    )
    filing = None
    if case["basis"] is not None and principal.code:
        requester = f"{principal.role}:{principal.code}@{principal.area}"
        filing = Filing("f", requester, name, case["basis"], "x", "x", "339999", 10, day_of(NOW))
    if decide_purpose(request, filing) is not None:
        return frozenset()
    decision = decide(request, rules.policies, filing, (1, case["facts"]), day_of(NOW), case["freeze"], case["grounds"])
    return frozenset(decision.fields) if isinstance(decision, Permit) else frozenset()


CATALOGUE = load().purposes
SOUND = rules_from(TEXTS)


@given(st.data())
@settings(max_examples=400 if os.environ.get("HUB_SOAK") == "1" else 40, deadline=None)
def test_what_only_narrows_gives_nothing_that_was_refused(data):
    name, one, other = data.draw(pairs())
    narrower = {each: only_narrows(differences(*each)) for each in ((one, other), (other, one))}
    for _ in range(12):
        case = data.draw(situations(name, one, other))
        for (old, new), narrows in narrower.items():
            if narrows:
                assert given_for(new, name, case) <= given_for(old, name, case)


def test_the_order_is_not_empty():
    for members in ({"dropped": True}, {"fields": ("name", "ageband", "addr", "tag.alone", "visit.last")}):
        assert only_narrows(differences(SOUND, rules_from(texts_with(CATALOGUE["VISIT"], **members))))


@pytest.mark.parametrize(
    ("members", "effects"),
    [
        ({"fields": ("name", "tel", "addr", "ageband", "tag.alone", "visit.last")}, set()),
        ({"fields": ("name", "idno", *CATALOGUE["VISIT"].fields[1:])}, {"widens"}),
        ({"on_approval": ()}, {"narrows"}),
        ({"fields": (*CATALOGUE["VISIT"].fields, "med.chronic"), "on_approval": ()}, set()),
        ({"fields": CATALOGUE["VISIT"].fields[:-1], "on_approval": ("med.chronic", "visit.last")}, {"narrows"}),
        ({"approval": Approval.SECRETARY}, {"narrows"}),
        ({"approval": Approval.BREAK_GLASS}, {"widens"}),
        ({"reason_required": True}, {"narrows"}),
        ({"relaxed": ("medical",)}, {"widens"}),
        ({"requesters": frozenset({"grid_worker"})}, {"narrows"}),
        ({"requesters": frozenset({"grid_worker", "secretary", "clerk"})}, {"widens"}),
        ({"basis": (Basis.STATUTORY,)}, {"widens", "changes"}),
        ({"masks": {"tel": "last4"}}, {"narrows"}),
        ({"retention": "P1Y"}, {"narrows"}),
        ({"retention": "P3Y"}, {"widens"}),
        ({"citation": "老年人权益保障法 第五十条"}, {"changes"}),
        ({"service": "sensing"}, {"widens"}),
        ({"reads": 3}, {"narrows"}),
        ({"longest": "P1D"}, {"widens"}),
    ],
)
def test_each_member_is_told_for_what_it_is(members, effects):
    lines = differences(SOUND, rules_from(texts_with(CATALOGUE["VISIT"], **members)))
    assert {line.effect.value for line in lines} == effects


def test_a_member_of_a_purpose_that_nobody_thought_of_is_never_narrower():
    thought_of = _BY_PLAN | set(_NARROWER)
    others = {each.name for each in dataclasses.fields(Purpose)} - thought_of
    assert others == {"name", "basis", "citation", "assessment", "service", "citation_version"}


@given(st.sampled_from(Approval), st.sampled_from(Approval), st.sampled_from(Approval))
def test_strictness_is_a_partial_order(one, two, three):
    assert at_least_as_strict(one, one)
    if at_least_as_strict(one, two) and at_least_as_strict(two, one):
        assert one is two
    if at_least_as_strict(one, two) and at_least_as_strict(two, three):
        assert at_least_as_strict(one, three)


@pytest.mark.parametrize(
    ("new", "old", "shorter"),
    [("P1M", "P31D", True), ("P31D", "P1M", False), ("P1Y", "P12M", False), ("P0D", "P2Y", True), ("P1W", "P7D", True)],
)
def test_spans_are_compared_however_long_months_are(new, old, shorter):
    assert at_most_as_long(new, old) is shorter


def test_limits_that_stand_for_the_usual_compare_with_nothing():
    assert at_most_as_lasting("PT1H", "PT2H")
    assert not at_most_as_lasting("PT1H", "")
    assert not at_most_as_lasting("", "PT1H")
    assert at_most_as_many(3, 0)
    assert not at_most_as_many(0, 3)
