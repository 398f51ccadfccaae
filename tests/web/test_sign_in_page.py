"""Signing in to the pages and out of them: sessions that are bound, short, revocable, and nobody else's."""

import re
import subprocess
import sys
from datetime import timedelta

import httpx
import pytest

from hub.identity.appointments import reinstate
from hub.store.sessions import opened
from hub.web.sessions import IDLE_SECONDS, LONGEST_SECONDS
from tests.api.in_process import InProcess
from tests.factories import Installation, Server

OFFICER = "security_officer:339999"


def form_key(page):
    return re.search(r'name="form_key" value="([^"]+)"', page.text)[1]


def kinds(served, **filters):
    with served.client(OFFICER) as officer:
        return [item["kind"] for item in officer.get("/v1/audit/events", params=filters).json()["items"]]


def test_pages_are_for_whoever_has_signed_in_and_lead_back_after_it(browsing, people):
    client = browsing()
    away = client.get("/me/accesses")
    assert (away.status_code, away.headers["location"]) == (303, "/sign-in?next=%2Fme%2Faccesses")
    back = client.post("/sign-in/persona", data={"principal": people("elder"), "next": "/me/accesses"})
    assert (back.status_code, back.headers["location"]) == (303, "/me/accesses")
    assert client.get("/").headers["location"] == "/me"


@pytest.mark.parametrize(
    "target",
    [
        *("https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "/nowhere"),
        *("/v1/me/file", "/log/checkpoint", "/me/accesses\r\nset-cookie: a=b", "http:/me/accesses"),
    ],
)
def test_nobody_is_sent_anywhere_but_to_a_page_of_this_site(browsing, people, target):
    client = browsing()
    answer = client.post("/sign-in/persona", data={"principal": people("elder"), "next": target})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert client.post("/preferences", data={"form_key": "", "next": target}).status_code == 403
    assert browsing().post("/preferences", data={"next": target}).headers["location"] == "/"


def test_a_cookie_holds_nothing_but_a_fresh_random_id(browsing, people):
    client = browsing(session="chosen-by-somebody-else")
    answer = client.post("/sign-in/persona", data={"principal": people("elder")})
    [cookie] = [each for each in answer.headers.get_list("set-cookie") if each.startswith("session=")]
    value, *attributes = cookie.removeprefix("session=").split("; ")
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", value)
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(attributes)
    assert not any(each.startswith(("Domain", "Expires")) for each in attributes)
    key = form_key(client.get("/sign-in"))
    again = client.post("/sign-in/persona", data={"principal": people("elder"), "form_key": key})
    assert value not in again.headers["set-cookie"]
    assert httpx.get(f"{client.base_url}/me/accesses", cookies={"session": value}, trust_env=False).status_code == 303


def test_the_api_does_not_know_sessions(browsing, people):
    assert browsing(people("elder")).get("/v1/me/file").status_code == 401


def test_every_page_is_kept_by_nobody_framed_by_nobody_and_loads_from_nowhere_else(browsing, people):
    client = browsing(people("elder"))
    for path in ("/sign-in", "/me/accesses", "/"):
        answer = client.get(path)
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        policy = answer.headers["content-security-policy"]
        assert {"default-src 'none'", "frame-ancestors 'none'", "form-action 'self'"} <= set(policy.split("; "))
        assert "unsafe" not in policy
        assert "http:" not in policy
        assert not re.search(r"(?i)<script|\sstyle=|\son[a-z]+=|https?://|<style", answer.text)


def test_the_first_page_weighs_little(browsing, people):
    client = browsing(people("elder"))
    page = client.get("/me/accesses")
    loaded = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text))
    assert len(page.content) + sum(len(client.get(each).content) for each in loaded) < 100 * 1024
    assert all("immutable" in client.get(each).headers["cache-control"] for each in loaded)
    assert client.get("/static/../conftest.py").status_code == 404
    assert client.get("/static/nothing.css").status_code == 404


def test_a_browser_that_is_lost_is_told_what_to_do_and_a_program_gets_a_problem(browsing, people):
    for client in (browsing(), browsing(people("elder"))):
        lost = client.get("/me/nothing-here", headers={"Accept": "text/html,*/*"})
        assert (lost.status_code, lost.headers["content-type"]) == (404, "text/html; charset=utf-8")
        assert "找不到这项内容" in lost.text
        for path in ("/me/nothing-here", "/v1/nothing"):
            assert client.get(path, headers={"Accept": "application/json"}).json()["reasons"] == ["not_found"]


def test_a_hub_that_shows_no_page_has_none_of_what_pages_need():
    code = "import sys, hub.app; print([m for m in ('jinja2', 'babel', 'authlib', 'joserfc') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
    ],
)
def test_a_form_of_another_site_is_refused(browsing, people, headers):
    client = browsing(people("elder"))
    key = form_key(client.get("/me/accesses"))
    assert client.post("/sign-out", data={"form_key": key}, headers=headers).status_code == 403
    assert client.get("/me/accesses").status_code == 200


def test_a_form_without_this_sessions_key_is_refused(browsing, people):
    client, other = browsing(people("elder")), browsing(people("elder"))
    for data in ({"x": ""}, {"form_key": ""}, {"form_key": "x"}, {"form_key": form_key(other.get("/me/accesses"))}):
        assert client.post("/sign-out", data=data).status_code == 403
    assert client.post("/sign-out", data={"form_key": form_key(client.get("/me/accesses"))}).status_code == 303


