import copy
import json

import jsonschema
import pytest

from hub.errors import OperatorError
from hub.model.tier import Tier
from hub.schema import fields as module
from hub.schema.fields import fields, load_fields, read_schema, schemas_directory

DOCUMENT = read_schema("resident.schema.json")

KEYS_BY_TIER = {
    "control": "consent visibility away",
    "basic": "rid name sex ageband region community grid life life.date pseudonym alias",
    "identity": "dob ethnicity idtype idno permit ssc.no birthcert.no has_permit is_insured",
    "contact": "addr residence tel vehicle.plate relay mobility place photo",
    "family": "hh relation marital edu job politics ec minor.guardian "
    "guardian.name guardian.tel guardian.idno parents pickup",
    "care": "tag.alone tag.kongchao tag.dibao tag.tekun tag.orphan tag.veteran tag.shidu disab.no visit.log visit.last "
    "alert.kind alert.time skill timebank.hours need.class household_eligible vote.token receives_dibao",
    "medical": "med.level med.chronic med.allergy med.critical med.vital diet",
    "financial": "fin.aid fin.pension fin.acct fin.check",
    "activity": "meter.water meter.power reading act.door act.loc",
    "sealed": "disab.category disab.grade med.mental med.chronic.sealed corr.status corr.until",
}


def test_schema_is_valid_json_schema_2020_12():
    assert DOCUMENT["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    jsonschema.Draft202012Validator.check_schema(DOCUMENT)


@pytest.mark.parametrize(("tier", "keys"), KEYS_BY_TIER.items())
def test_fields_lie_in_the_tier_the_domain_gives_them(tier, keys):
    assert {key: fields()[key].tier for key in keys.split()} == dict.fromkeys(keys.split(), Tier(tier))


def test_schema_allows_no_field_that_is_not_labelled():
    assert DOCUMENT["additionalProperties"] is False


@pytest.mark.parametrize(
    "word", ["relig", "宗教", "biometric", "生物", "finger", "指纹", "face", "人脸", "dna", "iris"]
)
def test_belief_and_biometrics_have_no_field(word):
    assert word not in json.dumps(DOCUMENT["properties"], ensure_ascii=False).lower().replace("surface", "")


def test_every_sealed_field_can_come_only_from_those_who_keep_the_secret():
    keepers = {"health", "justice", "disability_federation", "civil_affairs"}
    for field in fields().values():
        if field.tier is Tier.SEALED:
            assert set(field.sources) <= keepers, field.key


def test_derived_fields_come_from_the_hub_alone():
    for field in fields().values():
        if field.derived:
            assert field.sources == ("hub",), field.key


def test_fields_that_name_other_persons_say_so():
    naming = {key for key, field in fields().items() if field.names_persons}
    guardians = {"minor.guardian", "guardian.name", "guardian.tel", "guardian.idno", "parents"}
    assert naming == guardians | {"ec", "pickup", "corr.officer"}, "a household's number names nobody"


@pytest.mark.parametrize("label", ["x-tier", "x-kind", "x-sources", "x-title"])
def test_a_field_without_a_label_is_refused(label):
    schema = copy.deepcopy(DOCUMENT)
    del schema["properties"]["tel"][label]
    with pytest.raises(OperatorError, match=f"`tel`: no `{label}`"):
        load_fields(schema)


@pytest.mark.parametrize(
    ("label", "value", "words"),
    [
        ("x-tier", "secret", "unknown tier `secret`"),
        ("x-kind", "phone", "unknown kind `phone`"),
        ("x-sources", ["resident", "neighbour"], "unknown source `neighbour`"),
        ("x-title", {"zh": "电话"}, "needs zh and en"),
        ("x-teir", "contact", "unknown label `x-teir`"),
    ],
)
def test_a_field_with_a_wrong_label_is_refused(label, value, words):
    schema = copy.deepcopy(DOCUMENT)
    schema["properties"]["tel"][label] = value
    with pytest.raises(OperatorError, match=words):
        load_fields(schema)


def test_a_missing_schema_is_the_operators_to_mend():
    with pytest.raises(OperatorError, match=r"`feeds/none\.json` cannot be read"):
        read_schema("feeds/none.json")


@pytest.mark.parametrize(("body", "words"), [("{", "is not JSON"), ("[]", "must be a JSON object")])
def test_a_broken_schema_is_the_operators_to_mend(tmp_path, monkeypatch, body, words):
    (tmp_path / "broken.json").write_text(body)
    monkeypatch.setattr(module, "schemas_directory", lambda: tmp_path)
    with pytest.raises(OperatorError, match=words):
        read_schema("broken.json")


def test_schemas_are_found():
    assert (schemas_directory() / "resident.schema.json").is_file()
