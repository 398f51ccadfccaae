"""Fields that name other residents: each of them is decided about and finds it; what is kept for them looks absent."""

import re

import pytest

from tests.api.city import AUDITOR, CLERK, FIRST_GRID, GRID_WORKER, OFFICER, SECRETARY
from tests.factories import idno, sections

CARE = "organisation:care01@339999"
HOME = {"grid": FIRST_GRID, "community": FIRST_GRID[:12], "region": "339999", "life": "alive", "name": "王敏"}
ELDER, BARE, DAUGHTER, MINOR, NEIGHBOUR = (
    idno(number, born)
    for number, born in ((701, "19400101"), (702, "19410101"), (703, "19700101"), (704, "20150601"), (705, "19720101"))
)
TEL, SHARED = "15400000701", "15400000702"
_VARYING = re.compile(
    r'"(id|rid|trace_id|index|time|expires|leaf|act_salt|subject_commitment|ordinal_commitment|approval)":'
    r'("[^"]*"|[0-9]+|null)'
)


@pytest.fixture
def people(hub):
    """An elder whose emergency contact is a daughter, another with none, a child, a neighbour; principals by number."""
    contact = {"name": "女儿", "tel": TEL, "relation": "女儿"}
    values = {
        ELDER: HOME | {"ec": contact},
        BARE: HOME,
        DAUGHTER: HOME | {"tel": TEL},
        MINOR: HOME | {"dob": "2015-06-01"},
        NEIGHBOUR: HOME | {"tel": SHARED},
    }
    made = hub.installation.add(*(sections(idno=number, **each) for number, each in values.items()))
    rids = {number: f"10000000-0000-4000-8000-{each:012x}" for number, each in zip(values, made, strict=True)}
    principals = {number: f"resident:{rid}" for number, rid in rids.items()}
    hub.installation.appoint(CARE, *principals.values())
    hub.road.turn.fresh()
    for number in (ELDER, BARE):
        _enrol(hub, principals[number], number)
    return principals


def _enrol(hub, who, number):
    """The resident agrees to tiered care, and the secretary to what it reads."""
    said = {"purpose": "TIER", "basis": "separate_consent", "recipient": CARE}
    assert hub.ask(who, "POST", "/v1/me/consents", json=said).status_code == 201
    asked = {"subject": {"idno": number}, "purpose": "TIER", "reason": "签约", "duration": "P30D"}
    name = hub.ask(CARE, "POST", "/v1/approvals", json=asked).json()["id"]
    assert hub.ask(SECRETARY, "POST", f"/v1/approvals/{name}/decision", json={"decision": "approve"}).status_code == 200


def care(hub, number=ELDER, fields=("name", "ec")):
    return hub.disclose(CARE, number, "TIER", fields=list(fields))


def told(hub, who):
    items = hub.ask(who, "GET", "/v1/me/accesses").json()["items"]
    return [each for each in items if each["kind"] == "named"]


def protect(hub, number):
    name = hub.ask(OFFICER, "POST", "/v1/protections", json={"subject": {"idno": number}, "reason": "证人"}).json()[
        "id"
    ]
    said = {"decision": "approve", "reason": "核实"}
    assert hub.ask(AUDITOR, "POST", f"/v1/protections/{name}/decision", json=said).json()["state"] == "in_force"


def choose(hub, who, **rule):
    assert hub.ask(who, "PUT", "/v1/me/visibility", json={"rules": [rule]}).status_code == 200


def looks_absent(hub):
    """Whether the answer about the elder is, byte for byte, that about somebody without an emergency contact."""
    texts = {_VARYING.sub(r'"\1"', care(hub, number, ("ec", "name")).text) for number in (ELDER, BARE)}
    return len(texts) == 1


@pytest.mark.clause("PIPL 17-18")
def test_whoever_a_field_names_finds_it_among_their_accesses_and_not_whose_file_it_was(hub, people):
    answer = care(hub).json()
    assert answer["fields"]["ec"]["tel"] == TEL
    [item] = told(hub, people[DAUGHTER])
    assert (item["who"], item["purpose"], item["fields"]) == (f"{CARE}#1", "TIER", ["ec"])
    assert (item["outcome"], item["basis"]) == ("disclosed", "separate_consent")
    assert item["receipt"]["subject"]["named_in"] == ["ec"]
    assert "reason" not in item["receipt"]["subject"], "what was said of another"
    assert told(hub, people[NEIGHBOUR]) == told(hub, people[ELDER]) == []
    by_trace = hub.ask(OFFICER, "GET", "/v1/audit/events", params={"purpose": "TIER"}).json()["items"]
    assert {each["kind"] for each in by_trace if each["trace_id"] == item["receipt"]["act"]["trace_id"]} == {
        "disclosure",
        "named",
    }


def test_nothing_is_asked_of_anybody_where_no_such_field_leaves(hub, people):
    assert list(care(hub, fields=("name", "addr")).json()["fields"]) == ["name"]
    assert told(hub, people[DAUGHTER]) == []


