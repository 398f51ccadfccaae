"""Nobody of the staff reads a minor without a manager's yes, which may stand for one worker, grid and purpose."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.api.city import CANTEEN, CLERK, FAR_GRID, FIRST_GRID, GRID_WORKER, SECOND_GRID, SECRETARY
from tests.api.moving import Clock
from tests.factories import idno

LATER = f"{GRID_WORKER}#later"
EVE_OF_18 = datetime(2037, 5, 31, 15, 59, 59, tzinfo=UTC)  # 2037-05-31 23:59:59 in China


@pytest.fixture
def clock(hub, monkeypatch):
    return Clock(hub, monkeypatch)


@pytest.fixture
def child(hub):
    return hub.installation.cast["child"]


def ask(hub, *, by=GRID_WORKER, **more):
    body = {"grid": FIRST_GRID, "purpose": "VISIT", "reason": "暑期安全走访", "duration": "P90D"}
    return hub.ask(by, "POST", "/v1/approvals", json=body | more)


def decide(hub, name, decision="approve", *, by=SECRETARY, **more):
    body = {"decision": decision, "reason": "同意"} | more
    return hub.ask(by, "POST", f"/v1/approvals/{name}/decision", json=body)


def read(hub, member, *, by=GRID_WORKER, purpose="VISIT", fields=("name",)):
    answer = hub.disclose(by, member.idno, purpose, fields=list(fields)).json()
    return list(answer["fields"]) if "fields" in answer else answer["reasons"]


def reasons(answer):
    return answer.status_code, answer.json()["reasons"]


@pytest.mark.clause("未成年人网络保护条例 34, 36")
def test_a_minors_name_needs_a_managers_yes_which_may_stand(hub, child, clock):
    """未成年人网络保护条例 36: minor's basic field by grid worker without approval → refuse."""
    assert read(hub, child) == ["minor_approval_required"]
    asked = ask(hub)
    assert (asked.status_code, asked.json()["state"], asked.json()["grid"]) == (201, "pending", FIRST_GRID)
    name = asked.json()["id"]
    assert read(hub, child) == ["minor_approval_required"], "asking alone opens nothing"
    assert decide(hub, name).json()["state"] == "approved"
    answer = hub.disclose(GRID_WORKER, child.idno, "VISIT", fields=["name"]).json()
    assert list(answer["fields"]) == ["name"]
    assert answer["receipt"]["act"]["approval"] == name, "the trail alone says why"
    assert read(hub, child, fields=["med.chronic"]) == ["approval_required"], "core data need their own yes"
    clock.go_on(days=91)
    assert read(hub, child) == ["minor_approval_required"]


@pytest.mark.clause("未成年人网络保护条例 34, 36")
def test_it_stands_for_one_worker_one_grid_and_one_purpose(hub, child):
    hub.installation.appoint(f"{GRID_WORKER}#another")
    decide(hub, ask(hub).json()["id"])
    assert read(hub, child, by=f"{GRID_WORKER}#another") == ["minor_approval_required"]
    assert read(hub, child, purpose="WALK") == ["minor_approval_required"]
    decide(hub, ask(hub, by=CLERK, purpose="ROSTER", grid=SECOND_GRID).json()["id"])
    assert read(hub, child, by=CLERK, purpose="ROSTER") == ["minor_approval_required"]
    decide(hub, ask(hub, by=CLERK, purpose="ROSTER").json()["id"])
    assert read(hub, child, by=CLERK, purpose="ROSTER") == ["name"]


def test_revocation_works_on_the_very_next_read(hub, child):
    name = ask(hub).json()["id"]
    decide(hub, name)
    assert read(hub, child) == ["name"]
    assert hub.ask(SECRETARY, "POST", f"/v1/approvals/{name}/revocation").json()["state"] == "revoked"
    assert read(hub, child) == ["minor_approval_required"]
    assert reasons(hub.ask(GRID_WORKER, "POST", f"/v1/approvals/{name}/revocation")) == (409, ["already_decided"])


