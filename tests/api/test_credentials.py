"""Who asks: everything that is no valid token of somebody in office is `unauthenticated`, at once and everywhere."""

from datetime import UTC, date, datetime, timedelta

import jwt
import pytest

from hub.identity.appointments import appoint, reinstate
from hub.identity.development import generate_development_key, mint
from hub.identity.principals import Appointment
from hub.model.principal import parse_principal
from tests.api.city import CIVIL_AFFAIRS, CLERK, FIRST_GRID, GRID_WORKER, City
from tests.factories import serving

PROTECTED = [
    ("POST", "/v1/disclosures", {"subject": {"idno": "339999194303129017"}, "purpose": "OLDCARD"}),
    ("POST", "/v1/disclosures/batch", {"subjects": [{"idno": "339999194303129017"}], "purpose": "OLDCARD"}),
    ("POST", "/v1/residents/search", {"grid": FIRST_GRID}),
    ("GET", "/v1/purposes", None),
    ("GET", "/v1/receipts/0", None),
]


_REQUIRED = ("exp", "iat", "aud", "iss", "sub")


def reclaimed(token, key, **changes):
    """A token signed anew with other claims; None leaves a claim out."""
    claims = jwt.decode(token, options={"verify_signature": False}) | changes
    kept = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(kept, key, "ES256", jwt.get_unverified_header(token))


def variants(city):
    good = city.token(CLERK)
    head, payload, signature = good.split(".")
    key = city.directory.development_key.read_bytes()
    department = city.token(CIVIL_AFFAIRS)
    past = datetime.now(UTC) - timedelta(hours=2)
    return {
        "nothing": None,
        "empty": "",
        "another scheme": f"Basic {good}",
        "no scheme": good,
        "no token": "Bearer",
        "nonsense": "Bearer nonsense",
        "three dots": "Bearer a.b.c",
        "two tokens": f"Bearer {good} {good}",
        "signature of another token": f"Bearer {head}.{payload}.{city.token(GRID_WORKER).split('.')[2]}",
        "signature cut off": f"Bearer {head}.{payload}.",
        "signature changed": f"Bearer {head}.{payload}.{'A' * len(signature)}",
        "claims of another": f"Bearer {head}.{city.token(GRID_WORKER).split('.')[1]}.{signature}",
        "unsigned": f"Bearer {jwt.encode(jwt.decode(good, options={'verify_signature': False}), None, 'none')}",
        "another key": f"Bearer {mint(generate_development_key(), parse_principal(CLERK), now=datetime.now(UTC))}",
        "expired": f"Bearer {city.token(CLERK, now=past, ttl=60)}",
        "not yet": f"Bearer {city.token(CLERK, now=datetime.now(UTC) + timedelta(hours=2))}",
        "another issuer": f"Bearer {reclaimed(good, key, iss='https://elsewhere.test')}",
        "another audience": f"Bearer {reclaimed(good, key, aud='elsewhere')}",
        "two audiences": f"Bearer {reclaimed(good, key, aud=['resident-hub', 'elsewhere'])}",
        **{
            f"no {claim}": f"Bearer {reclaimed(good, key, **{claim: None})}"
            for claim in ("exp", "iat", "aud", "iss", "sub")
        },
        "lives too long": f"Bearer {reclaimed(good, key, exp=4102444800)}",
        "no role": f"Bearer {reclaimed(good, key, sub='mayor:339999#1')}",
        "no principal": f"Bearer {reclaimed(good, key, sub='沈桂兰')}",
        "never appointed": f"Bearer {city.token('clerk:339999001009')}",
        "another person": f"Bearer {city.token(f'{CLERK}#stranger')}",
        "a department without its operator": f"Bearer {reclaimed(department, key, operator=None)}",
        "huge": f"Bearer {'x' * 20_000}",
    }


NAMES = [
    "nothing", "empty", "another scheme", "no scheme", "no token", "nonsense", "three dots", "two tokens",
    "signature of another token", "signature cut off", "signature changed", "claims of another", "unsigned",
    "another key", "expired", "not yet", "another issuer", "another audience", "two audiences", "no exp", "no iat",
    "no aud", "no iss", "no sub", "lives too long", "no role", "no principal", "never appointed", "another person",
    "a department without its operator", "huge",
]  # fmt: skip


@pytest.fixture(scope="module")
def headers(city):
    made = variants(city)
    assert list(made) == NAMES
    return made


