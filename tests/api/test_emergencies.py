"""Breaking the glass: what an alarm opens, what a mere claim opens, and the review that follows within a day."""

import pytest

from hub.model.purpose import Basis
from hub.rights.erasure import is_held
from tests.api.city import AREA, AUDITOR, CIVIL_AFFAIRS, CLERK, FIRST_GRID, GRID_WORKER, OFFICER, SECOND_GRID, SECRETARY
from tests.factories import sections

DEVICES = f"organisation:bracelets@{AREA}"
CENTRE = f"department:emergency_call@{AREA}"
SUBDISTRICT = "department:subdistrict@339999001"
DEPUTY = f"clerk:{FIRST_GRID[:12]}#deputy"
WHOLE = ["name", "addr", "ec", "med.allergy", "med.critical"]
CLAIMED = ["name", "addr", "ec"]


@pytest.fixture
def elder(hub):
    hub.installation.appoint(DEVICES, CENTRE, f"{CENTRE}#night", SUBDISTRICT, f"{GRID_WORKER}#wu")
    return hub.installation.cast["elder"]


def alarm(hub, who, *, by=DEVICES, kind="fall", **more):
    body = {"subject": {"idno": who.idno}, "kind": kind} | more
    return hub.ask(by, "POST", "/v1/alarms", json=body)


def open_(hub, who, trigger=None, *, by=GRID_WORKER, reason="跌倒报警", **more):
    body = (
        {"subject": {"idno": who.idno}, "reason": reason} | ({"trigger": trigger} if trigger is not None else {}) | more
    )
    return hub.ask(by, "POST", "/v1/emergencies", json=body)


def review(hub, name, verdict="justified", *, by=SECRETARY):
    body = {"verdict": verdict, "note": "已核实"}
    return hub.ask(by, "POST", f"/v1/emergencies/{name}/review", json=body)


def sos(hub, who, *, by=GRID_WORKER):
    """What a read gives: the fields, and why others are not given."""
    answer = hub.disclose(by, who.idno, "SOS").json()
    return list(answer.get("fields", {})), sorted({each["reason"] for each in answer["withheld"]} - {"not_available"})


def reasons(answer):
    return answer.status_code, answer.json().get("reasons")


def listed(hub, by, **params):
    return [item["id"] for item in hub.ask(by, "GET", "/v1/emergencies", params=params).json()["items"]]


def test_without_an_emergency_nothing_is_shown(hub, elder):
    assert sos(hub, elder) == ([], ["emergency_not_open"])
    alarm(hub, elder)
    assert sos(hub, elder) == ([], ["emergency_not_open"]), "an alarm alone opens nothing"


def test_verified_alarm_opens_the_purposes_fields_for_an_hour_to_the_opener_alone(hub, elder, later):
    raised = alarm(hub, elder)
    assert raised.status_code == 201
    answer = open_(hub, elder, {"alarm": raised.json()["id"]})
    assert (answer.status_code, answer.json()["verified"], answer.json()["open"]) == (201, True, True)
    read = hub.disclose(GRID_WORKER, elder.idno, "SOS").json()
    assert (read["basis"], list(read["fields"])) == ("emergency", WHOLE)
    assert read["receipt"]["act"]["approval"] == answer.json()["id"], "the trail says why it was allowed"
    assert sos(hub, elder, by=f"{GRID_WORKER}#wu") == ([], ["emergency_not_open"])
    assert sos(hub, elder, by=CENTRE) == ([], ["emergency_not_open"])
    later(minutes=59)
    assert sos(hub, elder)[0] == WHOLE
    later(minutes=2)
    assert sos(hub, elder) == ([], ["emergency_not_open"])


def test_mere_claim_opens_name_address_and_emergency_contact_only(hub, elder):
    answer = open_(hub, elder)
    assert (answer.status_code, answer.json()["verified"]) == (201, False)
    assert sos(hub, elder) == (CLAIMED, ["emergency_not_open"])


