"""Cases: an office reads its parties while one is open, nobody else's, and each party is told."""

import asyncio
import re

import pytest

from hub.model.instant import now_utc
from hub.rights.erasure import carry_out
from tests.api.city import AUDITOR, CIVIL_AFFAIRS, CLERK, FIRST_GRID, GRID_WORKER, OFFICER, SECRETARY
from tests.api.in_process import InProcess

JUSTICE = "department:justice@339999"
COLLEAGUE = f"{CLERK}#colleague"
FAR_CLERK = "clerk:339999001002"
MEDIATOR = "organisation:mediation01@339999"
NUMBER = "调解 2026-0113"
MET = ["name", "tel", "addr"]


@pytest.fixture
def elder(hub):
    hub.installation.appoint(COLLEAGUE, JUSTICE, MEDIATOR)
    return hub.installation.cast["elder"]


@pytest.fixture
def other(hub, elder):
    """Another party, of age, in the same community."""
    return next(each for each in hub.installation.adults(FIRST_GRID) if each != elder.idno)


def open_case(hub, *parties, by=CLERK, **more):
    body = {"purpose": "MEDIATE", "number": NUMBER, "parties": [{"idno": each} for each in parties]} | more
    return hub.ask(by, "POST", "/v1/cases", json=body)


def close(hub, name, *, by=CLERK, **body):
    return hub.ask(by, "POST", f"/v1/cases/{name}/closure", json=body)


def read(hub, idno, *, by=CLERK, **more):
    return hub.disclose(by, idno, "MEDIATE", reason=NUMBER, **more)


def reasons(answer):
    return answer.status_code, answer.json()["reasons"]


def test_a_party_of_an_open_case_is_read_by_its_office_and_nobody_else(hub, elder, other):
    assert reasons(read(hub, elder.idno)) == (403, ["approval_required"])
    made = open_case(hub, elder.idno)
    assert made.status_code == 201
    assert (made.json()["state"], made.json()["number"], made.json()["parties_count"]) == ("open", NUMBER, 1)
    answer = read(hub, elder.idno)
    assert list(answer.json()["fields"]) == MET
    assert answer.json()["receipt"]["act"]["case"] == made.json()["id"]
    assert list(read(hub, elder.idno, by=COLLEAGUE).json()["fields"]) == MET, "it is the office's case"
    assert reasons(read(hub, other)) == (403, ["approval_required"]), "no party"
    assert reasons(read(hub, elder.idno, by=JUSTICE)) == (403, ["approval_required"]), "another office"
    assert read(hub, elder.idno, by=GRID_WORKER).json()["reasons"] == ["not_a_requester"]


@pytest.mark.clause("人民调解法 17")
@pytest.mark.parametrize("closer", [CLERK, COLLEAGUE, "party"])
def test_closing_counts_from_the_next_read_on_for_every_party(hub, elder, other, closer):
    name = open_case(hub, elder.idno, other).json()["id"]
    assert read(hub, other).status_code == 200
    by = f"resident:{elder.rid}" if closer == "party" else closer
    closed = close(hub, name, by=by, reason="当事人拒绝调解")
    assert (closed.status_code, closed.json()["state"]) == (200, "closed")
    for each in (elder.idno, other):
        assert reasons(read(hub, each)) == (403, ["approval_expired"])
    assert reasons(close(hub, name)) == (409, ["already_decided"])


def test_a_case_runs_out_by_itself(hub, elder, later):
    name = open_case(hub, elder.idno, duration="P7D").json()["id"]
    later(days=6, hours=23)
    assert read(hub, elder.idno).status_code == 200
    later(hours=1)
    assert reasons(read(hub, elder.idno)) == (403, ["approval_expired"])
    [item] = hub.ask(CLERK, "GET", "/v1/cases").json()["items"]
    assert (item["id"], item["state"]) == (name, "expired")
    assert close(hub, name).json()["state"] == "closed"
    assert hub.ask(CLERK, "GET", "/v1/cases").json()["items"] == []


def test_no_case_lasts_longer_than_its_purpose_lets_it(hub, elder):
    assert open_case(hub, elder.idno, duration="P31D").status_code == 422
    assert open_case(hub, elder.idno, duration="P30D").status_code == 201


@pytest.mark.clause("PIPL 17-18")
def test_each_party_is_told_who_opened_read_and_closed_it_and_of_no_other_party(hub, elder, other):
    name = open_case(hub, elder.idno, other).json()["id"]
    read(hub, elder.idno)
    close(hub, name)
    me = f"resident:{elder.rid}"
    items = hub.ask(me, "GET", "/v1/me/accesses").json()["items"]
    told = [(each["kind"], each["outcome"], each["who"], each["purpose"]) for each in reversed(items)]
    who = f"{CLERK}#1"
    assert told[-3:] == [
        ("case", "opened", who, "MEDIATE"),
        ("disclosure", "disclosed", who, "MEDIATE"),
        ("case", "closed", who, "MEDIATE"),
    ]
    [own] = hub.ask(me, "GET", "/v1/cases").json()["items"]
    assert (own["id"], own["state"], own["parties"], own["parties_count"]) == (name, "closed", [], 2)


