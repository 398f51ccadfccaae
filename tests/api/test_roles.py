"""Each endpoint, each role, and people of the own area, of another, and of none: refused as the contract says."""

import json

import pytest

from hub.api.admission import ADMITTED
from tests.api.city import (
    ADMIN,
    AUDITOR,
    CANTEEN,
    CIVIL_AFFAIRS,
    CLERK,
    FAR_GRID,
    FIRST_GRID,
    GRID_WORKER,
    HEALTH,
    OFFICER,
    SECRETARY,
)  # fmt: skip

RESIDENT = "resident:{elder}"
ROLES = (GRID_WORKER, SECRETARY, CLERK, CIVIL_AFFAIRS, HEALTH, CANTEEN, OFFICER, AUDITOR, ADMIN, RESIDENT)

# Of whom each role's own area holds somebody: the elder lives in the first grid, the outsider in another city.
OUT = "out_of_scope"
NOT = "not_a_requester"
OLDCARD = {CLERK: "given", CIVIL_AFFAIRS: "given"}
VISIT = {GRID_WORKER: "given", SECRETARY: "given"}
ROSTER = {GRID_WORKER: "given", CLERK: "given"}
EXAM = {HEALTH: "given"}
SOS = {GRID_WORKER: "emergency_not_open", RESIDENT: "emergency_not_open"}
MEAL = {CANTEEN: "consent_missing"}
AUDIT = {AUDITOR: "not_in_purpose"}
RIGHTS = {RESIDENT: "given"}
MATRIX = {
    "OLDCARD": OLDCARD, "VISIT": VISIT, "ROSTER": ROSTER, "EXAM": EXAM, "SOS": SOS, "MEAL": MEAL, "AUDIT": AUDIT,
    "RIGHTS": RIGHTS,
}  # fmt: skip


def expected(purpose, role, subject):
    own = MATRIX[purpose].get(role, NOT)
    return own if subject == "elder" or own in (NOT, "not_in_purpose") else OUT


def outcome(item):
    return "given" if "fields" in item else "+".join(item["reasons"])


CASES = [
    (purpose, role, subject) for purpose in MATRIX for role in ROLES for subject in ("elder", "outsider", "nobody")
]


@pytest.mark.parametrize(("purpose", "role", "subject"), CASES)
def test_disclosure_is_given_or_refused_as_the_catalogue_says(client, city, purpose, role, subject):
    body = {"subject": {"idno": city.cast[subject].idno}, "purpose": purpose}
    answer = client(city.principal(role)).post("/v1/disclosures", json=body)
    assert outcome(answer.json()) == expected(purpose, role, subject)
    assert answer.status_code == (200 if outcome(answer.json()) == "given" else 403)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("purpose", MATRIX)
def test_batch_answers_like_single_disclosures(client, city, purpose, role):
    names = ["elder", "outsider", "nobody"]
    body = {"subjects": [{"idno": city.cast[name].idno} for name in names], "purpose": purpose}
    answer = client(city.principal(role)).post("/v1/disclosures/batch", json=body)
    assert answer.status_code == 200
    assert [outcome(item) for item in answer.json()["items"]] == [expected(purpose, role, name) for name in names]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("grid", [FIRST_GRID, FAR_GRID, "339998001001001", "110101001001001"])
def test_search_is_for_grid_workers_and_clerks_of_the_area(client, city, role, grid):
    answer = client(city.principal(role)).post("/v1/residents/search", json={"grid": grid})
    if role not in (GRID_WORKER, CLERK):
        assert (answer.status_code, answer.json()["reasons"]) == (403, ["not_allowed"])
    elif grid == FIRST_GRID:
        assert answer.status_code == 200
        assert answer.json()["items"]
    else:
        assert (answer.status_code, answer.json()["reasons"]) == (403, [OUT])


@pytest.mark.parametrize("role", ROLES)
def test_everybody_in_office_may_see_purposes_and_fetch_proofs(client, city, role):
    speaker = client(city.principal(role))
    assert speaker.get("/v1/purposes").status_code == 200
    assert speaker.get("/v1/receipts/0").status_code == 200


@pytest.mark.parametrize(
    ("narrow", "purpose", "inside", "outside"),
    [
        ("department:civil_affairs@339999001001", "OLDCARD", "elder", "villager"),
        ("department:civil_affairs@339999001001002", "OLDCARD", "neighbour", "elder"),
        ("department:health@339999001002", "EXAM", "villager", "elder"),
    ],
)
def test_area_of_a_department_narrows_a_wider_filing(hub, narrow, purpose, inside, outside):
    hub.installation.appoint(narrow)
    answers = [hub.disclose(narrow, hub.installation.cast[name].idno, purpose).json() for name in (inside, outside)]
    assert [outcome(answer) for answer in answers] == ["given", OUT]


def test_scope_is_a_prefix_of_digits_not_of_meaning(hub):
    """339999001001 is no part of 33999900100: a prefix may end within a part of the code, and covers what it begins."""
    hub.installation.appoint("department:civil_affairs@33999900100")
    answer = hub.disclose("department:civil_affairs@33999900100", hub.installation.cast["villager"].idno, "OLDCARD")
    assert outcome(answer.json()) == "given"


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("method", "template"), ADMITTED)
def test_who_may_never_call_a_route_learns_that_before_how_it_wants_to_be_called(client, city, method, template, role):
    before = city.size()
    answer = client(city.principal(role)).request(method, template.format(id="0" * 24), json={"canary": 1})
    kind, admitted = ADMITTED[method, template]
    if role.split(":")[0] in admitted:
        assert answer.json()["reasons"] == ["bad_input"]
        return
    assert (answer.status_code, answer.json()["reasons"]) == (403, ["not_allowed"])
    entry = json.loads(city.entry(before).act)
    assert (entry["kind"], entry["outcome"], entry["reasons"]) == (kind, "denied", ["not_allowed"])


def test_every_route_that_asks_for_a_role_first_exists(client):
    paths = client().get("/openapi.json").json()["paths"]
    assert all(method.lower() in paths[template] for method, template in ADMITTED)
