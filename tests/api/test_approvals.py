"""A grid worker asks for a field that needs somebody's yes, a secretary decides, and the next read follows."""

from datetime import timedelta

import pytest

from tests.api.city import AUDITOR, CIVIL_AFFAIRS, CLERK, FIRST_GRID, GRID_WORKER, HEALTH, OFFICER, SECRETARY

OTHER_SECRETARY = "secretary:339999001002"
SUBDISTRICT = "department:subdistrict@339999001"


@pytest.fixture
def elder(hub):
    hub.installation.appoint(OTHER_SECRETARY, SUBDISTRICT)
    return hub.installation.cast["elder"]


def visit(hub, elder, *, by=GRID_WORKER, fields=("med.chronic",)):
    """What a read for a visit gives: the status, the fields, the reasons."""
    answer = hub.disclose(by, elder.idno, "VISIT", fields=list(fields)).json()
    reasons = [each["reason"] for each in answer["withheld"]] if "fields" in answer else answer["reasons"]
    return answer.get("fields"), reasons


def ask(hub, elder, *, by=GRID_WORKER, **more):
    body = {
        "subject": {"idno": elder.idno},
        "purpose": "VISIT",
        "fields": ["med.chronic"],
        "reason": "随访前了解慢病",
        "duration": "PT24H",
    }
    return hub.ask(by, "POST", "/v1/approvals", json=body | more)


def decide(hub, name, decision="approve", *, by=SECRETARY, **more):
    body = {"decision": decision, "reason": "同意"} | more
    return hub.ask(by, "POST", f"/v1/approvals/{name}/decision", json=body)


def listed(hub, by, **params):
    return [item["id"] for item in hub.ask(by, "GET", "/v1/approvals", params=params).json()["items"]]


@pytest.mark.clause("PIPL 51")
def test_approved_field_is_shown_to_who_asked_and_the_trail_names_the_approval(hub, elder):
    assert visit(hub, elder) == (None, ["approval_required"])
    asked = ask(hub, elder)
    assert (asked.status_code, asked.json()["state"]) == (201, "pending")
    name = asked.json()["id"]
    assert visit(hub, elder) == (None, ["approval_required"]), "asking alone opens nothing"
    decided = decide(hub, name).json()
    assert (decided["state"], decided["decisions"][0]["as"]) == ("approved", "secretary")
    shown, reasons = visit(hub, elder, fields=["name", "med.chronic"])
    assert (list(shown), reasons) == (["name", "med.chronic"], [])
    answer = hub.disclose(GRID_WORKER, elder.idno, "VISIT", fields=["med.chronic"]).json()
    assert answer["receipt"]["act"]["approval"] == name


def test_an_approval_is_nobody_elses(hub, elder):
    hub.installation.appoint(f"{GRID_WORKER}#another")
    decide(hub, ask(hub, elder).json()["id"])
    assert visit(hub, elder, by=f"{GRID_WORKER}#another") == (None, ["approval_required"])
    assert visit(hub, elder, by=SECRETARY) == (None, ["approval_required"])


def test_an_approval_ends_with_its_time_counted_from_the_decision(hub, elder, later):
    name = ask(hub, elder, duration="PT2H").json()["id"]
    later(hours=3)
    decide(hub, name)
    later(hours=1)
    assert visit(hub, elder)[0]
    later(hours=2)
    assert visit(hub, elder) == (None, ["approval_expired"])
    assert listed(hub, GRID_WORKER, state="expired") == [name]


def test_revocation_works_on_the_very_next_read(hub, elder):
    name = ask(hub, elder).json()["id"]
    decide(hub, name)
    assert visit(hub, elder)[0]
    assert hub.ask(SECRETARY, "POST", f"/v1/approvals/{name}/revocation").json()["state"] == "revoked"
    assert visit(hub, elder) == (None, ["approval_required"])
    again = hub.ask(SECRETARY, "POST", f"/v1/approvals/{name}/revocation")
    assert (again.status_code, again.json()["reasons"]) == (409, ["already_decided"])


