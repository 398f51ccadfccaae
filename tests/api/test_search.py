"""`POST /v1/residents/search`: the roster of the own grid, basic fields only, each person an entry in the trail."""

import json

import pytest

from tests.api.city import (
    ADMIN,
    AUDITOR,
    CANTEEN,
    CIVIL_AFFAIRS,
    CLERK,
    FAR_GRID,
    FIRST_GRID,
    GRID_WORKER,
    OFFICER,
    SECOND_GRID,
    SECRETARY,
)

BASIC = ["name", "sex", "ageband", "region", "community", "grid", "life"]


@pytest.fixture
def search(client):
    def ask(principal, grid=FIRST_GRID, **more):
        return client(principal).post("/v1/residents/search", json={"grid": grid} | more)

    return ask


def everybody(search, principal, limit, **more):
    """All pages, with the number of pages."""
    items, cursor, pages = [], None, 0
    while True:
        page = search(principal, limit=limit, cursor=cursor, **more).json()
        assert len(page["items"]) <= limit
        items, cursor, pages = items + page["items"], page["next"], pages + 1
        if cursor is None:
            return items, pages


def expected_names(city, grid):
    """Names of everybody of age in a grid: the world's people, and the cast's."""
    rows = {row["idno"]: row["name"] for row in city.world.rows("police")}
    names = [rows[idno] for idno in city.adults(grid)]
    members = [member.values for name, member in city.cast.items() if name not in ("child", "ageless")]
    return sorted(names + [values["name"] for values in members if values.get("grid") == grid])


def test_grid_worker_lists_the_own_grid_with_basic_fields(search, city):
    answer = search(GRID_WORKER, limit=200)
    assert answer.status_code == 200
    items = answer.json()["items"]
    assert answer.json()["next"] is None
    assert sorted(item["fields"]["name"] for item in items) == expected_names(city, FIRST_GRID)
    for item in items:
        assert set(item["fields"]) <= set(BASIC)
        assert item["fields"]["grid"] == FIRST_GRID
        assert item["purpose"] == "ROSTER"


def test_minors_are_not_listed(search, city):
    names = {item["fields"]["name"] for item in search(GRID_WORKER, limit=200).json()["items"]}
    assert city.cast["elder"].values["name"] in names
    assert city.cast["child"].values["name"] not in names
    assert city.cast["ageless"].values["name"] not in names, "who is not known to be of age counts as a minor"


def test_clerk_lists_every_grid_of_the_own_community(search, city):
    for grid in (FIRST_GRID, SECOND_GRID):
        names = [item["fields"]["name"] for item in search(CLERK, grid, limit=200).json()["items"]]
        assert sorted(names) == expected_names(city, grid)


@pytest.mark.parametrize(
    ("principal", "grid"), [(GRID_WORKER, SECOND_GRID), (GRID_WORKER, FAR_GRID), (CLERK, FAR_GRID)]
)
def test_foreign_grid_is_out_of_scope_and_recorded(search, city, principal, grid):
    before = city.size()
    answer = search(principal, grid)
    assert (answer.status_code, answer.json()["reasons"]) == (403, ["out_of_scope"])
    receipt = answer.json()["receipt"]
    assert receipt["index"] == before
    assert {"kind": "search", "grid": grid, "outcome": "denied"}.items() <= receipt["act"].items()
    assert city.subject_part(before).subject == {"subject": "", "reason": ""}, "it is about nobody in particular"
    assert "items" not in answer.json()


def test_grid_nobody_lives_in_is_an_empty_list(search):
    said = search(CLERK, f"{FIRST_GRID[:12]}999").json()
    assert said == {"items": [], "next": None}


@pytest.mark.parametrize("principal", [SECRETARY, CIVIL_AFFAIRS, CANTEEN, OFFICER, AUDITOR, ADMIN, "resident:{elder}"])
def test_other_roles_may_not_call_the_route_at_all(client, city, principal):
    for body in ({"grid": FIRST_GRID}, {"nonsense": 1}):
        answer = client(city.principal(principal)).post("/v1/residents/search", json=body)
        assert (answer.status_code, answer.json()["reasons"]) == (403, ["not_allowed"])
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("limit", [1, 3, 7, 200])
def test_pages_hold_everybody_once_in_one_order(search, limit):
    whole = [item["rid"] for item in search(CLERK, limit=200).json()["items"]]
    paged, pages = everybody(search, CLERK, limit)
    assert [item["rid"] for item in paged] == whole
    assert len(set(whole)) == len(whole)
    assert pages >= len(whole) / limit


def test_cursor_and_limit_may_stand_in_the_query(client):
    clerk = client(CLERK)
    body = {"grid": FIRST_GRID}
    first = clerk.post("/v1/residents/search?limit=2", json=body).json()
    assert len(first["items"]) == 2
    second = clerk.post("/v1/residents/search", params={"limit": 2, "cursor": first["next"]}, json=body).json()
    whole = clerk.post("/v1/residents/search?limit=200", json=body).json()["items"]
    assert [item["rid"] for item in first["items"] + second["items"]] == [item["rid"] for item in whole[:4]]