def test_an_emergency_opens_no_other_purpose_and_no_other_field(hub, elder):
    open_(hub, elder, {"alarm": alarm(hub, elder).json()["id"]})
    visit = hub.disclose(GRID_WORKER, elder.idno, "VISIT", fields=["med.chronic"]).json()
    assert visit["reasons"] == ["approval_required"]
    over_ask = hub.disclose(GRID_WORKER, elder.idno, "SOS", fields=["name", "med.chronic"]).json()
    assert over_ask["withheld"] == [{"field": "med.chronic", "reason": "not_in_purpose"}]


@pytest.mark.parametrize("wrong", ["old", "of another person", "unknown", "no call", "own"])
def test_a_trigger_that_does_not_hold_makes_a_claim_and_never_a_refusal(hub, elder, later, wrong):
    raised = alarm(hub, elder).json()["id"]
    kind, opener = "alarm", GRID_WORKER
    if wrong == "old":
        later(hours=2, minutes=1)
    elif wrong == "of another person":
        raised = alarm(hub, hub.installation.cast["bare"]).json()["id"]
    elif wrong == "unknown":
        raised = "A" * 43
    elif wrong == "no call":
        kind = "call"
    else:
        opener = CENTRE
        raised = alarm(hub, elder, by=CENTRE).json()["id"]
    answer = open_(hub, elder, {kind: raised}, by=opener)
    assert (answer.status_code, answer.json()["verified"]) == (201, False)
    assert sos(hub, elder, by=opener)[0] == CLAIMED


def test_a_call_counts_that_another_person_entered_by_id_or_number(hub, elder):
    raised = alarm(hub, elder, by=CENTRE, kind="call", number="120-2026-0113")
    assert raised.status_code == 201
    own = open_(hub, elder, {"call": "120-2026-0113"}, by=CENTRE)
    assert own.json()["verified"] is False, "nobody verifies what they themselves say"
    for by, name in ((GRID_WORKER, "120-2026-0113"), (f"{CENTRE}#night", raised.json()["id"])):
        assert open_(hub, elder, {"call": name}, by=by).json()["verified"] is True
        assert sos(hub, elder, by=by)[0] == WHOLE


def test_an_alarm_that_comes_later_makes_a_claim_whole(hub, elder):
    first = open_(hub, elder).json()["id"]
    assert open_(hub, elder).json()["id"] == first, "what is open already is not opened again"
    second = open_(hub, elder, {"alarm": alarm(hub, elder).json()["id"]}).json()
    assert (second["id"] != first, sos(hub, elder)[0]) == (True, WHOLE)
    assert open_(hub, elder).json()["id"] == second["id"]


@pytest.mark.clause("PIPL 13")
def test_privacy_does_not_cost_a_life(hub, elder):
    """PIPL 13: what is necessary to save a life needs no consent, so neither a wish nor a freeze stands in its way."""
    resident = f"resident:{elder.rid}"
    hub.installation.appoint(resident)
    hub.ask(resident, "POST", "/v1/me/freezes", json={"reason": "不再使用"})
    groups = ["contact", "family", "medical", "activity"]
    rules = [{"group": group, "audience": "grid_worker", "visible": False} for group in groups]
    assert hub.ask(resident, "PUT", "/v1/me/visibility", json={"rules": rules}).status_code == 200
    open_(hub, elder, {"alarm": alarm(hub, elder).json()["id"]})
    assert sos(hub, elder)[0] == WHOLE


@pytest.mark.parametrize(
    ("by", "status", "reason"),
    [
        (SECRETARY, 403, "not_a_requester"),
        (CLERK, 403, "not_a_requester"),
        (f"grid_worker:{SECOND_GRID}", 403, "out_of_scope"),
        ("department:emergency_call@339998", 403, "no_filing"),
    ],
)
def test_only_requesters_of_the_purpose_open_one_within_their_area(hub, elder, by, status, reason):
    hub.installation.appoint(by)
    assert reasons(open_(hub, elder, {"alarm": alarm(hub, elder).json()["id"]}, by=by)) == (status, [reason])


