"""What residents do on their pages: read, hide, agree, correct, freeze, take away; the same on every device."""

import json
import re

import pytest

from hub.synth.cast import ELDER_IDNO
from hub.web.pages.resident.sentences import _BY_OTHERS
from tests.docs.documents import quoted, rows, section
from tests.factories import CIVIL_AFFAIRS, GRID_WORKER

CANTEEN, OFFICER = "organisation:canteen01@339999", "security_officer:339999"
PATHS = (
    *("/me", "/me/accesses", "/me/file", "/me/file/seen?field=tel", "/me/privacy", "/me/privacy/contact"),
    *("/me/consents", "/me/consents/MEAL", "/me/requests", "/me/stop", "/me/download"),
    *("/me/notices", "/me/merges"),
)
SUBJECT = {"subject": {"idno": ELDER_IDNO}}


def form_key(page):
    return re.search(r'name="form_key" value="([^"]+)"', page.text)[1]


class Elder:
    """The elder without a browser."""

    def __init__(self, client):
        self.get = client.get
        self._client, self._key = client, form_key(client.get("/me"))

    def send(self, path, **form):
        """Send a form of this session and follow where it leads."""
        return self._client.post(path, data={"form_key": self._key, **form}, follow_redirects=True)


@pytest.fixture
def elder(browsing, people):
    """The elder, in English."""
    return Elder(browsing(people("elder"), language="en"))


def test_the_whole_file_is_there_in_words_with_its_sources(elder, served, people):
    with served.client(people("elder")) as me:
        tiers = me.get("/v1/me/file").json()["tiers"]
    page = elder.get("/me/file").text
    for tier in tiers:
        for field in tier["fields"]:
            assert field["title"]["en"] in page
    assert "12 March 1943" in page
    assert "high blood pressure (I10)" in page
    assert "widowed" in page
    assert ELDER_IDNO in page
    assert "From Police" in page


@pytest.mark.parametrize(("device", "javascript"), [("phone", False), ("desktop", True)])
def test_a_switch_hides_and_shows_for_the_api_too(signed_in, served, people, device, javascript):
    visitor = signed_in(people("elder"), device, "en", javascript=javascript)

    def visible():
        with served.client(people("elder")) as me:
            rules = me.get("/v1/me/visibility").json()["rules"]
        [rule] = [each for each in rules if (each["group"], each["audience"]) == ("medical", "organisation")]
        return rule["visible"]

    visitor.go("/me/privacy")
    switch = visitor.page.get_by_role("switch", name="Health: Organisation")
    assert switch.get_attribute("aria-checked") == "true"
    switch.click()
    assert visitor.says("It is hidden")
    assert visitor.page.get_by_role("switch", name="Health: Organisation").get_attribute("aria-checked") == "false"
    assert not visible()
    visitor.page.get_by_role("switch", name="Health: Organisation").click()
    assert visitor.says("It may be seen again")
    assert visible()


def test_what_the_law_shows_has_no_switch_and_says_which_law(elder):
    page = elder.get("/me/privacy/contact").text
    assert "Cannot be turned off, because a law needs it: School enrolment (义务教育法 第十二条)" in page
    assert 'value="contact|department:education|hide"' not in page
    refused = elder.send("/me/privacy", turn="contact|nobody|hide")
    assert refused.status_code == 422


def test_a_question_is_answered_with_its_text_and_taken_back(signed_in, served, people):
    with served.client(CANTEEN) as canteen:
        assert canteen.post("/v1/consents/requests", json=SUBJECT | {"purpose": "MEAL"}).status_code == 201
    visitor = signed_in(people("elder"), "phone", "zh")
    visitor.go("/me")
    visitor.page.get_by_role("link", name="查看并答复").click()
    assert visitor.says("撤回与给予同样方便")
    visitor.page.get_by_role("button", name="我同意", exact=True).click()
    assert visitor.says("您已同意")
    visitor.page.get_by_role("button", name="撤回：助餐送餐").click()
    assert visitor.says("您已撤回")
    with served.client(people("elder")) as me:
        [meal] = [each for each in me.get("/v1/me/consents").json()["items"] if each["purpose"] == "MEAL"]
    assert meal["state"] == "withdrawn"


def test_refusing_is_as_easy_as_agreeing(elder):
    text = elder.get("/me/consents/TIMEBANK").text
    assert text.count("<button") == elder.get("/me/download").text.count("<button") + 1
    version = re.search(r'name="version" value="([^"]+)"', text)[1]
    said = elder.send("/me/consents", purpose="TIMEBANK", version=version, decision="refuse", once="a-1")
    assert "Nothing else of yours suffers" in said.text
    assert elder.get("/me/consents/NOTHING").status_code == 404


def test_a_correction_waits_with_its_day_and_a_wrong_one_is_marked(signed_in, people):
    visitor = signed_in(people("elder"), "desktop", "en")
    visitor.go("/me/file")
    visitor.page.get_by_role("button", name="Correct: Telephone").click()
    visitor.page.get_by_label("What it should be").fill("12")
    visitor.page.get_by_role("button", name="Send the correction").click()
    assert visitor.says("This cannot be right")
    assert visitor.violations() == []
    visitor.page.get_by_label("What it should be").fill("15400000077")
    visitor.page.get_by_role("button", name="Send the correction").click()
    assert visitor.says("Your correction was sent")
    assert visitor.says("154 0000 0077")
    assert visitor.says("to be answered by")


