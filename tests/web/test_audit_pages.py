"""The security officer's and auditor's pages: search, one entry with its proof, volumes, the log, the inbox."""

import io
import json
import re
import subprocess
import sys
import time
import zipfile
from urllib.parse import parse_qs, urlsplit

import pytest

from hub.synth.cast import ELDER_IDNO
from hub.web.pages.audit.words import KINDS
from tests.docs.documents import document, rows
from tests.factories import CIVIL_AFFAIRS, GRID_WORKER

OFFICER, AUDITOR = "security_officer:339999", "auditor:339999"
PATHS = (
    *("/audit", "/audit/events", "/audit/events?kind=disclosure&outcome=denied", "/audit/volumes", "/audit/refusals"),
    *("/audit/filings", "/audit/log", "/audit/inbox", "/audit/pseudonyms"),
)
READ = {"zh": "民政为“老年人优待证办理”查阅了一位居民的", "en": "Civil affairs read "}
PROVEN = {"zh": "已证明：该记录在日志中", "en": "Proven: it stands in the log"}
NOTHING = {"zh": "没有待办", "en": "Nothing waits for you"}
UPHELD = {"zh": "已决定，并已留痕", "en": "Decided, and on record"}
SHOWN_ONCE = {"zh": "只显示这一次", "en": "You see this once"}


@pytest.fixture(scope="module", autouse=True)
def trail(site, served, people):
    """What happened before: reads, an over-ask, refusals; and an objection with markup in it."""
    site.appoint(OFFICER, AUDITOR)
    subject = {"subject": {"idno": ELDER_IDNO}}
    with served.client(CIVIL_AFFAIRS) as window, served.client(GRID_WORKER) as worker:
        body = subject | {"purpose": "OLDCARD", "fields": ["name", "ec"]}
        index = window.post("/v1/disclosures", json=body).json()["receipt"]["index"]
        worker.post("/v1/disclosures", json=subject | {"purpose": "VISIT", "fields": ["med.chronic"]})
    with served.client(people("elder")) as elder:
        objected = elder.post("/v1/me/disputes", json={"index": index, "reason": "<script>alert(1)</script>"})
        assert objected.status_code == 201
    return index


def pseudonym(served):
    with served.client(AUDITOR) as auditor:
        found = auditor.get("/v1/audit/events", params={"kind": "disclosure", "limit": 1}).json()
        return found["items"][0]["subject"]


def test_there_are_words_for_every_kind_of_event():
    listed = document("ARCHITECTURE.md").partition("Every act has `v`")[2].partition("\n### ")[0]
    kinds = {kind for cells in rows(listed) for kind in re.findall(r"`(\w+)`", cells[0])}
    assert len(kinds) > 40
    assert kinds <= set(KINDS)


@pytest.mark.parametrize(
    ("device", "language", "javascript"),
    [("phone", "zh", False), ("desktop", "en", True)],
)
def test_an_officer_finds_an_entry_and_sees_it_proven(signed_in, trail, device, language, javascript):
    visitor = signed_in(OFFICER, device, language, javascript=javascript)
    visitor.go("/audit/events")
    visitor.page.locator("main summary").first.click()
    visitor.page.locator("#f-department").select_option("civil_affairs")
    visitor.page.locator("#f-kind").select_option("disclosure")
    visitor.page.locator("main form.filters button").click()
    assert visitor.says(READ[language])
    said = {name: each for name, each in parse_qs(urlsplit(visitor.page.url).query).items() if each != [""]}
    assert said == {"department": ["civil_affairs"], "kind": ["disclosure"]}
    assert not visitor.overflows()
    visitor.page.locator(f"a[href='/audit/events/{trail}']").click()
    assert visitor.says(PROVEN[language])
    assert not visitor.overflows()


def test_receipt_and_proof_of_a_page_verify_without_the_hub(browsing, site, trail, tmp_path):
    client = browsing(AUDITOR)
    for name, end in (("receipt.json", "receipt"), ("proof.txt", "proof")):
        # A proof is there a second after its entry at the latest.
        while (answer := client.get(f"/audit/events/{trail}/{end}")).status_code == 404:
            time.sleep(0.1)
        assert f'filename="{name}"' in answer.headers["content-disposition"]
        (tmp_path / name).write_bytes(answer.content)
    command = [sys.executable, "-m", "audit", "verify", tmp_path / "receipt.json"]
    command += ["--proof", tmp_path / "proof.txt", "--trust", site.directory.log_key]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout[:5]) == (0, "true:"), done


def test_a_keyboard_is_enough_to_decide(signed_in):
    visitor = signed_in(OFFICER, "desktop", "en")
    visitor.go("/audit/inbox")
    assert visitor.says("A resident objects to an access")
    visitor.press("main summary")
    visitor.reach("textarea")
    visitor.page.keyboard.type("The card was applied for at the counter")
    visitor.press("main button[value=deny]")
    assert visitor.says(UPHELD["en"])
    assert visitor.says(NOTHING["en"])


