"""Residents agree, refuse and take back; the next read follows, and nobody asks again too soon."""

import json
from datetime import UTC, date, datetime

import pytest

from hub.model.purpose import Basis
from tests.api.city import CANTEEN, CIVIL_AFFAIRS, CLERK, FIRST_GRID, SECRETARY
from tests.api.moving import Clock

CARE = "organisation:care01@339999"


@pytest.fixture
def clock(hub, monkeypatch):
    return Clock(hub, monkeypatch)


@pytest.fixture
def elder(hub):
    return appointed(hub, "elder")


def appointed(hub, name):
    member = hub.installation.cast[name]
    hub.installation.appoint(f"resident:{member.rid}")
    return member


def me(hub, member, **said):
    return hub.ask(f"resident:{member.rid}", "POST", "/v1/me/consents", json=said)


def mine(hub, member):
    return hub.ask(f"resident:{member.rid}", "GET", "/v1/me/consents").json()


def withdraw(hub, member, name):
    return hub.ask(f"resident:{member.rid}", "POST", f"/v1/me/consents/{name}/withdrawal")


def ask(hub, member, purpose, *, by=CANTEEN):
    body = {"subject": {"idno": member.idno}, "purpose": purpose, "reason": "送餐服务"}
    return hub.ask(by, "POST", "/v1/consents/requests", json=body)


def read(hub, member, purpose="MEAL", *, by=CANTEEN, fields=("name",)):
    """The basis of a read, or the reasons of its refusal."""
    answer = hub.disclose(by, member.idno, purpose, fields=list(fields)).json()
    return answer.get("basis") or answer["reasons"]


def reasons(answer):
    return answer.status_code, answer.json()["reasons"]


@pytest.mark.clause("PIPL 14-16")
def test_an_agreement_opens_the_purpose_and_its_withdrawal_closes_it_on_the_next_read(hub, elder):
    """PIPL 14-16: withdraw → next read refused, earlier reads valid."""
    assert read(hub, elder) == ["consent_missing"]
    given = me(hub, elder, purpose="MEAL")
    assert (given.status_code, given.json()["state"], given.json()["kind"]) == (201, "given", "contract")
    assert read(hub, elder) == "contract"
    taken = withdraw(hub, elder, given.json()["id"])
    assert (taken.status_code, taken.json()["state"]) == (200, "withdrawn")
    assert read(hub, elder) == ["consent_missing"]
    assert reasons(withdraw(hub, elder, given.json()["id"])) == (409, ["already_decided"])
    assert me(hub, elder, purpose="MEAL").status_code == 201
    assert read(hub, elder) == "contract"


@pytest.mark.clause("PIPL 21, 23")
def test_only_the_recipient_named_may_use_an_agreement(hub, elder):
    """PIPL 21, 23: recipient not in consent → refuse."""
    assert me(hub, elder, purpose="MEAL", recipient="organisation:canteen02@339999").status_code == 201
    assert read(hub, elder) == ["consent_missing"]
    assert me(hub, elder, purpose="MEAL", recipient=CANTEEN).status_code == 201
    assert read(hub, elder) == "contract"


@pytest.mark.clause("PIPL 28-30")
def test_bundled_consent_does_not_unlock_what_needs_a_separate_one(hub, elder):
    """PIPL 28-30: bundled consent does not unlock med.*."""
    assert me(hub, elder, purpose="TIER", separate=False).status_code == 201
    assert read(hub, elder, "TIER", by=CARE, fields=["name", "med.level"]) == ["consent_missing"]
    assert me(hub, elder, purpose="TIER", separate=True).status_code == 201
    assert read(hub, elder, "TIER", by=CARE, fields=["med.level"]) == ["approval_required"]


def test_a_filing_on_a_contract_needs_a_contract(hub, elder):
    hub.installation.file("organisation:nursing09@339999", "HOMEMED", basis=Basis.CONTRACT)
    hub.installation.appoint("organisation:nursing09@339999")
    me(hub, elder, purpose="HOMEMED", basis="separate_consent")
    assert read(hub, elder, "HOMEMED", by="organisation:nursing09@339999") == ["consent_missing"]
    me(hub, elder, purpose="HOMEMED", basis="contract", recipient="organisation:nursing09@339999")
    assert read(hub, elder, "HOMEMED", by="organisation:nursing09@339999") == ["approval_required"]