def test_whoever_signs_out_is_out_and_the_trail_says_so(browsing, people, served):
    one, two, stranger = browsing(people("elder")), browsing(people("elder")), browsing(people("adult"))
    assert one.post("/sign-out", data={"form_key": form_key(one.get("/me/accesses"))}).status_code == 303
    assert one.get("/me/accesses").status_code == 303
    assert two.get("/me/accesses").status_code == 200
    three = browsing(people("elder"))
    key = form_key(three.get("/me/accesses"))
    assert three.post("/sign-out", data={"form_key": key, "everywhere": "yes"}).status_code == 303
    assert [each.get("/me/accesses").status_code for each in (two, three, stranger)] == [303, 303, 200]
    assert kinds(served, kind="sign_out") != []
    assert kinds(served, kind="sign_in") != []


def test_a_role_that_is_revoked_is_out_with_the_next_page(site, browsing):
    client = browsing(OFFICER)
    assert client.get("/me/accesses").status_code == 403
    site.revoke(OFFICER)
    try:
        assert client.get("/me/accesses").status_code == 303
        assert client.post("/sign-in/persona", data={"principal": OFFICER}).status_code == 403
    finally:
        with site.opened() as hub:
            reinstate(hub.writer, hub.reader, f"{OFFICER}#1")


@pytest.mark.parametrize("principal", ["", "x", "resident:x", "security_officer:3", "grid_worker:339999009009009"])
def test_nobody_signs_in_who_is_not_on_record(browsing, principal):
    answer = browsing().post("/sign-in/persona", data={"principal": principal})
    assert answer.status_code == 403
    assert "session=" not in answer.headers.get("set-cookie", "")


def test_every_worker_knows_every_session(site, people):
    server = Server(site, workers=2)
    try:
        for _ in range(3):
            with httpx.Client(base_url=server.url, timeout=60, trust_env=False) as first:
                first.post("/sign-in/persona", data={"principal": people("adult")})
                cookies = dict(first.cookies)
            pages = []
            for _ in range(3):
                with httpx.Client(base_url=server.url, timeout=60, trust_env=False, cookies=cookies) as fresh:
                    pages.append(fresh.get("/me/accesses"))
            assert [each.status_code for each in pages] == [200] * 3
            with httpx.Client(base_url=server.url, timeout=60, trust_env=False, cookies=cookies) as fresh:
                fresh.post("/sign-out", data={"form_key": form_key(pages[0])})
            for _ in range(3):
                with httpx.Client(base_url=server.url, timeout=60, trust_env=False, cookies=cookies) as fresh:
                    assert fresh.get("/me/accesses").status_code == 303
    finally:
        server.stop()


def test_a_session_ends_when_it_is_not_used_and_in_any_case(town, people):
    town.appoint(people("adult"))
    hub = InProcess(town)
    try:
        shift, clock = [timedelta()], hub.road.clock
        hub.road.clock = lambda: clock() + shift[0]
        signed = hub.ask(None, "POST", "/sign-in/persona", data={"principal": people("adult")})
        assert signed.status_code == 303

        def looks(**later):
            shift[0] += timedelta(**later)
            return hub.ask(None, "GET", "/me/accesses").status_code

        assert looks(seconds=IDLE_SECONDS - 10) == 200
        assert looks(seconds=IDLE_SECONDS - 10) == 200
        assert looks(seconds=IDLE_SECONDS + 70) == 303
        hub.ask(None, "POST", "/sign-in/persona", data={"principal": people("adult")})
        answers = [looks(seconds=IDLE_SECONDS - 100) for _ in range(LONGEST_SECONDS // (IDLE_SECONDS - 100))]
        assert answers[:-1] == [200] * (len(answers) - 1)
        assert answers[-1] == 303
    finally:
        hub.close()


def test_outside_development_nobody_is_anybody_and_cookies_are_bound_to_https(tmp_path):
    hub = InProcess(Installation.create(tmp_path / "real", development=False))
    try:
        page = hub.ask(None, "GET", "/sign-in")
        assert page.status_code == 200
        assert "/sign-in/persona" not in page.text
        refused = hub.ask(None, "POST", "/sign-in/persona", data={"principal": OFFICER})
        assert refused.status_code == 404
        chosen = hub.ask(None, "POST", "/preferences", data={"language": "en", "next": "/sign-in"})
        assert chosen.headers["set-cookie"].startswith("__Host-language=en; Path=/; HttpOnly; SameSite=Lax; Secure")
        assert hub.ask(None, "GET", "/sign-in/start").status_code == 404
    finally:
        hub.close()


def test_a_session_row_does_not_open_elsewhere_and_holds_no_name(site, browsing, people):
    browsing(people("elder"))
    with site.opened() as hub:
        rows = hub.reader.db.execute("SELECT name, person, body FROM session").fetchall()
        assert rows
        rid = people("elder").partition(":")[2].encode()
        assert not any(rid in cell for row in rows for cell in row)
        (name, _, body), other = rows[0], b"\0" * 32
        assert opened(site.ring, name, body) is not None
        assert opened(site.ring, other, body) is None
        assert opened(site.ring, name, body[:-1] + b"\0") is None