def test_the_list_holds_the_cases_of_ones_own_office_that_nobody_has_closed(hub, elder, other):
    first = open_case(hub, elder.idno, other).json()
    second = open_case(hub, other, number="调解 2026-0114").json()
    items = hub.ask(COLLEAGUE, "GET", "/v1/cases").json()["items"]
    assert [each["id"] for each in items] == [second["id"], first["id"]]
    assert items[1]["parties"] == first["parties"]
    page = hub.ask(CLERK, "GET", "/v1/cases", params={"limit": 1}).json()
    rest = hub.ask(CLERK, "GET", "/v1/cases", params={"cursor": page["next"]}).json()
    assert [each["id"] for each in page["items"] + rest["items"]] == [second["id"], first["id"]]
    close(hub, first["id"])
    assert [each["id"] for each in hub.ask(CLERK, "GET", "/v1/cases").json()["items"]] == [second["id"]]
    for who in (JUSTICE, GRID_WORKER, SECRETARY, FAR_CLERK, OFFICER, CIVIL_AFFAIRS):
        assert hub.ask(who, "GET", "/v1/cases").json() == {"items": [], "next": None}, who
        assert reasons(close(hub, second["id"], by=who)) == (404, ["not_found"]), who
    assert hub.ask(CLERK, "GET", "/v1/cases", params={"state": "closed"}).json()["items"] == []
    assert hub.ask(CLERK, "GET", "/v1/cases", params={"state": "over"}).status_code == 422


@pytest.mark.parametrize(
    ("who", "purpose", "expected"),
    [
        (GRID_WORKER, "MEDIATE", (403, ["not_a_requester"])),
        (CIVIL_AFFAIRS, "MEDIATE", (403, ["not_a_requester"])),
        (CLERK, "NOSUCH", (403, ["unknown_purpose"])),
        (CLERK, "OLDCARD", (422, ["bad_input"])),
        (FAR_CLERK, "MEDIATE", (403, ["out_of_scope"])),
        ("department:justice@339999001001", "MEDIATE", (403, ["no_filing"])),
    ],
)
def test_a_case_is_opened_by_whoever_could_read_for_it(hub, elder, who, purpose, expected):
    hub.installation.appoint("department:justice@339999001001")
    if expected[1] == ["no_filing"]:
        _withdraw_filings(hub)
    assert reasons(open_case(hub, elder.idno, by=who, purpose=purpose)) == expected


def _withdraw_filings(hub):
    for item in hub.ask(JUSTICE, "GET", "/v1/filings", params={"limit": 200}).json()["items"]:
        assert hub.ask(JUSTICE, "POST", f"/v1/filings/{item['id']}/withdrawal", json={}).status_code == 200


def test_unknown_and_elsewhere_are_one_answer_for_a_party_too(hub, elder):
    nobody, outsider = (hub.installation.cast[each].idno for each in ("nobody", "outsider"))
    told = {open_case(hub, each).text.replace(each, "") for each in (nobody, outsider)}
    assert len({_without_trace(text) for text in told}) == 1
    assert reasons(open_case(hub, elder.idno, outsider)) == (403, ["out_of_scope"])
    assert reasons(read(hub, elder.idno)) == (403, ["approval_required"]), "nothing of it was opened"


def _without_trace(text):
    return re.sub(r'"trace_id":"[0-9a-f]+"', "", text)


@pytest.mark.parametrize(
    "body",
    [
        {"parties": []},
        {"number": " "},
        {"number": "电话 13800138000"},
        {"number": "x" * 65},
        {"parties": [{"idno": "339999194303129017"}] * 2},
        {"parties": [{"idno": "339999194303129017"}] * 21},
        {"duration": "PT0S"},
        {"title": "x"},
    ],
)
def test_what_is_malformed_is_named(hub, elder, body):
    answer = open_case(hub, elder.idno, **body)
    assert reasons(answer) == (422, ["bad_input"])


def test_nobody_opens_a_case_of_their_own_household(hub, elder):
    own = f"{CLERK}#kin"
    hub.installation.appoint(own, f"resident:{elder.rid}#kin")
    assert reasons(open_case(hub, elder.idno, by=own)) == (403, ["self_approval"])


@pytest.mark.clause("PIPL 13")
def test_an_organisation_needs_the_partys_consent_besides(hub, elder):
    assert open_case(hub, elder.idno, by=MEDIATOR).status_code == 201
    assert reasons(read(hub, elder.idno, by=MEDIATOR)) == (403, ["consent_missing"])
    said = {"purpose": "MEDIATE", "recipient": MEDIATOR, "basis": "consent"}
    assert hub.ask(f"resident:{elder.rid}", "POST", "/v1/me/consents", json=said).status_code == 201
    answer = read(hub, elder.idno, by=MEDIATOR)
    assert (answer.json()["basis"], list(answer.json()["fields"])) == ("consent", MET)