@pytest.mark.clause("PIPL 28-30")
def test_what_somebody_hides_is_not_told_by_a_relatives_file(hub, people):
    choose(hub, people[DAUGHTER], group="contact", audience="organisation", visible=False)
    assert list(care(hub).json()["fields"]) == ["name"]
    assert looks_absent(hub)
    item = told(hub, people[DAUGHTER])[0]
    assert (item["outcome"], item["fields"], item["receipt"]["act"]["reasons"]) == ("denied", [], ["not_available"])
    index = care(hub).json()["receipt"]["index"]
    assert hub.installation.subject_part(index, ELDER).subject["truths"] == [["ec", "names somebody who hides it"]]
    choose(hub, people[DAUGHTER], group="contact", audience="organisation", visible=True)
    assert "ec" in care(hub).json()["fields"]


def test_a_frozen_persons_telephone_is_not_told_by_a_relatives_file(hub, people):
    name = hub.ask(people[DAUGHTER], "POST", "/v1/me/freezes", json={}).json()["id"]
    assert looks_absent(hub)
    hub.ask(people[DAUGHTER], "POST", f"/v1/me/freezes/{name}/withdrawal", json={})
    assert "ec" in care(hub).json()["fields"]


@pytest.mark.clause("未成年人网络保护条例 34, 36")
def test_a_childs_telephone_takes_a_managers_yes_though_it_stands_in_an_adults_file(hub, people):
    _telephone(hub, MINOR, TEL)
    assert looks_absent(hub)
    asked = {"grid": FIRST_GRID, "purpose": "TIER", "reason": "走访", "duration": "P30D"}
    name = hub.ask(CARE, "POST", "/v1/approvals", json=asked).json()["id"]
    assert hub.ask(SECRETARY, "POST", f"/v1/approvals/{name}/decision", json={"decision": "approve"}).status_code == 200
    assert "ec" in care(hub).json()["fields"]
    assert len(told(hub, people[MINOR])) == 2, "refused and given, both are told"


@pytest.mark.clause("PIPL 51")
def test_a_protected_persons_telephone_does_not_leak_at_the_counter_by_a_relatives_file(hub, people):
    opened = {"subject": {"idno": ELDER}, "matter": "TIER", "proof": {"form": "2026-0113"}}
    behalf = {"On-Behalf-Of": hub.ask(CLERK, "POST", "/v1/mandates", json=opened).json()["id"]}

    def at_the_counter():
        body = {"subject": {"idno": ELDER}, "purpose": "PROXY", "fields": ["name", "ec"]}
        return hub.ask(CLERK, "POST", "/v1/disclosures", json=body, headers=behalf).json()

    assert "ec" in at_the_counter()["fields"]
    protect(hub, DAUGHTER)
    answer = at_the_counter()
    assert list(answer["fields"]) == ["name"]
    assert answer["withheld"] == [{"field": "ec", "reason": "not_available"}]
    assert [each["outcome"] for each in told(hub, people[DAUGHTER])] == ["denied", "disclosed"]


def test_an_emergency_shows_whom_to_call_all_the_same(hub, people):
    protect(hub, DAUGHTER)
    choose(hub, people[DAUGHTER], group="contact", audience="grid_worker", visible=False)
    said = {"subject": {"idno": ELDER}, "reason": "跌倒"}
    assert hub.ask(GRID_WORKER, "POST", "/v1/emergencies", json=said).status_code in (200, 201)
    assert "ec" in hub.disclose(GRID_WORKER, ELDER, "SOS", fields=["ec"]).json()["fields"]
    assert [each["purpose"] for each in told(hub, people[DAUGHTER])] == ["SOS"]


def test_ones_own_contact_is_ones_own_and_everybody_who_shares_a_number_counts(hub, people):
    choose(hub, people[NEIGHBOUR], group="contact", audience="organisation", visible=False)
    assert "ec" in hub.disclose(people[ELDER], ELDER, "RIGHTS", fields=["ec"]).json()["fields"]
    assert told(hub, people[DAUGHTER]) == [], "what one has in one's own file one knows"
    assert "ec" in care(hub).json()["fields"]
    _telephone(hub, NEIGHBOUR, TEL)
    assert looks_absent(hub)
    _telephone(hub, NEIGHBOUR, SHARED)
    assert "ec" in care(hub).json()["fields"], "a number that was given up leads to nobody"


def _telephone(hub, number, telephone):
    """The register brings another number."""
    row = {"idno": number, "name": "王敏", "grid": FIRST_GRID, "tel": telephone}
    hub.installation.import_rows("police", [row], hub.installation.path.parent, f"{number}{telephone}.csv")
    hub.road.turn.fresh()


def test_it_is_so_within_a_batch_where_each_is_recorded_with_its_own(hub, people):
    body = {"subjects": [{"idno": ELDER}, {"idno": BARE}], "purpose": "TIER", "fields": ["name", "ec"]}
    first, second = hub.ask(CARE, "POST", "/v1/disclosures/batch", json=body).json()["items"]
    assert list(first["fields"]) == ["name", "ec"]
    assert list(second["fields"]) == ["name"]
    assert len(told(hub, people[DAUGHTER])) == 1


def test_an_answer_that_is_all_kept_back_is_a_refusal_and_told_as_one(hub, people):
    choose(hub, people[DAUGHTER], group="contact", audience="organisation", visible=False)
    answer = care(hub, fields=("ec",))
    assert (answer.status_code, answer.json()["reasons"]) == (403, ["not_available"])
    assert [each["outcome"] for each in told(hub, people[DAUGHTER])] == ["denied"]
