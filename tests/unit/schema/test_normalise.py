import json
from pathlib import Path

import jsonschema
import pytest

from hub.errors import BadInput
from hub.schema.fields import fields, read_schema
from hub.schema.normalise import normalise, rule_of, spread

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "validators.json").read_text("utf-8"))
GOOD = [(key, case["raw"], case["value"]) for key, cases in VECTORS.items() for case in cases["good"]]
BAD = [(key, case["raw"], case["rule"]) for key, cases in VECTORS.items() for case in cases["bad"]]
DOCUMENT = read_schema("resident.schema.json")


def _id(part):
    return ascii(part)[:40]


@pytest.mark.parametrize(("key", "raw", "value"), GOOD, ids=_id)
def test_good_value_is_brought_to_its_normal_form(key, raw, value):
    normal = normalise(key, raw)
    assert normal == value
    assert type(normal) is type(value)


@pytest.mark.parametrize(("key", "raw", "value"), GOOD, ids=_id)
def test_normal_form_satisfies_the_schema(key, raw, value):
    schema = {"$defs": DOCUMENT["$defs"], "properties": DOCUMENT["properties"]}
    jsonschema.Draft202012Validator(schema | DOCUMENT["properties"][key]).validate(value)
    assert normalise(key, raw) == value


@pytest.mark.parametrize(("key", "raw", "rule"), BAD, ids=_id)
def test_bad_value_is_refused_with_its_field_and_rule(key, raw, rule):
    with pytest.raises(BadInput) as refusal:
        normalise(key, raw)
    assert (refusal.value.member, refusal.value.rule) == (key, rule)


@pytest.mark.parametrize("key", [key for key, field in fields().items() if not field.derived])
def test_every_storable_field_has_a_rule(key):
    assert callable(rule_of(key))


@pytest.mark.parametrize("kind", sorted({field.kind for field in fields().values() if not field.derived} - {"list"}))
def test_every_kind_has_good_and_bad_vectors(kind):
    keys = [key for key, field in fields().items() if field.kind == kind]
    if kind in {"names", "text", "texts"}:
        keys += ["med.allergy", "addr", "name"]
    assert any(VECTORS[key]["good"] and VECTORS[key]["bad"] for key in keys if key in VECTORS), kind


def test_a_disability_card_is_spread_over_the_tiers_that_may_hold_its_parts():
    assert spread("disab.no", "33999919430312002063B1") == {
        "disab.no": "339999194303120020",
        "disab.category": "6",
        "disab.grade": "3",
    }


@pytest.mark.parametrize(
    ("raw", "open_codes", "sealed_codes"),
    [
        ("I10;E11.9", ["I10", "E11.9"], None),
        ("I10;F20.0", ["I10"], ["F20.0"]),
        ("F00", None, ["F00"]),
        ("X64;Z91.5;Z86.5;Z86.4", ["Z86.4"], ["X64", "Z91.5", "Z86.5"]),
    ],
)
def test_codes_that_tell_of_a_mental_disorder_are_sealed(raw, open_codes, sealed_codes):
    assert spread("med.chronic", raw) == {"med.chronic": open_codes, "med.chronic.sealed": sealed_codes}


def test_other_fields_spread_to_themselves():
    assert spread("tel", "+86 13800000000") == {"tel": "13800000000"}


def test_spread_names_the_field_that_is_bad():
    with pytest.raises(BadInput, match=r"^`disab\.no`"):
        spread("disab.no", "1")
