"""Somebody at the door whom the store does not know waits until the register confirms who they are."""

import pytest
from stdnum.cn.ric import calc_check_digit

from tests.api.city import AREA, CIVIL_AFFAIRS, FIRST_GRID, GRID_WORKER, SECOND_GRID
from tests.factories import idno

POLICE = f"department:police@{AREA}"
NUMBER = idno(77, "19880808")


@pytest.fixture
def hub(hub):
    hub.installation.appoint(POLICE, "department:police@339998")
    return hub


def report(hub, number=NUMBER, *, by=GRID_WORKER, grid=FIRST_GRID, **more):
    values = {"name": "林晓", "grid": grid, "tel": "15400000777", "life": "alive"} | more
    body = {"subject": {"idno": number}, "purpose": "WALK", "values": values}
    return hub.ask(by, "POST", "/v1/observations", json=body)


def decide(hub, name, decision="approve", *, by=POLICE):
    return hub.ask(by, "POST", f"/v1/newcomers/{name}/decision", json={"decision": decision, "reason": "户籍已核"})


def waiting(hub, by=POLICE):
    return hub.ask(by, "GET", "/v1/newcomers").json()["items"]


def seen(hub, number=NUMBER):
    answer = hub.disclose(GRID_WORKER, number, "WALK", fields=["name", "tel"]).json()
    return answer.get("fields") or answer["reasons"]


def reasons(answer):
    return answer.status_code, answer.json().get("reasons")


def test_newcomer_is_nobody_until_the_register_confirms(hub):
    made = report(hub)
    assert (made.status_code, made.json()["state"], made.json()["subject"]) == (201, "pending", None)
    assert seen(hub) == ["out_of_scope"]
    [item] = waiting(hub)
    assert (item["idno"], item["values"]["name"]) == (NUMBER, "林晓")
    assert decide(hub, item["id"]).json() == {"id": made.json()["id"], "state": "confirmed"}
    assert seen(hub) == {"name": "林晓", "tel": "15400000777"}
    assert waiting(hub) == []
    assert reasons(decide(hub, item["id"])) == (409, ["already_decided"])


def test_whom_the_register_refuses_never_comes_in_and_nothing_said_of_them_stays(hub):
    name = report(hub).json()["id"]
    assert decide(hub, name, "deny").json()["state"] == "refused"
    assert seen(hub) == ["out_of_scope"]
    [row] = hub.road.reader.control("newcomer")
    assert (row.body["idno"], row.body["values"]) == ("", {})


def test_people_elsewhere_and_people_who_are_not_there_are_one_answer(hub):
    cast = hub.installation.cast
    answers = [report(hub, cast[name].idno).json() | {"id": ""} for name in ("neighbour", "nobody")]
    assert answers[0] == answers[1]
    before = hub.disclose(f"grid_worker:{SECOND_GRID}", cast["neighbour"].idno, "WALK").json()["fields"]
    for item in waiting(hub):
        decide(hub, item["id"])
    after = hub.disclose(f"grid_worker:{SECOND_GRID}", cast["neighbour"].idno, "WALK").json()["fields"]
    assert after == before, "who is there already stays as they are"


def test_only_the_register_of_the_area_sees_and_decides(hub):
    name = report(hub).json()["id"]
    assert reasons(hub.ask(CIVIL_AFFAIRS, "GET", "/v1/newcomers")) == (403, ["not_allowed"])
    assert reasons(decide(hub, name, by=CIVIL_AFFAIRS)) == (403, ["not_allowed"])
    assert waiting(hub, "department:police@339998") == []
    assert reasons(decide(hub, name, by="department:police@339998")) == (404, ["not_found"])


def test_nobody_confirms_whom_they_reported(hub):
    hub.installation.appoint(f"{GRID_WORKER}#li", f"{POLICE}#li")
    name = report(hub, by=f"{GRID_WORKER}#li").json()["id"]
    assert reasons(decide(hub, name, by=f"{POLICE}#li")) == (403, ["self_approval"])


def test_a_newcomer_has_a_grid_of_the_observers_own(hub):
    assert reasons(report(hub, grid=SECOND_GRID)) == (403, ["out_of_scope"])


def test_a_development_hub_takes_no_real_person(hub):
    head = "11010120990101001"  # of an assigned area, and of nobody who is born yet
    answer = report(hub, head + calc_check_digit(head + "0"))
    assert (answer.status_code, answer.json()["errors"][0]["member"]) == (422, "subject.idno")
    assert waiting(hub) == []


def test_the_log_accounts_for_a_newcomers_file(hub):
    before = hub.road.reader.damaged_files(100)
    decide(hub, report(hub).json()["id"])
    hub.road.turn.end()
    assert hub.road.reader.damaged_files(100) == before