@pytest.mark.clause("未成年人网络保护条例 34, 36")
def test_a_minor_needs_a_managers_approval_besides_and_that_alone_opens_no_case(hub, elder):
    minor = hub.installation.cast["child"].idno
    body = {"subject": {"idno": minor}, "purpose": "MEDIATE", "reason": "调解", "duration": "PT1H"}
    open_case(hub, minor)
    assert reasons(read(hub, minor)) == (403, ["minor_approval_required"])
    name = hub.ask(CLERK, "POST", "/v1/approvals", json=body).json()["id"]
    hub.ask(SECRETARY, "POST", f"/v1/approvals/{name}/decision", json={"decision": "approve"})
    answer = read(hub, minor)
    assert answer.status_code == 200
    assert answer.json()["receipt"]["act"]["approval"] == name
    assert answer.json()["receipt"]["act"]["case"]
    body["subject"] = {"idno": elder.idno}
    name = hub.ask(CLERK, "POST", "/v1/approvals", json=body).json()["id"]
    hub.ask(SECRETARY, "POST", f"/v1/approvals/{name}/decision", json={"decision": "approve"})
    assert reasons(read(hub, elder.idno)) == (403, ["approval_required"]), "a yes never stands in for the case"


def test_the_trail_alone_says_which_case_a_read_rested_on(hub, elder):
    name = open_case(hub, elder.idno).json()["id"]
    read(hub, elder.idno)
    found = hub.ask(AUDITOR, "GET", "/v1/audit/events", params={"purpose": "MEDIATE"}).json()["items"]
    assert [(each["kind"], each["outcome"], each["case"]) for each in found[:2]] == [
        ("disclosure", "disclosed", name),
        ("case", "opened", name),
    ]


def test_a_resident_is_told_what_an_office_would_need(hub, elder):
    me = f"resident:{elder.rid}"
    items = hub.ask(me, "GET", "/v1/me/explanations", params={"field": "tel"}).json()["items"]
    [clerk] = [each for each in items if (each["purpose"], each["requester"]) == ("MEDIATE", "clerk")]
    assert [each["code"] for each in clerk["stopped_by"]] == ["case_open"]
    assert "case_open" in {each["code"] for each in clerk["needs"]}
    name = open_case(hub, elder.idno).json()["id"]
    items = hub.ask(me, "GET", "/v1/me/explanations", params={"field": "tel"}).json()["items"]
    readers = [each for each in items if (each["purpose"], each["requester"]) == ("MEDIATE", "clerk")]
    assert any(each["could_read"] and each["approvals"] == [name] for each in readers)


def test_a_case_opens_nothing_but_the_purposes_own_fields(hub, elder):
    open_case(hub, elder.idno)
    answer = read(hub, elder.idno, fields=["name", "med.chronic", "idno"]).json()
    assert list(answer["fields"]) == ["name"]
    assert {each["reason"] for each in answer["withheld"]} == {"not_in_purpose"}


def test_of_many_who_close_one_case_at_once_exactly_one_does(hub, elder, other):
    name = open_case(hub, elder.idno, other).json()["id"]
    who = [CLERK, COLLEAGUE, f"resident:{elder.rid}"] * 4

    async def close_all():
        path = f"/v1/cases/{name}/closure"
        return await asyncio.gather(*(hub.request(each, "POST", path, json={}) for each in who))

    told = sorted(answer.status_code for answer in hub.run(close_all()))
    assert told == [200] + [409] * (len(who) - 1)
    items = hub.ask(f"resident:{elder.rid}", "GET", "/v1/me/accesses").json()["items"]
    assert sum((each["kind"], each["outcome"]) == ("case", "closed") for each in items) == 1


def test_an_erased_party_leaves_the_case_to_the_others(untouched, tmp_path):
    installation = untouched.copy(tmp_path / "erased")
    elder, other = installation.cast["elder"], installation.adults(FIRST_GRID)[0]
    before = InProcess(installation)
    name = open_case(before, elder.idno, other).json()["id"]
    asked = before.ask(f"resident:{elder.rid}", "POST", "/v1/me/erasure", json={}).json()["id"]
    before.ask(OFFICER, "POST", f"/v1/requests/{asked}/decision", json={"decision": "approve", "reason": "同意"})
    before.close()
    with installation.opened() as opened:
        assert carry_out(opened.writer, opened.reader, opened.ring, now_utc()).erased == 1
    after = InProcess(installation)
    try:
        [item] = after.ask(CLERK, "GET", "/v1/cases").json()["items"]
        assert (len(item["parties"]), item["parties_count"]) == (1, 2)
        assert close(after, name).json()["state"] == "closed"
    finally:
        after.close()