@pytest.mark.parametrize("by", [GRID_WORKER, CLERK, CIVIL_AFFAIRS, AUDITOR])
def test_alarms_come_from_devices_and_the_call_centre(hub, elder, by):
    assert reasons(alarm(hub, elder, by=by)) == (403, ["not_allowed"])


def test_people_elsewhere_and_people_who_are_not_there_are_one_answer(hub):
    hub.installation.appoint(DEVICES)
    cast = hub.installation.cast
    for ask in (alarm, open_):
        answers = [ask(hub, cast[name]).json() | {"trace_id": ""} for name in ("outsider", "nobody")]
        assert answers[0] == answers[1]
        assert answers[0]["reasons"] == ["out_of_scope"]


@pytest.mark.parametrize(
    ("more", "member"),
    [
        ({"trigger": {}}, "trigger"),
        ({"trigger": {"alarm": "a", "call": "b"}}, "trigger"),
        ({"trigger": {"alarm": ""}}, "trigger.alarm"),
        ({"reason": "电话13800138000"}, "reason"),
    ],
)
def test_wrong_members_are_named(hub, elder, more, member):
    answer = open_(hub, elder, **more)
    assert (answer.status_code, answer.json()["errors"][0]["member"]) == (422, member)


def test_whoever_breaks_the_glass_says_why(hub, elder):
    assert reasons(open_(hub, elder, reason=" ")) == (403, ["reason_required"])


def test_relatives_need_an_alarm_and_strangers_learn_nothing(hub, elder):
    cast = hub.installation.cast
    son = {"idno": "33999919680704905X", "hh": elder.values["hh"], "name": "沈志强", "grid": SECOND_GRID}
    [relative, stranger] = [f"resident:{rid}" for rid in (_housemate(hub, son), cast["neighbour"].rid)]
    hub.installation.appoint(relative, stranger)
    assert reasons(open_(hub, elder, by=relative)) == (403, ["emergency_not_open"])
    raised = alarm(hub, elder).json()["id"]
    assert reasons(open_(hub, elder, {"alarm": raised}, by=stranger)) == (403, ["out_of_scope"])
    assert open_(hub, elder, {"alarm": raised}, by=relative).json()["verified"] is True
    assert sos(hub, elder, by=relative)[0] == WHOLE
    assert sos(hub, elder, by=stranger) == ([], [])


def _housemate(hub, values):

    keys = {key.replace(".", "_"): value for key, value in values.items()}
    [resident] = hub.installation.add(sections(life="alive", **keys))
    return f"10000000-0000-4000-8000-{resident:012x}"


@pytest.mark.clause("PIPL 17-18")
def test_resident_and_secretary_are_told(hub, elder):
    """PIPL 18: in an emergency the person is told afterwards."""
    resident = f"resident:{elder.rid}"
    hub.installation.appoint(resident)
    name = open_(hub, elder).json()["id"]
    told = hub.ask(resident, "GET", "/v1/me/accesses").json()["items"]
    assert [(item["kind"], item["outcome"]) for item in told[:2]] == [("notice", "waiting"), ("emergency", "opened")]
    assert told[1]["purpose"] == "SOS"
    for who in (resident, SECRETARY, OFFICER, GRID_WORKER):
        assert listed(hub, who, state="unreviewed") == [name]
    for who in (AUDITOR, CLERK, f"grid_worker:{SECOND_GRID}", SUBDISTRICT, "secretary:339999001002"):
        hub.installation.appoint(who)
        assert listed(hub, who) == []


@pytest.mark.parametrize(
    ("by", "reason"),
    [
        (GRID_WORKER, "self_approval"),
        (CLERK, "not_allowed"),
        (SUBDISTRICT, "not_allowed"),
        ("secretary:339999001002", "out_of_scope"),
    ],
)
def test_somebody_else_of_the_area_reviews(hub, elder, by, reason):
    hub.installation.appoint(by)
    name = open_(hub, elder).json()["id"]
    assert reasons(review(hub, name, by=by)) == (403, [reason])


