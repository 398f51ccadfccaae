"""Two files that are one person's: merged by two people, found under both names, and taken apart again as they were."""

import json

import pytest

from hub.feeds.sealing import ALL_TIERS, OpenedSections, open_facts
from hub.model.tier import Tier
from hub.rights.erasure import carry_out
from hub.store.tokens import idno_token
from tests.api.city import (
    AREA,
    CANTEEN,
    CIVIL_AFFAIRS,
    CLERK,
    FIRST_GRID,
    GRID_WORKER,
    HEALTH,
    OFFICER,
    SECOND_GRID,
    SECRETARY,
)
from tests.factories import person

POLICE = f"department:police@{AREA}"
OLD, NEW = person(501, tel="15400000501"), person(502, addr="云澜街道桂花社区教工路502号")
REASON = "同一人先后以居住证和身份证登记"


@pytest.fixture
def hub(hub, tmp_path):
    """`NEW` has a file of the police; `OLD` has one of the police and civil affairs, from before."""
    city = hub.installation
    city.appoint(POLICE, "department:police@339998", f"resident:{OLD['rid']}", f"resident:{NEW['rid']}")
    old = {name: OLD[name] for name in ("idno", "rid", "name", "community", "grid", "life", "tel")}
    city.import_rows("police", [old], tmp_path, "old.csv")
    city.import_rows("police", [NEW], tmp_path, "new.csv")
    tagged = {"idno": OLD["idno"], "tag.alone": "true", "tag.dibao": "true", "tel": "15400009501"}
    city.import_rows("civil_affairs", [tagged], tmp_path, "tags.csv")
    return hub


def propose(hub, *, by=GRID_WORKER, subject=NEW, duplicate=OLD):
    body = {"subject": {"idno": subject["idno"]}, "duplicate": {"idno": duplicate["idno"]}, "reason": REASON}
    return hub.ask(by, "POST", "/v1/merges", json=body)


def decide(hub, name, decision="approve", *, by=POLICE, what="decision"):
    body = {"decision": decision, "reason": "户籍已核"}
    return hub.ask(by, "POST", f"/v1/merges/{name}/{what}", json=body)


def merged(hub):
    name = propose(hub).json()["id"]
    answer = decide(hub, name)
    assert answer.json()["state"] == "merged", answer.text
    return name


def separated(hub, name):
    assert hub.ask(GRID_WORKER, "POST", f"/v1/merges/{name}/separation", json={"reason": "核查有误"}).status_code == 200
    answer = decide(hub, name, what="separation/decision")
    assert answer.json()["state"] == "separated", answer.text


def visit(hub, row, **more):
    return hub.disclose(GRID_WORKER, row["idno"], "VISIT", fields=["name", "addr", "tel", "tag.alone"], **more)


def seen(hub, row):
    return visit(hub, row).json().get("fields")


def file(hub, row):
    """Everything a file holds: sections and what decisions know, opened as a feed would."""
    reader, ring = hub.road.reader, hub.road.ring
    hub.road.turn.end()
    sealed = reader.find(idno_token(ring, row["idno"]), tuple(Tier))
    return dict(OpenedSections(ring, sealed, ALL_TIERS)), open_facts(ring, sealed)


def reasons(answer):
    return answer.status_code, answer.json().get("reasons")


def own(hub, row, method, path, **options):
    return hub.ask(f"resident:{row['rid']}", method, path, **options)


def resident(hub, row):
    return hub.road.reader.find(idno_token(hub.road.ring, row["idno"]), ()).resident


def contradictions(hub):
    hub.road.turn.end()
    return hub.road.reader.damaged() + hub.road.reader.damaged_files(99)


def test_both_numbers_lead_to_one_file_that_holds_what_both_held(hub):
    known = contradictions(hub)
    assert seen(hub, NEW)["name"] == NEW["name"]
    merged(hub)
    found = seen(hub, NEW)
    assert seen(hub, OLD) == found
    assert found["tag.alone"] is True, "only the old file had this"
    assert found["addr"] == NEW["addr"], "only the new one had this"
    assert found["tel"] == "15400009501", "civil affairs stand above the police"
    answers = [visit(hub, row).json()["rid"] for row in (OLD, NEW)]
    assert answers[0] == answers[1]
    assert contradictions(hub) == known


def test_an_id_that_an_organisation_held_goes_on_to_work(hub):
    rid = visit(hub, OLD).json()["rid"]
    merged(hub)
    body = {"subject": {"rid": rid}, "purpose": "VISIT"}
    answer = hub.ask(GRID_WORKER, "POST", "/v1/disclosures", json=body).json()
    assert answer["fields"]["addr"] == NEW["addr"]
    assert answer["rid"] == visit(hub, NEW).json()["rid"] != rid


