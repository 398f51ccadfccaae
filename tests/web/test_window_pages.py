"""The counter: a resident without a telephone sees who looked, corrects a number, takes a consent back, has a slip."""

import re

import pytest

from hub.synth.cast import ELDER_IDNO, ELSEWHERE_IDNO
from tests.factories import GRID_WORKER, Server

COMMUNITY = GRID_WORKER.partition(":")[2][:12]
CLERK = f"clerk:{COMMUNITY}"
SECOND = f"clerk:{COMMUNITY}#wang"
SAYS = {
    "zh": {
        "looked": "谁看过我的档案",
        "sent": "更正已提交",
        "back": "已撤回",
        "next": "结束并办理下一件",
        "slip": "为您办了什么",
    },
    "en": {
        "looked": "Who looked at my file",
        "sent": "The correction was sent",
        "back": "It is taken back",
        "next": "End and take the next matter",
        "slip": "What was done for you",
    },
}


@pytest.fixture(scope="module")
def elder(people):
    return people("elder")


@pytest.fixture(scope="module")
def site(_filled, elder, tmp_path_factory):
    folder = tmp_path_factory.mktemp("window")
    town = _filled.copy(folder / "town")
    town.appoint(SECOND, elder)
    return town


@pytest.fixture(scope="module")
def served(site):
    server = Server(site)
    yield server
    server.stop()


def rid_of(served, idno):
    with served.client(CLERK) as client:
        return client.post("/v1/disclosures", json={"subject": {"idno": idno}, "purpose": "ROSTER"}).json()["rid"]


def mandate(served, idno, matter, proof=None):
    body = {"subject": {"idno": idno}, "matter": matter, "proof": proof or {"form": "WD-1"}}
    with served.client(CLERK) as client:
        return client.post("/v1/mandates", json=body).json()["id"]


def begin(visitor, matter, form="WD-2026/0113"):
    """Choose a matter on the resident's page."""
    visitor.page.locator(f"input[name=matter][value={matter}]").check()
    visitor.page.locator("#f-form").fill(form)
    visitor.page.locator("main form button").last.click()
    visitor.page.wait_for_url("**/window/mandates/*")


@pytest.mark.clause("无障碍环境建设法 39-40")
@pytest.mark.parametrize(
    ("device", "language", "javascript"),
    [("phone", "zh", True), ("desktop", "en", True), ("phone", "en", False), ("desktop", "zh", False)],
)
def test_an_elder_without_a_telephone_is_served_by_clicking(signed_in, served, elder, device, language, javascript):
    """Scenario 6: who looked and why, a corrected telephone, a consent taken back, a slip to sign."""
    says = SAYS[language]
    with served.client(elder) as resident:
        assert resident.post("/v1/me/consents", json={"purpose": "UTIL"}).is_success
    visitor = signed_in(CLERK, device, language, javascript=javascript)
    visitor.go("/window")
    visitor.page.locator("#f-idno").fill(ELDER_IDNO)
    visitor.page.locator(".find button").click()
    visitor.page.wait_for_url("**/window/residents/*")
    assert ELDER_IDNO not in visitor.page.url
    begin(visitor, "accesses")
    assert visitor.says(says["looked"])
    assert not visitor.overflows()
    visitor.page.get_by_role("button", name=says["next"]).click()
    begin(visitor, "corrections")
    visitor.page.locator("button[value=tel]").click()
    visitor.page.locator("#f-value").fill("12345")
    visitor.page.locator("main form .actions button").first.click()
    assert visitor.page.locator("#e-value").inner_text() != ""
    visitor.page.locator("#f-value").fill("15400000999")
    visitor.page.locator("main form .actions button").first.click()
    assert visitor.says(says["sent"])
    visitor.page.get_by_role("button", name=says["next"]).click()
    begin(visitor, "consents")
    visitor.page.locator("button[name=consent]").first.click()
    assert visitor.says(says["back"])
    visitor.page.locator("button[value=slip]").click()
    assert visitor.says(says["slip"])
    assert not visitor.overflows()
    with served.client(elder) as resident:
        assert resident.get("/v1/me/corrections").json()["items"][0]["state"] == "pending"
        assert {each["state"] for each in resident.get("/v1/me/consents").json()["items"]} == {"withdrawn"}
        done = resident.get("/v1/me/accesses?limit=200").json()["items"]
    own = [each for each in done if each["who"] == f"{CLERK}#1"]
    read = {key for each in own if each["kind"] == "disclosure" for key in each["fields"]}
    assert read <= {"name", "ageband", "sex", "life", "region", "community", "grid"}, (
        "basics to know who it is, no more"
    )
    acted = [each for each in own if each["kind"] in ("correction", "trail_read") and each["outcome"] != "denied"]
    assert all(each["receipt"]["act"]["on_behalf_of"] for each in acted)


