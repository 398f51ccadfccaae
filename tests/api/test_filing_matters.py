"""A department files what it will use data for, its sources and a security officer agree, and only then it reads."""

import asyncio
from datetime import date, timedelta

import pytest

from hub.model.filing_request import USUAL_VOLUME
from hub.model.instant import day_of
from hub.model.working_time import working_days_after
from hub.policy.deadlines import Deadlines
from tests.api.city import ADMIN, AUDITOR, CANTEEN, CIVIL_AFFAIRS, CLERK, FIRST_GRID, GRID_WORKER, HEALTH, OFFICER

AREA = "339999001"
POLICE = "department:police@339999"
WINDOW = f"department:health@{AREA}"
MEALS = f"organisation:meals02@{AREA}"
OTHER_OFFICER = "security_officer:339999002"


@pytest.fixture
def later(hub, monkeypatch):
    """`later(days=1)`: let the road's clock go on; everybody has tokens of that time."""
    shift = [timedelta()]
    clock, token = hub.road.clock, hub.installation.token
    hub.road.clock = lambda: clock() + shift[0]
    monkeypatch.setattr(hub.installation, "token", lambda *who, **more: token(*who, now=hub.road.clock(), **more))

    def go_on(**span):
        shift[0] += timedelta(**span)

    return go_on


@pytest.fixture
def unfiled(hub):
    """A city in which no department has filed anything: what was accepted on paper is taken off the record."""
    with hub.installation.opened() as opened:
        opened.writer.run([lambda tx: tx.db.execute("DELETE FROM control WHERE kind = 'filing'") and None])
        opened.writer.run([lambda tx: tx.db.execute("UPDATE counter SET n = n + 1 WHERE name = 'control'") and None])
    hub.installation.appoint(WINDOW, MEALS, OTHER_OFFICER, f"{OFFICER}#li", f"{OFFICER}#wang")
    return hub


def stated(**more):
    body = {
        "purpose": "EXAM",
        "basis": "statutory",
        "citation": "基本公共卫生服务规范",
        "scenario": "老年体检预约",
        "scope": AREA,
        "valid_until": "2027-06-30",
    }
    return body | more


def file(hub, *, by=WINDOW, **more):
    return hub.ask(by, "POST", "/v1/filings", json=stated(**more))


def decide(hub, name, by, decision="approve", reason="同意"):
    return hub.ask(by, "POST", f"/v1/filings/{name}/decision", json={"decision": decision, "reason": reason})


def accepted(hub, **more):
    """The id of a filing that everybody has agreed to."""
    name = file(hub, **more).json()["id"]
    for by in (POLICE, CIVIL_AFFAIRS, f"{OFFICER}#li", f"{OFFICER}#wang"):
        decide(hub, name, by)
    assert stands(hub, name)["state"] == "approved"
    return name


def stands(hub, name, by=AUDITOR):
    items = hub.ask(by, "GET", "/v1/filings").json()["items"]
    return next((item for item in items if item["id"] == name), None)


def read(hub, idno=None, *, by=WINDOW):
    answer = hub.disclose(by, idno or hub.installation.cast["elder"].idno, "EXAM", fields=["name"])
    return answer.json().get("reasons", "given")


def refused(answer):
    return answer.status_code, answer.json()["reasons"]


@pytest.mark.clause("PIPL 13", "政务数据共享条例")
def test_nothing_is_read_until_the_officer_and_every_source_agreed(unfiled):
    """政务数据共享条例: a provider answers for its own data; no filing in force, no read."""
    made = file(unfiled)
    assert made.status_code == 201, made.text
    body = made.json()
    assert (body["state"], body["volume"], body["requester"]) == ("pending", USUAL_VOLUME, WINDOW)
    assert body["sources"] == {"police": ["name", "is_65_or_over"], "civil_affairs": ["receives_dibao"]}
    assert body["awaits"] == ["security", "civil_affairs"], "health itself brings names and birth dates"
    assert read(unfiled) == ["no_filing"]
    assert decide(unfiled, body["id"], OFFICER).json()["awaits"] == ["civil_affairs"]
    assert read(unfiled) == ["no_filing"]
    assert decide(unfiled, body["id"], CIVIL_AFFAIRS).json()["state"] == "approved"
    assert read(unfiled) == "given"


def test_the_trail_names_the_filing_a_disclosure_rests_on(unfiled):
    name = accepted(unfiled)
    answer = unfiled.disclose(WINDOW, unfiled.installation.cast["elder"].idno, "EXAM", fields=["name"])
    assert answer.json()["receipt"]["act"]["filing"] == name


