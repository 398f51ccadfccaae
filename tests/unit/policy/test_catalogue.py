"""What the hub's own catalogue must be, whatever else is in it."""

import tomllib

import pytest

from hub.access.minimise import MASKS
from hub.model.purpose import Approval, Basis, Mask
from hub.model.tier import CORE_TIERS, Tier
from hub.policy.citations import read_laws, stale, versions
from hub.policy.engine import load
from hub.policy.sources import Source, policies_directory
from hub.schema.fields import fields

CATALOGUE = {
    *("OLDCARD", "DIBAO", "EXAM", "ROSTER", "VISIT", "UTIL", "OUT", "SOS", "VITAL", "HOMEMED", "TIER", "MEAL"),
    *("TIMEBANK", "CHILD", "SCHOOL", "NEWBORN", "SOCINS", "DISAB", "MEDIATE", "PSY", "CORR", "REPAIR", "MATCH"),
    *("VOTE", "SURVEY", "STAT", "PUSH", "EMERG", "WALK", "PROXY", "RIGHTS", "AUDIT"),
}
WEAK = {Approval.NONE, Approval.IDENTITY_CHECK, Approval.MANDATE, Approval.CASE}
"""Approvals that no secretary, officer or emergency stands behind."""


@pytest.fixture(scope="module")
def snapshot():
    return load()


def test_every_purpose_of_the_field_is_there(snapshot):
    assert set(snapshot.purposes) >= CATALOGUE


def test_senior_card_is_published_as_promised():
    stated = tomllib.loads((policies_directory() / "purposes/OLDCARD.toml").read_text())
    assert stated == {
        "id": "OLDCARD",
        "name": {"zh": "老年人优待证办理", "en": "Senior citizen card"},
        "basis": ["statutory"],
        "citation": "老年人权益保障法 第五十三条",
        "requesters": ["department:civil_affairs", "clerk"],
        "fields": ["name", "idno"],
        "on_approval": [],
        "approval": "none",
        "reason_required": False,
        "assessment": "",
        "retention": "P0D",
    }


def test_grid_workers_roster_is_the_basic_tier_only(snapshot):
    for requester in ("grid_worker", "clerk"):
        assert {field.tier for field in snapshot.plan("ROSTER", requester).values()} == {Tier.BASIC}


def test_core_data_is_never_open_without_approval_but_to_the_person(snapshot):
    planned = [(place, field) for place, plan in snapshot.plans.items() for field in plan.values()]
    planned = [(place, field) for place, field in planned if place != ("RIGHTS", "resident")]
    core = [(place, field) for place, field in planned if field.tier in CORE_TIERS]
    assert len(core) >= len(CORE_TIERS)
    assert not [(place, field.key) for place, field in core if field.approval in WEAK]


def test_no_purpose_reads_a_sealed_field(snapshot):
    assert not [f for plan in snapshot.plans.values() for f in plan.values() if f.tier is Tier.SEALED]


def test_nobody_sees_what_no_purpose_needs(snapshot):
    disclosed = {key for place, plan in snapshot.plans.items() for key in plan if place[0] != "RIGHTS"}
    needless = {"politics", "ethnicity", "marital", "med.mental", "corr.status", "fin.aid", "meter.water", "act.door"}
    assert needless < set(fields()), "the schema holds these fields"
    assert not disclosed & needless


def test_organisation_stands_on_no_statutory_basis(snapshot):
    grounds = [bases for (_, requester), bases in snapshot.grounds.items() if requester == "organisation"]
    assert grounds
    assert all(bases and Basis.STATUTORY not in bases for bases in grounds)


def test_everybody_else_may_stand_on_every_basis_of_the_purpose(snapshot):
    assert snapshot.bases("MEDIATE", "department:justice") == (Basis.STATUTORY, Basis.CONSENT)
    assert snapshot.bases("MEDIATE", "organisation") == (Basis.CONSENT,)


@pytest.mark.clause("PIPL 33-37")
def test_every_citation_names_a_law_of_the_register_and_carries_its_version(snapshot):
    without = [purpose.id for purpose in snapshot.purposes.values() if not purpose.citation_version]
    assert not without, "add the law to citations.toml"
    assert snapshot.purposes["OLDCARD"].citation_version == "老年人权益保障法（2018年修正）"


def test_masks_of_the_catalogue_are_the_masks_there_are():
    assert {mask.value for mask in Mask} == set(MASKS)


def test_optional_keys_may_be_left_out(policies):
    path = policies / "purposes/OLDCARD.toml"
    keep = ("id", "name", "basis", "citation", "requesters", "fields", "approval")
    path.write_text("\n".join(line for line in path.read_text().splitlines() if line.split(" ")[0] in keep))
    purpose = load(policies).purposes["OLDCARD"]
    assert (purpose.on_approval, purpose.reason_required, purpose.retention) == ((), False, "P0D")
    assert (purpose.assessment, purpose.service, purpose.masks) == ("", "", {})


def test_purpose_takes_a_file_and_rows_and_no_python(policies):
    text = (policies / "purposes/OLDCARD.toml").read_text()
    (policies / "purposes/BUSPASS.toml").write_text(
        text.replace("OLDCARD", "BUSPASS").replace('["name", "idno"]', '["name", "is_60_or_over"]')
    )
    with (policies / "policy.csv").open("a") as rules:
        rules.write("p, department:civil_affairs, BUSPASS, basic, read, allow\np, clerk, BUSPASS, basic, read, allow\n")
    assert list(load(policies).plan("BUSPASS", "clerk")) == ["name", "is_60_or_over"]


def test_mask_of_a_field_is_kept(policies):
    path = policies / "purposes/OLDCARD.toml"
    path.write_text(path.read_text() + '[masks]\nidno = "last4"\n')
    assert load(policies).purposes["OLDCARD"].masks == {"idno": "last4"}


REGISTER = """
[[law]]
names = ["示例法", "示范法"]
version = "2026年修订"
since = 2026-01-01
status = "in_force"
renumbered = ["第三条", "第十二条"]
[[law]]
names = ["旧法"]
version = "1990年公布"
since = 1990-01-01
status = "superseded"
[[law]]
names = ["新法"]
version = "9998年公布"
since = 9999-01-01
status = "in_force"
"""


@pytest.mark.parametrize(
    ("citation", "count"),
    [
        ("示例法 第四条", 0),
        ("示例法 第三条", 1),
        ("示范法第三条、第十二条", 2),
        ("示例法 第十三条", 0),
        ("示例法（2026年修订） 第三条", 0),
        ("别的法 第三条", 0),
        ("示例法 第四条；别的法 第三条", 0),
        ("别的法 第三条；旧法 第一条", 1),
        ("新法 第一条", 1),
    ],
)
def test_citation_is_stale_where_its_law_or_article_is(citation, count):
    laws, problems = read_laws(Source("citations.toml", REGISTER))
    assert not problems
    assert len(stale(citation, laws)) == count


def test_law_is_cited_with_its_official_name_and_version():
    laws, _ = read_laws(Source("citations.toml", REGISTER))
    assert versions("示范法 第四条；旧法 第一条", laws) == "示例法（2026年修订）；旧法（1990年公布）"
