"""What staff see at the door: pending until the source of each field confirms it; a visit is on record at once."""

from datetime import timedelta

import pytest

from tests.api.city import (
    AREA,
    AUDITOR,
    CIVIL_AFFAIRS,
    CLERK,
    FIRST_GRID,
    GRID_WORKER,
    HEALTH,
    SECOND_GRID,
    SECRETARY,
    Member,
)

POLICE = f"department:police@{AREA}"
EMERGENCY = f"department:emergency@{AREA}"
NEW_TEL, NEW_ADDR = "15400000999", "云澜街道桂花社区教工路999号"


@pytest.fixture
def elder(hub):
    hub.installation.appoint(POLICE, EMERGENCY)
    return hub.installation.cast["elder"]


def observe(hub, who, values, *, by=GRID_WORKER, purpose="WALK", **more):
    body = {"subject": {"idno": who.idno}, "purpose": purpose, "values": values} | more
    return hub.ask(by, "POST", "/v1/observations", json=body)


def decide(hub, name, decision="approve", *, by, **more):
    body = {"decision": decision, "reason": "已核对"} | more
    return hub.ask(by, "POST", f"/v1/observations/{name}/decision", json=body)


def listed(hub, by, **params):
    return hub.ask(by, "GET", "/v1/observations", params=params).json()["items"]


def seen(hub, who, *keys, by=GRID_WORKER, purpose="WALK"):
    return hub.disclose(by, who.idno, purpose, fields=list(keys)).json().get("fields")


def reasons(answer):
    return answer.status_code, answer.json().get("reasons")


def test_what_was_observed_is_not_in_force_until_the_source_confirms_it(hub, elder):
    made = observe(hub, elder, {"addr": NEW_ADDR})
    assert (made.status_code, made.json()["state"], made.json()["fields"]) == (201, "pending", ["addr"])
    assert seen(hub, elder, "addr") == {"addr": elder.values["addr"]}
    [waiting] = listed(hub, POLICE, state="pending")
    assert waiting["values"] == {"addr": NEW_ADDR}
    assert decide(hub, made.json()["id"], by=POLICE).json()["state"] == "confirmed"
    assert seen(hub, elder, "addr") == {"addr": NEW_ADDR}
    assert listed(hub, POLICE, state="pending") == []
    assert reasons(decide(hub, made.json()["id"], by=POLICE)) == (409, ["already_decided"])


def test_what_the_source_refuses_never_comes_into_force(hub, elder):
    name = observe(hub, elder, {"addr": NEW_ADDR}).json()["id"]
    assert decide(hub, name, "deny", by=POLICE).json()["state"] == "refused"
    assert seen(hub, elder, "addr") == {"addr": elder.values["addr"]}


def test_each_source_decides_on_its_own_fields(hub, elder):
    name = observe(hub, elder, {"addr": NEW_ADDR, "sex": "1", "mobility": "wheelchair"}).json()["id"]
    assert [set(each["values"]) for each in listed(hub, HEALTH)] == [{"addr", "mobility"}]
    wider = decide(hub, name, by=HEALTH, fields=["sex"])
    assert (wider.status_code, wider.json()["errors"][0]["member"]) == (422, "fields")
    half = decide(hub, name, by=HEALTH, fields=["mobility"]).json()
    assert (half["state"], half["fields"]) == (
        "pending",
        {"addr": "pending", "sex": "pending", "mobility": "confirmed"},
    )
    assert decide(hub, name, "deny", by=POLICE).json()["state"] == "confirmed"


def test_a_confirmed_value_does_not_override_a_more_authoritative_one(hub, elder):
    name = observe(hub, elder, {"addr": NEW_ADDR}).json()["id"]
    assert decide(hub, name, by=HEALTH).json()["state"] == "confirmed"
    assert seen(hub, elder, "addr") == {"addr": elder.values["addr"]}, "the police's value stays in force"


def test_what_no_department_knows_the_secretary_confirms(hub, elder):
    bare = hub.installation.cast["bare"]
    name = observe(hub, bare, {"vehicle.plate": "浙A90109"}).json()["id"]
    assert reasons(decide(hub, name, by=CLERK)) == (403, ["not_allowed"])
    assert reasons(decide(hub, name, by=SECRETARY)) == (403, ["not_allowed"])
    assert decide(hub, name, by=POLICE).json()["state"] == "confirmed"
    assert seen(hub, bare, "vehicle.plate") == {"vehicle.plate": "浙A90109"}
    assert elder


def test_values_are_checked_as_a_feeds_would_be(hub, elder):
    for values, member in (
        ({"tel": "123"}, "tel"),
        ({"sex": "7"}, "sex"),
        ({"ageband": "80-89"}, "ageband"),
        ({}, "values"),
    ):
        answer = observe(hub, elder, values)
        assert (answer.status_code, answer.json()["errors"][0]["member"]) == (422, member)
    note = observe(hub, elder, {"tel": NEW_TEL}, note="儿子电话13800138000")
    assert (note.status_code, note.json()["errors"][0]["member"]) == (422, "note")