def test_they_are_one_person_on_every_list(hub):
    def listed():
        answer = hub.ask(GRID_WORKER, "POST", "/v1/residents/search", json={"grid": FIRST_GRID, "limit": 200})
        return sorted(each["fields"]["name"] for each in answer.json()["items"])

    before = listed()
    name = merged(hub)
    assert sorted([*listed(), OLD["name"]]) == before
    separated(hub, name)
    assert listed() == before


def test_whoever_proposes_does_not_decide_and_only_the_register_of_the_area_does(hub):
    name = propose(hub, by=POLICE).json()["id"]
    assert reasons(decide(hub, name)) == (403, ["self_approval"])
    assert reasons(decide(hub, name, by=CIVIL_AFFAIRS)) == (403, ["not_allowed"])
    assert reasons(decide(hub, name, by="department:police@339998")) == (404, ["not_found"])
    hub.installation.appoint(f"{POLICE}#second")
    assert decide(hub, name, by=f"{POLICE}#second").json()["state"] == "merged"
    assert reasons(decide(hub, name, by=f"{POLICE}#second")) == (409, ["already_decided"])
    assert reasons(propose(hub)) == (409, ["already_decided"])


def test_nobody_learns_by_proposing_who_is_registered_elsewhere(hub):
    nobody = person(599)
    far = {"idno": hub.installation.cast["neighbour"].idno}
    answers = [reasons(propose(hub, duplicate=each)) for each in (nobody, far)]
    assert answers == [(403, ["out_of_scope"])] * 2
    assert reasons(propose(hub, by=CANTEEN)) == (403, ["not_allowed"])
    assert reasons(propose(hub, by=f"grid_worker:{SECOND_GRID}")) == (403, ["out_of_scope"])


def test_the_register_sees_who_the_two_are_and_both_find_the_look_in_their_lists(hub):
    name = propose(hub).json()["id"]
    [item] = hub.ask(POLICE, "GET", "/v1/merges").json()["items"]
    assert item["id"] == name
    assert {each["values"]["idno"] for each in item["files"]} == {OLD["idno"], NEW["idno"]}
    [told] = hub.ask(GRID_WORKER, "GET", "/v1/merges").json()["items"]
    assert (told["id"], told["files"]) == (name, [])
    for row in (OLD, NEW):
        latest = own(hub, row, "GET", "/v1/me/accesses").json()["items"][0]
        assert (latest["kind"], latest["department"], latest["outcome"]) == ("merge", "police", "listed")


def test_separated_files_are_as_they_were_to_the_last_value(hub):
    known = contradictions(hub)
    before = file(hub, NEW), file(hub, OLD)
    separated(hub, merged(hub))
    assert (file(hub, NEW), file(hub, OLD)) == before
    assert contradictions(hub) == known
    assert seen(hub, OLD)["tel"] == "15400009501"
    assert "tag.alone" not in seen(hub, NEW)


def test_what_a_feed_brings_meanwhile_counts_for_one_file_and_goes_back_to_its_own(hub, tmp_path):
    known = contradictions(hub)
    name = merged(hub)
    moved = NEW | {"addr": "云澜街道桂花社区教工路777号"}
    other = {"idno": OLD["idno"], "name": OLD["name"], "grid": FIRST_GRID, "tel": "15400007501", "addr": "旧址8号"}
    assert hub.installation.import_rows("police", [moved], tmp_path, "moved.csv").updated == 1
    assert seen(hub, OLD)["addr"] == "云澜街道桂花社区教工路777号"
    assert hub.installation.import_rows("police", [other], tmp_path, "other.csv").updated == 1
    assert seen(hub, NEW)["addr"] == "旧址8号", "the later word of one source"
    assert hub.disclose(GRID_WORKER, NEW["idno"], "WALK", fields=["name"]).json()["fields"] == {"name": OLD["name"]}
    assert file(hub, NEW)[0][Tier.IDENTITY]["idno"][0].value == NEW["idno"], "each number stays its own file's"
    assert contradictions(hub) == known
    separated(hub, name)
    assert seen(hub, OLD)["addr"] == "旧址8号"
    assert seen(hub, NEW)["addr"] != "旧址8号"
    assert seen(hub, NEW)["name"] == NEW["name"]
    assert contradictions(hub) == known
    again = hub.installation.import_rows("police", [moved | {"sex": "1"}], tmp_path, "again.csv")
    assert again.updated == 1
    assert seen(hub, NEW)["addr"] == "云澜街道桂花社区教工路777号"


