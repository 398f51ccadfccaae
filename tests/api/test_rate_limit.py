"""Whoever keeps asking for people who are not there to be found is slowed, then refused, and nobody else is."""

import time
from datetime import timedelta

import pytest

from hub.access.limits import FORGIVEN_PER_SECOND, LONGEST_DELAY, REFUSED_FROM, SLOWED_FROM
from tests.api.city import CLERK, FAR_GRID, FIRST_GRID, GRID_WORKER, HEALTH
from tests.factories import idno

FAR_CLERK = "clerk:339999001002"


def nobodies(count):
    return [{"idno": idno(number % 1000, f"19{20 + number // 1000}0101")} for number in range(count)]


def outcomes(hub, principal, subjects, purpose="OLDCARD"):
    """What a batch answers, item by item."""
    body = {"subjects": subjects, "purpose": purpose}
    items = hub.ask(principal, "POST", "/v1/disclosures/batch", json=body).json()["items"]
    return ["given" if "fields" in item else item["reasons"][0] for item in items]


@pytest.fixture
def still(hub):
    """A hub whose clock stands still, so that nothing is forgiven meanwhile."""
    now = hub.road.clock()
    hub.road.clock = lambda: now
    return hub


def test_vain_questions_are_answered_up_to_the_limit_and_refused_from_there(still):
    said = outcomes(still, CLERK, nobodies(REFUSED_FROM + 20))
    assert said == ["out_of_scope"] * REFUSED_FROM + ["rate_limited"] * 20


def test_people_elsewhere_count_like_people_who_do_not_exist(still):
    elsewhere = [{"idno": number} for number in still.installation.adults(FAR_GRID)]
    vain = outcomes(still, CLERK, (elsewhere * REFUSED_FROM)[:REFUSED_FROM] + nobodies(1))
    assert vain == outcomes(still, GRID_WORKER, nobodies(REFUSED_FROM + 1), "VISIT")
    assert vain[-1] == "rate_limited"


def test_unknown_rids_count_alike(still):
    said = outcomes(still, CLERK, [{"rid": f"nonsense{number}"} for number in range(REFUSED_FROM + 1)])
    assert said[-1] == "rate_limited"


def test_refused_caller_learns_nothing_of_anybody(still):
    elder = still.installation.cast["elder"].idno
    outcomes(still, CLERK, nobodies(REFUSED_FROM))
    for number in (elder, idno(5, "19100101")):
        answer = still.disclose(CLERK, number, "OLDCARD")
        assert (answer.status_code, answer.json()["reasons"]) == (429, ["rate_limited"])
        assert int(answer.headers["retry-after"]) > 0
        assert answer.headers["content-type"] == "application/problem+json"
        assert "fields" not in answer.json()


def test_refusal_is_recorded(still):
    outcomes(still, CLERK, nobodies(REFUSED_FROM))
    before = still.installation.size()
    answer = still.disclose(CLERK, idno(5, "19100101"), "OLDCARD").json()
    assert answer["receipt"]["index"] == before
    assert answer["receipt"]["act"]["reasons"] == ["rate_limited"]


def test_nobody_else_is_affected(still):
    outcomes(still, CLERK, nobodies(REFUSED_FROM + 1))
    cast = still.installation.cast
    assert still.disclose(f"{CLERK}#other", cast["elder"].idno, "OLDCARD").status_code == 401
    still.installation.appoint(f"{CLERK}#other")
    assert still.disclose(f"{CLERK}#other", cast["elder"].idno, "OLDCARD").status_code == 200
    assert still.disclose(HEALTH, cast["elder"].idno, "EXAM").status_code == 200
    assert still.disclose(FAR_CLERK, cast["villager"].idno, "OLDCARD").status_code == 200


def test_other_refusals_do_not_count(still):
    cast = still.installation.cast
    for subject, purpose in (("child", "OLDCARD"), ("elder", "VISIT"), ("nobody", "NOSUCH"), ("nobody", "VISIT")):
        people = [{"idno": cast[subject].idno}] * (REFUSED_FROM + 1)
        assert "rate_limited" not in outcomes(still, CLERK, people, purpose)
    assert still.disclose(CLERK, cast["elder"].idno, "OLDCARD").status_code == 200


def test_caller_is_slowed_before_being_refused(still):
    elder = still.installation.cast["elder"].idno
    outcomes(still, CLERK, nobodies(REFUSED_FROM - 10))
    delay = still.road.misses.delay(f"{CLERK}#1", still.road.clock())
    assert 0 < delay <= LONGEST_DELAY
    started = time.perf_counter()
    assert still.disclose(CLERK, elder, "OLDCARD").status_code == 200
    assert time.perf_counter() - started >= delay


def test_few_mistakes_cost_nothing(still):
    outcomes(still, CLERK, nobodies(SLOWED_FROM))
    assert still.road.misses.delay(f"{CLERK}#1", still.road.clock()) == 0


def test_mistakes_are_forgiven_with_time(still):
    elder, now = still.installation.cast["elder"].idno, still.road.clock()
    outcomes(still, CLERK, nobodies(REFUSED_FROM + 5))
    assert still.disclose(CLERK, elder, "OLDCARD").status_code == 429
    later = now + timedelta(seconds=REFUSED_FROM / FORGIVEN_PER_SECOND)
    still.road.clock = lambda: later
    held = {"Authorization": f"Bearer {still.installation.token(CLERK, now=later)}"}
    body = {"subject": {"idno": elder}, "purpose": "OLDCARD"}
    assert still.ask(None, "POST", "/v1/disclosures", headers=held, json=body).status_code == 200


def test_list_of_the_own_grid_is_no_vain_question(still):
    """A roster with many minors, who are not shown, must not lock its reader out."""
    for _ in range(30):
        assert still.ask(GRID_WORKER, "POST", "/v1/residents/search", json={"grid": FIRST_GRID}).status_code == 200
    assert still.road.misses.level(f"{GRID_WORKER}#1", still.road.clock()) == 0


def test_running_server_refuses_too(server, city):
    principal = "clerk:339999001001#impatient"
    city.appoint(principal)
    with server.client(principal) as impatient:
        body = {"subjects": nobodies(REFUSED_FROM + 60), "purpose": "OLDCARD"}
        items = impatient.post("/v1/disclosures/batch", json=body).json()["items"]
        assert [items[0]["reasons"], items[-1]["reasons"]] == [["out_of_scope"], ["rate_limited"]]
        assert items[-1]["status"] == 429
        # A moment later a part of one question is forgiven, so one more may be answered.
        singles = [
            impatient.post("/v1/disclosures", json={"subject": nobodies(1)[0], "purpose": "OLDCARD"}) for _ in range(2)
        ]
        assert (singles[-1].status_code, singles[-1].json()["reasons"]) == (429, ["rate_limited"])
        assert int(singles[-1].headers["retry-after"]) > 0