def test_opener_does_not_review_in_whatever_role(hub, elder):
    hub.installation.appoint(f"{GRID_WORKER}#li", f"{SECRETARY}#li")
    name = open_(hub, elder, by=f"{GRID_WORKER}#li").json()["id"]
    assert reasons(review(hub, name, by=f"{SECRETARY}#li")) == (403, ["self_approval"])


def test_review_has_one_outcome(hub, elder):
    name = open_(hub, elder).json()["id"]
    done = review(hub, name, by=OFFICER).json()
    assert (done["state"], done["review"]["as"], done["open"]) == ("justified", "security_officer", True)
    again = review(hub, name, "unjustified")
    assert reasons(again) == (409, ["already_decided"])
    assert reasons(review(hub, "A" * 43)) == (404, ["not_found"])
    assert listed(hub, SECRETARY, state="unreviewed") == []


def test_emergency_without_justification_ends_at_once(hub, elder):
    name = open_(hub, elder, {"alarm": alarm(hub, elder).json()["id"]}).json()["id"]
    assert review(hub, name, "unjustified").json()["open"] is False
    assert sos(hub, elder) == ([], ["emergency_not_open"])


def test_unreviewed_after_a_day_locks_all_but_the_next_rescue_and_goes_further_up(hub, elder, later):
    name = open_(hub, elder).json()["id"]
    later(hours=23)
    assert hub.disclose(GRID_WORKER, elder.idno, "VISIT").status_code == 200
    later(hours=1, minutes=1)
    assert reasons(hub.disclose(GRID_WORKER, elder.idno, "VISIT")) == (403, ["not_allowed"])
    assert reasons(hub.disclose(GRID_WORKER, "33999919410101908X", "VISIT")) == (403, ["not_allowed"])
    roster = hub.ask(GRID_WORKER, "POST", "/v1/residents/search", json={"grid": FIRST_GRID})
    assert reasons(roster) == (403, ["not_allowed"])
    assert hub.disclose(f"{GRID_WORKER}#wu", elder.idno, "VISIT").status_code == 200, "colleagues go on"
    rescue = open_(hub, elder, {"alarm": alarm(hub, elder).json()["id"]})
    assert (rescue.status_code, sos(hub, elder)[0]) == (201, WHOLE)
    assert name in listed(hub, SUBDISTRICT, state="unreviewed")
    assert review(hub, name, by=SUBDISTRICT).json()["review"]["as"] == "subdistrict"
    assert hub.disclose(GRID_WORKER, elder.idno, "VISIT").status_code == 200


def test_the_same_human_being_is_locked_in_every_role(hub, elder, later):
    hub.installation.appoint(f"{GRID_WORKER}#li", f"{SECRETARY}#li")
    open_(hub, elder, by=f"{GRID_WORKER}#li")
    later(days=2)
    assert reasons(hub.disclose(f"{SECRETARY}#li", elder.idno, "VISIT")) == (403, ["not_allowed"])


def test_deputy_reviews_in_the_secretarys_place(hub, elder):
    hub.installation.appoint(DEPUTY)
    name = open_(hub, elder).json()["id"]
    assert reasons(review(hub, name, by=DEPUTY)) == (403, ["not_allowed"])
    period = {"deputy": DEPUTY, "from": "2020-01-01", "until": "2020-01-02"}
    now = hub.road.clock().date().isoformat()
    hub.ask(SECRETARY, "POST", "/v1/deputies", json=period | {"from": now, "until": now})
    assert review(hub, name, by=DEPUTY).json()["review"]["as"] == "deputy"


def test_an_import_leaves_an_emergency_open(hub, elder, tmp_path):
    open_(hub, elder)
    row = {"idno": elder.idno, "name": elder.values["name"], "grid": FIRST_GRID, "life": "moved", "dob": "1943-03-12"}
    hub.installation.import_rows("police", [row], tmp_path)
    assert sos(hub, elder)[0] == CLAIMED