def test_departments_without_anybody_on_record_need_not_answer(unfiled):
    unfiled.installation.revoke(CIVIL_AFFAIRS)
    name = file(unfiled).json()["id"]
    assert decide(unfiled, name, OFFICER).json()["state"] == "approved"


@pytest.mark.clause("政务数据共享条例")
def test_a_refusal_ends_a_filing_and_has_a_reason(unfiled):
    """政务数据共享条例: refusal needs a reason."""
    name = file(unfiled).json()["id"]
    for reason in ("", None, " "):
        assert refused(decide(unfiled, name, CIVIL_AFFAIRS, "deny", reason)) == (422, ["bad_input"])
    denied = decide(unfiled, name, CIVIL_AFFAIRS, "deny", "体检不需要低保信息").json()
    assert (denied["state"], denied["decisions"][0]["reason"]) == ("denied", "体检不需要低保信息")
    assert refused(decide(unfiled, name, OFFICER)) == (409, ["already_decided"])
    assert read(unfiled) == ["no_filing"]


@pytest.mark.parametrize(
    ("who", "reason"),
    [
        (WINDOW, "self_approval"),
        (AUDITOR, "not_allowed"),
        (CLERK, "not_allowed"),
        (GRID_WORKER, "not_allowed"),
        (CANTEEN, "not_allowed"),
        (ADMIN, "not_allowed"),
        (OTHER_OFFICER, "out_of_scope"),
        (f"{HEALTH}#zhang", "not_allowed"),
        ("department:civil_affairs@339999002", "out_of_scope"),
    ],
)
def test_nobody_else_decides(unfiled, who, reason):
    unfiled.installation.appoint(who)
    name = file(unfiled).json()["id"]
    assert refused(decide(unfiled, name, who)) == (403, [reason])
    assert stands(unfiled, name)["decisions"] == []


def test_nobody_decides_their_own_filing_in_whatever_role(unfiled):
    unfiled.installation.appoint(f"{WINDOW}#li")
    name = file(unfiled, by=f"{WINDOW}#li").json()["id"]
    assert refused(decide(unfiled, name, f"{OFFICER}#li")) == (403, ["self_approval"])


def test_a_side_decides_once(unfiled):
    name = file(unfiled).json()["id"]
    decide(unfiled, name, CIVIL_AFFAIRS)
    decide(unfiled, name, POLICE)
    assert refused(decide(unfiled, name, CIVIL_AFFAIRS, "deny")) == (409, ["already_decided"])
    decide(unfiled, name, OFFICER)
    assert refused(decide(unfiled, name, f"{OFFICER}#li")) == (409, ["already_decided"])
    assert stands(unfiled, name)["state"] == "approved"


@pytest.mark.clause("GB/T 35273 7.1")
def test_racing_decisions_have_one_outcome(unfiled):
    unfiled.installation.revoke(CIVIL_AFFAIRS)
    name = file(unfiled).json()["id"]

    async def race():
        said = [(f"{OFFICER}#li", "approve"), (f"{OFFICER}#wang", "deny")] * 4
        body = [{"decision": decision, "reason": "定"} for _, decision in said]
        path = f"/v1/filings/{name}/decision"
        asking = (unfiled.request(by, "POST", path, json=each) for (by, _), each in zip(said, body, strict=True))
        return await asyncio.gather(*asking)

    answers = unfiled.run(race())
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7


class TestBulk:
    """GB/T 35273 7.1: bulk needs two people."""

    def test_more_than_the_usual_volume_takes_two_officers(self, unfiled):
        name = file(unfiled, volume=USUAL_VOLUME + 1).json()["id"]
        decide(unfiled, name, CIVIL_AFFAIRS)
        assert decide(unfiled, name, f"{OFFICER}#li").json()["state"] == "pending"
        assert refused(decide(unfiled, name, f"{OFFICER}#li")) == (403, ["self_approval"])
        assert decide(unfiled, name, f"{OFFICER}#wang").json()["state"] == "approved"

    def test_one_of_the_two_may_be_an_admin(self, unfiled):
        name = file(unfiled, volume=200).json()["id"]
        decide(unfiled, name, CIVIL_AFFAIRS)
        assert decide(unfiled, name, ADMIN).json()["state"] == "pending"
        unfiled.installation.appoint(f"{ADMIN}#zhao")
        assert refused(decide(unfiled, name, f"{ADMIN}#zhao")) == (403, ["not_allowed"])
        assert decide(unfiled, name, OFFICER).json()["state"] == "approved"

    def test_a_secretary_counts_within_the_own_community(self, unfiled):
        secretary = f"secretary:{FIRST_GRID[:12]}"
        wide, narrow = (file(unfiled, volume=200, scope=scope).json()["id"] for scope in (AREA, FIRST_GRID[:12]))
        assert refused(decide(unfiled, wide, secretary)) == (403, ["out_of_scope"])
        assert decide(unfiled, narrow, secretary).json()["decisions"][0]["side"] == "security"