def test_listed_person_can_be_asked_about_by_rid(search, client, city):
    items = search(GRID_WORKER, q=city.cast["elder"].values["name"]).json()["items"]
    assert [item["fields"]["name"] for item in items] == [city.cast["elder"].values["name"]]
    body = {"subject": {"rid": items[0]["rid"]}, "purpose": "VISIT"}
    assert client(GRID_WORKER).post("/v1/disclosures", json=body).json()["fields"]["tag.alone"] is True


def test_part_of_a_name_finds_those_who_bear_it(search, city):
    surname = city.cast["elder"].values["name"][0]
    found, _ = everybody(search, CLERK, 2, q=surname)
    expected = [name for name in expected_names(city, FIRST_GRID) if surname in name]
    assert sorted(item["fields"]["name"] for item in found) == expected
    assert search(CLERK, q="没有这个人").json() == {"items": [], "next": None}


def test_each_person_listed_is_an_entry_in_the_trail(search, city):
    before = city.size()
    items = search(GRID_WORKER, limit=4).json()["items"]
    indexes = [item["receipt"]["index"] for item in items]
    assert indexes == list(range(before + 1, before + 5)), "one entry for the look, one for each person"
    assert city.size() == before + 5
    for item in items:
        assert item["receipt"]["act"]["purpose"] == "ROSTER"
        namesakes = [row["idno"] for row in city.world.rows("police") if row["name"] == item["fields"]["name"]]
        part = city.subject_part(item["receipt"]["index"], *namesakes)
        assert part.own, "it counts among the entries about that person"


def test_look_that_finds_nobody_is_an_entry_too(search, city):
    before = city.size()
    search(GRID_WORKER, q="没有这个人")
    assert city.size() == before + 1
    act = json.loads(city.entry(before).act)
    assert {"kind": "search", "grid": FIRST_GRID, "listed": 0}.items() <= act.items()
    assert "没有" not in str(act), "what was looked for may be a name"


@pytest.mark.parametrize(
    ("more", "member"),
    [
        ({"grid": "33999900100100"}, "grid"),
        ({"grid": "3399990010010011"}, "grid"),
        ({"grid": "33999900100100x"}, "grid"),
        ({"grid": "٣٣٩٩٩٩٠٠١٠٠١٠٠١"}, "grid"),
        ({"grid": ""}, "grid"),
        ({"grid": None}, "grid"),
        ({"grid": 339999001001001}, "grid"),
        ({"q": "x" * 51}, "q"),
        ({"q": 5}, "q"),
        ({"limit": 0}, "limit"),
        ({"limit": -1}, "limit"),
        ({"limit": 201}, "limit"),
        ({"limit": "5"}, "limit"),
        ({"limit": 2.5}, "limit"),
        ({"cursor": "x" * 129}, "cursor"),
        ({"cursor": "nonsense"}, "cursor"),
        ({"cursor": 7}, "cursor"),
        ({"name": "x"}, "name"),
    ],
)
def test_bad_member_is_named_and_nothing_is_listed_or_recorded(search, city, more, member):
    before = city.size()
    answer = search(GRID_WORKER, **({"grid": FIRST_GRID} | more))
    assert (answer.status_code, answer.json()["reasons"]) == (422, ["bad_input"])
    assert answer.json()["errors"][0]["member"] == member
    assert city.size() == before


def test_cursor_is_the_callers_own(search):
    theirs = search(CLERK, limit=1).json()["next"]
    answer = search(GRID_WORKER, cursor=theirs)
    assert (answer.status_code, answer.json()["errors"][0]["member"]) == (422, "cursor")


def test_grid_is_required(client):
    answer = client(CLERK).post("/v1/residents/search", json={})
    assert answer.json()["errors"] == [{"member": "grid", "rule": "is required"}]


def test_list_is_stored_nowhere(search):
    assert search(CLERK).headers["cache-control"] == "no-store"


def test_those_who_live_alone_are_listed_for_visits_with_what_a_visit_needs(search, city):
    items = search(GRID_WORKER, tag="tag.alone", limit=200).json()["items"]
    rows = {row["idno"]: row for row in city.world.rows("civil_affairs")}
    expected = {idno for idno in city.adults(FIRST_GRID) if rows.get(idno, {}).get("tag.alone") == "1"}
    assert len(items) >= len(expected) > 0
    for item in items:
        assert item["purpose"] == "VISIT"
        assert item["fields"]["tag.alone"] is True
        assert set(item["fields"]) <= {"name", "ageband", "addr", "tel", "tag.alone", "visit.last"}


def test_who_may_not_visit_lists_nobody_by_how_they_live(search):
    answer = search(CLERK, tag="tag.alone")
    assert (answer.status_code, answer.json()["reasons"]) == (403, ["not_a_requester"])
    assert search(SECRETARY, tag="tag.alone").json()["items"]
    assert search(SECRETARY).json()["reasons"] == ["not_allowed"]
    for tag in ("tag.dibao", "med.mental", ""):
        assert search(GRID_WORKER, tag=tag).status_code == 422


def test_a_list_by_tag_says_so_in_the_trail_and_names_each_person(client, search):
    listed = search(GRID_WORKER, tag="tag.alone", limit=200).json()["items"]
    events = client(AUDITOR).get("/v1/audit/events", params={"purpose": "VISIT", "limit": "200"}).json()["items"]
    look = next(each for each in events if each["kind"] == "search")
    assert look["outcome"] == "disclosed"
    assert {each["receipt"]["index"] for each in listed} <= {each["index"] for each in events}
