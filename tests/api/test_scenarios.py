"""The field's own scenarios, told as they happen: who does what at which desk, and what the trail says afterwards."""

from datetime import timedelta

import pytest

from tests.api.city import AREA, CIVIL_AFFAIRS, CLERK, FIRST_GRID, GRID_WORKER, HEALTH, OFFICER, SECOND_GRID, SECRETARY
from tests.api.moving import Clock

FEDERATION = f"department:disability_federation@{AREA}"
DEVICES, POLICE = f"organisation:bracelets@{AREA}", f"department:police@{AREA}"
CHILDCARE, PROPERTY = f"organisation:childcare01@{AREA}", f"organisation:property01@{AREA}"


@pytest.fixture
def clock(hub, monkeypatch):
    return Clock(hub, monkeypatch)


@pytest.fixture
def elder(hub):
    member = hub.installation.cast["elder"]
    hub.installation.appoint(f"resident:{member.rid}", DEVICES)
    return member


def does(hub, who, method, path, body=None, on=None):
    """What somebody does and gets, or the reasons why not."""
    more = {} if body is None else {"json": body}
    answer = hub.ask(who, method, path, headers={"On-Behalf-Of": on} if on else None, **more).json()
    return answer.get("reasons", answer)


def reads(hub, who, member, purpose, fields=None, **more):
    """The fields somebody is shown, and why they are not shown the others."""
    more |= {"fields": fields} if fields else {}
    answer = hub.disclose(who, member.idno, purpose, **more).json()
    return list(answer.get("fields", ())), {each["field"]: each["reason"] for each in answer["withheld"]}


def told(hub, member):
    """What a resident finds among the accesses to their file, the oldest first: what happened, and its outcome."""
    items = does(hub, f"resident:{member.rid}", "GET", "/v1/me/accesses")["items"]
    return [(item["kind"], item["outcome"]) for item in reversed(items)]


@pytest.mark.clause("PIPL 6", "PIPL 51")
def test_1_tiered_access(hub, elder, clock):
    """A grid worker visits an elder of 82; the diagnosis takes the secretary's yes, and ends with the day."""
    shown, kept = reads(hub, GRID_WORKER, elder, "VISIT")
    assert (shown, kept) == (["name", "ageband", "addr", "tel", "tag.alone", "visit.last"], {})
    assert reads(hub, GRID_WORKER, elder, "VISIT", ["med.chronic"]) == ([], {"med.chronic": "approval_required"})
    wish = {"subject": {"idno": elder.idno}, "purpose": "VISIT", "fields": ["med.chronic"], "reason": "随访用药提醒"}
    asked = does(hub, GRID_WORKER, "POST", "/v1/approvals", wish | {"duration": "PT24H"})
    yes = {"decision": "approve", "reason": "同意随访"}
    assert does(hub, GRID_WORKER, "POST", f"/v1/approvals/{asked['id']}/decision", yes) == ["self_approval"]
    own = does(hub, SECRETARY, "POST", "/v1/approvals", wish)
    assert does(hub, SECRETARY, "POST", f"/v1/approvals/{own['id']}/decision", yes) == ["self_approval"]
    assert does(hub, SECRETARY, "POST", f"/v1/approvals/{asked['id']}/decision", yes)["state"] == "approved"
    assert reads(hub, GRID_WORKER, elder, "VISIT", ["med.chronic"])[0] == ["med.chronic"]
    elsewhere = hub.disclose(f"grid_worker:{SECOND_GRID}", elder.idno, "VISIT").json()
    assert elsewhere["reasons"] == ["out_of_scope"]
    clock.go_on(hours=25)
    assert reads(hub, GRID_WORKER, elder, "VISIT", ["med.chronic"]) == ([], {"med.chronic": "approval_expired"})
    trail = told(hub, elder)
    steps = [("disclosure", "denied"), ("approval", "requested"), ("approval", "approved"), ("disclosure", "disclosed")]
    places = [
        trail.index(steps[0]),
        *(trail.index(step) for step in steps[1:3]),
        len(trail) - 1 - trail[::-1].index(steps[3]),
    ]
    assert places == sorted(places)
    assert ("disclosure", "denied") in trail[places[3] :], "also that it had ended"


