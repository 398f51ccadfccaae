"""`POST /v1/disclosures`: the shape of its answers, and what surrounds them."""

import asyncio
import re
from datetime import UTC, datetime, timedelta

import pytest

from tests.api.city import CANTEEN, CIVIL_AFFAIRS, CLERK, GRID_WORKER, HEALTH, SECRETARY

ANSWER = ["id", "rid", "purpose", "basis", "fields", "withheld", "expires", "receipt"]
RECEIPT = ["origin", "index", "leaf", "act", "act_salt", "subject_commitment", "ordinal_commitment"]


@pytest.fixture
def disclose(client, city):
    def ask(principal, subject, purpose, *, headers=None, **more):
        named = {"idno": city.cast[subject].idno} if isinstance(subject, str) else subject
        body = {"subject": named, "purpose": purpose} | more
        return client(principal).post("/v1/disclosures", json=body, headers=headers)

    return ask


def test_answer_has_the_members_of_a_disclosure_and_no_others(disclose):
    answer = disclose(CIVIL_AFFAIRS, "elder", "OLDCARD", fields=["name", "idno", "ec"], reason="window case 2026-0113")
    said = answer.json()
    assert list(said) == ANSWER
    assert list(said["receipt"]) == RECEIPT
    assert said["purpose"] == "OLDCARD"
    assert said["fields"] == {"name": "沈桂兰", "idno": "339999194303129017"}
    assert said["withheld"] == [{"field": "ec", "reason": "not_in_purpose"}]


def test_disclosed_values_expire_soon_after_they_were_asked_for(disclose):
    expires = datetime.fromisoformat(disclose(CLERK, "elder", "OLDCARD").json()["expires"])
    assert timedelta(0) < expires - datetime.now(UTC) <= timedelta(days=1)


def test_refusal_is_a_problem_with_its_own_receipt(disclose):
    answer = disclose(HEALTH, "elder", "OLDCARD")
    said = answer.json()
    assert answer.status_code == said["status"] == 403
    assert answer.headers["content-type"] == "application/problem+json"
    assert said["reasons"] == ["not_a_requester"]
    assert list(said["receipt"]) == RECEIPT
    assert said["receipt"]["act"]["outcome"] == "denied"


def test_unknown_purpose_is_refused_and_recorded(disclose):
    answer = disclose(CIVIL_AFFAIRS, "elder", "BIRTHDAY")
    assert (answer.status_code, answer.json()["reasons"]) == (403, ["unknown_purpose"])
    assert answer.json()["receipt"]["act"]["purpose"] is None, "the caller's own word may hold anything"


def test_purpose_is_checked_before_the_requester(disclose):
    assert disclose("admin:339999", "elder", "BIRTHDAY").json()["reasons"] == ["unknown_purpose"]
    assert disclose("admin:339999", "elder", "OLDCARD").json()["reasons"] == ["not_a_requester"]


@pytest.mark.parametrize("principal", [CIVIL_AFFAIRS, HEALTH, CLERK])
@pytest.mark.parametrize("subject", ["elder", "nobody"])
def test_personal_answers_are_stored_nowhere_and_carry_a_trace_id(disclose, principal, subject):
    answer = disclose(principal, subject, "OLDCARD")
    assert answer.headers["cache-control"] == "no-store"
    assert re.fullmatch("[0-9a-f]{32}", answer.headers["x-trace-id"])
    assert answer.json()["receipt"]["act"]["trace_id"] == answer.headers["x-trace-id"]


def test_the_callers_trace_goes_on(disclose):
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    answer = disclose(CLERK, "elder", "OLDCARD", headers={"traceparent": f"00-{trace}-00f067aa0ba902b7-01"})
    assert answer.headers["x-trace-id"] == answer.json()["receipt"]["act"]["trace_id"] == trace


def test_identity_number_is_read_as_people_write_it(disclose):
    written = {"idno": " 33999919520303906x "}
    said = disclose(CIVIL_AFFAIRS, written, "OLDCARD").json()
    assert said["fields"]["idno"] == "33999919520303906X"


