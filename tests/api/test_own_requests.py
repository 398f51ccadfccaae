"""Residents dispute an access, freeze and erase their file; others decide, once, and never about themselves."""

import asyncio
import json
from datetime import timedelta

import pytest

from tests.api.city import ADMIN, AREA, AUDITOR, CANTEEN, CIVIL_AFFAIRS, CLERK, OFFICER, SECRETARY
from tests.factories import run_hub

FAR_OFFICER = "security_officer:339998"
REASON = "该次查询与我办理的事项无关"


@pytest.fixture
def elder(hub):
    member = hub.installation.cast["elder"]
    hub.installation.appoint(f"resident:{member.rid}")
    return member


def me(hub, member, path, body=None):
    return hub.ask(f"resident:{member.rid}", "POST", f"/v1/me/{path}", json=body if body is not None else {})


def disputed(hub, member):
    index = hub.disclose(CIVIL_AFFAIRS, member.idno, "OLDCARD").json()["receipt"]["index"]
    answer = me(hub, member, "disputes", {"index": index, "reason": REASON})
    assert answer.status_code == 201, answer.text
    return answer.json() | {"of": index}


def decide(hub, who, name, decision="approve", **more):
    body = {"decision": decision, "reason": "核实后决定", **more}
    return hub.ask(who, "POST", f"/v1/requests/{name}/decision", json=body)


def erase(hub):
    """What `hub erase` says. This process's loop stands still meanwhile, so it must not hold a view open."""
    hub.road.turn.end()
    return run_hub("erase", hub.installation.path).stdout


def reasons(answer):
    return answer.status_code, answer.json()["reasons"]


def accesses(hub, member):
    return hub.ask(f"resident:{member.rid}", "GET", "/v1/me/accesses").json()["items"]


def test_a_dispute_is_filed_about_one_access_and_stands_among_the_accesses(hub, elder):
    filed = disputed(hub, elder)
    assert (filed["state"], filed["index"]) == ("open", filed["of"])
    item = next(each for each in accesses(hub, elder) if each["index"] == filed["entry"])
    assert (item["kind"], item["outcome"]) == ("dispute", "filed")
    assert item["receipt"]["subject"]["reason"] == REASON, "in the part that is erased with the person"
    assert REASON not in json.dumps(item["receipt"]["act"], ensure_ascii=False)


def test_an_entry_about_somebody_else_or_nobody_cannot_be_disputed(hub, elder):
    other = hub.disclose(CIVIL_AFFAIRS, hub.installation.cast["neighbour"].idno, "OLDCARD").json()["receipt"]["index"]
    for index in (other, 0, 2**50):
        answer = me(hub, elder, "disputes", {"index": index, "reason": REASON})
        assert reasons(answer) == (404, ["not_found"])