def test_only_the_last_of_several_merges_can_be_undone(hub, tmp_path):
    known, third = contradictions(hub), person(503)
    hub.installation.import_rows("police", [third], tmp_path, "third.csv")
    first = merged(hub)
    second = propose(hub, duplicate=third).json()["id"]
    assert decide(hub, second).json()["state"] == "merged"
    hub.ask(GRID_WORKER, "POST", f"/v1/merges/{first}/separation", json={"reason": "核查有误"})
    assert reasons(decide(hub, first, what="separation/decision")) == (409, ["still_open"])
    separated(hub, second)
    assert decide(hub, first, what="separation/decision").json()["state"] == "separated"
    assert contradictions(hub) == known


def test_a_consent_that_one_file_refused_is_refused_for_both_and_hiding_wins(hub):
    say = {"purpose": "MEAL", "basis": "contract"}
    for row in (OLD, NEW):
        assert own(hub, row, "POST", "/v1/me/consents", json=say).status_code == 201
        assert hub.disclose(CANTEEN, row["idno"], "MEAL", fields=["name"]).status_code == 200
    own(hub, OLD, "POST", "/v1/me/consents", json=say | {"decision": "refuse"})
    rule = {"group": "contact", "audience": "secretary", "visible": False}
    own(hub, OLD, "PUT", "/v1/me/visibility", json={"rules": [rule]})
    name = merged(hub)
    for row in (OLD, NEW):
        assert reasons(hub.disclose(CANTEEN, row["idno"], "MEAL", fields=["name"])) == (403, ["consent_missing"])
        rules = own(hub, row, "GET", "/v1/me/visibility").json()["rules"]
        assert [each["visible"] for each in rules if (each["group"], each["audience"]) == ("contact", "secretary")] == [
            False
        ]
    separated(hub, name)
    assert hub.disclose(CANTEEN, NEW["idno"], "MEAL", fields=["name"]).status_code == 200
    assert reasons(hub.disclose(CANTEEN, OLD["idno"], "MEAL", fields=["name"])) == (403, ["consent_missing"])


def test_a_freeze_and_a_protection_of_either_hold_for_both(hub):
    hub.installation.appoint(f"{OFFICER}#second")
    own(hub, OLD, "POST", "/v1/me/freezes", json={})
    asked = {"subject": {"idno": OLD["idno"]}, "reason": "证人"}
    protection = hub.ask(OFFICER, "POST", "/v1/protections", json=asked).json()["id"]
    yes = {"decision": "approve", "reason": "已核实"}
    hub.ask(f"{OFFICER}#second", "POST", f"/v1/protections/{protection}/decision", json=yes)
    say = {"purpose": "MEAL", "basis": "contract"}
    own(hub, NEW, "POST", "/v1/me/consents", json=say)
    assert hub.disclose(CANTEEN, NEW["idno"], "MEAL", fields=["name"]).status_code == 200
    name = merged(hub)
    assert reasons(hub.disclose(CANTEEN, NEW["idno"], "MEAL", fields=["name"])) == (403, ["frozen"])
    items = hub.ask(OFFICER, "GET", "/v1/protections", params={"state": "in_force"}).json()["items"]
    assert len(items) == 2, "the protection has an id of the merged file's own besides"
    separated(hub, name)
    assert hub.disclose(CANTEEN, NEW["idno"], "MEAL", fields=["name"]).status_code == 200
    states = hub.ask(OFFICER, "GET", "/v1/protections", params={"state": "in_force"}).json()["items"]
    assert [each["id"] for each in states] == [protection]


def test_an_approval_about_the_file_that_was_given_up_must_be_asked_for_anew(hub):
    wish = {"subject": {"idno": OLD["idno"]}, "purpose": "VISIT", "fields": ["med.chronic"], "reason": "慢病随访"}
    name = hub.ask(GRID_WORKER, "POST", "/v1/approvals", json=wish).json()["id"]
    yes = {"decision": "approve", "reason": "同意"}
    assert hub.ask(SECRETARY, "POST", f"/v1/approvals/{name}/decision", json=yes).json()["state"] == "approved"
    merged(hub)
    answer = hub.disclose(GRID_WORKER, NEW["idno"], "VISIT", fields=["name", "med.chronic"]).json()
    assert answer["withheld"] == [{"field": "med.chronic", "reason": "approval_required"}]


def test_what_waits_about_the_file_that_would_be_given_up_is_decided_first(hub):
    own(hub, OLD, "POST", "/v1/me/corrections", json={"field": "tel", "value": "15400005555", "reason": "已换号"})
    name = propose(hub).json()["id"]
    assert reasons(decide(hub, name)) == (409, ["still_open"])
    assert seen(hub, OLD) != seen(hub, NEW)


def test_nobody_who_asked_to_be_erased_is_merged(hub):
    own(hub, NEW, "POST", "/v1/me/erasure", json={})
    assert reasons(decide(hub, propose(hub).json()["id"])) == (409, ["still_open"])


