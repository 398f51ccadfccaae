"""One approval about many people: decided at once, people excluded one by one, used and revoked as each one's own."""

import pytest

from tests.api.city import CLERK, FIRST_GRID, GRID_WORKER, SECOND_GRID, SECRETARY
from tests.api.test_approvals import OTHER_SECRETARY


@pytest.fixture
def people(hub):
    """Some adults of the first grid, the elder first."""
    hub.installation.appoint(OTHER_SECRETARY)
    return [hub.installation.cast["elder"].idno, *hub.installation.adults(FIRST_GRID)[:6]]


def ask(hub, people, *, by=GRID_WORKER, **more):
    body = {
        "subjects": [{"idno": idno} for idno in people],
        "purpose": "VISIT",
        "fields": ["name", "med.chronic"],
        "reason": "集中随访",
        "duration": "PT24H",
    }
    return hub.ask(by, "POST", "/v1/approvals/rosters", json=body | more)


def decide(hub, name, decision="approve", *, by=SECRETARY, **more):
    body = {"decision": decision, "reason": "同意"} | more
    return hub.ask(by, "POST", f"/v1/approvals/rosters/{name}/decision", json=body)


def approvals(hub, by=GRID_WORKER):
    return hub.ask(by, "GET", "/v1/approvals", params={"state": "approved", "limit": "200"}).json()["items"]


def chronic(hub, idno):
    answer = hub.disclose(GRID_WORKER, idno, "VISIT", fields=["med.chronic"]).json()
    return answer.get("fields") or answer["reasons"]


def reasons(answer):
    return answer.status_code, answer.json().get("reasons")


def test_one_decision_approves_everybody_but_who_is_excluded(hub, people):
    made = ask(hub, people)
    assert (made.status_code, made.json()["state"], len(made.json()["subjects"])) == (201, "pending", len(people))
    name = made.json()["id"]
    assert chronic(hub, people[0]) == ["approval_required"], "asking alone opens nothing"
    done = decide(hub, name, excluded=[{"idno": people[1]}, {"idno": people[2]}]).json()
    assert (done["state"], len(done["excluded"])) == ("approved", 2)
    assert chronic(hub, people[0]) == {"med.chronic": ["E11.9", "I10"]}
    assert chronic(hub, people[1]) == ["approval_required"]
    assert len(approvals(hub)) == len(people) - 2
    assert reasons(decide(hub, name)) == (409, ["already_decided"])


def test_what_a_roster_approved_is_revoked_for_one_person_alone(hub, people):
    decide(hub, ask(hub, people).json()["id"])
    answer = hub.disclose(GRID_WORKER, people[0], "VISIT", fields=["med.chronic"]).json()
    own = answer["receipt"]["act"]["approval"]
    assert hub.ask(SECRETARY, "POST", f"/v1/approvals/{own}/revocation").json()["state"] == "revoked"
    assert chronic(hub, people[0]) == ["approval_required"]
    assert len(approvals(hub)) == len(people) - 1


def test_a_denied_roster_approves_nobody(hub, people):
    assert decide(hub, ask(hub, people).json()["id"], "deny").json()["state"] == "denied"
    assert approvals(hub) == []


def test_nobody_decides_about_rosters_of_their_own_or_of_others_areas(hub, people):
    hub.installation.appoint(f"{GRID_WORKER}#li", f"{SECRETARY}#li")
    name = ask(hub, people, by=f"{GRID_WORKER}#li").json()["id"]
    assert reasons(decide(hub, name, by=f"{SECRETARY}#li")) == (403, ["self_approval"])
    assert reasons(decide(hub, name, by=OTHER_SECRETARY)) == (404, ["not_found"])
    assert reasons(decide(hub, name, by=CLERK)) == (404, ["not_found"])
    assert reasons(decide(hub, "0" * 24)) == (404, ["not_found"])


def test_a_secretary_on_the_roster_decides_only_once_they_are_excluded(hub, people):
    elder = hub.installation.cast["elder"]
    hub.installation.appoint(f"resident:{elder.rid}#gui", f"{SECRETARY}#gui")
    name = ask(hub, people).json()["id"]
    assert reasons(decide(hub, name, by=f"{SECRETARY}#gui")) == (403, ["self_approval"])
    done = decide(hub, name, by=f"{SECRETARY}#gui", excluded=[{"idno": elder.idno}])
    assert done.json()["state"] == "approved"
    assert chronic(hub, elder.idno) == ["approval_required"]


def test_one_person_elsewhere_spoils_the_roster_and_is_told_like_nobody(hub, people):
    cast = hub.installation.cast
    for name in ("neighbour", "nobody"):
        assert reasons(ask(hub, [*people, cast[name].idno])) == (403, ["out_of_scope"])
    assert hub.ask(GRID_WORKER, "GET", "/v1/approvals/rosters").json()["items"] == []


@pytest.mark.parametrize(
    ("more", "member"),
    [({"subjects": []}, "subjects"), ({"duration": "P400D"}, "duration"), ({"reason": "电话13800138000"}, "reason")],
)
def test_wrong_members_are_named(hub, people, more, member):
    answer = ask(hub, people, **more)
    assert (answer.status_code, answer.json()["errors"][0]["member"]) == (422, member)


def test_nobody_stands_on_a_roster_twice_and_it_has_an_end(hub, people):
    for wrong in ([people[0]] * 2, [people[0]] * 501):
        answer = ask(hub, wrong)
        assert (answer.status_code, answer.json()["errors"][0]["member"]) == (422, "subjects")


def test_only_people_on_the_roster_are_excluded_and_nothing_is_widened(hub, people):
    name = ask(hub, people[:2], fields=["med.chronic"]).json()["id"]
    for more in (
        {"excluded": [{"idno": people[3]}]},
        {"fields": ["med.chronic", "tel"]},
        {"duration": "PT25H"},
    ):
        answer = decide(hub, name, **more)
        assert (answer.status_code, answer.json()["errors"][0]["member"]) == (422, next(iter(more)))


def test_rosters_are_seen_by_who_asked_and_who_decides(hub, people):
    hub.installation.appoint(f"grid_worker:{SECOND_GRID}")
    name = ask(hub, people).json()["id"]
    for who, seen in ((GRID_WORKER, [name]), (SECRETARY, [name]), (OTHER_SECRETARY, []), (CLERK, [])):
        assert [item["id"] for item in hub.ask(who, "GET", "/v1/approvals/rosters").json()["items"]] == seen


def test_a_revoked_deputy_decides_nothing_more(hub, people):
    deputy = f"clerk:{FIRST_GRID[:12]}#wang"
    hub.installation.appoint(deputy)
    today = hub.road.clock().date().isoformat()
    named = hub.ask(SECRETARY, "POST", "/v1/deputies", json={"deputy": deputy, "from": today, "until": "2100-01-01"})
    assert named.status_code == 422, "nobody stands in for ever"
    named = hub.ask(SECRETARY, "POST", "/v1/deputies", json={"deputy": deputy, "from": today, "until": today})
    path = f"/v1/deputies/{named.json()['id']}/revocation"
    for who, status in ((CLERK, 403), (OTHER_SECRETARY, 404), (SECRETARY, 200), (SECRETARY, 409)):
        assert hub.ask(who, "POST", path).status_code == status
    assert reasons(decide(hub, ask(hub, people).json()["id"], by=deputy)) == (404, ["not_found"])
