"""Protected persons: two people put it on, two lift it, and nobody learns from an answer that somebody is protected."""

import asyncio
import re

import pytest

from tests.api.city import AUDITOR, CIVIL_AFFAIRS, CLERK, FIRST_GRID, GRID_WORKER, OFFICER, SECRETARY

SECOND = f"{OFFICER}#second"
FAR_OFFICER = "security_officer:339998"
CASE = "调解案件 2026-07"
REASON = "家庭暴力案件证人"
_VARYING = re.compile(
    r'"(id|rid|case|trace_id|index|time|expires|leaf|act_salt|subject_commitment|ordinal_commitment)":("[^"]*"|[0-9]+)'
)


@pytest.fixture
def elder(hub):
    hub.installation.appoint(SECOND, FAR_OFFICER)
    return hub.installation.cast["elder"]


@pytest.fixture
def met(hub, elder):
    """A case at the counter is open: what is tested here is what a protection does to it."""
    meet(hub, elder.idno)


def meet(hub, number):
    body = {"purpose": "MEDIATE", "number": CASE, "parties": [{"idno": number}]}
    assert hub.ask(CLERK, "POST", "/v1/cases", json=body).status_code == 201


def protect(hub, member, *, by=OFFICER):
    body = {"subject": {"idno": member.idno}, "reason": REASON}
    return hub.ask(by, "POST", "/v1/protections", json=body)


def decide(hub, name, decision="approve", *, by=SECOND, what="decision"):
    body = {"decision": decision, "reason": "已核实"}
    return hub.ask(by, "POST", f"/v1/protections/{name}/{what}", json=body)


def lift(hub, name, *, by=OFFICER):
    return hub.ask(by, "POST", f"/v1/protections/{name}/lifting", json={"reason": "案件已结"})


def protected(hub, member):
    name = protect(hub, member).json()["id"]
    assert decide(hub, name).json()["state"] == "in_force"
    return name


def reasons(answer):
    return answer.status_code, answer.json()["reasons"]


def counter(hub, member):
    return hub.disclose(CLERK, member.idno, "MEDIATE", fields=["name", "tel", "addr"], reason=CASE).json()


@pytest.mark.usefixtures("met")
def test_address_and_telephone_are_kept_from_the_counter_until_two_people_lift_it(hub, elder):
    _terms(hub, elder)
    assert list(counter(hub, elder)["fields"]) == ["name", "tel", "addr"]
    name = protect(hub, elder).json()["id"]
    assert list(counter(hub, elder)["fields"]) == ["name", "tel", "addr"], "one person alone protects nobody"
    decide(hub, name)
    assert list(counter(hub, elder)["fields"]) == ["name"]
    assert lift(hub, name).json()["state"] == "lifting"
    assert list(counter(hub, elder)["fields"]) == ["name"], "it goes on until another person has agreed"
    assert decide(hub, name, what="lifting/decision").json()["state"] == "lifted"
    assert list(counter(hub, elder)["fields"]) == ["name", "tel", "addr"]


def test_those_who_help_still_see_where_the_person_lives(hub, elder):
    protected(hub, elder)
    for who in (GRID_WORKER, SECRETARY):
        assert {"addr", "tel"} <= hub.disclose(who, elder.idno, "VISIT").json()["fields"].keys()


@pytest.mark.usefixtures("met")
@pytest.mark.parametrize("fields", [["name", "tel", "addr"], ["addr", "tel"], ["tel", "shoe_size", "name"]])
def test_a_protected_person_and_one_without_the_values_are_the_same_bytes(hub, elder, fields):
    protected(hub, elder)
    other = _other(hub, elder)
    meet(hub, other)
    answers = [hub.disclose(CLERK, each, "MEDIATE", fields=fields, reason=CASE) for each in (elder.idno, other)]
    assert len({_VARYING.sub(r'"\1"', answer.text) for answer in answers}) == 1
    assert {each["reason"] for each in answers[0].json()["withheld"]} <= {"not_available", "not_in_purpose"}


@pytest.mark.parametrize("purpose", ["OLDCARD", "MEDIATE", "ROSTER", "VOTE"])
def test_where_nothing_would_be_given_anyway_protection_changes_no_byte(hub, elder, purpose):
    """A case that is not open is refused alike, whether somebody is protected or not."""
    before = hub.disclose(CLERK, elder.idno, purpose, reason=CASE)
    protected(hub, elder)
    after = hub.disclose(CLERK, elder.idno, purpose, reason=CASE)
    assert _VARYING.sub(r'"\1"', before.text) == _VARYING.sub(r'"\1"', after.text)


def test_the_roster_is_the_same_list(hub, elder):
    def roster(who):
        answer = hub.ask(who, "POST", "/v1/residents/search", json={"grid": FIRST_GRID, "limit": 200})
        return _VARYING.sub(r'"\1"', answer.text)

    before = roster(GRID_WORKER), roster(CLERK)
    protected(hub, elder)
    assert (roster(GRID_WORKER), roster(CLERK)) == before


@pytest.mark.usefixtures("met")
def test_the_trail_alone_knows(hub, elder):
    protected(hub, elder)
    index = hub.disclose(CLERK, elder.idno, "MEDIATE", fields=["tel"], reason=CASE).json()["receipt"]["index"]
    assert hub.installation.subject_part(index, elder.idno).subject["truths"] == [["tel", "protected"]]