@pytest.mark.parametrize("field", ["idno", "rid", "nothing", "med.mental", "is_60_or_over", ""])
def test_what_is_not_corrected_here_has_no_form_and_is_refused(elder, field):
    assert elder.send("/me/corrections/new", field=field).status_code in (404, 422)
    assert elder.send("/me/corrections", field=field, value="1").status_code in (404, 422)


def test_lists_contacts_and_codes_are_corrected_in_their_own_forms(elder, served, people):
    elder.send("/me/corrections", field="med.allergy", value="青霉素、花生\n海鲜", once="c-1")
    elder.send("/me/corrections", field="marital", value="20", once="c-2")
    contact = {"value_name": "王小明", "value_tel": "15400000011", "value_relation": "儿子"}
    elder.send("/me/corrections", field="ec", once="c-3", **contact)
    with served.client(people("elder")) as me:
        sent = {each["field"]: each["value"] for each in me.get("/v1/me/corrections").json()["items"]}
    assert sent["med.allergy"] == ["青霉素", "花生", "海鲜"]
    assert sent["marital"] == "20"
    assert sent["ec"]["name"] == "王小明"
    page = elder.get("/me/requests").text
    assert "married" in page
    assert "王小明" in page


def test_a_file_is_frozen_and_used_again_by_keyboard_alone(signed_in, people):
    visitor = signed_in(people("elder"), "desktop", "en")
    visitor.go("/me/stop")
    visitor.press('form[action="/me/freezes"] button')
    assert visitor.says("Your file is frozen from now on")
    visitor.press('form[action="/me/freezes/withdrawal"] button')
    assert visitor.says("Your file is used again")


def test_nobody_is_erased_by_a_slip(elder):
    slip = elder.send("/me/erasure", once="e-1")
    assert slip.status_code == 422
    assert "Tick the box" in slip.text
    meant = elder.send("/me/erasure", once="e-2", sure="yes")
    assert "Your request to be erased was sent" in meant.text
    again = elder.send("/me/erasure", once="e-2", sure="yes")
    assert again.status_code == 200
    assert elder.get("/me/requests").text.count("You asked to be erased") == 1


def test_the_copy_is_the_apis_own(elder):
    answer = elder.send("/me/download")
    assert answer.headers["content-disposition"] == 'attachment; filename="resident-file.json"'
    assert answer.headers["cache-control"] == "no-store"
    assert json.loads(answer.content)["file"]["tiers"]


def test_on_paper_there_is_the_file_and_no_buttons(signed_in, people):
    visitor = signed_in(people("elder"), "desktop", "zh")
    visitor.go("/me/file")
    visitor.page.emulate_media(media="print")
    assert visitor.page.get_by_text("1943年3月12日").is_visible()
    assert not any(each.is_visible() for each in visitor.page.locator("button, nav").all())


def test_ids_of_somebody_else_are_refused_as_by_the_api(elder, served, people):
    with served.client(people("adult")) as other:
        consent = other.post("/v1/me/consents", json={"purpose": "REPAIR"}).json()["id"]
        freeze = other.post("/v1/me/freezes", json={}).json()["id"]
        cursor = other.get("/v1/me/accesses", params={"limit": 1}).json()["next"]
    for path, name in (("/me/consents/withdrawal", consent), ("/me/freezes/withdrawal", freeze)):
        for tried in (name, "", "x", "../..", "0" * 24, f"{name}/../x"):
            assert elder.send(path, id=tried).status_code == 404, (path, tried)
    assert elder.get("/me/accesses", params={"cursor": cursor}).status_code == 422
    with served.client(people("adult")) as other:
        assert other.post(f"/v1/me/freezes/{freeze}/withdrawal", json={}).status_code == 200
        [repair] = [each for each in other.get("/v1/me/consents").json()["items"] if each["purpose"] == "REPAIR"]
    assert repair["state"] == "given"


@pytest.mark.parametrize("principal", [GRID_WORKER, CIVIL_AFFAIRS, OFFICER])
def test_pages_of_residents_are_not_for_staff(browsing, principal):
    client = browsing(principal)
    for path in PATHS:
        assert client.get(path).status_code == 403


# About nobody, or nobody's whom the list is shown to.
UNSEEN = frozenset(
    {"init", "start", "stop", "rules", "rules_texts", "rules_change", "recovery", "sign_in_failures", "principal"}
    | {"filing", "export", "key_rotation", "own_acts", "trail_search", "trail_volumes", "log_health", "verification"}
    | {"filing_use", "deputy", "unreviewed", "order", "deferral_read"}
)


def test_every_kind_of_entry_about_a_person_has_a_sentence():
    told = rows(section("ARCHITECTURE.md", "## The trail"))
    kinds = {kind for cells in told for kind in quoted(cells[0])} - {cells[0] for cells in told}
    spoken = set(_BY_OTHERS) | {"disclosure"}
    assert {"disclosure", "emergency", "merge", "sign_in"} <= kinds
    assert {kind for kind in kinds if re.fullmatch("[a-z_]+", kind)} - UNSEEN - spoken == set()


def test_each_look_is_on_record_as_by_the_api(elder, served, people):
    def looks():
        with served.client(people("elder")) as me:
            items = me.get("/v1/me/accesses", params={"limit": 200}).json()["items"]
        return [each["kind"] for each in items].count("own_file")

    before = looks()
    elder.get("/me/file")
    assert looks() == before + 1
