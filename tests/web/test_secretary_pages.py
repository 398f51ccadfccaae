"""The secretary's day: decide in two presses, about one and about many; deputies; emergencies to review."""

import re

import pytest

from hub.synth.cast import ELDER_IDNO
from tests.factories import GRID, GRID_WORKER

SECRETARY = f"secretary:{GRID[:12]}"
SAYS = {
    "zh": {"approve": "批准", "done": "已批准", "refuse": "不批准", "decided": "决定已登记"},
    "en": {"approve": "Approve", "done": "Approved", "refuse": "Refuse", "decided": "Your decision is on record"},
}
WISH = {"purpose": "VISIT", "fields": ["med.chronic"], "reason": "昨天头晕 <b>陪同</b>就诊", "duration": "P7D"}


@pytest.fixture
def worker(served):
    with served.client(GRID_WORKER) as client:
        yield client


@pytest.fixture
def asked(worker):
    """A request that waits; returns the worker's own id of the person, and the request's."""
    made = worker.post("/v1/approvals", json=WISH | {"subject": {"idno": ELDER_IDNO}})
    assert made.status_code == 201, made.text
    yield made.json()["subject"]["rid"], made.json()["id"]
    worker.post(f"/v1/approvals/{made.json()['id']}/revocation", json={})


def read(worker, rid):
    body = {"subject": {"rid": rid}, "purpose": "VISIT", "fields": ["med.chronic"]}
    return worker.post("/v1/disclosures", json=body)


@pytest.mark.parametrize(
    ("device", "language", "javascript"),
    [("phone", "zh", True), ("desktop", "en", True), ("phone", "en", False), ("desktop", "zh", False)],
)
def test_a_request_is_approved_in_two_presses(signed_in, asked, worker, device, language, javascript):
    rid, name = asked
    visitor = signed_in(SECRETARY, device, language, javascript=javascript)
    visitor.go("/secretary")
    visitor.page.locator(f"a[href='/secretary/requests/{name}']").click()
    assert "<b>陪同</b>" in visitor.page.locator("blockquote").inner_text()
    assert not visitor.overflows()
    visitor.page.get_by_role("button", name=SAYS[language]["approve"], exact=True).click()
    assert visitor.says(SAYS[language]["done"])
    assert read(worker, rid).is_success


def test_a_request_is_refused_with_the_keyboard_and_a_word(signed_in, asked, worker):
    rid, name = asked
    visitor = signed_in(SECRETARY, "desktop", "en")
    visitor.go(f"/secretary/requests/{name}")
    visitor.page.locator("summary", has_text="Add a word").press("Enter")
    visitor.page.locator("textarea").fill("请先与家属联系")
    visitor.press("button[value=deny]")
    assert visitor.says(SAYS["en"]["decided"])
    assert read(worker, rid).status_code == 403


def test_many_are_decided_at_once_and_one_is_left_out(signed_in, worker):
    listed = worker.post("/v1/residents/search", json={"grid": GRID, "limit": 5}).json()["items"]
    rids = [each["rid"] for each in listed]
    body = WISH | {"subjects": [{"rid": each} for each in rids], "fields": ["name", "med.chronic"]}
    name = worker.post("/v1/approvals/rosters", json=body).json()["id"]
    visitor = signed_in(SECRETARY, "phone", "zh")
    visitor.go("/secretary")
    visitor.page.locator(f"a[href='/secretary/rosters/{name}']").click()
    assert visitor.violations() == []
    visitor.page.locator("input[name=rid]").first.uncheck()
    visitor.page.get_by_role("button", name="批准", exact=True).click()
    assert visitor.says("已批准")
    [roster] = [each for each in worker.get("/v1/approvals/rosters").json()["items"] if each["id"] == name]
    assert (roster["state"], len(roster["excluded"])) == ("approved", 1)


def test_a_deputy_is_named_and_ended_and_an_emergency_reviewed(signed_in, worker):
    visitor = signed_in(SECRETARY, "phone", "zh")
    visitor.go("/secretary/deputies")
    visitor.page.locator("#f-deputy").fill(f"clerk:{GRID[:12]}")
    visitor.page.get_by_role("button", name="指定").click()
    assert visitor.says("代理人已指定")
    visitor.page.get_by_role("button", name="立即终止").first.click()
    assert visitor.says("已结束")
    visitor.page.locator("#f-deputy").fill("nobody")
    visitor.page.get_by_role("button", name="指定").click()
    assert visitor.says("本社区没有该名称的在任人员")
    worker.post("/v1/emergencies", json={"subject": {"idno": ELDER_IDNO}, "reason": "敲门无人应答"})
    visitor.go("/secretary/emergencies")
    visitor.page.locator("textarea").first.fill("已与家属核实")
    visitor.page.get_by_role("button", name="理由成立", exact=True).first.click()
    assert visitor.says("复核已登记")


def test_nobody_else_decides_by_way_of_the_pages(browsing, asked):
    _, name = asked
    for principal in (GRID_WORKER, "department:health@339999"):
        client = browsing(principal)
        assert client.get(f"/secretary/requests/{name}").status_code == 403
    secretary = browsing(SECRETARY)
    for unknown in ("A" * 43, "0" * 24, "x"):
        assert secretary.get(f"/secretary/requests/{unknown}").status_code == 404, unknown
        assert secretary.get(f"/secretary/rosters/{unknown}").status_code == 404, unknown
    key = re.search(r'name="form_key" value="([^"]+)"', secretary.get("/secretary").text)[1]
    assert secretary.post(f"/secretary/requests/{name}", data={"decision": "approve"}).status_code == 403
    wider = {"form_key": key, "decision": "approve", "asked": "med.chronic", "field": ["med.chronic", "fin.aid"]}
    assert secretary.post(f"/secretary/requests/{name}", data=wider).status_code == 422
