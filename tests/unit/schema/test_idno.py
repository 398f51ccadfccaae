import pytest
from stdnum.cn import ric

from hub.errors import BadInput
from hub.schema.idno import area_state, birth_date_of, check_digit, idno_kind, is_synthetic, normalise_idno, sex_of


@pytest.mark.parametrize(
    ("idno", "kind", "born", "sex", "synthetic"),
    [
        ("339999194303120020", "resident_id", "1943-03-12", "2", True),
        ("33999919431230004X", "resident_id", "1943-12-30", "2", True),
        ("339999201806010045", "resident_id", "2018-06-01", "2", True),
        ("810000189912310013", "hk_residence_permit", "1899-12-31", "1", True),
        ("820000189912310023", "macau_residence_permit", "1899-12-31", "2", True),
        ("830000189912310033", "taiwan_residence_permit", "1899-12-31", "1", True),
        ("933840189902280011", "foreign_pr_card", "1899-02-28", "", True),
        ("ABC339912345678", "foreign_pr_card_old", "", "", True),
        ("ABC110012345678", "foreign_pr_card_old", "", "", False),
        ("H12345678", "hk_macau_travel_permit", "", "", False),
        ("M1234567801", "hk_macau_travel_permit", "", "", False),
        ("12345678", "taiwan_travel_permit", "", "", False),
        ("EA1234567", "passport_cn", "", "", False),
        ("G12345678", "passport_cn", "", "", False),
        ("EI1234567", "passport_foreign", "", "", False),
        ("123456789", "passport_foreign", "", "", False),
    ],
)
def test_what_a_number_tells(idno, kind, born, sex, synthetic):
    assert normalise_idno(idno) == idno
    assert (idno_kind(idno), birth_date_of(idno), sex_of(idno), is_synthetic(idno)) == (kind, born, sex, synthetic)


@pytest.mark.parametrize(
    "first",
    ["11010119800101001", "11010319800101001", "81000019800101001", "83000019800101001", "93384019800101001"],
)
def test_a_number_that_may_be_a_living_persons_is_not_synthetic(first):
    assert not is_synthetic(normalise_idno(first + check_digit(first)))


def test_a_birth_in_1899_is_synthetic_whatever_the_area():
    first = "11010118991231001"
    assert is_synthetic(normalise_idno(first + check_digit(first)))


@pytest.mark.parametrize(
    ("area", "state"),
    [("110101", "current"), ("330106", "current"), ("110103", "retired"), ("339999", ""), ("000000", "")],
)
def test_areas_are_known_current_retired_or_not_at_all(area, state):
    assert area_state(area) == state


def test_a_withdrawn_area_is_no_reason_to_refuse():
    first = "11010319500101001"
    assert normalise_idno(first + check_digit(first))


def test_check_digit_agrees_with_python_stdnum():
    for number in range(33999919000101000, 33999919000101000 + 500):
        assert check_digit(str(number)) == ric.calc_check_digit(f"{number}0")


@pytest.mark.parametrize("idno", ["", "1", "339999", "????"])
def test_the_kind_of_no_number_is_refused(idno):
    with pytest.raises(BadInput):
        idno_kind(idno)
