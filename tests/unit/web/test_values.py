"""Values of a file in plain words; what nobody has words for stands as it is."""

from datetime import date

import pytest

from hub.schema.fields import fields
from hub.web.code_words import CODES
from hub.web.ethnicities import ETHNICITIES
from hub.web.values import Values

TODAY = date(2026, 11, 28)


@pytest.mark.parametrize(
    ("key", "value", "zh", "en"),
    [
        ("sex", "2", "女", "female"),
        ("marital", "30", "丧偶", "widowed"),
        ("ethnicity", "05", "维吾尔族", "Uyghur"),
        ("edu", "21", "大学本科", "university"),
        ("tag.alone", True, "是", "yes"),
        ("dob", "1943-03-12", "1943年3月12日", "12 March 1943"),
        ("tel", "15400000082", "154 0000 0082", "154 0000 0082"),
        ("med.chronic", ["I10", "Z99.9"], "高血压 (I10)、Z99.9", "high blood pressure (I10), Z99.9"),
        ("med.allergy", ["青霉素", "花生"], "青霉素、花生", "青霉素, 花生"),
        ("fin.aid", "1250.5", "¥1,250.5", "¥1,250.5"),
        ("minor.guardian", 2, "登记了2项", "2 on record"),
        ("ec", {"name": "王小明", "tel": "15400000011"}, "王小明 · 154 0000 0011", "王小明 · 154 0000 0011"),
        ("guardian.tel", ["15400000011"], "15400000011", "15400000011"),
        ("parents", [{"name": "林敏", "idno": "1"}, {"name": "沈岳"}], "林敏 · 1、沈岳", "林敏 · 1, 沈岳"),
        ("relation", "88", "88", "88"),
        ("of a later schema", "x", "x", "x"),
        ("sex", None, "", ""),
    ],
)
def test_a_value_is_said_in_the_readers_language(key, value, zh, en):
    assert Values("zh", TODAY).say(key, value) == zh
    assert Values("en", TODAY).say(key, value) == en


def test_words_are_for_codes_that_there_are():
    for key, words in CODES.items():
        assert set(words) <= set(fields()[key].codes), key
    assert set(ETHNICITIES) == set(fields()["ethnicity"].codes)


def test_a_form_offers_every_code_a_field_may_have():
    assert [code for code, _ in Values("en", TODAY).choices("mobility")] == list(fields()["mobility"].codes)
    assert Values("en", TODAY).choices("tag.alone") == [("1", "yes"), ("0", "no")]
    assert Values("en", TODAY).choices("tel") == []
