"""Signing in with an OpenID provider that nobody of this project wrote."""

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from hub.identity.development import public_jwk
from tests.factories import Server, free_port
from tests.web.provider import Provider, hub_as_client, sign_in_settings

WORKER, SECRETARY = "grid_worker:339999001001001", "secretary:339999001001"
HEALTH = "department:health@339999"


class Browser:
    """A client that follows where it is sent, between the two hosts, as a browser would."""

    def __init__(self, url):
        self.url = url
        self.client = httpx.Client(trust_env=False, timeout=60)
        self.trace = []

    def go(self, url, **form):
        """Open an address, or send a form there, and follow; returns the last answer."""
        answer = self.client.post(url, data=form) if form else self.client.get(url)
        while answer.is_redirect:
            target = str(answer.next_request.url)
            self.trace.append(target)
            answer = self.client.get(target)
        return answer

    def sign_in(self, account, path="/me/accesses"):
        """Walk the whole way for an account; returns the page it leads to."""
        page = self.go(f"{self.url}/sign-in/start?next={path}")
        while "/interaction/" in str(page.url):
            action = unescape(re.search(r'action="([^"]+)"', page.text)[1])
            prompt = re.search(r'name="prompt" value="(\w+)"', page.text)[1]
            page = self.go(action, prompt=prompt, login=account, password="any")
        return page


@pytest.fixture(scope="module")
def key():
    """The hub's own key at the provider."""
    made = ec.generate_private_key(ec.SECP256R1())
    return made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.fixture(scope="module")
def setting(_filled, node, people, key, tmp_path_factory):
    """`setting(by_key)`: a provider and a hub that trusts it, with a client secret or a key of its own."""
    running = []

    def start(*, by_key=False):
        folder = tmp_path_factory.mktemp("openid")
        town = _filled.copy(folder / "town")
        town.appoint(people("elder"))
        issuer, port = f"http://127.0.0.1:{free_port()}", free_port()
        address = f"http://127.0.0.1:{port}"
        client = hub_as_client(address)
        secret = folder / "secret"
        secret.touch(mode=0o600)
        if by_key:
            client |= {"token_endpoint_auth_method": "private_key_jwt", "jwks": {"keys": [public_jwk(key)]}}
            client["token_endpoint_auth_signing_alg"] = "ES256"
            secret.write_bytes(key)
        else:
            client["client_secret"] = "a secret of the test: with + / and :"
            secret.write_text(client["client_secret"])
        accounts = {
            "elder": {"hub_principals": people("elder")},
            "worker": {"hub_principals": [WORKER, SECRETARY]},
            "officer": {"hub_principals": "security_officer:339999"},
            "nobody": {},
            "stranger": {"hub_principals": "grid_worker:339999009009009"},
            "health": {"hub_principals": HEALTH, "preferred_username": "lihua"},
        }
        running.append(Provider(node, issuer, client, accounts))
        town.directory.sign_in.write_text(sign_in_settings(issuer, address, secret, by_key=by_key))
        running.append(server := Server(town, port=port))
        return server

    yield start
    for each in reversed(running):
        each.stop()


@pytest.fixture(scope="module")
def hub(setting):
    """A hub whose client authenticates with a secret."""
    return setting()


@pytest.fixture
def browse():
    """`browse(url)`: a `Browser` for a hub, ended with the test."""
    browsers = []

    def start(url):
        browsers.append(Browser(url))
        return browsers[-1]

    yield start
    for each in browsers:
        each.client.close()


def test_a_resident_signs_in_and_is_led_where_they_wanted_to_go(hub, browse):
    browser = browse(hub.url)
    page = browser.sign_in("elder")
    assert page.status_code == 200
    assert urlsplit(str(page.url)).path == "/me/accesses"
    [asked] = [parse_qs(urlsplit(each).query) for each in browser.trace if "code_challenge=" in each]
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["response_type"] == ["code"]
    assert {"state", "nonce"} <= asked.keys()
    assert "code_verifier" not in asked
    assert "您登录了" in page.text or "您自己使用了这些页面" in page.text


