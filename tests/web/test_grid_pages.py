"""The grid worker's day: find somebody, visit, ask for more, break the glass; on a phone, with and without scripts."""

import re

import pytest

from hub.synth.cast import ELDER_IDNO
from tests.factories import GRID_WORKER, Server, person

SECRETARY = f"secretary:{GRID_WORKER.partition(':')[2][:12]}"
ELSEWHERE = "grid_worker:339999001001002"
PAGES = ("/grid", "/grid/residents", "/grid/visits", "/grid/requests", "/grid/emergencies", "/grid/accesses")
SAYS = {
    "zh": {"met": "见到本人", "done": "走访已登记", "open": "打开", "ask": "申请查看", "sent": "申请已提交"},
    "en": {"met": "Met", "done": "The visit is on record", "open": "Open", "ask": "Ask for it", "sent": "was sent"},
}


@pytest.fixture(scope="module")
def site(_filled, tmp_path_factory):
    folder = tmp_path_factory.mktemp("grid")
    town = _filled.copy(folder / "town")
    # The second lives alone, and nobody knows where, nor under which number.
    unknown = person(901, addr="", tel="")
    town.import_rows("police", [person(900), unknown], folder)
    town.import_rows("civil_affairs", [{"idno": unknown["idno"], "tag.alone": "1"}], folder)
    town.appoint(ELSEWHERE)
    return town


@pytest.fixture(scope="module")
def served(site):
    server = Server(site)
    yield server
    server.stop()


@pytest.fixture
def rid_of(served):
    """`rid_of(idno, principal)`: the worker's own id of somebody."""

    def known(idno, principal=GRID_WORKER):
        with served.client(principal) as client:
            return client.post("/v1/disclosures", json={"subject": {"idno": idno}, "purpose": "ROSTER"}).json()["rid"]

    return known


@pytest.mark.parametrize(
    ("device", "language", "javascript"),
    [("phone", "zh", True), ("desktop", "en", True), ("phone", "en", False), ("desktop", "zh", False)],
)
def test_a_worker_visits_asks_for_more_and_reads_it_once_approved(signed_in, served, device, language, javascript):
    says = SAYS[language]
    visitor = signed_in(GRID_WORKER, device, language, javascript=javascript)
    visitor.go("/grid/visits")
    assert not visitor.overflows()
    visitor.page.get_by_role("button", name=says["met"]).first.click()
    assert visitor.says(says["done"])
    visitor.page.locator(".stop:has(a.call) h2 a").first.click()
    visitor.page.locator(".rows").get_by_role("button", name=says["open"]).first.click()
    visitor.page.locator("a.call").wait_for()
    visitor.page.get_by_role("link", name=says["ask"]).click()
    visitor.page.get_by_role("textbox").fill("昨天头晕，陪同就诊")
    visitor.page.locator("main button").click()
    assert visitor.says(says["sent"])
    with served.client(SECRETARY) as secretary:
        [pending] = secretary.get("/v1/approvals?state=pending").json()["items"]
        answer = secretary.post(f"/v1/approvals/{pending['id']}/decision", json={"decision": "approve"})
        assert answer.json()["state"] == "approved"
    visitor.go("/grid/requests")
    visitor.page.get_by_role("button", name=says["open"], exact=True).first.click()
    assert visitor.page.locator(".pairs").inner_text() != ""
    assert not visitor.overflows()
    visitor.go("/grid/requests")
    visitor.page.locator("form[action='/grid/requests/end'] button").first.click()


def test_a_visit_takes_three_presses_of_a_keyboard_user(signed_in):
    visitor = signed_in(GRID_WORKER, "desktop", "en")
    visitor.go("/grid/residents")
    visitor.press(".people a")
    visitor.page.wait_for_url("**/grid/residents/*")
    visitor.press(".outcomes button")
    assert visitor.says(SAYS["en"]["done"])


def test_an_emergency_shows_at_once_what_helps(signed_in, rid_of):
    visitor = signed_in(GRID_WORKER, "phone", "zh")
    visitor.go(f"/grid/residents/{rid_of(ELDER_IDNO)}/emergency")
    visitor.page.locator("main button").click()
    visitor.page.get_by_role("textbox").first.fill("敲门无人应答")
    visitor.page.locator("main button").click()
    assert visitor.says("紧急联系人")
    assert visitor.says("拨打紧急联系人")
    assert visitor.violations() == []
    visitor.go("/grid/emergencies")
    assert visitor.says("待复核")


def test_what_is_not_known_of_somebody_is_said_and_breaks_nothing(browsing, rid_of):
    client, unknown = browsing(GRID_WORKER), person(901)
    shown = client.get("/grid/visits").text
    assert unknown["name"] in shown
    assert "地址暂无" in shown
    page = f"/grid/residents/{rid_of(unknown['idno'])}"
    for path in ("", "/visit", "/emergency", "/note", "/request?purpose=VISIT"):
        assert client.get(page + path).status_code == 200, path


def test_people_of_another_grid_are_nobody_here(browsing, served):
    client = browsing(GRID_WORKER)
    with served.client(ELSEWHERE) as other:
        listed = other.post("/v1/residents/search", json={"grid": "339999001001002", "limit": 1}).json()
    theirs = listed["items"][0]["rid"]
    for rid in (theirs, "A" * 32, "x"):
        for path in ("", "/visit", "/emergency", "/note", "/request?purpose=VISIT"):
            answer = client.get(f"/grid/residents/{rid}{path}")
            assert answer.status_code in (403, 404), (rid, path)
    key = re.search(r'name="form_key" value="([^"]+)"', client.get("/grid").text)[1]
    found = client.post("/grid/residents/find", data={"form_key": key, "idno": "33999919431230004X"})
    assert found.status_code == 403


def test_pages_of_the_grid_are_for_its_worker_alone(browsing):
    for principal in (SECRETARY, "department:health@339999"):
        client = browsing(principal)
        for path in PAGES:
            assert client.get(path).status_code == 403, (principal, path)
    for path in PAGES:
        assert browsing().get(path).headers["location"].startswith("/sign-in"), path


def test_a_form_without_its_key_records_no_visit(browsing, rid_of):
    client, rid = browsing(GRID_WORKER), rid_of(ELDER_IDNO)
    for data in ({}, {"form_key": "x"}):
        assert client.post(f"/grid/residents/{rid}/visit", data=data | {"outcome": "met"}).status_code == 403
    foreign = {"sec-fetch-site": "cross-site"}
    key = re.search(r'name="form_key" value="([^"]+)"', client.get("/grid").text)[1]
    data = {"form_key": key, "outcome": "met"}
    assert client.post(f"/grid/residents/{rid}/visit", data=data, headers=foreign).status_code == 403
