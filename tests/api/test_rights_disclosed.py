"""RIGHTS over disclosures: one's own file, that of a child one guards, a dead relative's; a stranger gets nothing."""

import re
import statistics
import time

import pytest

from hub.model.decision import AccessRequest
from hub.model.subject import SubjectRef
from hub.rights.erasure import Carried, carry_out
from hub.schema.kinship import near_relatives
from tests.api.city import AUDITOR, CLERK, FIRST_GRID, GRID_WORKER, OFFICER, SECRETARY
from tests.factories import idno, sections

HOME = {"grid": FIRST_GRID, "community": FIRST_GRID[:12], "region": "339999", "hh": "3399990555"}
DEAD, LIVING, WIDOW, SON, IN_LAW, LODGER, NEIGHBOUR, CHILD, NOBODY = (
    idno(number, born)
    for number, born in (
        (801, "19400101"),
        (802, "19420101"),
        (803, "19430101"),
        (804, "19700101"),
        (805, "19710101"),
        (806, "19720101"),
        (807, "19730101"),
        (808, "20150601"),
        (809, "19740101"),
    )
)
WHY = "办理丧葬补助"
WITHIN = 1.5
_VARYING = re.compile(
    r'"(id|rid|trace_id|index|time|expires|leaf|act_salt|subject_commitment|ordinal_commitment)":("[^"]*"|[0-9]+)'
)


@pytest.fixture
def family(hub):
    """A household of whom the head died and a brother lives, and somebody next door; principals by number."""
    dead = {"life": "dead", "tel": "15400000888", "med_chronic": ["I10"], "fin_acct": "6200000000000000000"}
    values = {
        DEAD: HOME | dead | {"relation": "02"},
        LIVING: HOME | {"life": "alive", "relation": "73"},
        WIDOW: HOME | {"life": "alive", "relation": "12"},
        SON: HOME | {"life": "alive", "relation": "22"},
        IN_LAW: HOME | {"life": "alive", "relation": "38"},
        LODGER: HOME | {"life": "alive", "relation": "99"},
        NEIGHBOUR: HOME | {"life": "alive", "relation": "02", "hh": "3399990556"},
    }
    made = hub.installation.add(*(sections(idno=number, name="家属", **each) for number, each in values.items()))
    rids = {number: f"10000000-0000-4000-8000-{each:012x}" for number, each in zip(values, made, strict=True)}
    child = sections(idno=CHILD, name="小", dob="2015-06-01", life="alive", **HOME, minor_guardian=[rids[SON]])
    [made] = hub.installation.add(child)
    rids[CHILD] = f"10000000-0000-4000-8000-{made:012x}"
    principals = {number: f"resident:{rid}" for number, rid in rids.items()}
    hub.installation.appoint(*principals.values())
    hub.road.turn.fresh()
    return principals


def read(hub, by, subject, *fields, **more):
    return hub.disclose(by, subject, "RIGHTS", fields=list(fields or ("name", "tel", "med.chronic")), **more)


def reasons(answer):
    return answer.status_code, answer.json()["reasons"]


@pytest.mark.clause("PIPL 44-50")
def test_a_resident_reads_their_own_fields_and_finds_it_on_record(hub, family):
    answer = read(hub, family[SON], SON, "name", "hh", "med.mental", "med.chronic")
    said = answer.json()
    assert (said["basis"], said["fields"]) == ("statutory", {"name": "家属", "hh": HOME["hh"]})
    assert {each["field"]: each["reason"] for each in said["withheld"]} == {
        "med.mental": "not_in_purpose",
        "med.chronic": "not_available",
    }
    assert said["receipt"]["act"]["kin"] == "own"
    everything = hub.disclose(family[SON], SON, "RIGHTS").json()
    assert {"name", "idno", "grid", "hh", "relation"} <= everything["fields"].keys()
    assert "minor.guardian" not in everything["fields"]
    [first, *_] = hub.ask(family[SON], "GET", "/v1/me/accesses").json()["items"]
    assert (first["purpose"], first["outcome"], first["basis"]) == ("RIGHTS", "disclosed", "statutory")