def test_both_lists_of_accesses_stay_whole_and_prove_themselves(hub):
    for row in (OLD, OLD, NEW):
        visit(hub, row)
    name = merged(hub)
    visit(hub, OLD)
    lists = {
        "mine": own(hub, NEW, "GET", "/v1/me/accesses", params={"limit": 200}).json(),
        "other": own(hub, NEW, "GET", "/v1/me/accesses", params={"limit": 200, "merge": name}).json(),
        "other too": own(hub, OLD, "GET", "/v1/me/accesses", params={"limit": 200, "merge": name}).json(),
    }
    for page in lists.values():
        ordinals = [each["receipt"]["ordinal"]["ordinal"] for each in page["items"]]
        assert ordinals == list(range(page["total"]["count"], 0, -1))
    visits = {which: sum(each["purpose"] == "VISIT" for each in page["items"]) for which, page in lists.items()}
    assert visits == {"mine": 2, "other": 2, "other too": 2}
    [told] = own(hub, OLD, "GET", "/v1/me/merges").json()["items"]
    assert told["id"] == name
    theirs = own(hub, hub_member(hub), "GET", "/v1/me/accesses", params={"merge": name})
    assert reasons(theirs) == (404, ["not_found"])
    disputed = next(each["index"] for each in lists["other"]["items"] if each["purpose"] == "VISIT")
    assert own(hub, NEW, "POST", "/v1/me/disputes", json={"index": disputed, "reason": "没有上门"}).status_code == 201


def hub_member(hub):
    member = hub.installation.cast["elder"]
    hub.installation.appoint(f"resident:{member.rid}")
    return {"rid": member.rid}


def test_erasing_the_person_erases_both_files_unless_something_about_either_is_open(hub):
    known, name = contradictions(hub), merged(hub)
    ids = [resident(hub, row) for row in (OLD, NEW)]
    index = visit(hub, OLD).json()["receipt"]["index"]
    dispute = own(hub, OLD, "POST", "/v1/me/disputes", json={"index": index, "reason": "没有上门"}).json()["id"]
    asked = own(hub, OLD, "POST", "/v1/me/erasure", json={}).json()["id"]
    yes = {"decision": "approve", "reason": "可删除", "citation": "个人信息保护法 第四十七条"}
    assert hub.ask(OFFICER, "POST", f"/v1/requests/{asked}/decision", json=yes).status_code == 200
    assert erase(hub) == (0, 1)
    assert hub.ask(OFFICER, "POST", f"/v1/requests/{dispute}/decision", json=yes).status_code == 200
    assert erase(hub) == (1, 0)
    hub.road.turn.end()
    assert [hub.road.reader.get(each, ()) for each in ids] == [None, None]
    [row] = hub.road.reader.control("merge_before")
    assert row.body["kept_before"] == row.body["given_up_before"] == {}
    assert reasons(decide(hub, name, what="separation/decision"))[0] in (403, 404, 409)
    assert contradictions(hub) == known


def erase(hub):
    hub.road.turn.end()
    with hub.installation.opened() as store:
        return tuple(carry_out(store.writer, store.reader, store.ring, hub.road.clock()))


def test_the_trail_names_neither_values_nor_people(hub):
    name = merged(hub)
    separated(hub, name)
    entries = [hub.installation.entry(index) for index in range(hub.installation.size())]
    acts = [json.loads(each.act) for each in entries if b'"kind":"merge"' in each.act]
    assert {act["outcome"] for act in acts} >= {"pending", "merged", "separating", "separated", "kept", "dropped"}
    for act in acts:
        text = json.dumps(act, ensure_ascii=False)
        assert not any(value in text for row in (OLD, NEW) for value in (row["idno"], row["name"], row["rid"], REASON))


def test_a_person_of_two_files_decides_about_neither(hub):
    """Whoever stands behind the file that was given up is the same person as the one of the merged file."""
    hub.installation.appoint(f"resident:{OLD['rid']}#li", f"{SECRETARY}#li")
    merged(hub)
    wish = {"subject": {"idno": NEW["idno"]}, "purpose": "VISIT", "fields": ["med.chronic"], "reason": "慢病随访"}
    name = hub.ask(GRID_WORKER, "POST", "/v1/approvals", json=wish).json()["id"]
    yes = {"decision": "approve", "reason": "同意"}
    answer = hub.ask(f"{SECRETARY}#li", "POST", f"/v1/approvals/{name}/decision", json=yes)
    assert reasons(answer) == (403, ["self_approval"])


def test_departments_and_staff_propose_residents_and_officers_do_not(hub):
    assert propose(hub, by=HEALTH).status_code == 201
    assert propose(hub, by=CLERK).status_code == 201
    assert reasons(propose(hub, by=OFFICER)) == (403, ["not_allowed"])
