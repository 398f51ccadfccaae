"""Step 2: the form of a claim, before anybody is looked up."""

import pytest

from hub.access.purpose import MOST_FIELDS, MOST_NAME, MOST_REASON, MOST_RID, SubjectClaim, state_matter, state_subject
from hub.errors import BadInput
from hub.policy.engine import load


@pytest.fixture(scope="module")
def policies():
    return load()


def test_fields_left_out_are_those_the_purpose_gives_without_approval(policies):
    purpose, fields, reason = state_matter("VISIT", None, None, policies)
    assert fields == purpose.fields
    assert "med.chronic" not in fields
    assert reason == ""


def test_fields_keep_their_order_and_lose_their_repetitions(policies):
    assert state_matter("OLDCARD", ["idno", "ec", "idno", "name"], None, policies)[1] == ("idno", "ec", "name")


def test_unknown_purpose_is_not_a_matter_of_form(policies):
    assert state_matter("NOSUCH", ["name"], None, policies) == (None, ("name",), "")
    assert state_matter("NOSUCH", None, None, policies) == (None, (), "")


def test_purpose_is_named_exactly(policies):
    for name in ("oldcard", " OLDCARD", "OLDCARD ", "ＯＬＤＣＡＲＤ"):
        assert state_matter(name, None, None, policies)[0] is None


def test_reason_is_stripped(policies):
    assert state_matter("CORR", None, "  案卷 2026-07\n", policies)[2] == "案卷 2026-07"
    assert state_matter("CORR", None, " \n\t ", policies)[2] == ""


@pytest.mark.parametrize(
    ("claim", "member"),
    [
        (("", None, None), "purpose"),
        (("x" * (MOST_NAME + 1), None, None), "purpose"),
        (("OLDCARD", [], None), "fields"),
        (("OLDCARD", ["name"] * (MOST_FIELDS + 1), None), "fields"),
        (("OLDCARD", [""], None), "fields"),
        (("OLDCARD", ["x" * (MOST_NAME + 1)], None), "fields"),
        (("OLDCARD", None, "x" * (MOST_REASON + 1)), "reason"),
        (("OLDCARD", None, "电话13800138000"), "reason"),
    ],
)
def test_claim_of_wrong_form_is_refused_by_member(policies, claim, member):
    with pytest.raises(BadInput) as refused:
        state_matter(*claim, policies)
    assert refused.value.member == member


def test_the_longest_of_everything_is_accepted(policies):
    names = [f"{number:0{MOST_NAME}}" for number in range(MOST_FIELDS)]
    assert state_matter("x" * MOST_NAME, names, "字" * MOST_REASON, policies)[1] == tuple(names)
    assert state_subject(SubjectClaim(rid="x" * MOST_RID)).rid == "x" * MOST_RID


@pytest.mark.parametrize(
    "claim", [SubjectClaim(), SubjectClaim(idno="339999194303129017", rid="x"), SubjectClaim(idno="", rid="")]
)
def test_subject_is_named_in_exactly_one_way(claim):
    with pytest.raises(BadInput) as refused:
        state_subject(claim)
    assert refused.value.member == "subject"


def test_identity_number_is_normalised():
    assert state_subject(SubjectClaim(idno="33999919520303906x")).idno == "33999919520303906X"
    assert state_subject(SubjectClaim(idno="８１００００１８９９１２３１００１３")).idno == "810000189912310013"