@pytest.mark.parametrize(
    ("by", "purpose", "values", "reason"),
    [
        (GRID_WORKER, "WALK", {"fin.acct": "6200000000000000000"}, "not_in_purpose"),
        (GRID_WORKER, "NOSUCH", {"tel": NEW_TEL}, "unknown_purpose"),
        (CLERK, "WALK", {"tel": NEW_TEL}, "not_a_requester"),
        (f"grid_worker:{SECOND_GRID}", "WALK", {"tel": NEW_TEL}, "out_of_scope"),
        (EMERGENCY, "EMERG", {"mobility": "bedridden"}, "emergency_not_open"),
    ],
)
def test_only_what_the_purpose_may_see_of_the_own_people_is_observed(hub, elder, by, purpose, values, reason):
    hub.installation.appoint(by)
    assert reasons(observe(hub, elder, values, by=by, purpose=purpose)) == (403, [reason])


def test_nobody_confirms_what_they_observed_themselves_or_of_other_areas(hub, elder):
    hub.installation.appoint(f"{GRID_WORKER}#li", f"{POLICE}#li", "department:police@339998")
    name = observe(hub, elder, {"addr": NEW_ADDR}, by=f"{GRID_WORKER}#li").json()["id"]
    assert reasons(decide(hub, name, by=f"{POLICE}#li")) == (403, ["self_approval"])
    assert reasons(decide(hub, name, by="department:police@339998")) == (404, ["not_found"])
    assert reasons(decide(hub, name, by=AUDITOR)) == (403, ["not_allowed"])
    [own] = listed(hub, f"{GRID_WORKER}#li")
    assert (own["id"], own["values"]) == (name, {})


def test_a_visit_is_on_record_at_once(hub, elder):
    made = observe(hub, elder, {"visit.log": {"outcome": "met"}}, purpose="VISIT", note="精神不错")
    assert (made.status_code, made.json()["state"], made.json()["fields"]) == (201, "confirmed", ["visit.log"])
    today = hub.road.clock() + timedelta(hours=8)
    assert seen(hub, elder, "visit.last", purpose="VISIT") == {"visit.last": today.date().isoformat()}
    earlier = observe(hub, elder, {"visit.last": "2026-11-01"}, purpose="VISIT")
    assert earlier.status_code == 201
    assert seen(hub, elder, "visit.last", purpose="VISIT") == {"visit.last": today.date().isoformat()}


@pytest.mark.parametrize(
    "visit", [{"outcome": "gone"}, {"time": "soon"}, {"time": "2099-01-01T00:00:00Z"}, {"worker": "1"}, [], "met"]
)
def test_a_visit_has_its_form(hub, elder, visit):
    answer = observe(hub, elder, {"visit.log": visit}, purpose="VISIT")
    assert (answer.status_code, answer.json()["errors"][0]["member"]) == (422, "visit.log")


def test_every_act_is_an_entry_about_the_person_and_showing_values_too(hub, elder):
    resident = f"resident:{elder.rid}"
    hub.installation.appoint(resident)
    name = observe(hub, elder, {"addr": NEW_ADDR}).json()["id"]
    listed(hub, POLICE)
    decide(hub, name, by=POLICE)
    told = hub.ask(resident, "GET", "/v1/me/accesses").json()["items"]
    assert [(item["kind"], item["outcome"]) for item in told[:4]] == [
        ("observation", "updated"),
        ("observation_decision", "confirmed"),
        ("observation", "disclosed"),
        ("observation", "observed"),
    ]
    assert told[2]["fields"] == ["addr"]


@pytest.mark.clause("突发事件应对法 84-85")
def test_what_was_collected_under_an_order_is_destroyed_when_it_is_closed(hub, elder):
    """突发事件应对法 85: what was collected because of an event is destroyed when it is over."""
    until = (hub.road.clock() + timedelta(hours=6)).isoformat()
    body = {"area": FIRST_GRID[:12], "citation": "突发事件应对法 第八十五条", "until": until}
    names = {}
    for hold in ("", "公安机关调取证据 2026-17"):
        order = hub.ask(EMERGENCY, "POST", "/v1/orders", json=body).json()["id"]
        made = observe(hub, elder, {"mobility": "bedridden"}, by=EMERGENCY, purpose="EMERG")
        assert (made.status_code, made.json()["state"]) == (201, "pending")
        names[hold] = made.json()["id"]
        for source in (POLICE, HEALTH, CIVIL_AFFAIRS):
            assert reasons(decide(hub, names[hold], by=source)) == (403, ["not_allowed"]), "nothing of it may last"
        closed = hub.ask(EMERGENCY, "POST", f"/v1/orders/{order}/closure", json={"hold": hold} if hold else {})
        assert closed.json()["hold"] == (hold or None)
    assert [item["id"] for item in listed(hub, EMERGENCY)] == [names["公安机关调取证据 2026-17"]]
    [keys] = [[row.body["key"] for row in hub.road.reader.control("order")]]
    assert sorted(map(bool, keys)) == [False, True], "the key of what is not held is gone"
    resident = f"resident:{elder.rid}"
    hub.installation.appoint(resident)
    told = [item["outcome"] for item in hub.ask(resident, "GET", "/v1/me/accesses").json()["items"]]
    assert "destroyed" in told


def test_the_log_accounts_for_what_is_written(hub, elder):
    assert elder
    imported = Member(hub.installation.adults(FIRST_GRID)[0], "", {})
    before = hub.road.reader.damaged_files(100)
    name = observe(hub, imported, {"addr": NEW_ADDR, "tel": NEW_TEL}).json()["id"]
    decide(hub, name, by=POLICE)
    observe(hub, imported, {"visit.log": {"outcome": "absent"}}, purpose="VISIT")
    hub.road.turn.end()
    assert hub.road.reader.damaged_files(100) == before
    assert hub.road.reader.damaged() == []
