"""A notice comes later only if two people say so, by a law, until a day; that one is withheld is never hidden."""

import asyncio
import json
from datetime import timedelta

import pytest

from audit.accesses import check_pages
from audit.errors import VerificationError
from hub.model.instant import day_of, now_utc
from hub.rights import accesses as looking
from tests.api.city import ADMIN, AREA, AUDITOR, CIVIL_AFFAIRS, CLERK, OFFICER, SECRETARY

LAW = "监察法 第十八条"
SECOND = f"{OFFICER}#second"


@pytest.fixture
def elder(hub):
    member = hub.installation.cast["elder"]
    hub.installation.appoint(f"resident:{member.rid}", SECOND, "security_officer:339998")
    return member


@pytest.fixture
def index(hub, elder):
    """An access among others."""
    made = [hub.disclose(CIVIL_AFFAIRS, elder.idno, "OLDCARD").json()["receipt"]["index"] for _ in range(5)]
    return made[2]


def day(ahead):
    return (day_of(now_utc()) + timedelta(days=ahead)).isoformat()


def ask(hub, who, index, *, citation=LAW, until=None):
    body = {"index": index, "citation": citation, "until": until or day(30)}
    return hub.ask(who, "POST", "/v1/audit/deferrals", json=body)


def decide(hub, who, name, decision="approve"):
    return hub.ask(who, "POST", f"/v1/audit/deferrals/{name}/decision", json={"decision": decision, "reason": "核实"})


def deferred(hub, index):
    name = ask(hub, OFFICER, index).json()["id"]
    assert decide(hub, AUDITOR, name).json()["state"] == "approved"
    return name


def look(hub, member, **params):
    return hub.ask(f"resident:{member.rid}", "GET", "/v1/me/accesses", params=params).json()


def count(hub):
    answer = hub.ask(None, "GET", "/v1/transparency/deferrals")
    assert answer.status_code == 200
    return answer.json()["deferred"]


def reasons(answer):
    return answer.status_code, answer.json()["reasons"]


def test_a_deferral_takes_two_and_only_then_is_the_entry_left_out(hub, elder, index):
    asked = ask(hub, OFFICER, index)
    assert (asked.status_code, asked.json()["state"]) == (201, "pending")
    assert index in [each["index"] for each in look(hub, elder)["items"]]
    assert count(hub) == 0
    decide(hub, SECOND, asked.json()["id"])
    assert index not in [each["index"] for each in look(hub, elder)["items"]]
    assert count(hub) == 1


def test_the_list_says_which_ordinal_is_withheld_and_nothing_else_of_it(hub, elder, index):
    before = look(hub, elder)
    [ordinal] = [each["receipt"]["ordinal"]["ordinal"] for each in before["items"] if each["index"] == index]
    deferred(hub, index)
    answer = look(hub, elder)
    assert answer["withheld_ordinals"] == [ordinal]
    assert LAW not in json.dumps(answer, ensure_ascii=False)
    found = check_pages([json.dumps(answer).encode()])
    assert (found.entries, found.withheld) == (before["total"]["count"] + 1, 1)


def test_no_entry_about_the_person_tells_of_the_deferral(hub, elder, index):
    before = look(hub, elder)["total"]["count"]
    name = ask(hub, OFFICER, index).json()["id"]
    decide(hub, OFFICER, name)
    decide(hub, AUDITOR, name)
    decide(hub, AUDITOR, name)
    hub.ask(AUDITOR, "GET", "/v1/audit/deferrals")
    assert look(hub, elder)["total"]["count"] == before + 1, "the look before, and nothing else"


def test_a_list_that_withholds_without_saying_so_is_found_out(hub, elder, index):
    deferred(hub, index)
    answer = look(hub, elder) | {"withheld_ordinals": []}
    with pytest.raises(VerificationError, match="left out"):
        check_pages([json.dumps(answer).encode()])


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_pages_with_something_withheld_are_still_one_list(hub, elder, index, limit):
    deferred(hub, index)
    pages = [look(hub, elder, limit=limit)]
    while pages[-1]["next"]:
        pages.append(look(hub, elder, limit=limit, cursor=pages[-1]["next"]))
    found = check_pages([json.dumps(page).encode() for page in pages])
    assert found.withheld == 1
    assert found.entries == pages[0]["total"]["count"]


def test_from_the_day_on_the_person_is_told_with_the_law_it_was_deferred_by(hub, elder, index, monkeypatch):
    deferred(hub, index)
    clock = hub.road.clock
    monkeypatch.setattr(hub.road, "clock", lambda: clock() + timedelta(days=30))
    hub.installation.token = lambda principal, *, proper=hub.installation.token: proper(
        principal, now=now_utc() + timedelta(days=30)
    )
    answer = look(hub, elder)
    [item] = [each for each in answer["items"] if each["index"] == index]
    assert item["deferred"] == {"citation": LAW, "until": day(30)}
    assert answer["withheld_ordinals"] == []
    assert check_pages([json.dumps(answer).encode()]).withheld == 0
    assert count(hub) == 0


def test_nobody_consents_to_a_deferral_of_their_own_asking_under_any_role(hub, elder, index):
    hub.installation.appoint(f"{OFFICER}#zhang", f"{OFFICER.replace(AREA, AREA[:4])}#zhang")
    name = ask(hub, f"{OFFICER}#zhang", index).json()["id"]
    for who in (f"{OFFICER}#zhang", f"{OFFICER.replace(AREA, AREA[:4])}#zhang"):
        assert reasons(decide(hub, who, name)) == (403, ["self_approval"])
    assert index in [each["index"] for each in look(hub, elder)["items"]]


