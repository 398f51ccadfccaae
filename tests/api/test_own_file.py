"""A resident's own file, the copy of it, and corrections that the source confirms."""

import asyncio
import json

import pytest

from hub.feeds.sealing import ALL_TIERS
from hub.model.tier import Tier
from hub.store.sections import data_key, decode, unseal
from hub.store.tokens import idno_token
from tests.api.city import AUDITOR, CIVIL_AFFAIRS, CLERK, GRID_WORKER, HEALTH
from tests.factories import run_hub

SEALED = {"disab.category", "disab.grade", "med.mental", "corr.status", "med.chronic.sealed"}
POLICE, FAR_HEALTH = "department:police@339999", "department:health@339998"
ANSWER = {"decision": "approve", "reason": "已核对原始材料"}


@pytest.fixture
def elder(hub):
    member = hub.installation.cast["elder"]
    hub.installation.appoint(f"resident:{member.rid}", POLICE, FAR_HEALTH)
    return member


def me(hub, member, path, **more):
    return hub.ask(f"resident:{member.rid}", "POST" if more else "GET", f"/v1/me/{path}", **more)


def shown(file):
    return {each["field"]: each for tier in file["tiers"] for each in tier["fields"]}


def correct(hub, member, field, value, **more):
    return me(hub, member, "corrections", json={"field": field, "value": value} | more)


def answer(hub, name, *, by, **more):
    return hub.ask(by, "POST", f"/v1/corrections/{name}/decision", json=ANSWER | more)


def listed(hub, by, **params):
    return hub.ask(by, "GET", "/v1/corrections", params=params).json()["items"]


def reasons(said):
    return said.status_code, said.json()["reasons"]


def held(hub, member, tier):
    """What the store holds of a tier, with all evidence."""
    hub.road.turn.begin()
    sealed = hub.road.reader.find(idno_token(hub.road.ring, member.idno), (tier,))
    key = data_key(hub.road.ring, sealed.keys, tier, ALL_TIERS)
    return decode(unseal(key, sealed.resident, tier, sealed.sections[tier]))


@pytest.mark.clause("PIPL 44-50")
def test_the_whole_file_comes_by_tier_with_the_source_of_each_value(hub, elder):
    """PIPL 45: a person may consult their own data."""
    file = me(hub, elder, "file").json()
    assert [tier["tier"] for tier in file["tiers"]] == [
        each.value for each in Tier if each not in (Tier.CONTROL, Tier.SEALED)
    ]
    fields = shown(file)
    assert fields.keys() == elder.values.keys() - SEALED
    assert fields["tel"]["value"] == elder.values["tel"]
    assert fields["tel"]["title"].keys() == fields["tel"]["source_name"].keys() == {"zh", "en"}
    evidence = {name: fields["tel"][name] for name in ("source", "collected", "basis", "verified", "flags")}
    assert evidence == {
        "source": "police",
        "collected": "2026-11-01",
        "basis": "statutory",
        "verified": True,
        "flags": [],
    }


def test_the_look_is_in_the_trail_before_the_answer_and_names_no_field_for_ever(hub, elder):
    file = me(hub, elder, "file").json()
    item = me(hub, elder, "accesses").json()["items"][0]
    assert (item["index"], item["kind"], item["purpose"], item["basis"]) == (
        file["entry"],
        "own_file",
        "RIGHTS",
        "statutory",
    )
    assert "tag.dibao" not in json.dumps(item["receipt"]["act"])
    assert "tag.dibao" in item["receipt"]["subject"]["fields"]


def test_nothing_leaves_where_the_look_cannot_be_recorded(hub, elder, monkeypatch):
    from hub.errors import TrailUnavailable

    async def full(_events):
        raise TrailUnavailable("full")

    monkeypatch.setattr(hub.road.lane, "record_all", full)
    for path in ("file", "export"):
        assert reasons(me(hub, elder, path)) == (503, ["audit_unavailable"])


@pytest.mark.parametrize("path", ["file", "export", "corrections"])
@pytest.mark.parametrize("who", [CLERK, GRID_WORKER, AUDITOR, HEALTH])
def test_nobody_else_has_a_file_of_their_own(hub, who, path):
    assert reasons(hub.ask(who, "GET", f"/v1/me/{path}")) == (403, ["not_allowed"])