def test_field_named_twice_is_given_once(disclose):
    said = disclose(CIVIL_AFFAIRS, "elder", "OLDCARD", fields=["name", "ec", "name", "ec"]).json()
    assert said["fields"] == {"name": "沈桂兰"}
    assert said["withheld"] == [{"field": "ec", "reason": "not_in_purpose"}]


@pytest.mark.clause("PIPL 6")
def test_withheld_fields_stand_in_the_order_asked_whatever_the_reason(disclose):
    """An absent field at the end of the list would be told from a sealed one by its place."""
    asked = ["idno", "visit.last", "med.chronic", "name", "addr", "fin.aid"]
    said = disclose(GRID_WORKER, "bare", "VISIT", fields=asked).json()
    assert list(said["fields"]) == ["name"]
    assert [each["field"] for each in said["withheld"]] == [field for field in asked if field != "name"]


def test_rid_of_an_answer_names_the_same_person_next_time(disclose):
    rid = disclose(CIVIL_AFFAIRS, "elder", "OLDCARD").json()["rid"]
    again = disclose(CIVIL_AFFAIRS, {"rid": rid}, "OLDCARD").json()
    assert (again["rid"], again["fields"]["name"]) == (rid, "沈桂兰")


def test_rids_are_pairwise(disclose, city):
    ours = disclose(CIVIL_AFFAIRS, "elder", "OLDCARD").json()["rid"]
    theirs = disclose(HEALTH, "elder", "EXAM").json()["rid"]
    community = disclose(CLERK, "elder", "OLDCARD").json()["rid"]
    assert len({ours, theirs, community, city.cast["elder"].rid}) == 4
    assert disclose(HEALTH, {"rid": ours}, "EXAM").json()["reasons"] == ["out_of_scope"]
    assert disclose(CIVIL_AFFAIRS, {"rid": city.cast["elder"].rid}, "OLDCARD").json()["reasons"] == ["out_of_scope"]


def test_colleagues_of_one_community_share_its_rids(disclose):
    rids = {disclose(who, "elder", "VISIT").json()["rid"] for who in (GRID_WORKER, SECRETARY)}
    rids.add(disclose(CLERK, "elder", "ROSTER").json()["rid"])
    assert len(rids) == 1


def test_rid_does_not_widen_anybodys_scope(disclose):
    rid = disclose(CLERK, "neighbour", "ROSTER").json()["rid"]
    assert disclose(GRID_WORKER, {"rid": rid}, "ROSTER").json()["reasons"] == ["out_of_scope"]


def test_answer_with_personal_data_is_never_replayed(disclose):
    key = {"Idempotency-Key": "6d7c1f8a"}
    first, second = (disclose(CLERK, "elder", "OLDCARD", headers=key).json() for _ in range(2))
    assert first["receipt"]["index"] < second["receipt"]["index"], "each answer is an entry of its own"
    assert first["id"] != second["id"]


def test_every_outcome_is_one_entry_before_it_leaves(disclose, city):
    for subject, purpose in (("elder", "OLDCARD"), ("nobody", "OLDCARD"), ("elder", "VISIT"), ("child", "OLDCARD")):
        index = disclose(CLERK, subject, purpose).json()["receipt"]["index"]
        assert city.size() == index + 1, "the last entry is that of the answer just received"


def test_bad_input_is_no_entry(disclose, city):
    before = city.size()
    assert disclose(CLERK, {"idno": "339999194303129018"}, "OLDCARD").status_code == 422
    assert city.size() == before