@pytest.mark.parametrize(
    ("more", "status", "reason"),
    [
        ({"by": CLERK}, 403, "not_allowed"),
        ({"by": OFFICER}, 403, "not_allowed"),
        ({"purpose": "NOSUCH"}, 403, "unknown_purpose"),
        ({"purpose": "OLDCARD"}, 403, "not_a_requester"),
        ({"scope": "339999002"}, 403, "out_of_scope"),
        ({"scope": "339999"}, 403, "out_of_scope"),
    ],
)
def test_what_could_never_be_read_is_not_filed(unfiled, more, status, reason):
    assert refused(file(unfiled, **more)) == (status, [reason])


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("purpose", ""),
        ("basis", "consent"),
        ("basis", "whatever"),
        ("citation", " "),
        ("scenario", ""),
        ("scenario", "联系 13800138000"),
        ("scope", "33999900x"),
        ("scope", ""),
        ("volume", 0),
        ("volume", -1),
        ("volume", 10**9),
        ("volume", "20"),
        ("valid_until", "2027-02-30"),
        ("valid_until", "20270630"),
        ("valid_until", "2020-01-01"),
        ("more", 1),
    ],
)
def test_wrong_forms_are_told_by_member_and_rule(unfiled, member, value):
    answer = file(unfiled, **{member: value})
    assert refused(answer) == (422, ["bad_input"])
    assert answer.json()["errors"][0]["member"] == member


@pytest.mark.clause("PIPL 33-37")
def test_an_organisation_files_and_never_on_a_statute(unfiled):
    """PIPL 37: a company has no statutory duty here."""
    mediator = f"organisation:mediation02@{AREA}"
    unfiled.installation.appoint(mediator)
    answer = file(unfiled, by=mediator, purpose="MEDIATE", basis="statutory")
    assert answer.json()["errors"][0]["member"] == "basis"
    assert file(unfiled, by=mediator, purpose="MEDIATE", basis="consent").status_code == 201


def test_withdrawal_works_on_the_very_next_read(unfiled):
    name = accepted(unfiled)
    assert read(unfiled) == "given"
    assert refused(unfiled.ask(HEALTH, "POST", f"/v1/filings/{name}/withdrawal")) == (403, ["not_allowed"])
    assert unfiled.ask(WINDOW, "POST", f"/v1/filings/{name}/withdrawal").json()["state"] == "withdrawn"
    assert read(unfiled) == ["no_filing"]
    again = unfiled.ask(WINDOW, "POST", f"/v1/filings/{name}/withdrawal", json={"reason": "再次"})
    assert refused(again) == (409, ["already_decided"])


@pytest.mark.clause("PIPL 19")
def test_a_filing_ends_with_its_last_day(unfiled, later):
    """PIPL 19: no longer than the purpose needs."""
    until = (unfiled.road.clock() + timedelta(days=3)).date().isoformat()
    name = accepted(unfiled, valid_until=until)
    waiting = file(unfiled, valid_until=until).json()["id"]
    assert read(unfiled) == "given"
    later(days=5)
    assert read(unfiled) == ["no_filing"]
    assert stands(unfiled, name)["state"] == "expired"
    assert refused(decide(unfiled, waiting, OFFICER)) == (409, ["already_decided"])


def test_a_filing_made_anew_replaces_the_one_before(unfiled):
    first = accepted(unfiled, volume=30)
    second = accepted(unfiled, volume=5)
    assert stands(unfiled, first)["state"] == "replaced"
    unfiled.ask(WINDOW, "POST", f"/v1/filings/{second}/withdrawal")
    assert read(unfiled) == ["no_filing"]


def test_paper_filings_stay_in_force_and_are_listed_and_withdrawn_alike(hub):
    items = hub.ask(HEALTH, "GET", "/v1/filings").json()["items"]
    [paper] = [item for item in items if item["purpose"] == "EXAM"]
    assert (paper["state"], paper["filed_at"], paper["due"], paper["overdue"]) == ("approved", None, None, False)
    assert read(hub, by=HEALTH) == "given"
    assert refused(decide(hub, paper["id"], OFFICER)) == (409, ["already_decided"])
    assert hub.ask(HEALTH, "POST", f"/v1/filings/{paper['id']}/withdrawal").json()["state"] == "withdrawn"
    assert read(hub, by=HEALTH) == ["no_filing"]