def test_nobody_decides_their_own_request(hub, elder):
    name = protect(hub, elder).json()["id"]
    assert reasons(decide(hub, name, by=OFFICER)) == (403, ["self_approval"])
    decide(hub, name)
    lift(hub, name)
    assert reasons(decide(hub, name, by=OFFICER, what="lifting/decision")) == (403, ["self_approval"])


def test_nobody_decides_about_themselves_or_their_household(hub, elder):
    hub.installation.appoint(f"resident:{elder.rid}#gui", f"{OFFICER}#gui")
    assert reasons(protect(hub, elder, by=f"{OFFICER}#gui")) == (403, ["self_approval"])
    name = protect(hub, elder).json()["id"]
    assert reasons(decide(hub, name, by=f"{OFFICER}#gui")) == (403, ["self_approval"])


@pytest.mark.parametrize("who", [CLERK, GRID_WORKER, SECRETARY, CIVIL_AFFAIRS])
def test_others_learn_nothing(hub, elder, who):
    name = protected(hub, elder)
    for answer in (protect(hub, elder, by=who), decide(hub, name, by=who), lift(hub, name, by=who)):
        assert reasons(answer) == (403, ["not_allowed"])
    assert reasons(hub.ask(who, "GET", "/v1/protections")) == (403, ["not_allowed"])


def test_an_officer_elsewhere_finds_nobody(hub, elder):
    name = protected(hub, elder)
    assert reasons(protect(hub, elder, by=FAR_OFFICER)) == (403, ["out_of_scope"])
    assert reasons(lift(hub, name, by=FAR_OFFICER)) == (404, ["not_found"])
    assert hub.ask(FAR_OFFICER, "GET", "/v1/protections").json() == {"items": [], "next": None}
    assert reasons(lift(hub, "A" * 43)) == (404, ["not_found"])


def test_who_waits_for_protection_or_has_it_is_not_asked_for_again(hub, elder):
    protect(hub, elder)
    assert reasons(protect(hub, elder, by=SECOND)) == (409, ["already_decided"])


def test_a_denied_protection_may_be_asked_for_again(hub, elder):
    name = protect(hub, elder).json()["id"]
    assert decide(hub, name, "deny", by=AUDITOR).json()["state"] == "denied"
    assert reasons(decide(hub, name)) == (409, ["already_decided"])
    assert protect(hub, elder).status_code == 201


def test_of_many_who_decide_at_once_one_does(hub, elder):
    others = [f"{OFFICER}#{number}" for number in range(8)]
    hub.installation.appoint(*others)
    name = protect(hub, elder).json()["id"]

    async def race():
        path = f"/v1/protections/{name}/decision"
        bodies = [{"decision": ("approve", "deny")[number % 2], "reason": "核实"} for number in range(8)]
        asking = [hub.request(who, "POST", path, json=body) for who, body in zip(others, bodies, strict=True)]
        return [answer.status_code for answer in await asyncio.gather(*asking)]

    assert sorted(hub.run(race())) == [200] + [409] * 7


def test_officers_list_the_protections_of_their_area_and_the_person_finds_each_step(hub, elder):
    name = protected(hub, elder)
    hub.installation.appoint(f"resident:{elder.rid}")
    [item] = hub.ask(AUDITOR, "GET", "/v1/protections", params={"state": "in_force"}).json()["items"]
    assert (item["id"], item["in_force"], [step["step"] for step in item["steps"]]) == (name, True, ["ask", "approve"])
    assert hub.ask(AUDITOR, "GET", "/v1/protections", params={"state": "pending"}).json()["items"] == []
    told = hub.ask(f"resident:{elder.rid}", "GET", "/v1/me/accesses").json()["items"]
    assert [(each["kind"], each["outcome"]) for each in told[:3]] == [
        ("protection", "listed"),
        ("protection", "in_force"),
        ("protection", "pending"),
    ]
    assert REASON not in str([each["receipt"]["act"] for each in told])


@pytest.mark.parametrize("reason", ["", " ", "电话15400000901", "x" * 501])
def test_a_reason_is_needed_and_holds_no_number(hub, elder, reason):
    body = {"subject": {"idno": elder.idno}, "reason": reason}
    assert hub.ask(OFFICER, "POST", "/v1/protections", json=body).status_code == 422


def _terms(hub, member):
    """Some terms, so that the city's cast is asked as somebody whose terms are looked at."""
    principal = f"resident:{member.rid}"
    hub.installation.appoint(principal)
    rules = [{"group": "financial", "audience": "organisation", "visible": False}]
    assert hub.ask(principal, "PUT", "/v1/me/visibility", json={"rules": rules}).status_code == 200


def _other(hub, elder):
    from tests.api.city import Member
    from tests.factories import sections

    values = {key: value for key, value in elder.values.items() if key not in {"addr", "tel"}}
    values["idno"] = "339999194303129033"
    [resident] = hub.installation.add(sections(**{key.replace(".", "_"): each for key, each in values.items()}))
    _terms(hub, Member(values["idno"], f"10000000-0000-4000-8000-{resident:012x}", values))
    return values["idno"]


def test_no_list_of_those_who_live_alone_tells_where_a_protected_person_lives(hub, elder):
    def names():
        body = {"grid": FIRST_GRID, "tag": "tag.alone", "limit": 200}
        items = hub.ask(GRID_WORKER, "POST", "/v1/residents/search", json=body).json()["items"]
        return {item["fields"]["name"] for item in items}

    assert elder.values["name"] in names()
    protected(hub, elder)
    assert elder.values["name"] not in names()