def test_two_people_are_needed_to_see_once_who_it_is(signed_in, served):
    subject = pseudonym(served)
    asking = signed_in(AUDITOR, "phone", "zh", javascript=False)
    asking.go(f"/audit/pseudonyms?subject={subject}")
    asking.page.locator("#f-reason").fill("异常查询溯源")
    asking.page.locator("main form button").first.click()
    assert asking.page.url.endswith("said=asked")
    deciding = signed_in(OFFICER, "phone", "zh", javascript=False)
    deciding.go("/audit/inbox")
    asked = deciding.page.locator("section", has_text="异常查询溯源")
    asked.locator("summary").click()
    asked.locator("textarea").fill("依审计程序核准")
    asked.locator("button[value=approve]").click()
    assert deciding.says(UPHELD["zh"])
    asking.go("/audit/pseudonyms")
    asking.page.locator("form[action='/audit/pseudonyms/identity'] button").click()
    assert asking.says(SHOWN_ONCE["zh"])
    assert ELDER_IDNO in asking.page.content()
    assert ELDER_IDNO not in asking.page.url
    asking.go("/audit/pseudonyms")
    assert asking.page.locator("form[action='/audit/pseudonyms/identity']").count() == 0


def test_verify_now_says_how_far_it_is_and_then_that_the_log_is_whole(signed_in):
    visitor = signed_in(OFFICER, "phone", "en", javascript=False)
    visitor.go("/audit/log")
    visitor.page.locator("form[action='/audit/log/verification'] button").click()
    assert visitor.page.url.endswith("/audit/log")
    give_up = time.monotonic() + 60
    while visitor.page.locator("progress").count():
        assert time.monotonic() < give_up
        time.sleep(0.3)
        visitor.page.get_by_role("link", name="See how far it is").click()
    assert visitor.says("The log is whole")


def test_charts_have_a_name_and_the_table_of_their_figures(browsing):
    text = browsing(OFFICER, language="en").get("/audit/volumes").text
    assert text.count('role="img"') == 2
    for part in ("<title id=", "<desc id=", "<table"):
        assert text.count(part) >= 2, part
    assert "style=" not in text
    assert "By hour of the day" in text


def test_an_evidence_pack_comes_as_a_file(browsing):
    client = browsing(OFFICER, language="en")
    key = client.get("/audit/events").text.partition('name="form_key" value="')[2].partition('"')[0]
    answer = client.post("/audit/pack", data={"form_key": key, "kind": "disclosure"})
    assert answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as pack:
        kinds = {json.loads(line)["act"]["kind"] for line in pack.read("events.jsonl").splitlines()}
    assert kinds == {"disclosure"}
    nothing = client.post("/audit/pack", data={"form_key": key, "kind": "nothing_of_it"})
    assert nothing.status_code == 422
    assert "1 to 20,000 entries" in nothing.text


@pytest.mark.parametrize(
    ("query", "field"),
    [("actor=nobody", "actor"), ("subject=12", "subject"), ("since=x", "since"), ("until=2026-02-30", "until"),
     ("since=2026-02-02&until=2026-01-01", "until"), ("purpose=%3Cb%3E", "purpose")],
)  # fmt: skip
def test_what_is_wrong_in_a_search_stands_beside_its_field_and_nothing_is_lost(browsing, query, field):
    answer = browsing(OFFICER).get(f"/audit/events?{query}")
    assert answer.status_code == 422
    assert f'id="e-{field}"' in answer.text
    assert "<b>" not in answer.text


def test_no_page_names_anybody_and_markup_of_others_stays_text(browsing, world, trail):
    client = browsing(OFFICER)
    names = {each["name"] for each in world.rows("police")} | {each["idno"] for each in world.rows("police")}
    for path in (*PATHS, f"/audit/events/{trail}"):
        text = client.get(path).text
        assert "<script" not in text, path
        assert not [name for name in names if re.search(re.escape(name), text)], path


def test_other_roles_and_other_areas_get_the_refusal_of_the_api(browsing, site, trail):
    far = "auditor:339999001002"
    site.appoint(far)
    assert browsing(far).get(f"/audit/events/{trail}").status_code == 404
    worker = browsing(GRID_WORKER)
    for path in PATHS:
        assert worker.get(path).status_code == 403, path
    client = browsing(far)
    key = client.get("/audit").text.partition('name="form_key" value="')[2].partition('"')[0]
    form = {"form_key": key, "matter": "dispute", "id": "0" * 24, "decision": "approve", "reason": "核实"}
    assert client.post("/audit/inbox", data=form).status_code == 404
    assert client.post("/audit/inbox", data=form | {"form_key": "x"}).status_code == 403
