"""Acting for somebody on one's own pages: a guardian for a child, a near relative for somebody who died."""

import pytest

from tests.web.test_resident_pages import form_key

WHY = "办理丧葬补助"
WORDS = {
    "zh": ("打开事项", "您正在代办", "托育与四点半课堂", "我代为同意", "已代为同意", "撤回：托育与四点半课堂",
           "已撤回"),
    "en": ("Open the matter", "You act for", "Child care", "I agree for them", "You have agreed for them",
           "Take back: Child care", "It is taken back"),
}  # fmt: skip


@pytest.fixture(scope="module")
def family(world):
    """A child under 14, a parent, and the other parent, who has died since."""
    rows = {row["rid"]: row for row in world.rows("police")}
    for row in rows.values():
        both = [rows[rid] for rid in row["minor.guardian"].split(";") if rid in rows]
        married = [each for each in both if each["relation"] in ("02", "11", "12") and each["life"] == "alive"]
        if row["dob"] > "2014" and len(married) == 2:
            return {"child": row, "parent": married[0], "dead": married[1]}
    raise AssertionError("choose another seed")


@pytest.fixture(scope="module")
def site(_filled, family, tmp_path_factory):
    """A town in which one of a child's parents has died, and the other one may sign in."""
    folder = tmp_path_factory.mktemp("acting")
    town = _filled.copy(folder / "town")
    town.appoint(*(f"resident:{each['rid']}" for each in family.values()))
    dead = family["dead"]
    row = {key: dead[key] for key in ("idno", "name", "grid")} | {"life": "dead", "life.date": "2026-11-20"}
    town.import_rows("police", [row], folder, "dead.csv")
    return town


@pytest.fixture
def parent(family):
    return f"resident:{family['parent']['rid']}"


class Acting:
    """The parent without a browser, in English."""

    def __init__(self, client):
        self.get, self._client = client.get, client
        self._key = form_key(client.get("/me/for"))

    def send(self, path, **form):
        return self._client.post(path, data={"form_key": self._key, **form}, follow_redirects=True)

    def open(self, about, matter, **more):
        """Open a matter; the address of its page."""
        page = self.send("/me/for", idno=about["idno"], matter=matter, once=f"{matter}-{about['idno']}", **more)
        assert page.status_code == 200, page.text
        return page.url.path


@pytest.fixture
def acting(browsing, parent):
    return Acting(browsing(parent, language="en"))


@pytest.mark.parametrize(("device", "language", "javascript"), [("phone", "zh", False), ("desktop", "en", True)])
def test_a_guardian_agrees_for_a_child_and_takes_it_back(
    signed_in, served, family, parent, device, language, javascript
):
    visitor = signed_in(parent, device, language, javascript=javascript)
    words = WORDS[language]
    visitor.go("/me/for")
    visitor.page.locator("#f-idno").fill(family["child"]["idno"])
    visitor.page.locator("#f-matter").select_option("consents")
    visitor.page.get_by_role("button", name=words[0]).click()
    assert visitor.says(words[1])
    assert family["child"]["name"] in visitor.page.locator(".matter").inner_text(), "who acts for whom is on every page"
    visitor.page.get_by_role("link", name=words[2]).first.click()
    assert family["child"]["name"] in visitor.page.locator(".matter").inner_text()
    if javascript:
        assert visitor.violations() == []
    visitor.page.get_by_role("button", name=words[3]).click()
    assert visitor.says(words[4])
    visitor.page.get_by_role("button", name=words[5]).click()
    assert visitor.says(words[6])
    with served.client(f"resident:{family['child']['rid']}") as child:
        kinds = [each["kind"] for each in child.get("/v1/me/accesses").json()["items"]]
    assert {"mandate", "consent"} <= set(kinds), "the child finds it in their own list"


def test_a_guardian_reads_the_childs_file_and_who_looked(acting, family):
    path = acting.open(family["child"], "accesses")
    assert "brought data about you up to date" in acting.get(path).text
    page = acting.send(f"{path}/file").text
    assert family["child"]["addr"] in page
    assert family["child"]["idno"] in page
    assert family["child"]["name"] in page
    assert acting.send(f"{path}/consents", purpose="CHILD", decision="give", once="x").status_code == 403


def test_a_correction_an_objection_and_a_freeze_go_through_the_api(acting, family, served):
    path = acting.open(family["child"], "corrections")
    assert acting.send(f"{path}/corrections", field="tel", value="12", once="c-1").status_code == 422
    sent = acting.send(f"{path}/corrections", field="tel", value="15400000077", once="c-2")
    assert "154 0000 0077" in sent.text
    path = acting.open(family["child"], "disputes")
    assert acting.send(f"{path}/disputes", index="999999", reason="不认识", once="d-1").status_code == 422
    path = acting.open(family["child"], "freezes")
    assert "The file is frozen from now on" in acting.send(f"{path}/freezes", once="f-1").text
    with served.client(f"resident:{family['child']['rid']}") as child:
        [freeze] = [each for each in child.get("/v1/me/requests").json()["items"] if each["kind"] == "freeze"]
    assert "The file is used again" in acting.send(f"{path}/freezes/withdrawal", freeze=freeze["id"]).text
    path = acting.open(family["child"], "visibility")
    assert "It is hidden" in acting.send(f"{path}/visibility", turn="medical|organisation|hide").text


def test_a_near_relative_says_why_reads_and_asks_for_erasure(acting, family):
    refused = acting.send("/me/for", idno=family["dead"]["idno"], matter="erasure", once="e-1")
    assert refused.status_code == 403
    assert "Say why" in refused.text
    assert family["dead"]["idno"] in refused.text, "nothing that was typed is lost"
    path = acting.open(family["dead"], "erasure", reason=WHY)
    assert "as near relative of somebody who died" in acting.get(path).text
    assert family["dead"]["name"] in acting.send(f"{path}/file", reason=WHY).text
    assert acting.send(f"{path}/erasure", once="e-2").status_code == 422
    assert "You have asked for erasure" in acting.send(f"{path}/erasure", sure="yes", once="e-3").text


def test_strangers_and_ended_matters_get_the_apis_refusal_in_words(acting, family, world, browsing):
    stranger = next(row for row in world.rows("police") if row["hh"] != family["child"]["hh"])
    page = acting.send("/me/for", idno=stranger["idno"], matter="accesses", once="s-1")
    assert page.status_code == 403
    assert "You are not on record for this person" in page.text
    path = acting.open(family["child"], "accesses")
    assert family["child"]["name"] in acting.get(path).text
    other = Acting(browsing(f"resident:{family['child']['rid']}", language="en"))
    assert other.get(path).status_code == 403
    assert other.send(f"{path}/file").status_code == 403
    assert "The matter is ended" in acting.send(f"{path}/end").text
    assert acting.get(path).status_code == 403
    assert acting.send(f"{path}/end").status_code == 200, "what has ended has ended"
