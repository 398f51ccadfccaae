"""Who could see this: what is explained is what a read would give, and every look is recorded."""

import pytest

from hub.schema.fields import fields
from tests.api.city import AUDITOR, CANTEEN, CLERK, FIRST_GRID, GRID_WORKER, HEALTH, OFFICER, SECRETARY

CASE = "案卷 2026-07"


@pytest.fixture
def elder(hub):
    member = hub.installation.cast["elder"]
    hub.installation.appoint(f"resident:{member.rid}")
    return member


def explain(hub, member, key):
    return hub.ask(f"resident:{member.rid}", "GET", "/v1/me/explanations", params={"field": key})


def rows(answer, **wanted):
    items = answer.json()["items"]
    return [item for item in items if all(item[name] == value for name, value in wanted.items())]


def codes(conditions):
    return [each["code"] for each in conditions]


@pytest.mark.parametrize("key", ["tel", "addr", "med.chronic", "idno", "name", "fin.check", "ec"])
def test_what_is_explained_is_what_a_read_gives(hub, elder, key):
    """For every principal of the answer, the same question over HTTP has the outcome that was told."""
    for item in rows(explain(hub, elder, key)):
        for principal in item["principals"][:2]:
            more = {"fields": [key], "reason": CASE}
            answer = hub.disclose(principal, elder.idno, item["purpose"], **more).json()
            assert (key in answer.get("fields", {})) == item["could_read"], (principal, item["purpose"], answer)
            if item["could_read"]:
                assert answer["basis"] == item["basis"]
                assert answer["receipt"]["act"]["rules"] == [item["rule"]]


def test_an_approval_shows_and_who_lacks_one_is_told_what_is_missing(hub, elder):
    before = rows(explain(hub, elder, "med.chronic"), purpose="VISIT", requester="grid_worker")
    assert [(each["could_read"], codes(each["stopped_by"])) for each in before] == [(False, ["approval_required"])]
    body = {"subject": {"idno": elder.idno}, "purpose": "VISIT", "fields": ["med.chronic"], "reason": "随访"}
    name = hub.ask(GRID_WORKER, "POST", "/v1/approvals", json=body).json()["id"]
    hub.ask(SECRETARY, "POST", f"/v1/approvals/{name}/decision", json={"decision": "approve"})
    after = rows(explain(hub, elder, "med.chronic"), purpose="VISIT", could_read=True)
    assert [(each["principals"], each["approvals"]) for each in after] == [([f"{GRID_WORKER}#1"], [name])]


def test_what_one_hides_oneself_is_told_to_oneself(hub, elder):
    rules = [{"group": "contact", "audience": "organisation", "visible": False}]
    hub.ask(f"resident:{elder.rid}", "PUT", "/v1/me/visibility", json={"rules": rules})
    for item in rows(explain(hub, elder, "addr"), requester="organisation"):
        assert not item["could_read"]
        assert "hidden_by_owner" in codes(item["needs"])


def test_every_condition_has_words_in_both_languages(hub, elder):
    for key in ("addr", "med.allergy", "act.loc", "guardian.name"):
        for item in explain(hub, elder, key).json()["items"]:
            for each in (*item["needs"], *item["stopped_by"]):
                assert each["condition"].keys() == {"zh", "en"}
                assert each["condition"]["zh"] != "依规则不可查看", each["code"]


@pytest.mark.parametrize("key", sorted(key for key, field in fields().items() if field.tier == "sealed"))
def test_a_sealed_field_is_nobodys_by_the_catalogue(hub, elder, key):
    assert explain(hub, elder, key).json()["items"] == []


def test_sealed_purposes_are_not_named(hub, elder):
    assert "CORR" not in explain(hub, elder, "addr").text
    assert "CORR" not in hub.ask(OFFICER, "GET", "/v1/audit/explanations", params={"limit": 200}).text


@pytest.mark.parametrize("params", [{}, {"field": "shoe_size"}, {"field": "consent"}, {"field": "tel", "who": "x"}])
def test_a_field_must_be_named_and_known(hub, elder, params):
    answer = hub.ask(f"resident:{elder.rid}", "GET", "/v1/me/explanations", params=params)
    assert answer.status_code == 422


