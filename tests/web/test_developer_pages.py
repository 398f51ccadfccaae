"""Whoever connects a department's system: the catalogue, a trial that is a real request, programs that run as shown."""

import os
import shutil
import subprocess
import sys
from html import unescape

import pytest

from hub.synth.cast import ELDER_IDNO
from hub.web.pages.developers.samples import SYNTHETIC, samples
from tests.factories import CIVIL_AFFAIRS, GRID_WORKER

PAGES = ("/developers", "/developers/purposes", "/developers/credentials", "/developers/filings")
PURPOSE = "/developers/purposes/OLDCARD"
_PROGRAMS = {"curl": ("sh", "ask.sh"), "Python": (sys.executable, "ask.py"), "Java": ("java", "Disclose.java")}


@pytest.mark.parametrize(
    ("device", "language", "javascript"),
    [("phone", "zh", True), ("desktop", "en", True), ("phone", "en", False), ("desktop", "zh", False)],
)
def test_a_developer_finds_a_purpose_and_tries_it(signed_in, device, language, javascript):
    visitor = signed_in(CIVIL_AFFAIRS, device, language, javascript=javascript)
    visitor.go("/")
    visitor.page.locator("main a[href='/developers/purposes']").click()
    visitor.page.locator(f"main a[href='{PURPOSE}']").click()
    visitor.page.locator("#f-idno").fill(ELDER_IDNO)
    visitor.page.locator("main form .button").click()
    assert visitor.says('"outcome": "disclosed"')
    assert ELDER_IDNO not in visitor.page.url
    assert not visitor.overflows()


def test_a_keyboard_is_enough_for_a_trial(signed_in):
    visitor = signed_in(CIVIL_AFFAIRS, "desktop", "en")
    visitor.go(PURPOSE)
    visitor.reach("#f-idno")
    visitor.page.keyboard.press("Control+A")
    visitor.page.keyboard.type("339999194303120021")
    visitor.press("main form .button")
    assert visitor.says("Status 422")


@pytest.fixture
def oldcard(served):
    with served.client(CIVIL_AFFAIRS) as client:
        items = client.get("/v1/purposes").json()["items"]
    return next(each for each in items if each["id"] == "OLDCARD")


@pytest.mark.parametrize("language", ["curl", "Python", "Java"])
def test_a_sample_runs_as_it_is_shown(served, site, oldcard, browsing, tmp_path, language):
    code = next(each.code for each in samples(oldcard) if each.language == language)
    program, name = _PROGRAMS[language]
    if shutil.which(program) is None or (language == "curl" and shutil.which("curl") is None):
        pytest.skip(f"{language} is not installed here")
    (tmp_path / name).write_text(code, "utf-8")
    environment = os.environ | {"HUB": served.url, "TOKEN": site.token(CIVIL_AFFAIRS), "LC_ALL": "C.UTF-8"}
    done = subprocess.run([program, tmp_path / name], env=environment, capture_output=True, timeout=120, check=True)
    assert SYNTHETIC in done.stdout.decode()
    assert code.splitlines()[-1] in unescape(browsing(CIVIL_AFFAIRS).get(PURPOSE).text)


def test_the_pages_are_for_those_who_connect_systems(browsing):
    for path in (*PAGES, PURPOSE):
        assert browsing(GRID_WORKER).get(path).status_code == 403, path
        assert browsing().get(path).headers["location"].startswith("/sign-in"), path
    client = browsing(CIVIL_AFFAIRS)
    assert client.get("/developers/purposes/VISIT").status_code == 404
    assert client.get(f"/developers/filings/{'0' * 24}").status_code == 404