def test_it_is_decided_once_by_the_communitys_secretary_and_never_by_who_asked(hub):
    other = "secretary:339999001002"
    hub.installation.appoint(other, f"{GRID_WORKER}#li", f"{SECRETARY}#li")
    name = ask(hub).json()["id"]
    for who, reason in ((GRID_WORKER, "self_approval"), (other, "out_of_scope"), (CLERK, "not_allowed")):
        assert reasons(decide(hub, name, by=who)) == (403, [reason])
    assert reasons(decide(hub, ask(hub, by=f"{GRID_WORKER}#li").json()["id"], by=f"{SECRETARY}#li"))[1] == [
        "self_approval"
    ]
    assert decide(hub, name, "deny").json()["state"] == "denied"
    assert reasons(decide(hub, name)) == (409, ["already_decided"])
    assert reasons(decide(hub, "0" * 24)) == (404, ["not_found"])


@pytest.mark.parametrize(
    ("more", "answer"),
    [
        ({"grid": FAR_GRID}, (403, ["out_of_scope"])),
        ({"grid": "339999"}, (422, ["bad_input"])),
        ({"duration": "P91D"}, (422, ["bad_input"])),
        ({"fields": ["name"]}, (422, ["bad_input"])),
        ({"reason": ""}, (403, ["reason_required"])),
        ({"purpose": "NOSUCH"}, (403, ["unknown_purpose"])),
        ({"purpose": "OLDCARD"}, (403, ["not_a_requester"])),
        ({"subject": {"idno": "339999201806010045"}}, (422, ["bad_input"])),
        ({"by": CANTEEN, "purpose": "MEAL", "grid": "339998001001001"}, (403, ["out_of_scope"])),
    ],
)
def test_what_could_not_be_read_anyway_is_not_asked_for(hub, more, answer):
    assert reasons(ask(hub, **more)) == answer


def test_a_decision_may_shorten_and_never_lengthen(hub, child, clock):
    name = ask(hub, duration="P10D").json()["id"]
    assert reasons(decide(hub, name, duration="P11D")) == (422, ["bad_input"])
    assert decide(hub, name, duration="P1D").json()["duration"] == "PT24H"
    clock.go_on(days=2)
    assert read(hub, child) == ["minor_approval_required"]


def test_it_stands_in_the_lists_of_who_asked_and_who_decides(hub):
    name = ask(hub).json()["id"]
    for who, there in ((GRID_WORKER, True), (SECRETARY, True), (CLERK, False)):
        items = hub.ask(who, "GET", "/v1/approvals", params={"state": "pending"}).json()["items"]
        assert (name in [item["id"] for item in items]) == there, who


@pytest.mark.clause("未成年人网络保护条例 34, 36")
def test_the_rule_ends_by_itself_on_the_eighteenth_birthday_in_china(hub, child, clock):
    """未成年人网络保护条例 34, 36; the day is China's."""
    hub.installation.appoint(LATER)
    clock.set(EVE_OF_18)
    assert read(hub, child, by=LATER) == ["minor_approval_required"]
    clock.set(EVE_OF_18 + timedelta(seconds=1))
    assert read(hub, child, by=LATER) == ["name"]


def test_who_was_born_on_29_february_is_of_age_on_1_march(hub, clock, tmp_path):
    hub.installation.appoint(LATER)
    number = idno(7, "20240229")
    row = {"idno": number, "name": "测试闰", "dob": "2024-02-29", "grid": FIRST_GRID, "life": "alive"}
    hub.installation.import_rows("police", [row], tmp_path)
    member = hub.installation.cast["child"]._replace(idno=number)
    clock.set(datetime(2042, 2, 28, 15, 59, tzinfo=UTC))
    assert read(hub, member, by=LATER) == ["minor_approval_required"]
    clock.set(datetime(2042, 2, 28, 16, 0, tzinfo=UTC))
    assert read(hub, member, by=LATER) == ["name"], "2042-03-01 in China"
