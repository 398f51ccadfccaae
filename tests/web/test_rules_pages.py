"""Changes of rules as their approvers see them: every line, nothing by colour alone, nothing that hides."""

import pytest

from hub.rules.texts import read_texts
from tests.factories import GRID_WORKER

OFFICER, SECOND, AUDITOR = "security_officer:339999", "security_officer:339999#second", "auditor:339999"
ADMIN = "admin:339999"
VISIT = "policies/purposes/VISIT.toml"
AGREED = {"zh": "您已同意", "en": "You have agreed"}
HIDING = "\u202e"


@pytest.fixture(scope="module")
def proposed(site, served):
    """A change that adds a field to a purpose, with markup and a character that turns the order of others."""
    site.appoint(OFFICER, SECOND, AUDITOR, ADMIN)
    files = dict(read_texts(site.directory))
    files[VISIT] = files[VISIT].replace('"tel", ', '"tel", "tag.kongchao", ', 1) + f"# <script> {HIDING}eno"
    with served.client(ADMIN) as admin:
        answer = admin.post("/v1/rules/changes", json={"files": files, "reason": "走访增加<b>空巢</b>标签"})
        assert answer.status_code == 201, answer.text
        return answer.json()


def test_every_line_is_marked_as_added_or_removed_in_words_and_signs_too(browsing, proposed):
    text = browsing(AUDITOR, language="en").get(f"/audit/rules/{proposed['id']}").text
    for kind, sign, word in (("added", "+", "added:"), ("removed", "−", "removed:")):
        [line] = [each for each in text.split("<li") if f'class="{kind}"' in each and "fields = " in each]
        assert f">{sign}</span>" in line
        assert word in line
    assert "no line break at the end" in text
    assert proposed["digest"] in text
    assert "<code>tag.kongchao</code>" in text
    assert "<form" not in text.partition("<main")[2].partition("</main")[0]


def test_nothing_hides_in_a_line_and_markup_stays_text(browsing, proposed):
    text = browsing(OFFICER).get(f"/audit/rules/{proposed['id']}").text
    assert HIDING not in text
    assert "⟨U+202E⟩" in text
    assert "&lt;script&gt;" in text
    assert "<script" not in text
    assert "<b>" not in text
    assert "<b>" not in browsing(OFFICER).get("/audit/rules").text


def test_only_what_was_shown_can_be_agreed_to_and_only_with_a_reason(browsing, proposed):
    client = browsing(OFFICER)
    path = f"/audit/rules/{proposed['id']}"
    key = client.get(path).text.partition('name="form_key" value="')[2].partition('"')[0]
    form = {"form_key": key, "decision": "approve", "digest": proposed["digest"], "reason": "核对无误"}
    assert client.post(path, data=form | {"digest": "0" * 64}).status_code == 422
    nothing = client.post(path, data=form | {"reason": " "})
    assert nothing.status_code == 422
    assert 'id="e-reason"' in nothing.text
    assert client.post(path, data=form | {"form_key": "x"}).status_code == 403
    assert client.post("/audit/inbox", data=form | {"matter": "rules", "id": proposed["id"]}).status_code == 303
    assert AGREED["zh"] not in client.get(path).text
    assert client.get(f"/audit/rules/{'0' * 24}").status_code == 404
    assert browsing(GRID_WORKER).get(path).status_code == 403


def test_two_officers_read_a_change_line_by_line_and_put_it_in_force(signed_in, proposed, served):
    first = signed_in(OFFICER, "phone", "zh", javascript=False)
    first.go("/audit/inbox")
    first.page.get_by_role("link", name="逐行查看并决定").click()
    first.page.locator("#f-reason").fill("核对无误")
    first.page.locator("main button[value=approve]").click()
    assert first.says(AGREED["zh"])
    first.go("/audit/inbox")
    assert first.page.locator(f"a[href='/audit/rules/{proposed['id']}']").count() == 0
    second = signed_in(SECOND, "desktop", "en")
    second.go(f"/audit/rules/{proposed['id']}")
    second.reach("#f-reason")
    second.page.keyboard.type("Read every line")
    second.press("main button[value=approve]")
    assert second.says("took effect")
    assert second.page.locator("main form").count() == 0
    with served.client(GRID_WORKER) as worker:
        [visit] = [each for each in worker.get("/v1/purposes").json()["items"] if each["id"] == "VISIT"]
    assert "tag.kongchao" in visit["fields"]