@pytest.mark.clause("PIPL 44-50", "网数条例 25")
def test_a_copy_is_a_bundle_to_keep(hub, elder):
    """PIPL 45, network data rules 25: a copy in a form that machines read, for the person alone."""
    hub.disclose(CIVIL_AFFAIRS, elder.idno, "OLDCARD")
    correct(hub, elder, "med.allergy", ["花生"])
    copy = me(hub, elder, "export")
    assert copy.headers["content-disposition"] == 'attachment; filename="resident-file.json"'
    assert copy.headers["cache-control"] == "no-store"
    bundle = copy.json()
    assert bundle.keys() == {
        *("format", "made_at", "file", "consents", "visibility", "corrections", "approvals", "accesses"),
    }
    assert shown(bundle["file"]).keys() == elder.values.keys() - SEALED
    assert [each["field"] for each in bundle["corrections"]] == ["med.allergy"]
    counted = {(each["kind"], each["department"], each["purpose"]): each["count"] for each in bundle["accesses"]["by"]}
    assert counted["disclosure", "civil_affairs", "OLDCARD"] == 1
    assert bundle["accesses"]["complete"]
    assert me(hub, elder, "accesses").json()["items"][0]["kind"] == "own_export"


@pytest.mark.clause("PIPL 44-50")
def test_a_correction_waits_for_the_source_and_then_stands_in_the_file(hub, elder):
    """PIPL 46: wrong data is corrected once it has been verified."""
    filed = correct(hub, elder, "med.allergy", ["花生"], reason="青霉素过敏记录有误")
    assert filed.status_code == 201
    assert (filed.json()["state"], filed.json()["department"]) == ("pending", "police")
    name = filed.json()["id"]
    assert shown(me(hub, elder, "file").json())["med.allergy"]["value"] == ["青霉素"], "nothing changes before that"
    [item] = listed(hub, POLICE, state="pending")
    assert (item["id"], item["field"], item["value"]) == (name, "med.allergy", ["花生"])
    assert me(hub, elder, "corrections").json()["items"][0]["value"] == ["花生"]
    assert "name" not in item
    assert answer(hub, name, by=POLICE).json()["state"] == "confirmed"
    [value] = held(hub, elder, Tier.MEDICAL)["med.allergy"]
    assert (value.value, value.source, value.verified) == (["花生"], "police", True)
    assert listed(hub, POLICE, state="pending") == []
    [own] = me(hub, elder, "corrections").json()["items"]
    assert (own["state"], own["value"], own["answer"]) == ("confirmed", None, ANSWER["reason"])


def test_what_waits_is_sealed_under_its_tier(hub, elder):
    """Deciding about any read opens a person's terms: what is medical does not lie open among them."""
    correct(hub, elder, "med.allergy", ["花生"], reason="花生过敏")
    hub.road.turn.begin()
    sealed = hub.road.reader.find(idno_token(hub.road.ring, elder.idno), (Tier.CONTROL,))
    key = data_key(hub.road.ring, sealed.keys, Tier.CONTROL, ALL_TIERS)
    terms = unseal(key, sealed.resident, Tier.CONTROL, sealed.sections[Tier.CONTROL])["terms"]
    assert "med.allergy" in str(terms)
    assert "花生" not in str(terms)


@pytest.mark.clause("PIPL 44-50")
def test_a_refused_correction_changes_nothing_and_says_why(hub, elder):
    name = correct(hub, elder, "edu", "20").json()["id"]
    assert answer(hub, name, by=_confirming(hub, elder, name), decision="deny").json()["state"] == "refused"
    assert "edu" not in shown(me(hub, elder, "file").json())
    assert me(hub, elder, "corrections").json()["items"][0]["answer"] == ANSWER["reason"]


def test_what_the_resident_said_before_gives_way_to_what_the_source_confirms(hub):
    from tests.factories import sections

    idno = "339999194303129033"
    [resident] = hub.installation.add(
        sections(idno=idno, name="测试甲", grid="339999001001001")
        | sections(source="resident", tel="15400000990", at="2026-12-01")
    )
    principal = f"resident:10000000-0000-4000-8000-{resident:012x}"
    hub.installation.appoint(principal)
    body = {"field": "tel", "value": "154 0000 0991"}
    filed = hub.ask(principal, "POST", "/v1/me/corrections", json=body).json()
    assert (filed["value"], filed["department"]) == (None, "civil_affairs"), "what may be kept has no value in it"
    [waiting] = listed(hub, CIVIL_AFFAIRS)
    assert waiting["value"] == "15400000991"
    assert answer(hub, filed["id"], by=CIVIL_AFFAIRS).status_code == 200
    tel = shown(hub.ask(principal, "GET", "/v1/me/file").json())["tel"]
    assert (tel["value"], tel["source"], tel["others"]) == ("15400000991", "civil_affairs", [])


def test_a_confirmed_grid_moves_the_person_to_the_list_of_the_new_one(hub, elder):
    name = correct(hub, elder, "grid", "339999001001002").json()["id"]
    answer(hub, name, by=_confirming(hub, elder, name))
    hub.road.turn.begin()
    assert hub.disclose(GRID_WORKER, elder.idno, "VISIT").json()["reasons"] == ["out_of_scope"]
    grid = {"grid": "339999001001002", "q": elder.values["name"]}
    items = hub.ask(CLERK, "POST", "/v1/residents/search", json=grid).json()["items"]
    assert [item["fields"]["grid"] for item in items] == ["339999001001002"]