def test_the_hub_may_show_a_key_in_place_of_a_secret(setting, browse):
    assert browse(setting(by_key=True).url).sign_in("elder").status_code == 200


def test_who_holds_several_roles_chooses_one_of_those_and_no_other(hub, browse):
    browser = browse(hub.url)
    page = browser.sign_in("worker")
    assert all(f'value="{each}#1"' in page.text for each in (WORKER, SECRETARY))
    forged = browser.client.post(f"{hub.url}/sign-in/role", data={"principal": "security_officer:339999#1"})
    assert forged.status_code == 403
    other = browse(hub.url)
    other.sign_in("worker")
    chosen = other.client.post(f"{hub.url}/sign-in/role", data={"principal": f"{SECRETARY}#1"})
    assert chosen.status_code == 303
    assert "session=" in chosen.headers["set-cookie"]


@pytest.mark.parametrize("account", ["nobody", "stranger", "officer"])
def test_nobody_is_let_in_whom_the_provider_may_not_name_or_who_holds_no_role(hub, browse, account):
    browser = browse(hub.url)
    assert browser.sign_in(account).status_code == 403
    assert "session" not in browser.client.cookies


def test_a_department_signs_in_with_its_human_operator_on_record(hub, browse):
    browser = browse(hub.url)
    browser.sign_in("health", "/")
    assert browser.client.cookies.get("session")
    with hub.client("security_officer:339999") as officer:
        [entry, *_] = officer.get("/v1/audit/events", params={"kind": "sign_in", "department": "health"}).json()[
            "items"
        ]
    assert entry["actor"] == f"{HEALTH}#1"


def test_an_answer_counts_once_for_the_browser_that_asked_and_with_its_state(hub, browse):
    browser, other = browse(hub.url), browse(hub.url)
    browser.sign_in("elder")
    [returned] = [each for each in browser.trace if "/sign-in/return" in each]
    assert browser.client.get(returned).status_code == 403, "the same answer counts once"
    assert other.client.get(returned).status_code == 403, "another browser has not asked"
    other.client.get(f"{hub.url}/sign-in/start")
    assert other.client.get(returned).status_code == 403, "the state is another one"
    for query in ("", "?code=x", "?state=x", "?code=x&state="):
        assert browse(hub.url).client.get(f"{hub.url}/sign-in/return{query}").status_code == 403


def test_a_code_with_the_right_state_and_the_wrong_verifier_is_worth_nothing(hub, browse):
    """Whoever steals a code cannot redeem it: the verifier never left the hub."""
    victim, thief = browse(hub.url), browse(hub.url)
    victim.sign_in("elder")
    code = parse_qs(urlsplit(next(each for each in victim.trace if "/sign-in/return" in each)).query)["code"][0]
    state = parse_qs(urlsplit(thief.client.get(f"{hub.url}/sign-in/start").headers["location"]).query)["state"][0]
    stolen = thief.client.get(f"{hub.url}/sign-in/return", params={"code": code, "state": state})
    assert stolen.status_code == 403
    assert "session" not in thief.client.cookies


def test_a_provider_that_is_away_is_said_so(town, tmp_path):
    secret = tmp_path / "secret"
    secret.touch(mode=0o600)
    secret.write_text("s")
    town.directory.sign_in.write_text(
        f'issuer = "http://127.0.0.1:{free_port()}"\nclient_id = "hub"\naddress = "http://127.0.0.1:1"\n'
        f'algorithm = "ES256"\nprincipals = "p"\nclient_secret_file = "{secret}"\nroles = ["resident"]\n'
    )
    server = Server(town)
    try:
        assert httpx.get(f"{server.url}/sign-in/start", trust_env=False).status_code == 503
    finally:
        server.stop()