@pytest.mark.clause("PIPL 6")
def test_2_senior_card(hub, elder):
    """A clerk of civil affairs asks for the children's telephone beside what a senior card needs."""
    shown, kept = reads(hub, CIVIL_AFFAIRS, elder, "OLDCARD", ["name", "idno", "ec"])
    assert (shown, kept) == (["name", "idno"], {"ec": "not_in_purpose"})
    filings = does(hub, CIVIL_AFFAIRS, "GET", "/v1/filings")["items"]
    name = next(each["id"] for each in filings if each["purpose"] == "OLDCARD")
    use = does(hub, OFFICER, "GET", f"/v1/filings/{name}/use")
    assert "ec" in str(use), "the over-ask is counted against whoever asked"
    receipts = does(hub, f"resident:{elder.rid}", "GET", "/v1/me/accesses")["items"]
    assert elder.values["ec"]["tel"] not in str(receipts), "the telephone number never left the store"


@pytest.mark.clause("PIPL 44-50")
def test_3_privacy_mode_without_sensors(hub, elder):
    """An elder alone says who may know that her water stood still: her grid worker, nobody else."""
    me = f"resident:{elder.rid}"
    rules = does(hub, me, "GET", "/v1/me/visibility")["rules"]
    anomaly = {each["audience"]: each["visible"] for each in rules if each["group"] == "utility_anomaly"}
    assert [audience for audience, visible in anomaly.items() if visible] == ["grid_worker"]
    assert does(hub, me, "POST", "/v1/me/consents", {"purpose": "UTIL"})["state"] == "given"
    for who, reason in ((GRID_WORKER, "not_offered"), (SECRETARY, "not_a_requester"), (PROPERTY, "not_a_requester")):
        answer = hub.disclose(who, elder.idno, "UTIL", fields=["alert.kind", "alert.time"]).json()
        assert answer["reasons"] == [reason], "nothing senses yet, and others never may"
    assert does(hub, me, "POST", "/v1/me/consents", {"purpose": "REPAIR", "recipient": PROPERTY})["state"] == "given"
    assert reads(hub, PROPERTY, elder, "REPAIR", ["place", "photo"])[0] == ["place", "photo"]
    hidden = {"rules": [{"group": "contact", "audience": "organisation", "visible": False}]}
    does(hub, me, "PUT", "/v1/me/visibility", hidden)
    absent = {"place": "not_available", "photo": "not_available"}
    assert reads(hub, PROPERTY, elder, "REPAIR", ["place", "photo"]) == ([], absent)
    assert "addr" in reads(hub, GRID_WORKER, elder, "VISIT")[0], "who comes to look finds the door"


@pytest.mark.clause("PIPL 13", "PIPL 17-18")
def test_4_breaking_the_glass(hub, elder, clock):
    """A bracelet reports a fall at three in the morning; the day after, somebody asks whether it was right."""
    raised = does(hub, DEVICES, "POST", "/v1/alarms", {"subject": {"idno": elder.idno}, "kind": "fall"})["id"]
    need = {"subject": {"idno": elder.idno}, "reason": "手环跌倒报警"}
    rescue = does(hub, GRID_WORKER, "POST", "/v1/emergencies", need | {"trigger": {"alarm": raised}})
    assert {"addr", "ec", "med.allergy"} <= set(reads(hub, GRID_WORKER, elder, "SOS")[0])
    bare = hub.installation.cast["bare"]
    claim = does(hub, GRID_WORKER, "POST", "/v1/emergencies", need | {"subject": {"idno": bare.idno}})
    assert claim["verified"] is False
    shown, kept = reads(hub, GRID_WORKER, bare, "SOS")
    assert set(shown) <= {"name", "addr", "ec"}
    assert kept["med.allergy"] == "emergency_not_open"
    assert ("emergency", "opened") in told(hub, elder), "she is told afterwards"
    clock.go_on(hours=25)
    answer = hub.disclose(GRID_WORKER, elder.idno, "VISIT").json()
    assert answer["reasons"] == ["not_allowed"], "unreviewed, it locks the opener's other purposes"
    for name in (rescue["id"], claim["id"]):
        does(hub, SECRETARY, "POST", f"/v1/emergencies/{name}/review", {"verdict": "justified", "note": "已核实"})
    assert "name" in reads(hub, GRID_WORKER, elder, "VISIT")[0]