def test_looks_are_recorded(hub, elder):
    explain(hub, elder, "tel")
    item = hub.ask(f"resident:{elder.rid}", "GET", "/v1/me/accesses").json()["items"][0]
    assert (item["kind"], item["fields"], item["outcome"]) == ("explanation", ["tel"], "disclosed")
    before = hub.installation.size()
    hub.ask(AUDITOR, "GET", "/v1/audit/explanations", params={"role": "clerk"})
    assert hub.installation.size() == before + 1


def test_an_officer_sees_who_could_read_what_in_the_area(hub):
    answer = hub.ask(OFFICER, "GET", "/v1/audit/explanations", params={"role": "grid_worker", "purpose": "VISIT"})
    mine = rows(answer, principal=f"{GRID_WORKER}#1")
    assert [(each["could_read"], each["purpose"], each["bases"]) for each in mine] == [(True, "VISIT", ["statutory"])]
    chronic = next(each for each in mine[0]["fields"] if each["field"] == "med.chronic")
    assert chronic["approval"] == "secretary"
    assert "approval_required" in codes(chronic["needs"])
    assert {each["role"] for each in answer.json()["items"]} == {"grid_worker"}


def test_a_department_without_a_filing_is_told_apart(hub):
    answer = hub.ask(OFFICER, "GET", "/v1/audit/explanations", params={"role": "department:health", "purpose": "EXAM"})
    [item] = rows(answer, principal=f"{HEALTH}#1")
    assert item["could_read"]
    assert item["filings"]
    stranger = "organisation:stranger01@339999#1"
    unfiled = hub.ask(OFFICER, "GET", "/v1/audit/explanations", params={"role": "organisation", "purpose": "MEAL"})
    [item] = rows(unfiled, principal=stranger)
    assert (item["could_read"], codes(item["stopped_by"]), item["filings"]) == (False, ["no_filing"], [])


def test_an_officer_of_another_area_sees_nobody_of_this_one(hub):
    hub.installation.appoint("auditor:339998")
    answer = hub.ask("auditor:339998", "GET", "/v1/audit/explanations", params={"limit": 200}).json()
    assert all(not item["area"].startswith("339999") for item in answer["items"])


def test_pages_list_everything_once(hub):
    def page(**params):
        return hub.ask(OFFICER, "GET", "/v1/audit/explanations", params={"role": "clerk"} | params).json()

    whole, first = page(limit=200)["items"], page(limit=3)
    seen = list(first["items"])
    while first["next"]:
        first = page(limit=3, cursor=first["next"])
        seen += first["items"]
    assert seen == whole


@pytest.mark.parametrize("who", [CLERK, CANTEEN, SECRETARY])
def test_nobody_else_is_told(hub, who):
    assert hub.ask(who, "GET", "/v1/audit/explanations").json()["reasons"] == ["not_allowed"]
    assert hub.ask(who, "GET", "/v1/me/explanations", params={"field": "tel"}).json()["reasons"] == ["not_allowed"]


@pytest.mark.parametrize(
    ("params", "status", "reason"),
    [
        ({"role": "mayor"}, 422, "bad_input"),
        ({"purpose": "NOSUCH"}, 403, "unknown_purpose"),
        ({"purpose": "CORR"}, 403, "unknown_purpose"),
        ({"cursor": "9999"}, 422, "bad_input"),
        ({"cursor": "x"}, 422, "bad_input"),
    ],
)
def test_what_there_is_none_of_is_refused(hub, params, status, reason):
    answer = hub.ask(OFFICER, "GET", "/v1/audit/explanations", params=params)
    assert (answer.status_code, answer.json()["reasons"]) == (status, [reason])


def test_the_grid_of_the_cast_is_the_one_explained(hub, elder):
    """Somebody of another grid is not among those who could read."""
    names = {name for item in explain(hub, elder, "tel").json()["items"] for name in item["principals"]}
    workers = {name for name in names if name.startswith("grid_worker:")}
    assert workers
    assert all(name.startswith(f"grid_worker:{FIRST_GRID}") for name in workers)
