import pytest

from hub.errors import BadInput
from hub.feeds.feed import load_feed
from hub.feeds.rows import SeenRows, peek_idno
from hub.model.file import Value
from hub.model.tier import Tier

IDNO = "339999194303120020"
RID = "5a1f6a2e-0d6b-4c49-9d0a-3f0a54b3c001"


def test_values_carry_their_evidence(parse):
    row = parse(idno=IDNO, name="王伟", tel="+86 138 0000 0000", at="2026-11-01")
    assert row.values == {
        Tier.IDENTITY: {"idno": Value(IDNO, "police", "2026-11-01", "statutory")},
        Tier.BASIC: {"name": Value("王伟", "police", "2026-11-01", "statutory")},
        # The resident is the authority on a telephone number, so the police's is not verified.
        Tier.CONTACT: {"tel": Value("13800000000", "police", "2026-11-01", "statutory", verified=False)},
    }


def test_an_empty_cell_says_nothing(parse):
    assert "tel" not in parse(idno=IDNO, name="王伟", tel="").values.get(Tier.CONTACT, {})
    assert Tier.CONTACT not in parse(idno=IDNO, name="王伟", tel=" \u3000").values


def test_a_carried_over_rid_names_the_file_and_is_no_value(parse):
    row = parse(rid=RID.upper(), idno=IDNO, name="王伟")
    assert row.rid == RID
    assert "rid" not in row.values[Tier.BASIC]


def test_readings_carry_the_date_until_which_they_may_be_kept(parse):
    row = parse("utilities", at="2026-11-01", idno=IDNO, meter_water="12.50")
    assert row.values[Tier.ACTIVITY]["meter.water"] == Value(
        "12.5", "utilities", "2026-11-01", "separate_consent", until="2026-12-01"
    )


def test_what_tells_of_a_sealed_class_goes_to_the_sealed_tier(parse):
    row = parse("health", idno=IDNO, med_chronic="I10;F20.0")
    assert row.values[Tier.MEDICAL]["med.chronic"].value == ["I10"]
    assert row.values[Tier.SEALED]["med.chronic.sealed"].value == ["F20.0"]
    card = parse("civil_affairs", idno=IDNO, disab_no=f"{IDNO}63")
    assert card.values[Tier.CARE]["disab.no"].value == IDNO
    assert {key: value.value for key, value in card.values[Tier.SEALED].items()} == {
        "disab.category": "6",
        "disab.grade": "3",
    }


def test_implausible_values_are_kept_with_a_flag(parse):
    row = parse("health", idno=IDNO, med_vital="hr=0")
    assert row.values[Tier.MEDICAL]["med.vital"].flags == ("hr_out_of_range",)


def test_the_first_bad_field_is_named_and_the_others_told(parse):
    with pytest.raises(BadInput) as refusal:
        parse(idno=IDNO, tel="12", name="王", sex="7")
    assert refusal.value.member == "tel"
    assert "; `name`: " in refusal.value.rule
    assert "; `sex`: " in refusal.value.rule


@pytest.mark.parametrize("cells", [{"idno": "", "name": "王伟"}, {"idno": "  ", "name": "王伟"}])
def test_a_row_without_an_identity_number_is_refused(parse, cells):
    with pytest.raises(BadInput, match="`idno`: is required"):
        parse(**cells)


def test_a_bad_rid_is_refused(parse):
    with pytest.raises(BadInput, match="`rid`: must be a resident id"):
        parse(rid="7", idno=IDNO, name="王伟")


def test_a_person_is_to_have_one_row_in_a_register():
    seen = SeenRows(load_feed("police"))
    assert [seen.first_row(IDNO, 2), seen.first_row("33999919431230004X", 3), seen.first_row(IDNO, 9)] == [0, 0, 2]


def test_a_person_may_have_many_rows_of_readings():
    seen = SeenRows(load_feed("utilities"))
    assert [seen.first_row(IDNO, 2), seen.first_row(IDNO, 3)] == [0, 0]


def test_the_identity_number_of_a_skipped_row_is_read_alone():
    assert peek_idno(["王伟", "339999-19430312-0020"], ("name", "idno")) == IDNO
    assert peek_idno(["王伟", "1"], ("name", "idno")) == ""