@pytest.mark.clause("无障碍环境建设法 39-40")
def test_6_an_elder_at_the_window(hub, elder):
    """She has no smartphone: a clerk acts for her, one matter at a time, and prints what was done."""
    me, whom = f"resident:{elder.rid}", {"subject": {"idno": elder.idno}}
    given = does(hub, me, "POST", "/v1/me/consents", {"purpose": "UTIL"})["id"]
    reads(hub, CIVIL_AFFAIRS, elder, "OLDCARD")

    def mandate(matter, number):
        return does(hub, CLERK, "POST", "/v1/mandates", whom | {"matter": matter, "proof": {"form": number}})["id"]

    looking = mandate("accesses", "DB-2026/1")
    seen = does(hub, CLERK, "GET", "/v1/me/accesses", on=looking)["items"]
    assert ("disclosure", "OLDCARD") in [(each["kind"], each["purpose"]) for each in seen], "who looked, and why"
    assert does(hub, CLERK, "GET", "/v1/me/file", on=looking) == ["not_allowed"], "never the whole file"
    correcting = mandate("corrections", "DB-2026/2")
    change = {"field": "tel", "value": "15400000999", "reason": "换号"}
    waiting = does(hub, CLERK, "POST", "/v1/me/corrections", change, on=correcting)
    assert waiting["state"] == "pending"
    assert does(hub, CLERK, "POST", f"/v1/me/consents/{given}/withdrawal", on=correcting) == ["not_allowed"]
    withdrawing = mandate("UTIL", "DB-2026/3")
    assert does(hub, CLERK, "POST", f"/v1/me/consents/{given}/withdrawal", on=withdrawing)["state"] == "withdrawn"
    slip = hub.ask(CLERK, "GET", f"/v1/mandates/{withdrawing}/slip", headers={"Accept": "text/html"})
    assert "font-size:22pt" in slip.text
    acts = [each["receipt"]["act"] for each in does(hub, me, "GET", "/v1/me/accesses")["items"]]
    done = {(each["kind"], each["actor"], each["on_behalf_of"]) for each in acts}
    assert ("consent", f"{CLERK}#1", withdrawing) in done, "both identities stand on the entry"


@pytest.mark.clause("PIPL 6")
def test_7_no_resubmission(hub, elder):
    """She files for the living allowance once; the check-up desk learns yes or no, and neither learns the other's."""
    answer = hub.disclose(HEALTH, elder.idno, "EXAM", fields=["receives_dibao", "fin.aid", "fin.acct"]).json()
    assert answer["fields"] == {"receives_dibao": True}
    assert {each["reason"] for each in answer["withheld"]} == {"not_in_purpose"}
    shown, kept = reads(hub, CIVIL_AFFAIRS, elder, "DIBAO", ["name", "med.chronic", "fin.check"])
    assert (shown, kept["med.chronic"]) == ([], "not_in_purpose")
    assert kept["fin.check"] == "approval_required", "the means check takes the secretary"


