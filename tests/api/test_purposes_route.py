"""`GET /v1/purposes`: the catalogue, as far as the caller may use it."""

import pytest

from hub.policy.engine import load
from tests.api.city import ADMIN, AUDITOR, CIVIL_AFFAIRS, CLERK, GRID_WORKER, HEALTH, OFFICER, SECRETARY

# Whom DOMAIN's catalogue names, role by role.
USABLE = {
    GRID_WORKER: ["OUT", "ROSTER", "SOS", "UTIL", "VISIT", "WALK"],
    SECRETARY: ["VISIT"],
    CLERK: ["MEDIATE", "OLDCARD", "PROXY", "ROSTER", "VOTE"],
    CIVIL_AFFAIRS: ["DIBAO", "DISAB", "OLDCARD"],
    HEALTH: ["EXAM"],
    "department:police@339999": ["NEWBORN"],
    "department:education@339999": ["SCHOOL"],
    "department:emergency@339999": ["EMERG"],
    "department:emergency_call@339999": ["SOS"],
    "department:utilities@339999": [],
    AUDITOR: ["AUDIT"],
    ADMIN: [],
    OFFICER: [],
}
MEMBERS = {"id", "name", "basis", "citation", "fields", "approval"}


@pytest.mark.parametrize(("principal", "expected"), USABLE.items(), ids=USABLE)
def test_caller_sees_the_purposes_that_name_it_and_no_others(client, principal, expected):
    answer = client(principal).get("/v1/purposes")
    assert answer.status_code == 200
    assert [item["id"] for item in answer.json()["items"]] == expected
    assert answer.json()["next"] is None


def test_organisation_sees_those_that_name_organisations(client):
    items = client("organisation:canteen01@339999").get("/v1/purposes").json()["items"]
    named = [purpose.id for purpose in load().purposes.values() if "organisation" in purpose.requesters]
    assert [item["id"] for item in items] == named
    assert "MEAL" in named


def test_sealed_purpose_is_not_listed_to_the_department_it_names(client):
    items = client("department:justice@339999").get("/v1/purposes").json()["items"]
    assert [item["id"] for item in items] == ["MEDIATE"]
    assert "CORR" not in str(items)


def test_purpose_says_what_a_caller_must_know(client):
    (visit,) = client(SECRETARY).get("/v1/purposes").json()["items"]
    assert visit.keys() >= MEMBERS
    assert visit["name"] == {"zh": "独居老人探访", "en": "Home visits to elders living alone"}
    assert visit["basis"] == ["statutory", "consent"]
    assert visit["citation"]
    assert visit["fields"] == ["name", "ageband", "addr", "tel", "tag.alone", "visit.last"]
    assert visit["on_approval"] == ["med.chronic"]


def test_pages_of_the_list_hold_everything_once(client):
    seen, query = [], {"limit": 4}
    while query:
        page = client(GRID_WORKER).get("/v1/purposes", params=query).json()
        assert len(page["items"]) <= 4
        seen += [item["id"] for item in page["items"]]
        query = page["next"] and {"limit": 4, "cursor": page["next"]}
    assert seen == USABLE[GRID_WORKER]


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=201", "limit=-1", "limit=x", "limit=1.5", "cursor=zz", f"cursor={'x' * 129}"]
)
def test_page_that_no_list_has_is_bad_input(client, query):
    answer = client(GRID_WORKER).get(f"/v1/purposes?{query}")
    assert (answer.status_code, answer.json()["reasons"]) == (422, ["bad_input"])
    assert answer.json()["errors"][0]["member"] == query.partition("=")[0]


def test_looking_at_the_catalogue_is_no_entry_about_anybody(client, city):
    before = city.size()
    client(CLERK).get("/v1/purposes")
    assert city.size() == before
