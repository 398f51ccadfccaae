"""An order because of an event opens the response to it for an area, and destroys what it collected when it ends."""

from datetime import timedelta

import pytest

from tests.api.city import AREA, CIVIL_AFFAIRS, FAR_GRID, FIRST_GRID, GRID_WORKER, OFFICER, SECRETARY

EMERGENCY = f"department:emergency@{AREA}"
COMMUNITY = FIRST_GRID[:12]
FIELDS = ["name", "addr", "tel", "mobility"]


@pytest.fixture
def elder(hub):
    hub.installation.appoint(EMERGENCY)
    return hub.installation.cast["elder"]


def order(hub, *, by=EMERGENCY, area=COMMUNITY, **more):
    until = (hub.road.clock() + timedelta(hours=6)).isoformat()
    body = {"area": area, "citation": "突发事件应对法 第七十三条", "until": until} | more
    return hub.ask(by, "POST", "/v1/orders", json=body)


def close(hub, name, *, by=EMERGENCY, **more):
    return hub.ask(by, "POST", f"/v1/orders/{name}/closure", json=more)


def emerg(hub, who, *, by=EMERGENCY):
    answer = hub.disclose(by, who.idno, "EMERG").json()
    return list(answer.get("fields", {})), answer.get("reasons")


def reasons(answer):
    return answer.status_code, answer.json().get("reasons")


@pytest.mark.clause("突发事件应对法 84-85")
def test_an_order_opens_the_response_for_its_area_until_it_ends(hub, elder, later):
    assert emerg(hub, elder) == ([], ["emergency_not_open"])
    made = order(hub)
    assert (made.status_code, made.json()["state"]) == (201, "open")
    read = hub.disclose(EMERGENCY, elder.idno, "EMERG").json()
    assert (read["basis"], list(read["fields"])) == ("emergency", FIELDS)
    assert read["receipt"]["act"]["approval"] == made.json()["id"], "the trail says why it was allowed"
    assert emerg(hub, hub.installation.cast["villager"]) == ([], ["emergency_not_open"]), "another community"
    later(hours=6)
    assert emerg(hub, elder) == ([], ["emergency_not_open"])
    assert hub.ask(EMERGENCY, "GET", "/v1/orders").json()["items"][0]["state"] == "expired"


@pytest.mark.clause("突发事件应对法 84-85")
def test_a_closed_order_opens_nothing_on_the_very_next_read(hub, elder):
    name = order(hub).json()["id"]
    assert emerg(hub, elder)[0] == FIELDS
    assert close(hub, name).json()["state"] == "closed"
    assert emerg(hub, elder) == ([], ["emergency_not_open"])
    assert reasons(close(hub, name)) == (409, ["already_decided"])


def test_an_order_opens_only_what_it_is_for(hub, elder):
    order(hub)
    assert hub.disclose(GRID_WORKER, elder.idno, "SOS").json()["reasons"] == ["emergency_not_open"]
    assert hub.disclose(CIVIL_AFFAIRS, elder.idno, "EMERG").json()["reasons"] == ["not_a_requester"]
    over_ask = hub.disclose(EMERGENCY, elder.idno, "EMERG", fields=["name", "med.critical"]).json()
    assert over_ask["withheld"] == [{"field": "med.critical", "reason": "not_in_purpose"}]


def test_an_order_over_the_person_verifies_an_emergency(hub, elder):
    name = order(hub).json()["id"]
    body = {"subject": {"idno": elder.idno}, "trigger": {"order": name}, "reason": "洪水转移"}
    opened = hub.ask(GRID_WORKER, "POST", "/v1/emergencies", json=body).json()
    assert (opened["verified"], opened["trigger"]) == (True, {"order": name})
    worker = f"grid_worker:{FAR_GRID}"
    hub.installation.appoint(worker)
    elsewhere = body | {"subject": {"idno": hub.installation.cast["villager"].idno}}
    assert hub.ask(worker, "POST", "/v1/emergencies", json=elsewhere).json()["verified"] is False


@pytest.mark.parametrize("by", [GRID_WORKER, CIVIL_AFFAIRS, OFFICER, SECRETARY])
def test_only_the_emergency_department_issues_and_closes(hub, elder, by):
    assert elder
    assert reasons(order(hub, by=by)) == (403, ["not_allowed"])
    name = order(hub).json()["id"]
    assert reasons(close(hub, name, by=by)) == (403, ["not_allowed"])


def test_nobody_issues_or_closes_beyond_the_own_area(hub, elder):
    assert elder
    other = f"department:emergency@{COMMUNITY}"
    hub.installation.appoint(other)
    assert reasons(order(hub, by=other, area=AREA)) == (403, ["out_of_scope"])
    assert reasons(order(hub, by=other, area=FAR_GRID)) == (403, ["out_of_scope"])
    name = order(hub, area=AREA).json()["id"]
    assert reasons(close(hub, name, by=other)) == (404, ["not_found"])
    assert reasons(close(hub, "0" * 24)) == (404, ["not_found"])


@pytest.mark.parametrize(
    ("more", "member"),
    [
        ({"area": "12x"}, "area"),
        ({"citation": " "}, "citation"),
        ({"until": "2020-01-01T00:00:00Z"}, "until"),
        ({"until": "2036-01-01T00:00:00Z"}, "until"),
        ({"until": "soon"}, "until"),
    ],
)
def test_wrong_members_are_named(hub, elder, more, member):
    assert elder
    answer = order(hub, **more)
    assert (answer.status_code, answer.json()["errors"][0]["member"]) == (422, member)


def test_orders_are_seen_by_those_they_concern(hub, elder):
    assert elder
    name = order(hub).json()["id"]
    hub.installation.appoint("secretary:339999001002")
    for who, seen in ((OFFICER, [name]), (SECRETARY, [name]), ("secretary:339999001002", [])):
        assert [item["id"] for item in hub.ask(who, "GET", "/v1/orders").json()["items"]] == seen
    assert reasons(hub.ask(GRID_WORKER, "GET", "/v1/orders")) == (403, ["not_allowed"])