def test_a_decision_may_narrow_and_never_widen(hub, elder):
    name = ask(hub, elder, fields=["name", "med.chronic"]).json()["id"]
    for wider in ({"fields": ["name", "tel"]}, {"duration": "PT25H"}):
        answer = decide(hub, name, **wider)
        assert (answer.status_code, answer.json()["errors"][0]["member"]) == (422, next(iter(wider)))
    narrowed = decide(hub, name, fields=["med.chronic"], duration="PT1H").json()
    assert (narrowed["fields"], narrowed["duration"]) == (["med.chronic"], "PT1H")


def test_deciding_twice_has_one_outcome(hub, elder):
    name = ask(hub, elder).json()["id"]
    assert decide(hub, name, "deny").json()["state"] == "denied"
    again = decide(hub, name)
    assert (again.status_code, again.json()["reasons"]) == (409, ["already_decided"])
    assert visit(hub, elder) == (None, ["approval_required"])


def test_a_request_nobody_decided_is_void_after_a_week(hub, elder, later):
    name = ask(hub, elder).json()["id"]
    later(days=8)
    assert decide(hub, name).json()["reasons"] == ["already_decided"]


@pytest.mark.parametrize(
    ("who", "reason"),
    [
        (GRID_WORKER, "self_approval"),
        (OTHER_SECRETARY, "out_of_scope"),
        (CLERK, "not_allowed"),
        (AUDITOR, "not_allowed"),
        (CIVIL_AFFAIRS, "not_allowed"),
        (OFFICER, "not_allowed"),
    ],
)
def test_nobody_but_the_communitys_secretary_decides(hub, elder, who, reason):
    answer = decide(hub, ask(hub, elder).json()["id"], by=who)
    assert (answer.status_code, answer.json()["reasons"]) == (403, [reason])
    assert visit(hub, elder) == (None, ["approval_required"])


def test_secretary_does_not_decide_the_own_request_in_whatever_role(hub, elder):
    hub.installation.appoint(f"{GRID_WORKER}#li", f"{SECRETARY}#li")
    name = ask(hub, elder, by=f"{GRID_WORKER}#li").json()["id"]
    assert decide(hub, name, by=f"{SECRETARY}#li").json()["reasons"] == ["self_approval"]
    own = ask(hub, elder, by=SECRETARY).json()["id"]
    assert decide(hub, own).json()["reasons"] == ["self_approval"]


def test_nobody_decides_about_themselves(hub, elder):
    hub.installation.appoint(f"resident:{elder.rid}#gui", f"{SECRETARY}#gui")
    name = ask(hub, elder).json()["id"]
    assert decide(hub, name, by=f"{SECRETARY}#gui").json()["reasons"] == ["self_approval"]


@pytest.mark.parametrize(
    ("more", "status", "reason"),
    [
        ({"purpose": "NOSUCH"}, 403, "unknown_purpose"),
        ({"purpose": "OLDCARD"}, 403, "not_a_requester"),
        ({"purpose": "SOS", "fields": ["med.critical"]}, 403, "emergency_not_open"),
        ({"fields": ["fin.acct"]}, 403, "not_in_purpose"),
        ({"reason": " "}, 403, "reason_required"),
        ({"reason": "call 13800138000"}, 422, "bad_input"),
        ({"duration": "24h"}, 422, "bad_input"),
        ({"duration": "P400D"}, 422, "bad_input"),
    ],
)
def test_what_could_not_be_read_anyway_is_not_asked_for(hub, elder, more, status, reason):
    answer = ask(hub, elder, **more)
    assert (answer.status_code, answer.json()["reasons"]) == (status, [reason])


def test_people_elsewhere_and_people_who_are_not_there_are_one_answer(hub):
    cast = hub.installation.cast
    answers = [ask(hub, cast[name]).json() | {"trace_id": ""} for name in ("neighbour", "nobody")]
    assert answers[0] == answers[1]
    assert answers[0]["reasons"] == ["out_of_scope"]