def test_who_made_the_access_does_not_decide_that_nobody_is_told(hub, elder):
    hub.installation.appoint(f"{CLERK}#zhang", f"auditor:{AREA}#zhang")
    index = hub.disclose(f"{CLERK}#zhang", elder.idno, "OLDCARD").json()["receipt"]["index"]
    name = ask(hub, OFFICER, index).json()["id"]
    assert reasons(decide(hub, f"auditor:{AREA}#zhang", name)) == (403, ["self_approval"])


def test_of_many_who_decide_at_once_one_does(hub, index):
    name = ask(hub, OFFICER, index).json()["id"]

    async def all_of_them():
        path = f"/v1/audit/deferrals/{name}/decision"
        said = (("approve", AUDITOR), ("deny", SECOND), ("approve", SECOND), ("deny", AUDITOR))
        bodies = [(who, {"decision": decision, "reason": "核实"}) for decision, who in said]
        return await asyncio.gather(*(hub.request(who, "POST", path, json=body) for who, body in bodies))

    answers = hub.run(all_of_them())
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    [state] = [answer.json()["state"] for answer in answers if answer.status_code == 200]
    assert count(hub) == (state == "approved")


def test_a_denied_deferral_withholds_nothing(hub, elder, index):
    name = ask(hub, OFFICER, index).json()["id"]
    assert decide(hub, AUDITOR, name, "deny").json()["state"] == "denied"
    assert look(hub, elder)["withheld_ordinals"] == []
    assert reasons(decide(hub, AUDITOR, name)) == (409, ["already_decided"])


@pytest.mark.parametrize("who", [CLERK, SECRETARY, ADMIN, CIVIL_AFFAIRS, AUDITOR])
def test_only_security_officers_ask(hub, index, who):
    assert reasons(ask(hub, who, index)) == (403, ["not_allowed"])


@pytest.mark.parametrize("who", [CLERK, SECRETARY, ADMIN, CIVIL_AFFAIRS])
def test_others_neither_decide_nor_see(hub, index, who):
    name = ask(hub, OFFICER, index).json()["id"]
    assert reasons(decide(hub, who, name)) == (403, ["not_allowed"])
    assert reasons(hub.ask(who, "GET", "/v1/audit/deferrals")) == (403, ["not_allowed"])


def test_another_areas_entry_one_about_nobody_and_one_that_is_not_there_are_one_answer(hub, elder, index):
    own = look(hub, elder)["total"]["receipt"]["index"]
    answers = [ask(hub, "security_officer:339998", index), *(ask(hub, OFFICER, other) for other in (0, 2**50, own))]
    assert [reasons(answer) for answer in answers] == [(404, ["not_found"])] * 4
    name = ask(hub, OFFICER, index).json()["id"]
    assert reasons(decide(hub, "security_officer:339998", name)) == (404, ["not_found"])
    assert hub.ask("security_officer:339998", "GET", "/v1/audit/deferrals").json()["items"] == []
    assert [each["id"] for each in hub.ask(SECOND, "GET", "/v1/audit/deferrals").json()["items"]] == [name]


@pytest.mark.parametrize(
    ("more", "member"),
    [
        ({"until": "2026-W48-1"}, "until"),
        ({"until": "tomorrow"}, "until"),
        ({"until": day(0)}, "until"),
        ({"until": day(-1)}, "until"),
        ({"until": day(367)}, "until"),
        ({"citation": " "}, "citation"),
        ({"citation": "x" * 501}, "citation"),
    ],
)
def test_a_deferral_needs_a_citation_and_a_day_ahead(hub, index, more, member):
    answer = ask(hub, OFFICER, index, **more)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["member"] == member


def test_every_step_of_a_deferral_is_in_the_trail_and_names_nobody(hub, elder, index):
    deferred(hub, index)
    acts = [json.loads(hub.installation.entry(at).act) for at in range(index, hub.installation.size())]
    steps = [act for act in acts if act["kind"] == "deferral"]
    assert [(act["outcome"], act["actor"], act["index"], act["citation"]) for act in steps] == [
        ("pending", f"{OFFICER}#1", index, LAW),
        ("approved", f"{AUDITOR}#1", index, LAW),
    ]
    assert elder.rid not in json.dumps(steps)


def test_a_row_that_was_changed_behind_the_hubs_back_withholds_nothing(hub, elder, index):
    deferred(hub, index)
    with hub.installation.opened() as store:
        store.writer.run([lambda tx: tx.db.execute("UPDATE control SET body = x'00' WHERE kind = 'deferral'").rowcount])
    assert index in [each["index"] for each in look(hub, elder)["items"]]
    assert count(hub) == 0


@pytest.mark.parametrize(
    ("indexes", "hidden", "limit", "expected"),
    [
        ([9, 8, 7], set(), 3, ([9, 8, 7], [], False)),
        ([9, 8, 7], set(), 2, ([9, 8], [], True)),
        ([9, 8, 7], {9}, 2, ([8, 7], [9], False)),
        ([9, 8, 7], {7}, 2, ([9, 8], [], True)),
        ([9, 8, 7], {9, 8, 7}, 2, ([], [9, 8, 7], False)),
        ([], {4}, 2, ([], [], False)),
    ],
)
def test_a_page_is_cut_behind_what_it_lists(indexes, hidden, limit, expected):
    assert looking._cut(indexes, hidden, limit) == expected