@pytest.mark.parametrize("name", NAMES)
def test_what_proves_nothing_is_unauthenticated_everywhere(client, headers, city, name):
    before = city.size()
    for method, path, body in PROTECTED:
        sent = {} if headers[name] is None else {"Authorization": headers[name].encode()}
        answer = client().request(method, path, json=body, headers=sent)
        assert (answer.status_code, answer.json()["reasons"]) == (401, ["unauthenticated"]), path
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json().keys() == {"type", "title", "status", "reasons", "trace_id"}, "why is nobody's business"
    assert city.size() == before


def test_scheme_is_read_in_any_case_and_with_blanks(client, city):
    for written in (f"bearer {city.token(CLERK)}", f"BEARER   {city.token(CLERK)}"):
        assert client().get("/v1/purposes", headers={"Authorization": written}).status_code == 200


def test_token_ends_when_it_says(hub):
    now = datetime.now(UTC)
    token = hub.installation.token(CLERK, now=now, ttl=60)
    held = {"Authorization": f"Bearer {token}"}
    assert hub.ask(None, "GET", "/v1/purposes", headers=held).status_code == 200
    hub.road.clock = lambda: now + timedelta(seconds=61)
    assert hub.ask(None, "GET", "/v1/purposes", headers=held).status_code == 401


def statuses(hub, principal, number):
    person, asked = {"idno": number}, [("GET", "/v1/purposes", None), ("GET", "/v1/receipts/0", None)]
    asked += [("POST", "/v1/disclosures", {"subject": person, "purpose": "OLDCARD"})]
    asked += [("POST", "/v1/disclosures/batch", {"subjects": [person], "purpose": "OLDCARD"})]
    asked += [("POST", "/v1/residents/search", {"grid": FIRST_GRID})]
    return {path: hub.ask(principal, method, path, json=body).status_code for method, path, body in asked}


def test_role_ends_on_the_very_next_request_of_every_kind(hub):
    elder = hub.installation.cast["elder"].idno
    assert set(statuses(hub, CLERK, elder).values()) == {200}
    hub.installation.revoke(CLERK)
    assert set(statuses(hub, CLERK, elder).values()) == {401}
    assert hub.ask("clerk:339999001002", "GET", "/v1/purposes").status_code == 200, "nobody else is affected"


def test_days_of_office_count_in_china(hub):
    """An office of one day begins and ends at midnight in Shanghai, which is 16:00 UTC of the day before."""
    with hub.installation.opened() as opened:
        day = date(2026, 12, 1)
        appoint(opened.writer, opened.reader, [Appointment(parse_principal("clerk:339999001001#aday"), day, day)])
    for moment, status in (
        (datetime(2026, 11, 30, 15, 59, tzinfo=UTC), 401),
        (datetime(2026, 11, 30, 16, 0, tzinfo=UTC), 200),
        (datetime(2026, 12, 1, 15, 59, tzinfo=UTC), 200),
        (datetime(2026, 12, 1, 16, 0, tzinfo=UTC), 401),
    ):
        hub.road.clock = lambda moment=moment: moment
        token = {"Authorization": f"Bearer {hub.installation.token('clerk:339999001001#aday', now=moment)}"}
        assert hub.ask(None, "GET", "/v1/purposes", headers=token).status_code == status, moment


def test_two_roles_of_one_person_end_apart(hub):
    hub.installation.appoint("clerk:339999001001#li", "secretary:339999001001#li")
    hub.installation.revoke("clerk:339999001001#li")
    assert hub.ask("clerk:339999001001#li", "GET", "/v1/purposes").status_code == 401
    assert hub.ask("secretary:339999001001#li", "GET", "/v1/purposes").status_code == 200


def test_revocation_holds_at_once_in_every_worker(untouched, tmp_path):
    town = City.copy(untouched, tmp_path / "hub")
    with serving(town, workers=2) as server:
        # Connections of their own, kept open, so that both workers have some and have seen the token before.
        clients = [server.client(CLERK) for _ in range(24)]
        try:
            assert {each.get("/v1/purposes").status_code for each in clients for _ in range(2)} == {200}
            town.revoke(CLERK)
            assert [each.get("/v1/purposes").status_code for each in clients] == [401] * len(clients)
            with town.opened() as opened:
                reinstate(opened.writer, opened.reader, f"{CLERK}#1")
            assert [each.get("/v1/purposes").status_code for each in clients] == [200] * len(clients)
        finally:
            for each in clients:
                each.close()