def test_nobody_asks_without_end(hub, elder):
    answers = [ask(hub, elder) for _ in range(22)]
    assert [answer.status_code for answer in answers[:20]] == [201] * 20
    assert [answer.json()["reasons"] for answer in answers[20:]] == [["rate_limited"]] * 2
    decide(hub, answers[0].json()["id"], "deny")
    assert ask(hub, elder).status_code == 201


def test_unknown_approval_is_not_found(hub, elder):
    name = ask(hub, elder).json()["id"]
    for wrong in ("A" * 43, name[:-2] + "AA", "x"):
        assert decide(hub, wrong).status_code == 404


def test_lists_show_what_one_asked_for_and_what_one_may_decide(hub, elder):
    name = ask(hub, elder).json()["id"]
    assert listed(hub, GRID_WORKER) == listed(hub, SECRETARY, state="pending") == [name]
    assert listed(hub, OTHER_SECRETARY) == listed(hub, AUDITOR) == listed(hub, HEALTH) == []
    decide(hub, name)
    assert listed(hub, GRID_WORKER, state="pending") == []
    assert listed(hub, GRID_WORKER, state="approved") == [name]


def test_deputy_stands_in_for_a_period_and_names_nobody(hub, elder, later):
    deputy = f"clerk:{FIRST_GRID[:12]}#wang"
    hub.installation.appoint(deputy)
    now = hub.road.clock()
    period = {"from": now.isoformat(), "until": (now + timedelta(days=1)).isoformat()}
    name = ask(hub, elder).json()["id"]
    assert decide(hub, name, by=deputy).json()["reasons"] == ["not_allowed"]
    assert hub.ask(SECRETARY, "POST", "/v1/deputies", json={"deputy": deputy} | period).status_code == 201
    refused = hub.ask(deputy, "POST", "/v1/deputies", json={"deputy": CLERK} | period)
    assert refused.json()["reasons"] == ["not_allowed"]
    assert listed(hub, deputy) == [name]
    assert decide(hub, name, by=deputy).json()["decisions"][0]["as"] == "deputy"
    other = ask(hub, elder).json()["id"]
    later(days=2)
    assert decide(hub, other, by=deputy).json()["reasons"] == ["not_allowed"]


def test_what_waits_goes_to_the_subdistrict_after_four_working_hours(hub, elder, later):
    name = ask(hub, elder).json()["id"]
    assert decide(hub, name, by=SUBDISTRICT).json()["reasons"] == ["not_allowed"]
    later(days=4)
    assert decide(hub, name, by=SUBDISTRICT).json()["decisions"][0]["as"] == "subdistrict"


def test_minor_is_read_by_whom_a_manager_has_let(hub):
    child = hub.installation.cast["child"]
    assert visit(hub, child, fields=["name"]) == (None, ["minor_approval_required"])
    decide(hub, ask(hub, child, fields=["name"]).json()["id"])
    assert visit(hub, child, fields=["name"])[0]


def test_every_act_is_an_entry_about_the_person(hub, elder):
    hub.installation.appoint(f"resident:{elder.rid}")
    name = ask(hub, elder).json()["id"]
    decide(hub, name, by=OTHER_SECRETARY)
    decide(hub, name)
    visit(hub, elder)
    hub.ask(SECRETARY, "POST", f"/v1/approvals/{name}/revocation", json={"reason": "不再需要"})
    items = hub.ask(f"resident:{elder.rid}", "GET", "/v1/me/accesses").json()["items"]
    told = [(item["kind"], item["outcome"]) for item in items]
    assert told[:5] == [
        ("approval", "revoked"),
        ("disclosure", "disclosed"),
        ("approval", "approved"),
        ("approval", "denied"),
        ("approval", "requested"),
    ]


def test_an_import_leaves_approvals_alone(hub, elder, tmp_path):
    name = ask(hub, elder).json()["id"]
    decide(hub, name)
    again = {"idno": elder.idno, "name": elder.values["name"], "grid": FIRST_GRID, "life": "moved"}
    hub.installation.import_rows("police", [again | {"dob": "1943-03-12"}], tmp_path)
    assert visit(hub, elder)[0]