@pytest.mark.clause("政务数据共享条例", "GB/T 35273 7.1")
def test_8_departmental_sharing(hub, elder, clock):
    """The federation of the disabled files for 200 people; each source answers, bulk takes two, and it ends."""
    office = f"{FEDERATION[:-6]}339999001"
    hub.installation.appoint(office, f"{OFFICER}#li", f"{OFFICER}#wang")
    paper = [each for each in does(hub, FEDERATION, "GET", "/v1/filings")["items"] if each["purpose"] == "DISAB"]
    does(hub, FEDERATION, "POST", f"/v1/filings/{paper[0]['id']}/withdrawal")
    until = (hub.road.clock() + timedelta(days=60)).date().isoformat()
    body = {"purpose": "DISAB", "basis": "statutory", "citation": "残疾人保障法 第四十八条", "scenario": "补贴核发"}
    body |= {"scope": "339999001", "volume": 200, "valid_until": until}
    no, yes = {"decision": "deny", "reason": "范围说明不足"}, {"decision": "approve", "reason": "同意"}
    first = does(hub, office, "POST", "/v1/filings", body)
    assert does(hub, POLICE, "POST", f"/v1/filings/{first['id']}/decision", no | {"reason": ""}) == ["bad_input"]
    refused = does(hub, POLICE, "POST", f"/v1/filings/{first['id']}/decision", no)
    assert (refused["state"], refused["decisions"][0]["reason"]) == ("denied", "范围说明不足")
    second = does(hub, office, "POST", "/v1/filings", body | {"scenario": "残疾人两项补贴核发"})
    for by in (POLICE, f"{OFFICER}#li"):
        assert does(hub, by, "POST", f"/v1/filings/{second['id']}/decision", yes)["state"] == "pending"
    assert hub.disclose(office, elder.idno, "DISAB").json()["reasons"] == ["no_filing"], "bulk takes a second officer"
    by = f"{OFFICER}#wang"
    assert does(hub, by, "POST", f"/v1/filings/{second['id']}/decision", yes)["state"] == "approved"
    wish = {"subject": {"idno": elder.idno}, "purpose": "DISAB", "reason": "补贴核发", "duration": "P30D"}
    asked = does(hub, office, "POST", "/v1/approvals", wish)
    does(hub, SECRETARY, "POST", f"/v1/approvals/{asked['id']}/decision", yes)
    shown, kept = reads(hub, office, elder, "DISAB", ["name", "disab.no", "disab.category"])
    assert (shown, kept) == (["name", "disab.no"], {"disab.category": "not_in_purpose"})
    clock.go_on(days=62)
    assert hub.disclose(office, elder.idno, "DISAB").json()["reasons"] == ["no_filing"], "access ends on the date"


@pytest.mark.clause("PIPL 31", "未成年人网络保护条例 34, 36")
def test_9_a_child_in_care(hub, tmp_path):
    """A seven-year-old is enrolled: the mother first, then a manager even for the name; then she changes her mind."""
    child, mother, aunt = (hub.installation.cast[name] for name in ("child", "neighbour", "bare"))
    hub.installation.appoint(*(f"resident:{each.rid}" for each in (child, mother, aunt)))
    row = {"idno": child.idno, "name": child.values["name"], "dob": "2019-06-01", "minor.guardian": mother.rid}
    hub.installation.import_rows("police", [row | {"grid": FIRST_GRID, "life": "alive"}], tmp_path)
    me, whom = f"resident:{mother.rid}", {"subject": {"idno": child.idno}}
    assert reads(hub, CHILDCARE, child, "CHILD", ["name"])[1] == {"name": "guardian_consent_missing"}
    matter = whom | {"matter": "CHILD"}
    assert does(hub, f"resident:{aunt.rid}", "POST", "/v1/mandates", matter) == ["out_of_scope"], "no guardian"
    mandate = does(hub, me, "POST", "/v1/mandates", matter)["id"]
    agreed = does(hub, me, "POST", "/v1/me/consents", {"purpose": "CHILD", "recipient": CHILDCARE}, on=mandate)
    assert agreed["given_by"] == "guardian"
    assert reads(hub, CHILDCARE, child, "CHILD", ["name"])[1] == {"name": "minor_approval_required"}
    wish = whom | {"purpose": "CHILD", "fields": ["name", "med.allergy"], "reason": "入班登记", "duration": "P30D"}
    asked = does(hub, CHILDCARE, "POST", "/v1/approvals", wish)["id"]
    does(hub, SECRETARY, "POST", f"/v1/approvals/{asked}/decision", {"decision": "approve", "reason": "同意"})
    shown, kept = reads(hub, CHILDCARE, child, "CHILD", ["name", "med.allergy", "pickup"])
    assert (shown, kept) == (["name", "med.allergy"], {"pickup": "minor_approval_required"})
    does(hub, me, "POST", f"/v1/me/consents/{agreed['id']}/withdrawal", on=mandate)
    assert reads(hub, CHILDCARE, child, "CHILD", ["name"])[1] == {"name": "guardian_consent_missing"}
    seen = told(hub, child)
    assert ("consent", "withdrawn") in seen
    assert ("mandate", "open") in seen
