"""Deciders learn whom a request is about, one request at a time; and the person finds that they looked."""

from datetime import timedelta

import pytest

from hub.model.instant import now_utc
from tests.api.city import CIVIL_AFFAIRS, CLERK, FIRST_GRID, GRID_WORKER, SECRETARY

ASK = {"purpose": "VISIT", "fields": ["med.chronic"], "reason": "昨天头晕，陪同就诊"}


@pytest.fixture
def asked(hub):
    elder = hub.installation.cast["elder"]
    answer = hub.ask(GRID_WORKER, "POST", "/v1/approvals", json=ASK | {"subject": {"idno": elder.idno}})
    return elder, answer.json()["id"]


def consider(hub, principal, name):
    return hub.ask(principal, "GET", f"/v1/approvals/{name}")


def reasons(answer):
    return answer.status_code, answer.json()["reasons"]


def test_the_decider_learns_the_name_and_no_more(hub, asked):
    elder, name = asked
    answer = consider(hub, SECRETARY, name)
    assert answer.status_code == 200
    assert set(answer.json()["person"]) == {"rid", "name", "ageband"}
    assert answer.json()["person"]["name"] == elder.values["name"]
    assert answer.json()["fields"] == ["med.chronic"]


def test_the_person_finds_that_it_was_considered(hub, asked):
    elder, name = asked
    consider(hub, SECRETARY, name)
    me = f"resident:{elder.rid}"
    hub.installation.appoint(me)
    items = hub.ask(me, "GET", "/v1/me/accesses").json()["items"]
    assert [each["outcome"] for each in items if each["kind"] == "approval"] == ["considered", "requested"]


def test_nobody_else_learns_the_name(hub, asked):
    _, name = asked
    assert reasons(consider(hub, GRID_WORKER, name)) == (403, ["self_approval"])
    for other in (CLERK, CIVIL_AFFAIRS):
        assert reasons(consider(hub, other, name)) == (403, ["not_allowed"])
    hub.installation.appoint("secretary:339999001002")
    assert reasons(consider(hub, "secretary:339999001002", name)) == (403, ["out_of_scope"])
    assert reasons(consider(hub, SECRETARY, "A" * 43)) == (404, ["not_found"])


def test_whoever_shares_the_household_learns_nothing_either(hub, asked):
    elder, name = asked
    hub.installation.appoint(f"resident:{elder.rid}#gui", f"{SECRETARY}#gui")
    assert reasons(consider(hub, f"{SECRETARY}#gui", name)) == (403, ["self_approval"])


def test_a_roster_is_considered_with_everybody_on_it(hub):
    cast = hub.installation.cast
    subjects = [{"idno": each} for each in (cast["elder"].idno, *hub.installation.adults(FIRST_GRID)[:3])]
    body = ASK | {"subjects": subjects, "reason": "走访计划"}
    name = hub.ask(GRID_WORKER, "POST", "/v1/approvals/rosters", json=body).json()["id"]
    answer = hub.ask(SECRETARY, "GET", f"/v1/approvals/rosters/{name}")
    assert len(answer.json()["people"]) == len(subjects)
    assert cast["elder"].values["name"] in {each["name"] for each in answer.json()["people"]}
    assert [{"rid": each["rid"]} for each in answer.json()["people"]] == answer.json()["subjects"]
    assert reasons(hub.ask(GRID_WORKER, "GET", f"/v1/approvals/rosters/{name}")) == (404, ["not_found"])
    assert reasons(hub.ask(CLERK, "GET", f"/v1/approvals/rosters/{name}")) == (404, ["not_found"])


def test_whoever_shares_a_household_with_somebody_on_a_roster_learns_nothing(hub):
    elder = hub.installation.cast["elder"]
    body = ASK | {"subjects": [{"idno": elder.idno}], "reason": "走访计划"}
    name = hub.ask(GRID_WORKER, "POST", "/v1/approvals/rosters", json=body).json()["id"]
    hub.installation.appoint(f"resident:{elder.rid}#gui", f"{SECRETARY}#gui")
    answer = hub.ask(f"{SECRETARY}#gui", "GET", f"/v1/approvals/rosters/{name}")
    assert reasons(answer) == (403, ["self_approval"])


def test_secretaries_see_who_stands_in_for_them(hub):
    until = (now_utc() + timedelta(days=3)).isoformat()
    named = {"deputy": f"{CLERK}#1", "from": now_utc().isoformat(), "until": until}
    made = hub.ask(SECRETARY, "POST", "/v1/deputies", json=named).json()
    assert hub.ask(SECRETARY, "GET", "/v1/deputies").json() == {"items": [made], "next": None}
    hub.ask(SECRETARY, "POST", f"/v1/deputies/{made['id']}/revocation", json={})
    assert hub.ask(SECRETARY, "GET", "/v1/deputies").json()["items"] == []
    assert reasons(hub.ask(CLERK, "GET", "/v1/deputies")) == (403, ["not_allowed"])