def test_a_keyboard_is_enough(signed_in, served):
    visitor = signed_in(CLERK, "desktop", "en")
    visitor.go(f"/window/residents/{rid_of(served, ELDER_IDNO)}")
    visitor.press("input[value=accesses]", " ")
    visitor.reach("#f-form")
    visitor.page.keyboard.press("Control+a")
    visitor.page.keyboard.type("WD-7")
    visitor.page.keyboard.press("Enter")
    assert visitor.says(SAYS["en"]["looked"])
    visitor.press("button[value=slip]")
    assert visitor.says("WD-7")
    assert re.search(r"\d{1,2} [A-Z][a-z]+ 20\d\d", visitor.page.locator(".sheet").inner_text()), (
        "paper has a full date"
    )


def test_a_spoken_mandate_is_confirmed_on_the_second_persons_own_page(signed_in, served):
    clerk, second = signed_in(CLERK, "desktop", "zh"), signed_in(SECOND, "phone", "zh")
    clerk.go(f"/window/residents/{rid_of(served, ELDER_IDNO)}")
    clerk.page.locator("input[value=freezes]").check()
    clerk.page.locator("input[value=spoken]").check()
    clerk.page.locator("main form button").last.click()
    assert clerk.page.locator("#e-witness").inner_text() != ""
    offered = clerk.page.locator("#f-witness option").evaluate_all("all => all.map(each => each.value)")
    assert SECOND in offered
    assert CLERK not in offered
    clerk.page.locator("#f-witness").select_option(SECOND)
    clerk.page.locator("main form button").last.click()
    assert clerk.says("等待见证人确认")
    assert clerk.violations() == []
    second.go("/window")
    second.page.locator("main a[href='/witness']").click()
    second.page.locator(".cards a").first.click()
    assert second.violations() == []
    second.page.locator("main form button").click()
    assert second.says("已确认")
    clerk.page.locator("main a.button").first.click()
    clerk.page.locator("main form button").first.click()
    assert clerk.says("档案从现在起已冻结")
    clerk.page.locator("button", has_text="解除冻结").click()
    assert clerk.says("档案已恢复使用")


def test_a_form_shows_what_it_needs_and_the_rest_says_why(signed_in, served):
    visitor = signed_in(CLERK, "phone", "zh")
    visitor.go(f"/window/mandates/{mandate(served, ELDER_IDNO, 'TIER')}")
    visitor.page.locator("main form button").first.click()
    assert visitor.page.locator("a.call").count() == 1
    assert visitor.says("请居民自己动手填写")
    assert visitor.violations() == []
    assert not visitor.overflows()


def test_large_type_is_large_and_what_is_taken_home_is_always(signed_in, served):
    visitor = signed_in(CLERK, "phone", "zh")
    name = mandate(served, ELDER_IDNO, "accesses")
    visitor.go(f"/window/mandates/{name}")
    visitor.page.emulate_media(media="print")
    size = "(all) => all.map((it) => parseFloat(getComputedStyle(it).fontSize))"
    sizes = visitor.page.locator(".sheet p, .sheet h2").evaluate_all(size)
    assert min(sizes) >= 22
    assert not visitor.page.locator(".ways-on").is_visible()
    visitor.page.emulate_media(media="screen")
    visitor.page.get_by_role("button", name="大字版").click()
    for path in ("/window", f"/window/residents/{rid_of(served, ELDER_IDNO)}", f"/window/mandates/{name}/slip"):
        visitor.go(path)
        assert visitor.too_small() == [], path
        assert not visitor.overflows(), path