def test_act_names_the_caller_and_what_was_given_but_never_the_person(disclose, city):
    person = city.cast["elder"]
    asked = ["name", "ec", "沈桂兰", "shoe_size"]
    act = disclose(CIVIL_AFFAIRS, "elder", "OLDCARD", fields=asked, reason="窗口办理").json()["receipt"]["act"]
    assert act["actor"] == f"{CIVIL_AFFAIRS}#1"
    assert (act["role"], act["department"], act["operator"]) == ("department", "civil_affairs", "1")
    assert (act["purpose"], act["basis"], act["outcome"]) == ("OLDCARD", "statutory", "disclosed")
    assert act["fields"] == ["name"]
    assert act["withheld"] == [["ec", "not_in_purpose"]]
    assert act["unknown_fields"] == 2
    told = str(act)
    assert not any(value in told for value in (person.idno, person.rid, person.values["name"], "窗口办理"))


def test_act_keeps_the_true_reason_for_the_trail(disclose, city):
    said = disclose("department:justice@339999", "elder", "CORR", reason="案卷 2026-07").json()
    # That the purpose is one of a sealed class, every answer to it says, whomever it is about.
    assert said["receipt"]["act"].pop("sealed") is True
    assert "sealed" not in str(said), "the caller learns `not_available` and no more"
    part = city.subject_part(said["receipt"]["index"], city.cast["elder"].idno)
    assert part.own
    assert ["name", "sealed"] in part.subject["truths"]
    assert part.subject["reason"] == "案卷 2026-07"


@pytest.mark.parametrize(("subject", "own"), [("elder", True), ("nobody", False)])
def test_early_refusal_is_among_the_accesses_of_the_person_it_names(disclose, city, subject, own):
    """Nothing is said of the person, not even that there is one, but who asked is not forgotten."""
    for purpose in ("VISIT", "NOSUCH"):
        index = disclose(CLERK, subject, purpose).json()["receipt"]["index"]
        assert city.subject_part(index, city.cast[subject].idno).own is own


def test_nobody_asks_for_somebody_else_where_no_mandate_is_taken(disclose):
    answer = disclose(CLERK, "elder", "OLDCARD", headers={"On-Behalf-Of": "mandate-1"})
    assert (answer.status_code, answer.json()["reasons"]) == (403, ["not_allowed"])
    assert "fields" not in answer.json()


def test_absent_and_sealed_fields_have_the_same_shape(disclose):
    absent = disclose(HEALTH, "bare", "EXAM", fields=["tel"])
    sealed = disclose("department:justice@339999", "bare", "CORR", fields=["name"], reason="案卷 2026-07")
    assert list(absent.json()) == list(sealed.json())
    for answer in (absent, sealed):
        assert answer.json()["reasons"] == ["not_available"]
        assert [each["reason"] for each in answer.json()["withheld"]] == ["not_available"]
        assert answer.json()["receipt"]["act"]["withheld"][0][1] == "not_available"


def test_ordinals_count_what_was_recorded_about_one_person_without_a_gap(disclose, city):
    person = city.cast["villager"]
    clerk = "clerk:339999001002"
    indexes = [disclose(clerk, "villager", purpose).json()["receipt"]["index"] for purpose in ("OLDCARD", "ROSTER")]
    counts = [city.subject_part(index, person.idno).ordinal["ordinal"] for index in indexes]
    assert counts[1] == counts[0] + 1


def test_answers_given_at_once_are_entries_of_their_own_without_a_gap(hub):
    elder = hub.installation.cast["elder"].idno

    async def together():
        return await asyncio.gather(*(hub.asking(CLERK, elder, "OLDCARD") for _ in range(40)))

    receipts = [answer.json()["receipt"] for answer in hub.run(together())]
    indexes = sorted(receipt["index"] for receipt in receipts)
    assert indexes == list(range(indexes[0], indexes[0] + 40))
    counts = sorted(hub.installation.subject_part(index, elder).ordinal["ordinal"] for index in indexes)
    assert counts == list(range(counts[0], counts[0] + 40))


def test_organisation_learns_nothing_before_there_is_a_consent(disclose):
    said = disclose(CANTEEN, "elder", "MEAL").json()
    assert said["reasons"] == ["consent_missing"]
    assert "rid" not in said
