"""Whose pseudonym it is takes two people, and the person learns of it."""

import asyncio
import json
from datetime import timedelta

import pytest

from hub.store.sqlcipher import SqlcipherReader
from hub.supervision.reidentification import KIND, MAY_BE_READ, MAY_WAIT
from tests.api.city import AREA, AUDITOR, CIVIL_AFFAIRS, CLERK, FAR_GRID, GRID_WORKER, OFFICER, SECRETARY
from tests.factories import idno

ROUTE = "/v1/audit/reidentifications"
EVENTS = "/v1/audit/events"
OTHER = f"auditor:{AREA}#zhou"
STRANGER = idno(312, "19450506")


@pytest.fixture(scope="module")
def subject(client, city):
    """The elder's pseudonym, as an auditor learns it from the trail."""
    body = {"subject": {"idno": city.cast["elder"].idno}, "purpose": "OLDCARD"}
    assert client(CLERK).post("/v1/disclosures", json=body).status_code == 200
    city.appoint(OTHER)
    return client(AUDITOR).get(EVENTS, params={"kind": "disclosure", "limit": 1}).json()["items"][0]["subject"]


@pytest.fixture
def pending(client, subject):
    """A request of the auditor's."""
    answer = client(AUDITOR).post(ROUTE, json={"subject": subject, "reason": "异常查询溯源"})
    assert answer.status_code == 201, answer.text
    return answer.json()


def decide(client, principal, name, decision="approve"):
    body = {"decision": decision, "reason": "依审计程序核准"}
    return client(principal).post(f"{ROUTE}/{name}/decision", json=body)


def about(client, subject, principal=OFFICER, **said):
    return client(principal).get(EVENTS, params={"subject": subject, "limit": 200} | said).json()["items"]


@pytest.mark.clause("PIPL 54-57")
def test_requester_reads_the_identity_once_after_another_person_approved(client, city, pending, subject):
    assert pending["state"] == "pending"
    assert (pending["subject"], pending["requested_by"]) == (subject, f"{AUDITOR}#1")
    assert "identity" not in client(AUDITOR).get(f"{ROUTE}/{pending['id']}").json(), "nobody has approved it yet"
    decided = decide(client, OFFICER, pending["id"])
    assert (decided.status_code, decided.json()["state"]) == (200, "approved")
    for other in (OFFICER, OTHER):
        assert "identity" not in client(other).get(f"{ROUTE}/{pending['id']}").json(), "it is for whoever asked"
    first = client(AUDITOR).get(f"{ROUTE}/{pending['id']}")
    elder = city.cast["elder"]
    assert first.json()["identity"] == {"name": elder.values["name"], "idno": elder.idno}
    assert (first.json()["state"], first.headers["cache-control"]) == ("read", "no-store")
    again = client(AUDITOR).get(f"{ROUTE}/{pending['id']}").json()
    assert "identity" not in again
    assert again["state"] == "read"


def test_every_step_is_an_entry_about_the_person(client, city, pending, subject):
    decide(client, OFFICER, pending["id"])
    client(AUDITOR).get(f"{ROUTE}/{pending['id']}")
    read, approved, asked = [each for each in about(client, subject) if each["approval"] == pending["id"]]
    assert (asked["kind"], asked["outcome"], asked["actor"]) == (KIND, "pending", f"{AUDITOR}#1")
    assert (approved["kind"], approved["outcome"], approved["actor"]) == (KIND, "approved", f"{OFFICER}#1")
    assert (read["kind"], read["outcome"], read["fields"]) == ("disclosure", "disclosed", ["idno", "name"])
    part = city.subject_part(read["index"], city.cast["elder"].idno)
    assert part.own
    assert part.subject["reason"] == "异常查询溯源"
    for each in (asked, approved, read):
        told = bytes(city.entry(each["index"]).act).decode()
        assert subject not in told
        assert city.cast["elder"].idno not in told


def test_nobody_approves_the_own_request_in_whatever_role(client, city, subject):
    one, same = f"auditor:{AREA}#twice", f"auditor:{AREA[:4]}#twice"
    city.appoint(one, same)
    name = client(one).post(ROUTE, json={"subject": subject, "reason": "核查"}).json()["id"]
    for principal in (one, same):
        answer = decide(client, principal, name)
        assert (answer.status_code, answer.json()["reasons"]) == (403, ["self_approval"])
    assert "identity" not in client(one).get(f"{ROUTE}/{name}").json()
    denied = [each for each in about(client, subject, same, outcome="denied") if each["approval"] == name]
    assert [each["reasons"] for each in denied] == [["self_approval"]] * 2
    assert decide(client, OTHER, name).status_code == 200


