"""The resident's timeline: who looked and why, in sentences, for everybody and on every device."""

import pytest

from hub.synth.cast import ELDER_IDNO
from tests.factories import CIVIL_AFFAIRS, GRID_WORKER

CARD = {
    "zh": "民政为办理“老年人优待证办理”查看了您的证件号码、姓名",
    "en": "Civil affairs looked at your identity number and your name for “Senior citizen card”",
}
REFUSED = {"zh": "被拒绝了", "en": "was refused"}
OBJECT = {"zh": "这不是我知道的事", "en": "I don't recognise this"}
SENT = {"zh": "异议已提交", "en": "Your objection was sent"}


@pytest.fixture(autouse=True)
def _looks(served):
    """What others have just asked for about the elder."""
    subject = {"subject": {"idno": ELDER_IDNO}}
    with served.client(CIVIL_AFFAIRS) as window, served.client(GRID_WORKER) as worker:
        assert window.post("/v1/disclosures", json=subject | {"purpose": "OLDCARD"}).is_success
        refused = worker.post("/v1/disclosures", json=subject | {"purpose": "VISIT", "fields": ["med.chronic"]})
        assert refused.status_code == 403


@pytest.mark.parametrize(
    ("device", "language", "javascript"),
    [("phone", "zh", True), ("desktop", "en", True), ("phone", "en", False), ("desktop", "zh", False)],
)
def test_a_resident_sees_who_looked_and_objects(signed_in, people, device, language, javascript):
    visitor = signed_in(people("elder"), device, language, javascript=javascript)
    visitor.go("/me/accesses")
    assert visitor.says(CARD[language])
    assert visitor.says(REFUSED[language])
    assert not visitor.overflows()
    visitor.page.locator("li", has_text=CARD[language]).locator("summary").first.click()
    visitor.page.locator("li", has_text=CARD[language]).get_by_role("button", name=OBJECT[language]).first.click()
    visitor.page.get_by_role("textbox").fill("那天我在外地 <b>没有</b>办过")
    visitor.page.locator("main button").click()
    assert visitor.says(SENT[language])


def test_a_keyboard_is_enough(signed_in, people):
    visitor = signed_in(people("elder"), "desktop", "en")
    visitor.go("/me/accesses")
    visitor.page.keyboard.press("Tab")
    assert visitor.page.evaluate("() => document.activeElement.className") == "skip"
    visitor.page.keyboard.press("Enter")
    visitor.press("main summary")
    visitor.press("main details[open] button")
    visitor.reach("textarea")
    visitor.page.keyboard.type("I was not there")
    visitor.press("main button")
    assert visitor.says(SENT["en"])


@pytest.mark.parametrize("language", ["zh", "en"])
def test_large_type_is_large_for_whoever_is_over_60(signed_in, people, language):
    visitor = signed_in(people("elder"), "phone", language)
    for path in ("/me/accesses", "/sign-in"):
        visitor.go(path)
        assert visitor.too_small() == []


def test_who_is_younger_has_normal_type_until_they_choose(signed_in, people):
    visitor = signed_in(people("adult"), "phone", "en")
    visitor.go("/me/accesses")
    assert visitor.too_small() != []
    visitor.page.get_by_role("button", name="Large type").click()
    visitor.page.locator('html[data-type="large"]').wait_for(state="attached")
    assert visitor.page.url.endswith("/me/accesses")
    assert visitor.too_small() == []


def test_the_language_changes_and_the_page_stays(signed_in, people):
    visitor = signed_in(people("elder"), "phone", "zh")
    visitor.go("/me/accesses")
    assert visitor.page.get_attribute("html", "lang") == "zh-CN"
    visitor.page.get_by_role("button", name="English").click()
    visitor.page.locator('html[lang="en"]').wait_for(state="attached")
    assert visitor.page.url.endswith("/me/accesses")
    assert visitor.page.get_attribute("html", "lang") == "en"
    assert visitor.says(CARD["en"])


def test_objecting_to_an_entry_about_somebody_else_is_refused_as_by_the_api(browsing, people):
    client = browsing(people("adult"))
    key = client.get("/me/accesses").text.partition('name="form_key" value="')[2].partition('"')[0]
    for index in ("0", "999999", "x", "1" * 40):
        answer = client.post("/me/disputes", data={"form_key": key, "index": index, "reason": "不是我"})
        assert answer.status_code in (404, 422), index
