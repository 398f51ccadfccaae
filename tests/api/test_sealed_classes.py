"""精神卫生法 4, 社区矫正法 54: for everybody somebody with a sealed record and somebody without are one answer."""

import re

import pytest

from tests.api.city import AUDITOR, CIVIL_AFFAIRS, CLERK, FIRST_GRID, GRID_WORKER, HEALTH, OFFICER, SECRETARY
from tests.factories import sections

JUSTICE, FEDERATION = "department:justice@339999", "department:disability_federation@339999"
STAFF = (GRID_WORKER, SECRETARY, CLERK, CIVIL_AFFAIRS, HEALTH, JUSTICE, FEDERATION)
REASON = "案卷 2026-07"
NAME = "双生甲"
PLAIN, MARKED = "339999194303129033", "33999919430312905X"
HOME = {"grid": FIRST_GRID, "community": FIRST_GRID[:12], "region": "339999", "life": "alive", "hh": "3399990777"}
VALUES = HOME | {
    "name": NAME,
    "dob": "1943-03-12",
    "sex": "1",
    "addr": "云澜街道桂花社区教工路777号",
    "tel": "15400000977",
    "med_chronic": ["I10"],
}
SEALED = {
    "med_mental": ["随访"],
    "med_chronic_sealed": ["F20.0"],
    "disab_category": "6",
    "disab_grade": "2",
    "corr_status": "control",
    "corr_until": "2027-01-01",
    "corr_officer": "某某",
}
_VARYING = re.compile(
    r'"(id|rid|trace_id|index|entry|made_at|time|latest|expires|leaf|act_salt|subject_commitment|ordinal_commitment)":'
    r'("[^"]*"|[0-9]+)'
)


@pytest.fixture
def twins(hub):
    """Two people of whom the same is known, but that one has everything a law seals; their rids by number."""
    made = hub.installation.add(sections(idno=PLAIN, **VALUES), sections(idno=MARKED, **VALUES, **SEALED))
    rids = {number: f"10000000-0000-4000-8000-{each:012x}" for number, each in zip((PLAIN, MARKED), made, strict=True)}
    hub.installation.appoint(*(f"resident:{rid}" for rid in rids.values()))
    return rids


def normalised(text):
    """An answer with ids, times and salts left out, and the two numbers one."""
    return _VARYING.sub(r'"\1"', text).replace(MARKED, PLAIN)


def alike(answers):
    first, second = answers
    assert normalised(first.text) == normalised(second.text)
    assert first.status_code == second.status_code
    assert {**first.headers, "x-trace-id": "", "content-length": ""} == {
        **second.headers,
        "x-trace-id": "",
        "content-length": "",
    }


@pytest.mark.clause("精神卫生法 4, 社区矫正法 54")
@pytest.mark.parametrize("who", STAFF)
def test_no_disclosure_tells_them_apart(hub, twins, who):
    for purpose in hub.road.policies.purposes:
        alike([hub.disclose(who, number, purpose, reason=REASON) for number in twins])


@pytest.mark.clause("精神卫生法 4, 社区矫正法 54")
@pytest.mark.parametrize(
    "fields", [["med.mental"], ["corr.status", "name"], ["disab.category"], ["med.chronic.sealed"]]
)
@pytest.mark.parametrize(("who", "purpose"), [(GRID_WORKER, "VISIT"), (JUSTICE, "CORR"), (FEDERATION, "DISAB")])
def test_asking_for_what_is_sealed_tells_nothing(hub, twins, who, purpose, fields):
    alike([hub.disclose(who, number, purpose, fields=fields, reason=REASON) for number in twins])


def test_an_approval_opens_nothing_that_is_sealed(hub, twins):
    answers = []
    for number in twins:
        body = {"subject": {"idno": number}, "purpose": "VISIT", "fields": ["med.chronic"], "reason": "随访"}
        name = hub.ask(GRID_WORKER, "POST", "/v1/approvals", json=body).json()["id"]
        hub.ask(SECRETARY, "POST", f"/v1/approvals/{name}/decision", json={"decision": "approve"})
        answer = hub.disclose(GRID_WORKER, number, "VISIT", fields=["name", "med.chronic"])
        assert answer.json()["fields"]["med.chronic"] == ["I10"]
        answers.append(_without_approval(answer))
    assert answers[0] == answers[1]