def test_the_log_accounts_for_what_a_correction_wrote(hub, elder):
    def complaints():
        """What the doctor says; the cast was put there by the tests and was never accounted for."""
        hub.road.turn.end()
        said = run_hub("doctor", hub.installation.path).stdout
        return [line for line in said.splitlines() if line.startswith("BAD")]

    before = complaints()
    row = next(row for row in hub.installation.world.rows("police") if row["rid"] and row["dob"] < "1990")
    imported = elder._replace(rid=row["rid"], idno=row["idno"])
    hub.installation.appoint(f"resident:{row['rid']}")
    name = correct(hub, imported, "vehicle.plate", "浙A90199").json()["id"]
    assert answer(hub, name, by=_confirming(hub, imported, name)).json()["state"] == "confirmed"
    assert complaints() == before


@pytest.mark.parametrize(
    ("field", "value", "member"),
    [
        ("shoe_size", "size 42", "field"),
        ("med.mental", ["x"], "field"),
        ("corr.status", "none", "field"),
        ("visibility", [], "field"),
        ("ageband", "60-69", "field"),
        ("rid", "00000000-0000-4000-8000-000000000001", "field"),
        ("idno", "339999194303129017", "field"),
        ("tel", "12345", "value"),
        ("tel", None, "value"),
        ("tel", {"a": 1}, "value"),
        ("dob", "1943-13-12", "value"),
        ("med.chronic", ["F20.0"], "value"),
    ],
)
def test_a_correction_is_checked_like_an_import_and_no_value_is_repeated(hub, elder, field, value, member):
    said = correct(hub, elder, field, value)
    assert (said.status_code, said.json()["errors"][0]["member"]) == (422, member)
    assert str(value) not in said.text


@pytest.mark.parametrize(
    ("who", "status", "reason"),
    [(CLERK, 403, "not_allowed"), (GRID_WORKER, 403, "not_allowed"), (HEALTH, 404, "not_found")],
)
def test_only_the_department_it_comes_from_answers(hub, elder, who, status, reason):
    name = correct(hub, elder, "med.allergy", ["花生"]).json()["id"]
    assert reasons(answer(hub, name, by=who)) == (status, [reason])
    assert listed(hub, HEALTH) == []


def test_a_department_of_another_area_finds_nothing(hub, elder):
    name = correct(hub, elder, "diet", "low_salt").json()["id"]
    far = f"{_confirming(hub, elder, name).partition('@')[0]}@339998"
    hub.installation.appoint(far)
    assert reasons(answer(hub, name, by=far)) == (404, ["not_found"])
    assert listed(hub, far) == []


def test_nobody_answers_their_own_correction(hub, elder):
    hub.installation.appoint(f"resident:{elder.rid}#gui", f"{POLICE}#gui")
    name = correct(hub, elder, "med.allergy", ["花生"]).json()["id"]
    assert reasons(answer(hub, name, by=f"{POLICE}#gui")) == (403, ["self_approval"])


def test_of_many_who_answer_at_once_one_does(hub, elder):
    many = [f"{POLICE}#{number}" for number in range(8)]
    hub.installation.appoint(*many)
    name = correct(hub, elder, "med.allergy", ["花生"]).json()["id"]

    async def race():
        path = f"/v1/corrections/{name}/decision"
        asking = [
            hub.request(who, "POST", path, json=ANSWER | {"decision": ("approve", "deny")[number % 2]})
            for number, who in enumerate(many)
        ]
        return [said.status_code for said in await asyncio.gather(*asking)]

    assert sorted(hub.run(race())) == [200] + [409] * 7


def test_too_many_that_wait_are_refused(hub, elder):
    for number in range(20):
        assert correct(hub, elder, "tel", f"154000009{number:02}").status_code == 201
    assert reasons(correct(hub, elder, "tel", "15400000999")) == (429, ["rate_limited"])


def test_every_look_at_a_correction_is_an_entry_about_the_person(hub, elder):
    correct(hub, elder, "med.allergy", ["花生"])
    listed(hub, POLICE)
    item = me(hub, elder, "accesses").json()["items"][0]
    assert (item["kind"], item["department"], item["fields"]) == ("correction", "police", ["med.allergy"])
    assert "花生" not in json.dumps(item, ensure_ascii=False)


def _confirming(hub, member, name):
    """The department that a correction waits for, as a principal on record."""
    own = me(hub, member, "corrections").json()["items"]
    [department] = [each["department"] for each in own if each["id"] == name]
    principal = f"department:{department}@339999"
    hub.installation.appoint(principal)
    return principal