@pytest.mark.clause("PIPL 28-30", "网数条例 22")
def test_nobody_asks_again_within_the_cool_down_after_a_refusal(hub, elder, clock):
    """PIPL 28-30, 网数条例 22: re-ask blocked by cool-down."""
    assert ask(hub, elder, "MEAL").json()["state"] == "requested"
    assert [item["state"] for item in mine(hub, elder)["items"]] == ["requested"]
    assert reasons(ask(hub, elder, "MEAL")) == (409, ["already_decided"])
    assert me(hub, elder, purpose="MEAL", decision="refuse").json()["state"] == "refused"
    assert [item["state"] for item in mine(hub, elder)["items"]] == ["refused"], "the question is answered"
    assert read(hub, elder) == ["consent_missing"]
    clock.go_on(days=29)
    assert reasons(ask(hub, elder, "MEAL")) == (409, ["already_decided"])
    clock.go_on(days=2)
    assert ask(hub, elder, "MEAL").status_code == 201


def test_a_refusal_ends_what_was_agreed_before(hub, elder):
    me(hub, elder, purpose="MEAL", recipient=CANTEEN)
    assert read(hub, elder) == "contract"
    me(hub, elder, purpose="MEAL", decision="refuse")
    assert read(hub, elder) == ["consent_missing"]
    assert {item["state"] for item in mine(hub, elder)["items"]} == {"refused", "withdrawn"}


def test_an_agreement_for_a_time_ends_with_it(hub, elder, clock):
    me(hub, elder, purpose="MEAL", duration="P7D")
    clock.go_on(days=6)
    assert read(hub, elder) == "contract"
    clock.go_on(days=2)
    assert read(hub, elder) == ["consent_missing"]
    assert mine(hub, elder)["items"][0]["state"] == "expired"


@pytest.mark.clause("PIPL 14-16")
def test_a_purpose_that_changed_asks_anew(hub, elder):
    """PIPL 13-16: re-consent on change."""
    me(hub, elder, purpose="MEAL")
    policies = hub.road.policies
    marks = {**policies.marks, "MEAL": "another"}
    object.__setattr__(policies, "marks", marks)
    assert read(hub, elder) == ["consent_missing"]
    assert mine(hub, elder)["items"][0]["state"] == "lapsed"
    me(hub, elder, purpose="MEAL")
    assert read(hub, elder) == "contract"


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ({"purpose": "NOSUCH"}, (403, ["unknown_purpose"])),
        ({"purpose": "OLDCARD"}, (403, ["not_allowed"])),
        ({"purpose": "MEAL", "recipient": "grid_worker:339999001001001"}, (422, ["bad_input"])),
        ({"purpose": "MEAL", "recipient": "organisation:@339999"}, (422, ["bad_input"])),
        ({"purpose": "MEAL", "decision": "maybe"}, (422, ["bad_input"])),
        ({"purpose": "MEAL", "basis": "statutory"}, (422, ["bad_input"])),
        ({"purpose": "MEAL", "version": "1999-1"}, (422, ["bad_input"])),
        ({"purpose": "MEAL", "duration": "1 week"}, (422, ["bad_input"])),
        ({}, (422, ["bad_input"])),
    ],
)
def test_what_cannot_be_agreed_to_is_refused_by_name(hub, elder, said, answer):
    assert reasons(me(hub, elder, **said)) == answer


@pytest.mark.parametrize("who", [CLERK, SECRETARY, CANTEEN])
def test_only_residents_agree_for_themselves(hub, who):
    assert reasons(hub.ask(who, "POST", "/v1/me/consents", json={"purpose": "MEAL"})) == (403, ["not_allowed"])
    assert reasons(hub.ask(who, "GET", "/v1/me/consents")) == (403, ["not_allowed"])


def test_a_consent_is_nobody_elses_to_withdraw(hub, elder):
    name = me(hub, elder, purpose="MEAL").json()["id"]
    neighbour = appointed(hub, "neighbour")
    assert reasons(withdraw(hub, neighbour, name)) == (404, ["not_found"])
    assert reasons(withdraw(hub, elder, "x")) == (404, ["not_found"])
    assert read(hub, elder) == "contract"