def _without_approval(answer):
    return re.sub(r'"approval":"[^"]*"', "", normalised(answer.text))


@pytest.mark.clause("精神卫生法 4, 社区矫正法 54")
def test_a_batch_and_a_list_treat_them_alike(hub, twins):
    body = {"subjects": [{"idno": number} for number in twins], "purpose": "VISIT"}
    items = hub.ask(GRID_WORKER, "POST", "/v1/disclosures/batch", json=body).json()["items"]
    assert normalised(_text(items[0])) == normalised(_text(items[1]))
    for who in (GRID_WORKER, CLERK):
        body = {"grid": FIRST_GRID, "q": NAME}
        found = hub.ask(who, "POST", "/v1/residents/search", json=body).json()["items"]
        assert len(found) == 2, "both are on the list, or neither"
        assert normalised(_text(found[0])) == normalised(_text(found[1]))


def _text(item):
    import json

    return json.dumps(item, separators=(",", ":"), ensure_ascii=False)


@pytest.mark.parametrize("path", ["file", "export", "visibility", "corrections", "explanations?field=addr"])
def test_even_their_own_routes_answer_alike(hub, twins, path):
    """A token may be in other hands than its owner's: what is sealed is shown there to nobody."""
    answers = [hub.ask(f"resident:{rid}", "GET", f"/v1/me/{path}") for rid in twins.values()]
    assert answers[0].status_code == 200
    alike(answers)


@pytest.mark.parametrize("key", ["med.mental", "corr.status", "disab.grade", "med.chronic.sealed"])
def test_neither_explanation_nor_correction_tells(hub, twins, key):
    who = [f"resident:{rid}" for rid in twins.values()]
    alike([hub.ask(each, "GET", "/v1/me/explanations", params={"field": key}) for each in who])
    body = {"field": key, "value": "x"}
    answers = [hub.ask(each, "POST", "/v1/me/corrections", json=body) for each in who]
    alike(answers)
    assert answers[0].status_code == 422


@pytest.mark.usefixtures("twins")
def test_a_relatives_routes_say_the_same_whomever_they_live_with(hub):
    """One lives with the twins, one does not: what they read of their own does not tell."""
    relatives = hub.installation.add(
        sections(idno="339999197001010016", name="亲属", **HOME | {"hh": "3399990778"}),
        sections(idno="339999197001010032", name="亲属", **HOME),
    )
    who = [f"resident:10000000-0000-4000-8000-{each:012x}" for each in relatives]
    hub.installation.appoint(*who)
    for path in ("file", "visibility", "explanations?field=hh"):
        first, second = (hub.ask(each, "GET", f"/v1/me/{path}").text for each in who)
        same = (
            normalised(second).replace("339999197001010032", "339999197001010016").replace("3399990777", "3399990778")
        )
        assert normalised(first) == same


@pytest.mark.parametrize("who", [OFFICER, AUDITOR])
def test_the_trail_of_reads_about_them_says_the_same(hub, twins, who):
    told = []
    for number in twins:
        index = hub.disclose(HEALTH, number, "EXAM").json()["receipt"]["index"]
        pseudonym = hub.installation.subject_part(index, number).subject["subject"]
        answer = hub.ask(who, "GET", "/v1/audit/events", params={"subject": pseudonym, "kind": "disclosure"})
        told.append(normalised(answer.text).replace(pseudonym, ""))
    assert told[0] == told[1]


def test_a_protection_covers_both_alike(hub, twins):
    answers = []
    for number in twins:
        body = {"subject": {"idno": number}, "reason": "证人"}
        name = hub.ask(OFFICER, "POST", "/v1/protections", json=body).json()["id"]
        hub.ask(AUDITOR, "POST", f"/v1/protections/{name}/decision", json={"decision": "approve", "reason": "核实"})
        answers.append(hub.disclose(CLERK, number, "MEDIATE", reason=REASON))
    alike(answers)
