"""`GET /v1/audit/volumes`: how much was asked for, by whom, for what and when, in the caller's own area."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.api.city import AUDITOR, CIVIL_AFFAIRS, CLERK, FAR_GRID, GRID_WORKER, OFFICER

VOLUMES = "/v1/audit/volumes"


@pytest.fixture
def volumes(client):
    """Ask for volumes: `volumes(principal, **filters)`."""

    def ask(principal=AUDITOR, **said):
        answer = client(principal).get(VOLUMES, params=said)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return ask


def ask_for(client, city, fields, principal=CIVIL_AFFAIRS):
    body = {"subject": {"idno": city.cast["elder"].idno}, "purpose": "OLDCARD", "fields": fields}
    return client(principal).post("/v1/disclosures", json=body)


def row(body, name, value):
    nothing = {"entries": 0, "denied": 0, "over_asks": 0}
    return next((each for each in body[f"{name}s"] if each[name] == value), nothing)


def grown(before, after, name, value):
    old, new = row(before, name, value), row(after, name, value)
    return tuple(new[member] - old[member] for member in ("entries", "denied", "over_asks"))


def test_given_denied_and_over_asked_are_counted_by_department_purpose_and_hour(volumes, client, city):
    before = volumes(kind="disclosure")
    assert ask_for(client, city, ["name"]).status_code == 200
    assert ask_for(client, city, ["name", "ec"]).status_code == 200
    assert ask_for(client, city, ["ec"]).status_code == 403
    assert ask_for(client, city, ["name", "no such field"]).status_code == 200
    after = volumes(kind="disclosure")
    assert grown(before, after, "department", "civil_affairs") == (4, 1, 3)
    assert grown(before, after, "purpose", "OLDCARD") == (4, 1, 3)
    assert grown(before, after, "outcome", "denied") == (1, 1, 1)
    assert row(after, "purpose", "OLDCARD")["name"]["en"] == "Senior citizen card"
    assert row(after, "department", "civil_affairs")["name"]["zh"] == "民政"
    for part in ("hours", "days", "hours_of_day"):
        assert sum(each["entries"] for each in after[part]) == after["total"]["entries"], part
        assert sum(each["over_asks"] for each in after[part]) == after["total"]["over_asks"], part


def test_what_is_counted_is_what_a_search_finds(volumes, client, city):
    ask_for(client, city, ["ec"])
    counted = volumes(OFFICER)["total"]
    found, over, cursor = 0, 0, None
    since = volumes(OFFICER)["since"]
    while True:
        query = {"limit": 200, "since": since} | ({"cursor": cursor} if cursor else {})
        page = client(OFFICER).get("/v1/audit/events", params=query).json()
        found += len(page["items"])
        if (cursor := page["next"]) is None:
            break
    query = {"limit": 200, "since": since, "over_asked": "true"}
    over = client(OFFICER).get("/v1/audit/events", params=query).json()["items"]
    looks = found - counted["entries"]
    assert 0 < looks < 40, "the looks that came in between, and nothing else"
    assert len(over) == counted["over_asks"]


def test_filters_and_periods_narrow_what_is_counted(volumes, client, city):
    ask_for(client, city, ["name"])
    body = volumes(department="civil_affairs", purpose="OLDCARD", kind="disclosure")
    assert [each["department"] for each in body["departments"]] == ["civil_affairs"]
    assert [each["purpose"] for each in body["purposes"]] == ["OLDCARD"]
    now = datetime.now(UTC)
    past = {"since": "2026-01-01T00:30:00Z", "until": "2026-01-02T00:00:00Z"}
    nothing = volumes(**past)
    assert (nothing["since"], nothing["total"]["entries"]) == ("2026-01-01T00:00:00.000Z", 0)
    assert len(nothing["hours"]) == 24
    assert [each["day"] for each in nothing["days"]] == ["2026-01-01", "2026-01-02"]
    month = volumes(since=(now - timedelta(days=30)).isoformat().replace("+00:00", "Z"))
    assert month["hours"] == []
    assert len(month["days"]) in (31, 32)


def test_each_area_has_its_own_counts(volumes, client, city):
    worker, near, grid, odd = (
        f"grid_worker:{FAR_GRID}",
        f"auditor:{FAR_GRID[:12]}",
        f"auditor:{FAR_GRID}",
        "auditor:3399990",
    )
    city.appoint(worker, near, grid, odd)
    before = {who: volumes(who, kind="disclosure")["total"]["entries"] for who in (near, grid, odd)}
    body = {"subject": {"idno": city.cast["elder"].idno}, "purpose": "VISIT"}
    client(worker).post("/v1/disclosures", json=body)
    client(CLERK).post("/v1/disclosures", json=body | {"purpose": "OLDCARD"})
    after = {who: volumes(who, kind="disclosure")["total"]["entries"] for who in (near, grid, odd)}
    assert {who: after[who] - before[who] for who in after} == {near: 1, grid: 1, odd: 2}


def test_the_look_is_an_entry_and_other_roles_are_refused(volumes, client, city):
    before = city.size()
    body = volumes(purpose="OLDCARD")
    act = json.loads(city.entry(before).act)
    said = {"kind": "trail_volumes", "filters": ["purpose"], "listed": body["total"]["entries"], "outcome": "disclosed"}
    assert said.items() <= act.items()
    answer = client(GRID_WORKER).get(VOLUMES)
    assert (answer.status_code, answer.json()["reasons"]) == (403, ["not_allowed"])
    assert json.loads(city.entry(before + 1).act)["outcome"] == "denied"


@pytest.mark.parametrize(
    ("query", "member"),
    [
        ("since=2026-01-01T00:00:00Z&until=2028-01-01T00:00:00Z", "since"),
        ("since=2030-01-01T00:00:00Z", "since"),
        ("limit=5", "limit"),
        ("actor=hub", "actor"),
        ("purpose=-", "purpose"),
    ],
)
def test_bad_parameter_is_named(client, query, member):
    answer = client(AUDITOR).get(f"{VOLUMES}?{query}")
    assert (answer.status_code, answer.json()["errors"][0]["member"]) == (422, member)