@pytest.mark.parametrize(
    ("body", "member"),
    [
        ({"index": -1, "reason": REASON}, "index"),
        ({"index": "1", "reason": REASON}, "index"),
        ({"index": 1}, "reason"),
        ({"index": 1, "reason": " "}, "reason"),
        ({"index": 1, "reason": "x" * 501}, "reason"),
        ({"index": 1, "reason": "拨打15400000001"}, "reason"),
        ({"index": 1, "reason": REASON, "more": 1}, "more"),
    ],
)
def test_a_malformed_dispute_is_refused_by_member(hub, elder, body, member):
    answer = me(hub, elder, "disputes", body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["member"] == member


@pytest.mark.parametrize("path", ["disputes", "freezes", "erasure"])
@pytest.mark.parametrize("who", [CLERK, OFFICER, CIVIL_AFFAIRS])
def test_only_residents_ask_for_themselves(hub, path, who):
    body = {"index": 0, "reason": REASON} if path == "disputes" else {}
    assert reasons(hub.ask(who, "POST", f"/v1/me/{path}", json=body)) == (403, ["not_allowed"])


@pytest.mark.clause("PIPL 44-50")
def test_a_freeze_binds_consent_and_contract_at_once_and_no_duty_by_law(hub, elder):
    assert reasons(hub.disclose(CANTEEN, elder.idno, "MEAL")) == (403, ["consent_missing"])
    frozen = me(hub, elder, "freezes", {"reason": REASON}).json()
    assert (frozen["state"], frozen["extent"]) == ("in_force", "wished")
    assert reasons(hub.disclose(CANTEEN, elder.idno, "MEAL")) == (403, ["frozen"])
    assert hub.disclose(CIVIL_AFFAIRS, elder.idno, "OLDCARD").status_code == 200
    assert reasons(hub.disclose(CANTEEN, hub.installation.cast["neighbour"].idno, "MEAL"))[1] != ["frozen"]


def test_a_freeze_is_withdrawn_by_whoever_asked_for_it_once(hub, elder):
    name = me(hub, elder, "freezes").json()["id"]
    other = hub.installation.cast["neighbour"]
    hub.installation.appoint(f"resident:{other.rid}")
    assert reasons(me(hub, other, f"freezes/{name}/withdrawal")) == (404, ["not_found"])
    assert me(hub, elder, f"freezes/{name}/withdrawal").json()["state"] == "ended"
    assert reasons(me(hub, elder, f"freezes/{name}/withdrawal")) == (409, ["already_decided"])
    assert reasons(hub.disclose(CANTEEN, elder.idno, "MEAL")) == (403, ["consent_missing"])


def test_an_erasure_is_pending_until_somebody_decides_and_is_asked_for_once(hub, elder):
    first, second = (me(hub, elder, "erasure").json() for _ in range(2))
    assert first["state"] == "pending"
    assert second["id"] == first["id"]
    listed = hub.ask(OFFICER, "GET", "/v1/requests").json()["items"]
    assert [(each["id"], each["kind"]) for each in listed] == [(first["id"], "erasure_request")]
    assert elder.rid not in json.dumps(listed)


@pytest.mark.parametrize("who", [CLERK, SECRETARY, ADMIN, CIVIL_AFFAIRS])
def test_other_roles_neither_see_nor_decide(hub, elder, who):
    name = me(hub, elder, "erasure").json()["id"]
    assert reasons(hub.ask(who, "GET", "/v1/requests")) == (403, ["not_allowed"])
    assert reasons(decide(hub, who, name)) == (403, ["not_allowed"])


def test_a_request_of_another_area_is_not_found(hub, elder):
    hub.installation.appoint(FAR_OFFICER)
    name = me(hub, elder, "erasure").json()["id"]
    assert reasons(decide(hub, FAR_OFFICER, name)) == (404, ["not_found"])
    assert hub.ask(FAR_OFFICER, "GET", "/v1/requests").json()["items"] == []
    assert reasons(decide(hub, OFFICER, "0" * 24)) == (404, ["not_found"])


def test_an_auditor_decides_disputes_and_no_erasures(hub, elder):
    erasure = me(hub, elder, "erasure").json()["id"]
    assert reasons(decide(hub, AUDITOR, erasure)) == (403, ["not_allowed"])
    assert decide(hub, AUDITOR, disputed(hub, elder)["id"]).json()["state"] == "upheld"


def test_nobody_decides_about_an_access_of_their_own_or_about_their_own_request(hub, elder):
    hub.installation.appoint(f"clerk:{CLERK.split(':')[1]}#zhang", f"auditor:{AREA}#zhang")
    index = hub.disclose(f"{CLERK}#zhang", elder.idno, "OLDCARD").json()["receipt"]["index"]
    name = me(hub, elder, "disputes", {"index": index, "reason": REASON}).json()["id"]
    assert reasons(decide(hub, f"auditor:{AREA}#zhang", name)) == (403, ["self_approval"])
    assert decide(hub, AUDITOR, name, "deny").json()["state"] == "dismissed"
    hub.installation.appoint(f"resident:{elder.rid}#li", f"{OFFICER}#li")
    asked = hub.ask(f"resident:{elder.rid}#li", "POST", "/v1/me/erasure", json={}).json()
    assert reasons(decide(hub, f"{OFFICER}#li", asked["id"])) == (403, ["self_approval"])


def test_of_two_who_decide_at_once_one_is_told_that_it_was_decided(hub, elder):
    name = disputed(hub, elder)["id"]
    body = {"decision": "approve", "reason": "核实"}

    async def both():
        path = f"/v1/requests/{name}/decision"
        return await asyncio.gather(*(hub.request(who, "POST", path, json=body) for who in (AUDITOR, OFFICER) * 2))

    answers = hub.run(both())
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert {str(answer.json().get("reasons")) for answer in answers} == {"None", "['already_decided']"}
    decisions = [each for each in accesses(hub, elder) if each["outcome"] == "upheld"]
    assert len(decisions) == 1


def test_what_is_refused_to_a_decider_is_told_to_the_person_too(hub, elder):
    name = me(hub, elder, "erasure").json()["id"]
    decide(hub, AUDITOR, name)
    [refused] = [each for each in accesses(hub, elder) if each["kind"] == "request_decision"]
    assert (refused["outcome"], refused["reasons"], refused["role"]) == ("denied", ["not_allowed"], "auditor")


@pytest.mark.clause("PIPL 44-50")
def test_an_approved_erasure_freezes_all_at_once_and_is_carried_out_by_the_command(hub, elder):
    name = me(hub, elder, "erasure").json()["id"]
    assert decide(hub, OFFICER, name, citation="个人信息保护法 第四十七条").json()["state"] == "approved"
    assert reasons(hub.disclose(CIVIL_AFFAIRS, elder.idno, "OLDCARD")) == (403, ["frozen"])
    assert erase(hub) == "erasures: 1 carried out, 0 held up by something that is open\n"
    assert reasons(hub.disclose(CIVIL_AFFAIRS, elder.idno, "OLDCARD")) == (403, ["out_of_scope"])
    assert me(hub, elder, "erasure").status_code == 401, "the role ended with the person"
    assert erase(hub).startswith("erasures: 0 carried out, 0 held up")
    assert "BAD  control rows" not in run_hub("doctor", hub.installation.path).stdout


def test_nobody_is_erased_while_a_dispute_is_open_and_the_file_is_frozen_instead(hub, elder):
    dispute = disputed(hub, elder)
    name = me(hub, elder, "erasure").json()["id"]
    decide(hub, OFFICER, name)
    assert erase(hub) == "erasures: 0 carried out, 1 held up by something that is open\n"
    assert reasons(hub.disclose(CIVIL_AFFAIRS, elder.idno, "OLDCARD")) == (403, ["frozen"])
    assert len(accesses(hub, elder)) > 3, "the person still sees the accesses"
    decide(hub, AUDITOR, dispute["id"], "deny")
    assert erase(hub).startswith("erasures: 1 carried out")


@pytest.mark.clause("PIPL 44-50")
def test_a_denied_erasure_changes_nothing_and_says_on_what_law(hub, elder):
    name = me(hub, elder, "erasure").json()["id"]
    denied = decide(hub, OFFICER, name, "deny", citation="网络数据安全管理条例 第十二条").json()
    assert (denied["state"], denied["citation"]) == ("denied", "网络数据安全管理条例 第十二条")
    assert hub.disclose(CIVIL_AFFAIRS, elder.idno, "OLDCARD").status_code == 200
    assert erase(hub).startswith("erasures: 0 carried out, 0 held up")
    item = next(each for each in accesses(hub, elder) if each["index"] == denied["entry"])
    assert item["receipt"]["act"]["citation"] == denied["citation"]
    assert me(hub, elder, "erasure").json()["id"] != name, "it may be asked again"


@pytest.mark.parametrize("body", [{"decision": "maybe", "reason": "x"}, {"decision": "approve", "reason": ""}, {}])
def test_a_malformed_decision_is_bad_input(hub, elder, body):
    name = me(hub, elder, "erasure").json()["id"]
    assert hub.ask(OFFICER, "POST", f"/v1/requests/{name}/decision", json=body).status_code == 422


def test_the_command_erases_beside_a_hub_that_serves(town, world, serve):
    sample = world.manifest["samples"][0]
    resident, idno = f"resident:{sample['rid']}", sample["idno"]
    town.appoint(resident)
    server = serve(town)
    with server.client(resident) as own, server.client(OFFICER) as officer, server.client(CIVIL_AFFAIRS) as window:
        name = own.post("/v1/me/erasure", json={"reason": REASON}).json()["id"]
        assert officer.post(f"/v1/requests/{name}/decision", json={"decision": "approve", "reason": "核实"}).is_success
        assert run_hub("erase", town.path).stdout.startswith("erasures: 1 carried out")
        asked = window.post("/v1/disclosures", json={"subject": {"idno": idno}, "purpose": "OLDCARD"})
        assert reasons(asked) == (403, ["out_of_scope"])
        assert own.get("/v1/me/accesses").status_code == 401


@pytest.mark.clause("GB/T 35273 8.7")
def test_what_residents_ask_for_is_due_in_thirty_days_and_late_afterwards(hub, elder, later):
    index = hub.disclose(CIVIL_AFFAIRS, elder.idno, "OLDCARD").json()["receipt"]["index"]
    names = [me(hub, elder, "disputes", {"index": index, "reason": REASON}).json()["id"]]
    names.append(me(hub, elder, "erasure").json()["id"])
    day = (hub.road.clock() + timedelta(hours=8)).date() + timedelta(days=30)

    def told(path, who):
        items = hub.ask(who, "GET", path).json()["items"]
        return [(each["id"], each["due"], each["overdue"]) for each in items]

    for path, who in (("/v1/requests", OFFICER), ("/v1/me/requests", f"resident:{elder.rid}")):
        assert told(path, who) == [(name, day.isoformat(), False) for name in names]
    later(days=31)
    for path, who in (("/v1/requests", OFFICER), ("/v1/me/requests", f"resident:{elder.rid}")):
        assert told(path, who) == [(name, day.isoformat(), True) for name in names]
    answer = {"decision": "deny", "reason": "有法定保存期限", "citation": "个人信息保护法 第四十七条"}
    hub.ask(OFFICER, "POST", f"/v1/requests/{names[1]}/decision", json=answer)
    assert told("/v1/me/requests", f"resident:{elder.rid}")[1] == (names[1], day.isoformat(), False)


def test_an_operator_may_set_fewer_days(hub, elder):
    hub.road.deadlines = hub.road.deadlines._replace(request_days=15)
    due = (hub.road.clock() + timedelta(hours=8)).date() + timedelta(days=15)
    assert me(hub, elder, "erasure").json()["due"] == due.isoformat()
    claim = {"field": "tel", "value": "15400005555", "reason": "已换号"}
    assert me(hub, elder, "corrections", claim).json()["due"] == due.isoformat()


@pytest.mark.parametrize("path", ["freezes", "erasure"])
def test_what_needs_no_words_needs_no_body(hub, elder, path):
    answer = hub.ask(f"resident:{elder.rid}", "POST", f"/v1/me/{path}")
    assert answer.status_code == 201, answer.text