@pytest.mark.parametrize("first", ["approve", "deny"])
def test_request_is_decided_once(client, pending, first):
    assert decide(client, OFFICER, pending["id"], first).status_code == 200
    for later in ("approve", "deny"):
        answer = decide(client, OTHER, pending["id"], later)
        assert (answer.status_code, answer.json()["reasons"]) == (409, ["already_decided"])
    said = client(AUDITOR).get(f"{ROUTE}/{pending['id']}").json()
    assert ("identity" in said) is (first == "approve")


@pytest.fixture
def asked(hub):
    """A request in a hub of this process, with its pseudonym."""
    hub.installation.appoint(OTHER)
    hub.disclose(CLERK, hub.installation.cast["elder"].idno, "OLDCARD")
    [found] = hub.ask(AUDITOR, "GET", f"{EVENTS}?kind=disclosure&limit=1").json()["items"]
    body = {"subject": found["subject"], "reason": "核查"}
    return hub.ask(AUDITOR, "POST", ROUTE, json=body).json()


def deciding(hub, principal, name, decision):
    body = {"decision": decision, "reason": "核查"}
    return hub.request(principal, "POST", f"{ROUTE}/{name}/decision", json=body)


def test_of_those_who_decide_at_once_one_does(hub, asked):
    officers = [OFFICER, OTHER] * 4
    verdicts = ["approve", "deny", "deny", "approve"] * 2

    async def together():
        each = zip(officers, verdicts, strict=True)
        return await asyncio.gather(*(deciding(hub, who, asked["id"], verdict) for who, verdict in each))

    statuses = [answer.status_code for answer in hub.run(together())]
    assert sorted(statuses) == [200] + [409] * 7


def test_of_those_who_read_at_once_one_is_told(hub, asked):
    hub.run(deciding(hub, OFFICER, asked["id"], "approve"))

    async def together():
        return await asyncio.gather(*(hub.request(AUDITOR, "GET", f"{ROUTE}/{asked['id']}") for _ in range(6)))

    told = [answer.json() for answer in hub.run(together())]
    assert sum("identity" in each for each in told) == 1
    assert {each["state"] for each in told} == {"read"}


def test_request_waits_seven_days_and_an_approval_one(hub, asked, monkeypatch):
    clock = hub.road.clock
    monkeypatch.setattr(hub.road, "clock", lambda: clock() + MAY_WAIT - timedelta(minutes=1))
    monkeypatch.setattr(hub.installation, "token", _lasting(hub.installation.token, hub))
    assert hub.run(deciding(hub, OFFICER, asked["id"], "approve")).status_code == 200
    monkeypatch.setattr(hub.road, "clock", lambda: clock() + MAY_WAIT + MAY_BE_READ)
    late = hub.ask(AUDITOR, "GET", f"{ROUTE}/{asked['id']}").json()
    assert late["state"] == "expired"
    assert "identity" not in late
    body = {"subject": asked["subject"], "reason": "核查"}
    monkeypatch.setattr(hub.road, "clock", clock)
    name = hub.ask(AUDITOR, "POST", ROUTE, json=body).json()["id"]
    monkeypatch.setattr(hub.road, "clock", lambda: clock() + MAY_WAIT + timedelta(minutes=1))
    assert hub.run(deciding(hub, OFFICER, name, "approve")).json()["reasons"] == ["already_decided"]


def _lasting(token, hub):
    return lambda principal: token(principal, now=hub.road.clock())


def test_pseudonyms_of_strangers_of_nobody_and_of_other_areas_are_one_answer(client, city, subject):
    body = {"subject": {"idno": STRANGER}, "purpose": "OLDCARD"}
    client(CIVIL_AFFAIRS).post("/v1/disclosures", json=body)
    stranger = client(AUDITOR).get(EVENTS, params={"outcome": "denied", "limit": 1}).json()["items"][0]["subject"]
    elsewhere = f"auditor:{FAR_GRID[:12]}"
    city.appoint(elsewhere)
    for principal, pseudonym in ((AUDITOR, stranger), (AUDITOR, "0" * 32), (elsewhere, subject)):
        answer = client(principal).post(ROUTE, json={"subject": pseudonym, "reason": "核查"})
        assert (answer.status_code, answer.json()["reasons"]) == (404, ["not_found"])