@pytest.mark.clause("PIPL 49")
@pytest.mark.parametrize("who", [WIDOW, SON, LIVING])
def test_a_near_relative_of_the_dead_reads_with_a_reason(hub, family, who):
    assert reasons(read(hub, family[who], DEAD)) == (403, ["reason_required"]), "for an interest of their own"
    answer = read(hub, family[who], DEAD, reason=WHY).json()
    assert answer["fields"] == {"name": "家属", "tel": "15400000888", "med.chronic": ["I10"]}
    assert answer["receipt"]["act"]["kin"] == "relative"
    found = hub.ask(OFFICER, "GET", "/v1/audit/events", params={"purpose": "RIGHTS"}).json()["items"]
    assert [each["kin"] for each in found[:2]] == ["relative", None], "why it was allowed stands in the trail"


@pytest.mark.clause("PIPL 49")
def test_each_relative_has_a_request_of_their_own_and_is_told_of_no_others(hub, family):
    hub.ask(family[DEAD], "POST", "/v1/me/erasure", json={})
    body = {"reason": WHY}
    made = [acting(hub, family[who], "erasure", "POST", "/v1/me/erasure", json=body) for who in (SON, WIDOW, SON)]
    assert [each.status_code for each in made] == [201] * 3
    son, widow, again = (each.json() for each in made)
    assert son == again, "one's own is not asked for twice"
    [item] = acting(hub, family[WIDOW], "erasure", "GET", "/v1/me/requests").json()["items"]
    assert (item["id"], item["id"] == son["id"]) == (widow["id"], False)
    said = {"decision": "approve", "reason": "家属申请"}
    for each in (son, widow):
        assert hub.ask(OFFICER, "POST", f"/v1/requests/{each['id']}/decision", json=said).status_code == 200
    hub.road.turn.end()
    with hub.installation.opened() as opened:
        carried = carry_out(opened.writer, opened.reader, opened.ring, hub.road.clock())
    assert carried == Carried(1, 0), "one person, asked for twice"


@pytest.mark.clause("PIPL 51")
@pytest.mark.parametrize("matter", ["accesses", "consents", "corrections", "visibility"])
def test_whatever_a_guardian_looks_at_for_a_child_is_on_record_about_the_child(hub, family, matter):
    name = mandate(hub, family[SON], matter, about=CHILD, reason="").json()["id"]
    assert hub.ask(family[SON], "GET", f"/v1/me/{matter}", headers={"On-Behalf-Of": name}).status_code == 200
    [look] = hub.ask(family[CHILD], "GET", "/v1/me/accesses", params={"limit": 1}).json()["items"]
    assert (look["role"], look["outcome"]) == ("resident", "disclosed")
    assert look["receipt"]["act"]["on_behalf_of"] == name


@pytest.mark.clause("PIPL 31")
def test_a_mandate_of_a_guardian_ends_with_the_guardianship(hub, family):
    made = mandate(hub, family[SON], "accesses", about=CHILD, reason="").json()
    assert made["proof"] == "guardian"
    behalf = {"On-Behalf-Of": made["id"]}
    assert hub.ask(family[SON], "GET", "/v1/me/accesses", headers=behalf).status_code == 200
    row = {"idno": CHILD, "name": "沈小满", "grid": FIRST_GRID, "life": "alive", "dob": "2015-06-01"}
    row |= {"minor.guardian": family[WIDOW].partition(":")[2]}
    assert hub.installation.import_rows("police", [row], hub.installation.path.parent).updated == 1
    hub.road.turn.fresh()
    assert reasons(hub.ask(family[SON], "GET", "/v1/me/accesses", headers=behalf)) == (403, ["not_allowed"])
    [refusal] = hub.ask(family[CHILD], "GET", "/v1/me/accesses", params={"limit": 1}).json()["items"]
    assert (refusal["kind"], refusal["outcome"], refusal["reasons"]) == ("mandate", "denied", ["not_allowed"])
    assert reasons(hub.ask(family[SON], "GET", f"/v1/mandates/{made['id']}")) == (404, ["not_found"]), "nor the name"


@pytest.mark.clause("PIPL 49")
@pytest.mark.parametrize("who", [NEIGHBOUR, LODGER, IN_LAW])
def test_a_stranger_gets_nothing_of_the_dead_not_even_that_they_are(hub, family, who):
    about_dead, about_nobody = (read(hub, family[who], each, reason=WHY) for each in (DEAD, NOBODY))
    assert reasons(about_dead) == (403, ["out_of_scope"])
    assert _VARYING.sub("", about_dead.text) == _VARYING.sub("", about_nobody.text)


