"""What an officer asks a second person for: that a resident is told later, that somebody is protected, and its end."""

import re
from datetime import timedelta

import pytest

from hub.model.instant import day_of, now_utc
from hub.synth.cast import ELDER_IDNO, ELSEWHERE_IDNO
from tests.factories import CIVIL_AFFAIRS

OFFICER, SECOND, AUDITOR = "security_officer:339999", "security_officer:339999#second", "auditor:339999"
LATER = {"zh": "推迟告知居民", "en": "Tell the resident later"}
ASKED = {"zh": "已申请，由另一人决定", "en": "Asked: another person decides"}
DECIDED = {"zh": "已决定，并已留痕", "en": "Decided, and on record"}


@pytest.fixture(scope="module")
def looks(site, served):
    """Two looks of a department at the elder, by their indexes."""
    site.appoint(OFFICER, SECOND, AUDITOR)
    body = {"subject": {"idno": ELDER_IDNO}, "purpose": "OLDCARD", "fields": ["name"]}
    with served.client(CIVIL_AFFAIRS) as window:
        return [window.post("/v1/disclosures", json=body).json()["receipt"]["index"] for _ in range(2)]


@pytest.fixture(scope="module", autouse=True)
def looked_up(looks):
    """The one that is to be told later."""
    return looks[0]


@pytest.fixture(scope="module")
def another(looks):
    """The one that nobody asks to defer."""
    return looks[1]


def agree(visitor, language):
    """The second person's yes to whatever waits."""
    visitor.go("/audit/inbox")
    visitor.page.locator("main summary").first.click()
    visitor.page.locator("textarea").first.fill("核对无误")
    visitor.page.locator("button[value=approve]").first.click()
    assert visitor.says(DECIDED[language])


def key_of(client, path):
    return client.get(path).text.partition('name="form_key" value="')[2].partition('"')[0]


def test_an_officer_asks_from_an_entry_that_the_resident_be_told_later_and_a_second_agrees(
    signed_in, served, people, looked_up
):
    asking = signed_in(OFFICER, "phone", "zh", javascript=False)
    asking.go(f"/audit/events/{looked_up}")
    asking.page.get_by_role("link", name=LATER["zh"]).click()
    asking.page.locator("#f-citation").fill("监察法 第十八条")
    asking.page.locator("#f-until").fill((day_of(now_utc()) + timedelta(days=9)).isoformat())
    asking.page.locator("main form button").click()
    assert asking.says(ASKED["zh"])
    assert asking.says("等待另一人决定")
    with served.client(people("elder")) as elder:
        assert looked_up in [each["index"] for each in elder.get("/v1/me/accesses").json()["items"]]
    agree(signed_in(SECOND, "phone", "zh", javascript=False), "zh")
    with served.client(people("elder")) as elder:
        assert looked_up not in [each["index"] for each in elder.get("/v1/me/accesses").json()["items"]]
    asking.go(f"/audit/events/{looked_up}/deferral")
    assert asking.says("此记录以前有人申请过")
    assert asking.page.locator("#f-citation").count() == 0


def test_somebody_is_protected_by_two_people_and_by_two_no_more(signed_in):
    asking = signed_in(OFFICER, "desktop", "en")
    asking.go("/audit/protections")
    asking.reach("#f-idno")
    asking.page.keyboard.type(ELDER_IDNO)
    asking.reach("#f-reason")
    asking.page.keyboard.type("Protection order of the court")
    asking.press("main form button")
    assert asking.says(ASKED["en"])
    assert ELDER_IDNO not in asking.page.url + asking.page.content()
    second = signed_in(SECOND, "phone", "en", javascript=False)
    agree(second, "en")
    asking.go("/audit/protections")
    assert asking.page.locator(".badge.accent", has_text="protected").count() == 1
    asking.press("main section .panel summary")
    asking.reach("textarea[id^=r-]")
    asking.page.keyboard.type("The order has ended")
    asking.press("details button")
    assert asking.says("Until they agree, the protection goes on.")
    agree(second, "en")
    asking.go("/audit/protections")
    assert asking.page.locator(".badge", has_text="protected no more").count() == 1


@pytest.mark.parametrize(
    ("form", "field", "words"),
    [({"idno": "339999", "reason": "court"}, "idno", "not a complete identity number"),
     ({"idno": "33999918990101001X", "reason": "court"}, "idno", "Nobody with this number"),
     ({"idno": ELSEWHERE_IDNO, "reason": "call 15400000083"}, "reason", "without any number")],
)  # fmt: skip
def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(browsing, form, field, words):
    client = browsing(OFFICER, language="en")
    answer = client.post("/audit/protections", data=form | {"form_key": key_of(client, "/audit/protections")})
    assert answer.status_code in (403, 422)
    assert f'id="e-{field}"' in answer.text
    assert words in answer.text
    assert form["reason"] in answer.text


@pytest.mark.parametrize(
    ("form", "field"),
    [({"citation": "", "until": "2099-01-01"}, "citation"), ({"citation": "监察法 第十八条", "until": "x"}, "until"),
     ({"citation": "监察法 第十八条", "until": "2020-01-01"}, "until")],
)  # fmt: skip
def test_what_is_wrong_in_a_deferral_stands_beside_its_field(browsing, another, form, field):
    client = browsing(OFFICER)
    path = f"/audit/events/{another}/deferral"
    answer = client.post(path, data=form | {"form_key": key_of(client, path)})
    assert answer.status_code == 422
    assert f'id="e-{field}"' in answer.text


def test_only_an_officer_asks_and_only_about_what_somebody_else_did(browsing, served, people, another):
    auditor = browsing(AUDITOR, language="en")
    assert LATER["en"] not in auditor.get(f"/audit/events/{another}").text
    assert "f-citation" not in auditor.get(f"/audit/events/{another}/deferral").text
    assert "f-idno" not in auditor.get("/audit/protections").text
    key = key_of(auditor, "/audit/inbox")
    until = (day_of(now_utc()) + timedelta(days=9)).isoformat()
    deferral = {"form_key": key, "citation": "监察法 第十八条", "until": until}
    assert auditor.post(f"/audit/events/{another}/deferral", data=deferral).status_code == 403
    protection = {"form_key": key, "idno": ELDER_IDNO, "reason": "court"}
    assert auditor.post("/audit/protections", data=protection).status_code == 403
    with served.client(people("elder")) as elder:
        elder.get("/v1/me/accesses")
    with served.client(OFFICER) as officer:
        own = officer.get("/v1/audit/events", params={"kind": "trail_read"}).json()["items"][0]["index"]
    officer = browsing(OFFICER, language="en")
    assert "f-citation" not in officer.get(f"/audit/events/{own}/deferral").text
    form = deferral | {"form_key": key_of(officer, "/audit")}
    assert officer.post(f"/audit/events/{own}/deferral", data=form).status_code == 404
    assert officer.post("/audit/protections", data=protection | {"form_key": "x"}).status_code == 403


def test_markup_in_a_reason_stays_text_and_nobody_is_named(browsing, world):
    client = browsing(OFFICER)
    form = {"form_key": key_of(client, "/audit"), "idno": ELSEWHERE_IDNO, "reason": "<script>alert(1)</script>"}
    assert client.post("/audit/protections", data=form).headers["location"].endswith("said=asked")
    text = client.get("/audit/protections").text
    assert "&lt;script&gt;" in text
    assert "<script" not in text
    names = {each[name] for each in world.rows("police") for name in ("name", "idno")}
    assert not [name for name in names if re.search(re.escape(name), text)]