def test_officers_of_another_area_do_not_learn_of_a_request(client, city, pending):
    elsewhere = f"security_officer:{FAR_GRID[:12]}"
    city.appoint(elsewhere)
    assert client(elsewhere).get(ROUTE).json() == {"items": [], "next": None}
    for answer in (decide(client, elsewhere, pending["id"]), client(elsewhere).get(f"{ROUTE}/{pending['id']}")):
        assert (answer.status_code, answer.json()["reasons"]) == (404, ["not_found"])
    for unknown in ("0" * 24, "x", "%00"):
        assert decide(client, OFFICER, unknown).status_code == 404


def test_list_has_requests_by_state_newest_first_page_by_page(client, pending):
    decide(client, OFFICER, pending["id"], "deny")
    denied = client(OFFICER).get(ROUTE, params={"state": "denied"}).json()["items"]
    assert pending["id"] in [each["id"] for each in denied]
    assert {each["state"] for each in denied} == {"denied"}
    assert pending["id"] not in [each["id"] for each in client(OFFICER).get(f"{ROUTE}?state=pending").json()["items"]]
    whole = [each["id"] for each in client(OFFICER).get(f"{ROUTE}?limit=200").json()["items"]]
    times = [each["requested_at"] for each in client(OFFICER).get(f"{ROUTE}?limit=200").json()["items"]]
    assert times == sorted(times, reverse=True)
    paged, cursor = [], None
    while True:
        page = client(OFFICER).get(ROUTE, params={"limit": 1} | ({"cursor": cursor} if cursor else {})).json()
        paged += [each["id"] for each in page["items"]]
        if (cursor := page["next"]) is None:
            break
    assert paged == whole


@pytest.mark.parametrize(
    "principal", [GRID_WORKER, SECRETARY, CLERK, CIVIL_AFFAIRS, f"admin:{AREA}", "resident:{elder}"]
)
def test_other_roles_are_refused_whatever_they_send_and_that_is_an_entry(client, city, principal):
    speaker = client(city.principal(principal))
    calls = [("POST", ROUTE), ("GET", ROUTE), ("GET", f"{ROUTE}/x"), ("POST", f"{ROUTE}/x/decision")]
    for method, path in calls:
        before = city.size()
        answer = speaker.request(method, path, json={"nonsense": 1} if method == "POST" else None)
        assert (answer.status_code, answer.json()["reasons"]) == (403, ["not_allowed"])
        said = {"kind": KIND, "outcome": "denied", "reasons": ["not_allowed"]}
        assert said.items() <= json.loads(city.entry(before).act).items()


@pytest.mark.parametrize(
    ("more", "member"),
    [
        ({"subject": "x"}, "subject"),
        ({"subject": None}, "subject"),
        ({"reason": ""}, "reason"),
        ({"reason": "  "}, "reason"),
        ({"reason": "x" * 501}, "reason"),
        ({"reason": "请回电 13912345678"}, "reason"),
        ({"name": "x"}, "name"),
    ],
)
def test_bad_member_is_named_and_nothing_is_recorded(client, city, subject, more, member):
    before = city.size()
    answer = client(AUDITOR).post(ROUTE, json={"subject": subject, "reason": "核查"} | more)
    assert (answer.status_code, answer.json()["errors"][0]["member"]) == (422, member)
    assert city.size() == before


@pytest.mark.parametrize(("body", "member"), [({"decision": "maybe", "reason": "x"}, "decision"),
                                              ({"decision": "approve"}, "reason")])  # fmt: skip
def test_bad_decision_decides_nothing(client, pending, body, member):
    answer = client(OFFICER).post(f"{ROUTE}/{pending['id']}/decision", json=body)
    assert (answer.status_code, answer.json()["errors"][0]["member"]) == (422, member)
    assert client(OFFICER).get(f"{ROUTE}/{pending['id']}").json()["state"] == "pending"
    assert client(OFFICER).get(f"{ROUTE}?state=maybe").json()["errors"][0]["member"] == "state"


def test_rows_are_accounted_for_in_the_log(client, city, pending):
    decide(client, OFFICER, pending["id"])
    reader = SqlcipherReader(city.directory, city.ring)
    try:
        assert reader.damaged() == []
    finally:
        reader.close()