@pytest.mark.clause("PIPL 49")
def test_what_the_dead_arranged_in_life_counts_after_it(hub, family):
    rules = [{"group": "medical", "audience": "family", "visible": False}]
    assert hub.ask(family[DEAD], "PUT", "/v1/me/visibility", json={"rules": rules}).status_code == 200
    answer = read(hub, family[WIDOW], DEAD, reason=WHY).json()
    assert list(answer["fields"]) == ["name", "tel"]
    assert answer["withheld"] == [{"field": "med.chronic", "reason": "not_available"}]


@pytest.mark.parametrize("who", [WIDOW, LIVING, NEIGHBOUR])
def test_relatives_of_the_living_are_strangers(hub, family, who):
    assert reasons(read(hub, family[who], SON, reason=WHY)) == (403, ["out_of_scope"])


@pytest.mark.clause("PIPL 31")
def test_a_guardian_reads_a_childs_file_and_no_other_relative_does(hub, family):
    answer = read(hub, family[SON], CHILD, "name", "dob").json()
    assert answer["fields"] == {"name": "小", "dob": "2015-06-01"}
    assert answer["receipt"]["act"]["kin"] == "guardian"
    assert reasons(read(hub, family[WIDOW], CHILD, "name", reason=WHY)) == (403, ["out_of_scope"])


def test_a_protected_childs_whereabouts_are_kept_from_a_guardian(hub, family):
    body = {"subject": {"idno": CHILD}, "reason": "家庭暴力"}
    name = hub.ask(OFFICER, "POST", "/v1/protections", json=body).json()["id"]
    hub.ask(AUDITOR, "POST", f"/v1/protections/{name}/decision", json={"decision": "approve", "reason": "核实"})
    answer = read(hub, family[SON], CHILD, "name", "addr", "tel").json()
    assert list(answer["fields"]) == ["name"]


def test_no_mandate_and_no_approval_opens_a_whole_file(hub, family):
    opened = {"subject": {"idno": WIDOW}, "matter": "RIGHTS", "proof": {"form": "2026-0113"}}
    assert reasons(hub.ask(CLERK, "POST", "/v1/mandates", json=opened)) == (403, ["not_allowed"])
    asked = {"subject": {"idno": WIDOW}, "purpose": "RIGHTS", "reason": WHY}
    for who in (family[NEIGHBOUR], SECRETARY, GRID_WORKER):
        assert hub.ask(who, "POST", "/v1/approvals", json=asked).status_code == 403


@pytest.mark.clause("PIPL 14-16")
def test_consents_contracts_and_mandates_end_with_whoever_gave_them(hub, family):
    canteen = "organisation:canteen01@339999"
    said = {"purpose": "MEAL", "basis": "contract"}
    assert hub.ask(family[WIDOW], "POST", "/v1/me/consents", json=said).status_code == 201
    opened = {"subject": {"idno": WIDOW}, "matter": "consents", "proof": {"form": "2026-0113"}}
    mandate = hub.ask(CLERK, "POST", "/v1/mandates", json=opened).json()["id"]
    assert hub.disclose(canteen, WIDOW, "MEAL", fields=["name"]).status_code == 200
    die(hub, WIDOW)
    assert reasons(hub.disclose(canteen, WIDOW, "MEAL", fields=["name"])) == (403, ["consent_missing"])
    behalf = {"On-Behalf-Of": mandate}
    assert reasons(hub.ask(CLERK, "GET", "/v1/me/consents", headers=behalf)) == (403, ["not_allowed"])
    assert reasons(hub.ask(CLERK, "POST", "/v1/mandates", json=opened)) == (403, ["not_allowed"])
    assert hub.disclose(GRID_WORKER, WIDOW, "VISIT", fields=["name"]).status_code == 200, "a duty by law goes on"


def die(hub, number):
    """The register says so, by its own feed."""
    row = {"idno": number, "name": "家属", "grid": FIRST_GRID, "life": "死亡", "life.date": "2026-11-20"}
    hub.installation.import_rows("police", [row], hub.installation.path.parent)
    hub.road.turn.fresh()


@pytest.mark.usefixtures("family")
def test_auditors_read_the_trail_and_no_file(hub):
    for more in ({}, {"fields": ["name"]}):
        answer = hub.disclose(AUDITOR, WIDOW, "AUDIT", **more)
        assert reasons(answer) == (403, ["not_in_purpose"])