def key_of(page):
    return re.search(r'name="form_key" value="([^"]+)"', page.text)[1]


def test_what_is_refused_says_why_and_what_to_do(browsing, served):
    client = browsing(CLERK)
    home = client.get("/window")
    form = {"form_key": key_of(home)}
    elsewhere = client.post("/window/residents/find", data=form | {"idno": ELSEWHERE_IDNO})
    assert elsewhere.status_code == 403
    assert "由其所在社区的窗口办理" in elsewhere.text
    assert "请对照" in elsewhere.text
    assert client.post("/window/residents/find", data=form | {"idno": "3399"}).status_code == 422
    page = f"/window/residents/{rid_of(served, ELDER_IDNO)}/mandates"
    assert client.post(page, data=form | {"form": "WD-1"}).status_code == 422
    assert client.post(page, data=form | {"matter": "EXAM"}).status_code == 422
    for matter in ("SOS", "CORR"):
        refused = client.post(page, data=form | {"matter": matter, "form": "WD-1"})
        assert refused.status_code == 403
        assert "不能由他人代办" in refused.text
    assert "这里不能发送验证码" in client.post(page, data=form | {"matter": "EXAM", "proof": "code"}).text


def test_a_matter_that_is_over_or_somebody_elses_shows_nothing(browsing, served):
    name = mandate(served, ELDER_IDNO, "accesses")
    other = browsing(SECOND)
    for path in (f"/window/mandates/{name}", "/window/mandates/x", f"/window/mandates/{'A' * 43}"):
        assert other.get(path).status_code == 403, path
    assert other.get(f"/window/mandates/{name}/slip").status_code == 404
    assert other.get(f"/witness/{name}").status_code == 404
    client = browsing(CLERK)
    key = {"form_key": key_of(client.get("/window"))}
    assert client.post(f"/window/mandates/{name}/freezes", data=key).status_code == 403, "another matter"
    assert client.post(f"/window/mandates/{name}/end", data={"then": "slip"}).status_code == 403, (
        "no page of ours has sent it"
    )
    ended = client.post(f"/window/mandates/{name}/end", data=key | {"then": "next", "rid": "//evil.example"})
    assert ended.headers["location"] == "/window"
    again = client.get(f"/window/mandates/{name}")
    assert again.status_code == 403
    assert "这个事项没有开着" in again.text
    assert browsing(GRID_WORKER).get("/window").status_code == 403


def looks(served, elder):
    with served.client(elder) as resident:
        items = resident.get("/v1/me/accesses?limit=200").json()["items"]
    return sum(each["purpose"] == "ROSTER" for each in items)


def test_one_look_at_who_it_is_serves_one_session_and_the_next_looks_anew(browsing, served, elder):
    page = f"/window/residents/{rid_of(served, ELDER_IDNO)}"
    client, before = browsing(CLERK), looks(served, elder)
    name = re.search(r"<h1>(.+)</h1>", client.get(page).text)[1]
    assert name in client.get(page).text
    assert looks(served, elder) == before + 1
    client.post("/sign-in/persona", data={"principal": SECOND, "form_key": key_of(client.get(page))})
    assert name in client.get(page).text
    assert looks(served, elder) == before + 2


@pytest.mark.parametrize("role", ["secretary", "clerk"])
def test_whoever_may_be_a_second_person_has_the_page_for_it(browsing, role):
    answer = browsing(f"{role}:{COMMUNITY}").get("/witness")
    assert answer.status_code == 200
    assert "没有等您确认的事项" in answer.text
