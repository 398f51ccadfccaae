"""`sign_in.toml` is read strictly: what would weaken the sign-in is refused at start, by member and rule."""

import pytest

from hub.errors import OperatorError
from hub.identity.sign_in_settings import read_sign_in

GOOD = {
    "issuer": '"https://id.example.org/realms/hub"',
    "client_id": '"hub"',
    "client_secret_env": '"HUB_TEST_SECRET"',
    "address": '"https://hub.example.org/"',
    "algorithm": '"ES256"',
    "principals": '"hub_principals"',
    "roles": '["resident"]',
}


def text(**changed):
    members = {name: value for name, value in (GOOD | changed).items() if value is not None}
    return "".join(f"{name} = {value}\n" for name, value in members.items())


@pytest.fixture(autouse=True)
def _secret(monkeypatch):
    monkeypatch.setenv("HUB_TEST_SECRET", "s3cr3t")


def test_what_is_complete_is_read_and_leads_back_to_the_hub():
    settings = read_sign_in(text(), development=False)
    assert settings.redirect_uri == "https://hub.example.org/sign-in/return"
    assert (settings.secret, settings.private_key, settings.scope) == ("s3cr3t", "", "openid")
    assert read_sign_in("", development=False) is None


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"issuer": '"http://id.example.org"'}, "`issuer` must begin with https://"),
        ({"issuer": '"http://127.0.0.1:1"'}, "`issuer` must begin with https://"),
        ({"address": '"http://hub.example.org"'}, "`address` must begin with https://"),
        ({"issuer": '"https://user@id.example.org"'}, "`issuer` must be a URL with a host, without user"),
        ({"issuer": '"https://id.example.org/?a=b"'}, "`issuer` must be a URL with a host"),
        ({"algorithm": '"none"'}, "`algorithm` must be one of"),
        ({"algorithm": '"HS256"'}, "`algorithm` must be one of"),
        ({"roles": '["king"]'}, "`roles` must list some of"),
        ({"roles": "[]"}, "`roles` must list some of"),
        ({"client_id": None}, "`client_id` is required"),
        ({"principals": '""'}, "`principals` is required"),
        ({"client_secret_env": None}, "exactly one of"),
        ({"private_key_file": '"/nowhere"'}, "exactly one of"),
        ({"client_secret_env": '"HUB_TEST_NOTHING"'}, "the environment variable `HUB_TEST_NOTHING` is empty"),
        ({"verify": "false"}, "`verify` is not known"),
    ],
)
def test_what_would_weaken_it_is_refused_by_member_and_rule(changed, said):
    with pytest.raises(OperatorError) as refused:
        read_sign_in(text(**changed), development=False)
    assert said in str(refused.value)
    assert "s3cr3t" not in str(refused.value)


def test_plain_http_is_for_development_on_the_loopback_alone():
    local = text(issuer='"http://127.0.0.1:3000"', address='"http://127.0.0.1:8000"')
    assert read_sign_in(local, development=True).loopback
    with pytest.raises(OperatorError):
        read_sign_in(text(issuer='"http://id.example.org"'), development=True)


def test_a_secret_that_others_may_read_is_refused(tmp_path):
    path = tmp_path / "secret"
    path.write_text("of the client")
    path.chmod(0o644)
    told = text(client_secret_env=None, client_secret_file=f'"{path}"')
    with pytest.raises(OperatorError) as refused:
        read_sign_in(told, development=False)
    assert "of the client" not in str(refused.value)
    path.chmod(0o600)
    assert read_sign_in(told, development=False).secret == "of the client"