def mandate(hub, who, matter, *, about=DEAD, reason=WHY):
    body = {"subject": {"idno": about}, "matter": matter} | ({"reason": reason} if reason else {})
    return hub.ask(who, "POST", "/v1/mandates", json=body)


def acting(hub, who, matter, method, path, **options):
    made = mandate(hub, who, matter)
    assert made.json()["proof"] == "relative", made.text
    return hub.ask(who, method, path, headers={"On-Behalf-Of": made.json()["id"]}, **options)


@pytest.mark.clause("PIPL 49")
@pytest.mark.parametrize("who", [WIDOW, SON, LIVING])
def test_a_near_relative_sees_who_looked_at_the_file_of_the_dead(hub, family, who):
    hub.disclose(GRID_WORKER, DEAD, "VISIT", fields=["name", "tel"])
    listed = acting(hub, family[who], "accesses", "GET", "/v1/me/accesses").json()
    visit = next(each for each in listed["items"] if each["purpose"] == "VISIT")
    assert (visit["who"], visit["fields"]) == (f"{GRID_WORKER}#1", ["name", "tel"])
    found = hub.ask(OFFICER, "GET", "/v1/audit/events", params={"kind": "trail_read"}).json()["items"]
    assert found[0]["on_behalf_of"]
    assert found[0]["actor"] == "resident", "who looked, and on whose behalf"
    told = next(each for each in listed["items"] if each["kind"] == "mandate")
    assert told["receipt"]["subject"]["reason"] == WHY
    assert told["receipt"]["subject"]["actor"], "the relative, by pseudonym"


@pytest.mark.clause("PIPL 49")
def test_entries_about_what_the_dead_hid_from_family_are_left_out_and_counted(hub, family):
    rules = [{"group": "contact", "audience": "family", "visible": False}]
    assert hub.ask(family[DEAD], "PUT", "/v1/me/visibility", json={"rules": rules}).status_code == 200
    hub.disclose(GRID_WORKER, DEAD, "VISIT", fields=["name", "tel"])
    hub.disclose(GRID_WORKER, DEAD, "VISIT", fields=["name"])
    listed = acting(hub, family[WIDOW], "accesses", "GET", "/v1/me/accesses").json()
    visits = [each for each in listed["items"] if each["purpose"] == "VISIT"]
    assert [each["fields"] for each in visits] == [["name"]]
    assert len(listed["withheld_ordinals"]) == 1
    wish = {"field": "tel", "value": "15400000889"}
    answer = acting(hub, family[WIDOW], "corrections", "POST", "/v1/me/corrections", json=wish)
    assert reasons(answer) == (403, ["not_available"])
    absent = {"field": "alias", "value": "老王"}
    other = acting(hub, family[WIDOW], "corrections", "POST", "/v1/me/corrections", json=absent)
    assert _VARYING.sub("", other.text) == _VARYING.sub("", answer.text), "what is hidden looks like what is not there"


@pytest.mark.clause("PIPL 49")
def test_a_near_relative_asks_for_corrections_and_sees_their_own(hub, family):
    mine = {"field": "tel", "value": "15400000889"}
    hub.ask(family[DEAD], "POST", "/v1/me/corrections", json={"field": "alias", "value": "老王"})
    made = acting(hub, family[SON], "corrections", "POST", "/v1/me/corrections", json=mine)
    assert made.status_code == 201
    listed = acting(hub, family[SON], "corrections", "GET", "/v1/me/corrections").json()["items"]
    assert [each["field"] for each in listed] == ["tel"]


@pytest.mark.clause("PIPL 49")
def test_a_near_relative_asks_for_erasure_and_never_decides_about_it(hub, family):
    both = f"{OFFICER}#son"
    body = {"subject": {"idno": DEAD}, "matter": "erasure", "reason": WHY}
    son = f"{family[SON]}#son"
    hub.installation.appoint(both, son)
    hub.road.turn.fresh()
    name = hub.ask(son, "POST", "/v1/mandates", json=body).json()["id"]
    made = hub.ask(son, "POST", "/v1/me/erasure", json={"reason": WHY}, headers={"On-Behalf-Of": name})
    assert (made.status_code, made.json()["state"]) == (201, "pending")
    [item] = hub.ask(son, "GET", "/v1/me/requests", headers={"On-Behalf-Of": name}).json()["items"]
    assert item["id"] == made.json()["id"]
    assert acting(hub, family[WIDOW], "erasure", "GET", "/v1/me/requests").json()["items"] == [], "another's wish"
    path, said = f"/v1/requests/{item['id']}/decision", {"decision": "approve", "reason": "家属申请"}
    assert reasons(hub.ask(both, "POST", path, json=said)) == (403, ["self_approval"])
    assert hub.ask(OFFICER, "POST", path, json=said).json()["state"] == "approved"
    assert reasons(read(hub, family[WIDOW], DEAD, reason=WHY)) == (403, ["frozen"])