@pytest.mark.clause("PIPL 17-18")
def test_texts_name_recipient_purpose_kinds_retention_and_rights_before_anybody_agrees(hub, elder):
    """PIPL 17-18: notice (who, purpose, kinds, retention, rights)."""
    offered = {each["purpose"]: each for each in mine(hub, elder)["offered"]}
    assert "OLDCARD" not in offered
    assert offered["MEAL"]["bases"] == ["contract"]
    for words in ("助餐送餐", "姓名", "90天", "撤回"):
        assert words in offered["MEAL"]["text"]["zh"]
    for words in ("Meals", "90 days", "withdraw"):
        assert words in offered["MEAL"]["text"]["en"]


def test_a_receipt_has_the_parts_of_the_standard(hub, elder):
    given = me(hub, elder, purpose="MEAL", recipient=CANTEEN).json()
    receipt = given["receipt"]
    assert receipt["record_id"] == given["id"]
    assert receipt["schema_version"].startswith("ISO/IEC TS 27560")
    processing = receipt["pii_processing"]
    assert processing["purpose"]["lawful_basis"] == "contract"
    assert processing["recipients"] == [CANTEEN]
    assert {"pii_type", "name", "sensitive"} <= processing["pii_information"][0].keys()
    assert [event["event_type"] for event in receipt["events"]] == ["given"]
    withdrawn = withdraw(hub, elder, given["id"]).json()["receipt"]
    assert [event["event_type"] for event in withdrawn["events"]] == ["given", "withdrawn"]
    assert elder.rid not in json.dumps(receipt)


def test_every_act_is_an_entry_about_the_resident(hub, elder):
    name = me(hub, elder, purpose="MEAL").json()["id"]
    withdraw(hub, elder, name)
    me(hub, elder, purpose="MEAL", decision="refuse")
    ask(hub, elder, "MEAL")
    items = hub.ask(f"resident:{elder.rid}", "GET", "/v1/me/accesses").json()["items"]
    told = [(item["kind"], item["outcome"], item["purpose"]) for item in items[:4]]
    assert told == [
        ("consent_request", "denied", "RIGHTS"),
        ("consent", "refused", "MEAL"),
        ("consent", "withdrawn", "MEAL"),
        ("consent", "given", "MEAL"),
    ]


@pytest.mark.parametrize(
    ("by", "purpose", "reason"),
    [
        ("organisation:stranger01@339999", "MEAL", "no_filing"),
        (CIVIL_AFFAIRS, "OLDCARD", "not_allowed"),
        (CIVIL_AFFAIRS, "MEAL", "not_a_requester"),
        (CANTEEN, "NOSUCH", "unknown_purpose"),
    ],
)
def test_only_who_could_read_with_a_yes_may_ask_for_it(hub, elder, by, purpose, reason):
    assert reasons(ask(hub, elder, purpose, by=by)) == (403, [reason])


def test_people_elsewhere_and_nobody_cannot_be_told_apart_by_asking(hub):
    cast = hub.installation.cast
    answers = [ask(hub, cast[name], "MEAL").json() | {"trace_id": ""} for name in ("outsider", "nobody")]
    assert answers[0] == answers[1]
    assert answers[0]["reasons"] == ["out_of_scope"]


@pytest.mark.clause("PIPL 31")
def test_a_child_under_fourteen_agrees_to_nothing_and_from_the_birthday_on_decides(hub, clock):
    """PIPL 31: under-14 guardian consent; at 14th birthday rule switches."""
    child = appointed(hub, "child")
    clock.set(datetime(2033, 5, 31, 15, 59, tzinfo=UTC))  # 2033-05-31 23:59 in China, the eve of the birthday
    assert reasons(me(hub, child, purpose="PSY")) == (403, ["guardian_consent_missing"])
    assert read(hub, child, "PSY", by="organisation:counselling01@339999", fields=["tel"]) == ["consent_missing"]
    clock.set(datetime(2033, 5, 31, 16, 0, tzinfo=UTC))
    assert me(hub, child, purpose="PSY").status_code == 201
    read_now = read(hub, child, "PSY", by="organisation:counselling01@339999", fields=["tel"])
    assert read_now == ["minor_approval_required"], "the minor rule lasts until 18"


def test_an_import_leaves_consents_alone(hub, elder, tmp_path):
    me(hub, elder, purpose="MEAL")
    again = {"idno": elder.idno, "name": elder.values["name"], "grid": FIRST_GRID, "life": "alive"}
    hub.installation.import_rows("police", [again | {"dob": date(1943, 3, 12).isoformat()}], tmp_path)
    assert read(hub, elder) == "contract"