def test_break_glass_as_it_is_meant(hub, elder, later):
    """A bracelet falls at three in the morning; the duty worker is let in, and everybody hears of it afterwards."""
    resident = f"resident:{elder.rid}"
    hub.installation.appoint(resident)
    assert sos(hub, elder) == ([], ["emergency_not_open"])
    fall = alarm(hub, elder).json()["id"]
    name = open_(hub, elder, {"alarm": fall}).json()["id"]
    read = hub.disclose(GRID_WORKER, elder.idno, "SOS").json()
    assert read["fields"]["ec"] == elder.values["ec"], "the family can be called"
    assert read["fields"]["med.allergy"] == elder.values["med.allergy"]
    later(hours=5)
    assert listed(hub, SECRETARY, state="unreviewed") == [name]
    assert review(hub, name).json()["state"] == "justified"
    later(days=1)
    assert hub.disclose(GRID_WORKER, elder.idno, "VISIT").status_code == 200, "reviewed in time, nobody is locked"
    told = [item["kind"] for item in hub.ask(resident, "GET", "/v1/me/accesses").json()["items"]]
    happened = ["disclosure", "emergency_review", "disclosure", "notice", "emergency", "alarm", "disclosure"]
    assert told[:7] == happened
    shown = hub.ask(resident, "GET", "/v1/emergencies").json()["items"][0]
    assert (shown["reason"], shown["opened_by"], shown["review"]["note"]) == ("跌倒报警", f"{GRID_WORKER}#1", "已核实")


def test_a_volume_that_is_used_up_keeps_nobody_from_a_rescue(hub, elder):
    centre = f"department:emergency_call@{FIRST_GRID}"
    hub.installation.appoint(centre)
    hub.installation.file(centre, "SOS", scope=FIRST_GRID, basis=Basis.EMERGENCY, volume=1)
    for who in (elder, hub.installation.cast["bare"]):
        open_(hub, who, {"alarm": alarm(hub, who).json()["id"]}, by=centre)
        assert "name" in sos(hub, who, by=centre)[0]


def test_nobody_is_erased_while_an_emergency_waits_for_its_review(hub, elder):
    name = open_(hub, elder).json()["id"]
    resident = hub.road.ring.resident_in("emergency", name)
    held = is_held(hub.road.ring, [resident])
    assert hub.run(_asked(hub, held)) is True
    review(hub, name)
    assert hub.run(_asked(hub, held)) is False


async def _asked(hub, question):
    return await hub.road.lane.write(question)


def died(hub, who):
    row = {"idno": who.idno, "name": who.values["name"], "grid": FIRST_GRID, "life": "dead", "dob": "1943-03-12"}
    hub.installation.import_rows("police", [row], hub.installation.path.parent)
    hub.road.turn.fresh()


def test_a_death_ends_alarms_and_whoever_raises_one_is_told(hub, elder):
    died(hub, elder)
    assert reasons(alarm(hub, elder)) == (403, ["frozen"])
    assert reasons(alarm(hub, elder, by=CENTRE, kind="call", number="120-0113")) == (403, ["frozen"])
    found = hub.ask(OFFICER, "GET", "/v1/audit/events", params={"kind": "alarm"}).json()["items"]
    assert [(each["outcome"], each["reasons"]) for each in found] == [("denied", ["frozen"])] * 2
    assert all(each["subject"] for each in found), "the trail says about whom"


def test_nothing_verifies_an_emergency_of_somebody_who_died_and_a_claim_is_left(hub, elder):
    raised = alarm(hub, elder).json()["id"]
    died(hub, elder)
    made = open_(hub, elder, {"alarm": raised}).json()
    assert made["verified"] is False
    assert made["due"]
    given, refused = sos(hub, elder)
    assert set(given) <= set(CLAIMED)
    assert refused == ["emergency_not_open"]
    family = f"resident:{elder.rid}"
    hub.installation.appoint(family)
    assert reasons(open_(hub, elder, {"alarm": raised}, by=family)) == (403, ["emergency_not_open"])