@pytest.mark.clause("PIPL 49")
@pytest.mark.parametrize("who", [NEIGHBOUR, LODGER, IN_LAW])
def test_a_stranger_acts_for_the_dead_no_more_than_for_nobody(hub, family, who):
    answers = [mandate(hub, family[who], "accesses", about=each) for each in (DEAD, LIVING, NOBODY)]
    assert [reasons(each) for each in answers] == [(403, ["out_of_scope"])] * 3
    assert len({_VARYING.sub("", each.text) for each in answers}) == 1


@pytest.mark.clause("PIPL 49")
def test_relatives_state_why_and_do_for_the_dead_what_the_law_names_and_nothing_else(hub, family):
    assert reasons(mandate(hub, family[WIDOW], "accesses", reason="")) == (403, ["reason_required"])
    for matter in ("consents", "freezes", "visibility", "disputes", "explanations", "MEAL", "RIGHTS"):
        assert reasons(mandate(hub, family[WIDOW], matter)) == (403, ["not_allowed"]), matter
    name = mandate(hub, family[WIDOW], "accesses").json()["id"]
    behalf = {"On-Behalf-Of": name}
    for method, path in (("POST", "/v1/me/erasure"), ("GET", "/v1/me/corrections")):
        assert reasons(hub.ask(family[WIDOW], method, path, json={}, headers=behalf)) == (403, ["not_allowed"])
    for path in ("/v1/me/file", "/v1/me/export"):
        assert hub.ask(family[WIDOW], "GET", path, headers=behalf).status_code in (403, 422), path
    assert reasons(hub.ask(family[SON], "GET", "/v1/me/accesses", headers=behalf)) == (403, ["not_allowed"])


def test_a_mandate_of_a_relative_ends_where_the_register_was_wrong(hub, family):
    name = mandate(hub, family[WIDOW], "accesses").json()["id"]
    row = {"idno": DEAD, "name": "家属", "grid": FIRST_GRID, "life": "存活"}
    hub.installation.import_rows("police", [row], hub.installation.path.parent)
    hub.road.turn.fresh()
    behalf = {"On-Behalf-Of": name}
    assert reasons(hub.ask(family[WIDOW], "GET", "/v1/me/accesses", headers=behalf)) == (403, ["not_allowed"])


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        ("02", "12", True), ("02", "20", True), ("02", "51", True), ("02", "75", True), ("12", "33", True),
        ("02", "28", False), ("02", "38", False), ("02", "53", False), ("02", "99", False), ("02", "97", False),
        ("41", "42", False), ("12", "51", False), ("", "", False), ("99", "99", False), ("02", "02", False),
    ],
)  # fmt: skip
def test_near_relatives_are_those_of_the_civil_code(one, other, near):
    assert near_relatives(one, other) == near_relatives(other, one) == near


def test_the_time_a_stranger_waits_tells_nothing(hub, family):
    """Of somebody who died, somebody who lives and nobody at all."""
    hub.road.misses.note = lambda _principal, _at: None
    seconds = {number: [] for number in (DEAD, WIDOW, NOBODY)}

    async def walk():
        caller = await hub.road.enter(hub.installation.bearer(family[NEIGHBOUR])["Authorization"])
        purpose = hub.road.policies.purposes["RIGHTS"]
        for turn in range(900):
            number = list(seconds)[turn % 3]
            request = AccessRequest(caller, SubjectRef(idno=number), purpose, ("name",), WHY, "0" * 32)
            hub.road.turn.begin()
            started = time.perf_counter()
            outcome = hub.road._walk(request)
            seconds[number].append(time.perf_counter() - started)
            assert outcome.result.reasons == ("out_of_scope",)

    hub.run(walk())
    medians = [statistics.median(each[50:]) for each in seconds.values()]
    assert max(medians) <= WITHIN * min(medians), medians