def test_unknown_filings_are_not_found(unfiled):
    for path in ("decision", "withdrawal", "use"):
        method, body = ("GET", None) if path == "use" else ("POST", {"reason": "无"})
        body = body and body | ({"decision": "approve"} if path == "decision" else {})
        assert refused(unfiled.ask(OFFICER, method, f"/v1/filings/{'0' * 24}/{path}", json=body)) == (
            404,
            ["not_found"],
        )


def test_lists_show_own_filings_and_those_one_may_decide(unfiled):
    name = file(unfiled).json()["id"]
    for who, expected in (
        (WINDOW, True),
        (CIVIL_AFFAIRS, True),
        (POLICE, True),
        (OFFICER, True),
        (AUDITOR, True),
        (OTHER_OFFICER, False),
        (HEALTH, False),
        (CANTEEN, False),
        (ADMIN, False),
    ):
        assert (stands(unfiled, name, by=who) is not None) is expected, who
    assert refused(unfiled.ask(CLERK, "GET", "/v1/filings")) == (403, ["not_allowed"])


def test_lists_are_paged_and_filtered_by_state(unfiled):
    names = [file(unfiled).json()["id"] for _ in range(3)]
    decide(unfiled, names[1], OFFICER, "deny", "写明场景")
    pages, cursor = [], ""
    while cursor is not None:
        page = unfiled.ask(OFFICER, "GET", "/v1/filings", params={"limit": 2} | ({"cursor": cursor} if cursor else {}))
        pages.append([item["id"] for item in page.json()["items"]])
        cursor = page.json()["next"]
    assert [len(page) for page in pages] == [2, 1]
    assert {name for page in pages for name in page} == set(names)
    pending = unfiled.ask(OFFICER, "GET", "/v1/filings", params={"state": "pending"}).json()["items"]
    assert {item["id"] for item in pending} == {names[0], names[2]}
    for wrong in ({"state": "open"}, {"cursor": "nowhere"}, {"purpose": "EXAM"}):
        assert refused(unfiled.ask(OFFICER, "GET", "/v1/filings", params=wrong)) == (422, ["bad_input"])


@pytest.mark.clause("政务数据共享条例")
def test_answers_are_due_in_working_days_and_overdue_ones_are_visible(unfiled, later):
    """政务数据共享条例: ten working days; an overdue timer."""
    name = file(unfiled).json()["id"]
    assert stands(unfiled, name)["overdue"] is False
    later(days=10)
    assert stands(unfiled, name)["overdue"] is False, "ten working days are more than ten days"
    later(days=5)
    assert stands(unfiled, name)["overdue"] is True
    decide(unfiled, name, OFFICER, "deny", "写明场景")
    assert stands(unfiled, name)["overdue"] is False


@pytest.mark.clause("政务数据共享条例")
def test_an_operator_sets_the_days_and_the_holidays(unfiled):
    today = day_of(unfiled.road.clock())
    closed = dict.fromkeys((today + timedelta(days=number) for number in range(1, 30)), False)
    unfiled.road.deadlines = Deadlines(1, calendar=closed)
    due = file(unfiled).json()["due"]
    assert date.fromisoformat(due) == working_days_after(today + timedelta(days=29), 1)


def test_too_many_filings_at_a_time_are_refused(unfiled, monkeypatch):
    monkeypatch.setattr("hub.approvals.filings.MOST_OPEN", 2)
    assert [file(unfiled).status_code for _ in range(3)] == [201, 201, 429]
    assert file(unfiled, by=MEALS, purpose="MEAL", basis="contract").status_code == 201, "it is counted by requester"


def test_every_act_is_in_the_trail_without_a_data_subject(unfiled):
    name = accepted(unfiled)
    unfiled.ask(WINDOW, "POST", f"/v1/filings/{name}/withdrawal")
    events = unfiled.ask(AUDITOR, "GET", "/v1/audit/events", params={"kind": "filing"}).json()["items"]
    own = [event for event in events if event["actor"] != "hub" and event["purpose"] == "EXAM"]
    outcomes = [event["outcome"] for event in reversed(own)]
    assert outcomes[:2] == ["pending", "agreed"]
    assert outcomes[-1] == "withdrawn"
    assert {event["subject"] for event in own} == {None}
