"""Acting for a resident: one matter, half an hour, both identities on every entry."""

import json

import pytest

from hub.access.locate import locate_resident
from hub.approvals.mandate_rosters import roster_of
from hub.cli.opened import opened as opening
from hub.identity.appointments import revoke
from hub.store.tokens import idno_token
from tests.api.city import CIVIL_AFFAIRS, CLERK, FIRST_GRID, GRID_WORKER, OFFICER, SECRETARY
from tests.api.moving import Clock

WITNESS = f"{CLERK}#wang"
CHILDCARE = "organisation:childcare01@339999"
FORM = {"form": "DB-2026/0113"}


@pytest.fixture
def clock(hub, monkeypatch):
    return Clock(hub, monkeypatch)


@pytest.fixture
def elder(hub):
    member = hub.installation.cast["elder"]
    hub.installation.appoint(f"resident:{member.rid}", WITNESS)
    return member


@pytest.fixture
def mother(hub, tmp_path):
    """The neighbour, now on record as the child's guardian."""
    member, child = hub.installation.cast["neighbour"], hub.installation.cast["child"]
    hub.installation.appoint(f"resident:{member.rid}", f"resident:{child.rid}")
    row = {"idno": child.idno, "name": child.values["name"], "dob": "2019-06-01", "minor.guardian": member.rid}
    hub.installation.import_rows("police", [row | {"grid": FIRST_GRID, "life": "alive"}], tmp_path)
    return member


def opened(hub, member, matter, *, by=CLERK, **more):
    body = {"subject": {"idno": member.idno}, "matter": matter} | ({"proof": FORM} if by == CLERK else {}) | more
    return hub.ask(by, "POST", "/v1/mandates", json=body)


def on(hub, name, method, path, *, by=CLERK, **options):
    return hub.ask(by, method, path, headers={"On-Behalf-Of": name}, **options)


def disclosed(hub, name, member, *, by=CLERK, purpose="PROXY", fields=None):
    body = {"subject": {"idno": member.idno}, "purpose": purpose} | ({"fields": fields} if fields else {})
    return on(hub, name, "POST", "/v1/disclosures", by=by, json=body)


def reasons(answer):
    return answer.status_code, answer.json()["reasons"]


@pytest.mark.clause("无障碍环境建设法 39-40")
def test_the_clerk_sees_the_fields_of_the_form_and_no_others(hub, elder):
    """无障碍环境建设法 39-40: full journey without smartphone."""
    assert reasons(hub.disclose(CLERK, elder.idno, "PROXY")) == (403, ["approval_required"])
    mandate = opened(hub, elder, "EXAM")
    assert (mandate.status_code, mandate.json()["state"], mandate.json()["proof"]) == (201, "open", "form")
    answer = disclosed(hub, mandate.json()["id"], elder, fields=["name", "tel", "addr", "med.chronic"]).json()
    assert list(answer["fields"]) == ["name", "tel"]
    assert (answer["purpose"], answer["basis"]) == ("PROXY", "mandate")
    assert {each["reason"] for each in answer["withheld"]} == {"not_in_purpose"}
    act = answer["receipt"]["act"]
    assert (act["actor"], act["on_behalf_of"], act["matter"]) == (f"{CLERK}#1", mandate.json()["id"], "EXAM")
    assert list(disclosed(hub, mandate.json()["id"], elder).json()["fields"]) == [
        "name",
        "is_65_or_over",
        "receives_dibao",
        "tel",
    ]


def test_core_data_are_not_shown_at_the_counter(hub, elder):
    name = opened(hub, elder, "TIER").json()["id"]
    assert disclosed(hub, name, elder, fields=["med.level"]).json()["reasons"] == ["approval_required"]


def test_a_mandate_is_for_its_resident_its_matter_and_its_clerk(hub, elder):
    hub.installation.appoint(f"{CLERK}#another")
    name = opened(hub, elder, "EXAM").json()["id"]
    bare = hub.installation.cast["bare"]
    assert reasons(disclosed(hub, name, bare)) == (403, ["out_of_scope"])
    assert reasons(disclosed(hub, name, elder, purpose="OLDCARD")) == (403, ["not_allowed"])
    assert reasons(disclosed(hub, name, elder, by=WITNESS)) == (403, ["not_allowed"])
    assert reasons(on(hub, name, "GET", "/v1/me/accesses")) == (403, ["not_allowed"])
    assert reasons(disclosed(hub, "A" * 43, elder)) == (403, ["not_allowed"])


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/me/file"),
        ("GET", "/v1/me/export"),
        ("POST", "/v1/me/erasure"),
        ("POST", "/v1/disclosures/batch"),
        ("POST", "/v1/residents/search"),
        ("GET", "/v1/purposes"),
        ("GET", "/v1/audit/events"),
    ],
)
def test_no_other_route_takes_a_mandate(hub, elder, method, path):
    name = opened(hub, elder, "accesses").json()["id"]
    assert reasons(on(hub, name, method, path, json={})) == (403, ["not_allowed"])


def test_a_mandate_ends_after_half_an_hour(hub, elder, clock):
    name = opened(hub, elder, "EXAM").json()["id"]
    clock.go_on(minutes=29)
    assert disclosed(hub, name, elder).status_code == 200
    clock.go_on(minutes=2)
    assert reasons(disclosed(hub, name, elder)) == (403, ["approval_expired"])


def test_a_spoken_mandate_waits_for_the_second_person(hub, elder, clock):
    hub.installation.appoint(f"{CLERK}#another")
    spoken = {"spoken": True, "witness": WITNESS}
    mandate = opened(hub, elder, "EXAM", proof=spoken).json()
    name = mandate["id"]
    assert (mandate["state"], mandate["witness"]) == ("pending", WITNESS)
    assert reasons(disclosed(hub, name, elder)) == (403, ["approval_required"])
    path = f"/v1/mandates/{name}/confirmation"
    assert reasons(hub.ask(CLERK, "POST", path)) == (403, ["self_approval"])
    assert reasons(hub.ask(f"{CLERK}#another", "POST", path)) == (403, ["not_allowed"])
    clock.go_on(minutes=10)
    assert hub.ask(WITNESS, "POST", path).json()["state"] == "open"
    assert reasons(hub.ask(WITNESS, "POST", path)) == (409, ["already_decided"])
    clock.go_on(minutes=25)
    assert disclosed(hub, name, elder).status_code == 200


@pytest.mark.parametrize(
    ("proof", "answer"),
    [
        (None, (422, ["bad_input"])),
        ({}, (422, ["bad_input"])),
        ({"form": ""}, (422, ["bad_input"])),
        ({"form": "339999194303120020"}, (422, ["bad_input"])),
        ({"spoken": True}, (422, ["bad_input"])),
        ({"spoken": True, "witness": CLERK}, (422, ["bad_input"])),
        ({"spoken": True, "witness": OFFICER}, (422, ["bad_input"])),
        ({"spoken": True, "witness": "clerk:339999001001#nobody"}, (422, ["bad_input"])),
        ({"form": "1", "spoken": True, "witness": WITNESS}, (422, ["bad_input"])),
        ({"code": True}, (403, ["not_offered"])),
    ],
)
def test_a_mandate_needs_a_form_or_a_second_person(hub, elder, proof, answer):
    assert reasons(opened(hub, elder, "EXAM", proof=proof)) == answer


@pytest.mark.parametrize(
    ("matter", "reason"),
    [("NOSUCH", "unknown_purpose"), ("file", "unknown_purpose"), ("CORR", "not_allowed"), ("SOS", "not_allowed")],
)
def test_what_nobody_does_for_another_is_no_matter(hub, elder, matter, reason):
    assert reasons(opened(hub, elder, matter)) == (403, [reason])


@pytest.mark.parametrize("by", [GRID_WORKER, SECRETARY, CIVIL_AFFAIRS, OFFICER])
def test_other_roles_open_none(hub, elder, by):
    assert reasons(opened(hub, elder, "EXAM", by=by, proof=FORM)) == (403, ["not_allowed"])


def test_people_elsewhere_and_nobody_are_one_answer(hub):
    cast = hub.installation.cast
    answers = [opened(hub, cast[name], "EXAM").json() | {"trace_id": ""} for name in ("outsider", "nobody")]
    assert answers[0] == answers[1]
    assert answers[0]["reasons"] == ["out_of_scope"]


def test_nobody_opens_a_mandate_for_themselves(hub, elder):
    hub.installation.appoint(f"resident:{elder.rid}#gui", f"{CLERK}#gui")
    assert reasons(opened(hub, elder, "EXAM", by=f"{CLERK}#gui", proof=FORM)) == (403, ["self_approval"])


def test_a_clerk_enters_a_withdrawal_and_the_resident_finds_both_names(hub, elder):
    """PROXY: both identities on every entry; the resident finds the act among the accesses."""
    given = hub.ask(f"resident:{elder.rid}", "POST", "/v1/me/consents", json={"purpose": "UTIL"}).json()
    name = opened(hub, elder, "UTIL").json()["id"]
    listed = on(hub, name, "GET", "/v1/me/consents").json()
    assert [item["purpose"] for item in listed["items"]] == ["UTIL"]
    assert [each["purpose"] for each in listed["offered"]] == ["UTIL"]
    withdrawn = on(hub, name, "POST", f"/v1/me/consents/{given['id']}/withdrawal")
    assert withdrawn.json()["state"] == "withdrawn"
    assert reasons(on(hub, name, "POST", "/v1/me/consents", json={"purpose": "MEAL"})) == (403, ["not_allowed"])
    items = hub.ask(f"resident:{elder.rid}", "GET", "/v1/me/accesses").json()["items"]
    done = next(item for item in items if (item["kind"], item["outcome"]) == ("consent", "withdrawn"))
    act = done["receipt"]["act"]
    assert (done["who"], act["on_behalf_of"], act["role"]) == (f"{CLERK}#1", name, "clerk")
    assert ("mandate", "open") in [(item["kind"], item["outcome"]) for item in items]


@pytest.mark.clause("无障碍环境建设法 39-40")
def test_a_slip_tells_in_large_type_what_was_done(hub, elder):
    name = opened(hub, elder, "EXAM").json()["id"]
    disclosed(hub, name, elder, fields=["name", "tel"])
    slip = hub.ask(CLERK, "GET", f"/v1/mandates/{name}/slip").json()
    done = [(each["kind"], each["fields"]) for each in slip["done"]]
    assert done == [
        ("mandate", []),
        ("disclosure", ["name", "tel"]),
    ]
    assert elder.values["tel"] not in json.dumps(slip)
    page = hub.ask(CLERK, "GET", f"/v1/mandates/{name}/slip", headers={"Accept": "text/html"})
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "font-size:22pt" in page.text
    assert "联系电话" in page.text or "电话" in page.text
    assert reasons(hub.ask(WITNESS, "GET", f"/v1/mandates/{name}/slip")) == (404, ["not_found"])
    assert hub.ask(f"resident:{elder.rid}", "GET", f"/v1/mandates/{name}/slip").status_code == 200


@pytest.mark.clause("PIPL 31")
def test_a_guardian_agrees_for_a_child_and_takes_it_back(hub, mother):
    """PIPL 31, 未成年人网络保护条例: guardian consent first, then the manager; withdrawal → refused."""
    child, me = hub.installation.cast["child"], f"resident:{mother.rid}"
    said = {"subject": {"idno": child.idno}, "purpose": "CHILD", "fields": ["name"]}
    assert hub.ask(CHILDCARE, "POST", "/v1/disclosures", json=said).json()["reasons"] == ["guardian_consent_missing"]
    own = hub.ask(f"resident:{child.rid}", "POST", "/v1/me/consents", json={"purpose": "CHILD"})
    assert reasons(own) == (403, ["guardian_consent_missing"])
    mandate = opened(hub, child, "CHILD", by=me)
    assert (mandate.status_code, mandate.json()["proof"]) == (201, "guardian")
    name = mandate.json()["id"]
    given = on(hub, name, "POST", "/v1/me/consents", by=me, json={"purpose": "CHILD"})
    assert (given.json()["given_by"], given.json()["entered_by"]) == ("guardian", "resident")
    assert hub.ask(CHILDCARE, "POST", "/v1/disclosures", json=said).json()["reasons"] == ["minor_approval_required"]
    on(hub, name, "POST", f"/v1/me/consents/{given.json()['id']}/withdrawal", by=me)
    assert hub.ask(CHILDCARE, "POST", "/v1/disclosures", json=said).json()["reasons"] == ["guardian_consent_missing"]


def test_a_guardian_sees_who_looked_at_the_childs_file(hub, mother):
    child, me = hub.installation.cast["child"], f"resident:{mother.rid}"
    hub.disclose(CIVIL_AFFAIRS, child.idno, "OLDCARD")
    name = opened(hub, child, "accesses", by=me).json()["id"]
    items = on(hub, name, "GET", "/v1/me/accesses", by=me).json()["items"]
    assert ("disclosure", f"{CIVIL_AFFAIRS}#1") in [(item["kind"], item["who"]) for item in items]
    again = on(hub, name, "GET", "/v1/me/accesses", by=me).json()["items"][0]
    assert again["kind"] == "trail_read"
    assert mother.rid not in json.dumps(again)
    assert again["who"] != "resident", "a pseudonym, in the child's own part"


def test_another_relative_is_no_guardian(hub, elder):
    child, me = hub.installation.cast["child"], f"resident:{elder.rid}"
    for name in ("child", "nobody"):
        answer = opened(hub, hub.installation.cast[name], "CHILD", by=me)
        assert reasons(answer) == (403, ["out_of_scope"]), child.idno


def test_a_clerk_enters_no_consent_for_a_child(hub, mother):
    child = hub.installation.cast["child"]
    name = opened(hub, child, "CHILD").json()["id"]
    answer = on(hub, name, "POST", "/v1/me/consents", json={"purpose": "CHILD"})
    assert reasons(answer) == (403, ["guardian_consent_missing"])
    assert mother


def test_a_resident_lets_somebody_of_the_family_act(hub, elder, clock):
    daughter = hub.installation.cast["bare"]
    hub.installation.appoint(f"resident:{daughter.rid}")
    me, her = f"resident:{elder.rid}", f"resident:{daughter.rid}"
    body = {"matter": "accesses", "agent": her, "duration": "P30D"}
    name = hub.ask(me, "POST", "/v1/mandates", json=body).json()["id"]
    clock.go_on(days=20)
    assert on(hub, name, "GET", "/v1/me/accesses", by=her).status_code == 200
    assert reasons(on(hub, name, "GET", "/v1/me/consents", by=her)) == (403, ["not_allowed"])
    clock.go_on(days=11)
    assert reasons(on(hub, name, "GET", "/v1/me/accesses", by=her)) == (403, ["approval_expired"])
    for wrong in ({"agent": CLERK}, {"agent": me}, {"duration": "P91D"}, {"agent": "resident:x"}):
        assert hub.ask(me, "POST", "/v1/mandates", json=body | wrong).status_code == 422


def test_a_mandate_is_ended_early_by_who_acts_or_by_the_resident(hub, elder):
    for who in (CLERK, f"resident:{elder.rid}"):
        name = opened(hub, elder, "EXAM").json()["id"]
        path = f"/v1/mandates/{name}/closure"
        assert reasons(hub.ask(WITNESS, "POST", path)) == (404, ["not_found"])
        assert hub.ask(who, "POST", path).json()["state"] == "ended"
        assert reasons(disclosed(hub, name, elder)) == (403, ["approval_expired"])
        assert reasons(hub.ask(who, "POST", path)) == (409, ["already_decided"])


def test_a_changed_telephone_number_is_announced_to_the_old_one(hub, elder):
    """The resident's old number gets a notice, which waits until something can send it."""
    name = opened(hub, elder, "corrections").json()["id"]
    body = {"field": "tel", "value": "15400000999", "reason": "换号"}
    assert on(hub, name, "POST", "/v1/me/corrections", json=body).status_code == 201
    token = idno_token(hub.installation.ring, elder.idno)
    hub.road.turn.fresh()
    resident = hub.road.reader.find(token, ()).resident
    [notice] = locate_resident(resident, (), hub.road.reader, hub.installation.ring).facts.terms["notices"]
    assert (notice["to"], notice["state"]) == (elder.values["tel"], "waiting")
    items = hub.ask(f"resident:{elder.rid}", "GET", "/v1/me/accesses").json()["items"]
    told = next(item for item in items if item["kind"] == "notice")
    assert told["receipt"]["act"]["on_behalf_of"] == name
    assert elder.values["tel"] not in json.dumps(told)
    other = {"field": "name", "value": "沈桂兰兰"}
    on(hub, name, "POST", "/v1/me/corrections", json=other)
    hub.road.turn.fresh()
    terms = locate_resident(resident, (), hub.road.reader, hub.installation.ring).facts.terms
    assert len(terms["notices"]) == 1, "nothing else is announced"


CODE = {"code": True}


@pytest.fixture
def sending(hub):
    """There is a gateway; what it would be handed is looked at where it waits."""
    hub.road.sends = True


def terms_of(hub, member):
    hub.road.turn.fresh()
    resident = hub.road.reader.find(idno_token(hub.installation.ring, member.idno), ()).resident
    return locate_resident(resident, (), hub.road.reader, hub.installation.ring).facts.terms


def enter(hub, name, code, *, by=CLERK):
    return hub.ask(by, "POST", f"/v1/mandates/{name}/confirmation", json={"code": code})


@pytest.mark.usefixtures("sending")
def test_a_code_to_a_telephone_that_has_stood_for_seven_days_opens_a_mandate(hub, elder):
    made = opened(hub, elder, "EXAM", proof=CODE)
    assert (made.status_code, made.json()["state"], made.json()["proof"]) == (201, "pending", "code")
    name = made.json()["id"]
    assert reasons(disclosed(hub, name, elder)) == (403, ["approval_required"])
    [notice] = terms_of(hub, elder)["notices"]
    assert (notice["matter"], notice["to"]) == ("mandate_code", elder.values["tel"])
    assert notice["code"] not in json.dumps(terms_of(hub, elder)["mandates"]), "what is kept cannot be turned back"
    told = hub.ask(f"resident:{elder.rid}", "GET", "/v1/me/notices").text
    assert notice["code"] not in told
    assert reasons(enter(hub, name, notice["code"], by=WITNESS)) == (403, ["not_allowed"])
    assert enter(hub, name, notice["code"]).json()["state"] == "open"
    assert disclosed(hub, name, elder).status_code == 200
    assert reasons(enter(hub, name, notice["code"])) == (409, ["already_decided"])


@pytest.mark.usefixtures("sending")
def test_three_wrong_codes_end_a_mandate(hub, elder):
    name = opened(hub, elder, "EXAM", proof=CODE).json()["id"]
    code = terms_of(hub, elder)["notices"][0]["code"]
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    assert [enter(hub, name, wrong).json()["state"] for _ in range(3)] == ["pending", "pending", "ended"]
    assert reasons(enter(hub, name, code)) == (409, ["already_decided"])
    assert enter(hub, name, "12345").status_code == 422


@pytest.mark.usefixtures("sending")
def test_no_code_goes_to_a_number_that_changed_within_the_week_or_is_not_there(hub, elder, tmp_path):
    fresh = {"idno": elder.idno, "name": elder.values["name"], "tel": "15400008888", "grid": FIRST_GRID}
    hub.installation.import_rows("civil_affairs", [fresh], tmp_path)
    bare = hub.installation.cast["bare"]
    for member in (elder, bare):
        assert reasons(opened(hub, member, "EXAM", proof=CODE)) == (403, ["not_available"])
        assert "notices" not in terms_of(hub, member)


@pytest.mark.usefixtures("sending")
def test_a_code_takes_the_place_of_form_and_second_person_and_goes_with_neither(hub, elder):
    for more in ({"form": "1"}, {"spoken": True, "witness": WITNESS}):
        assert opened(hub, elder, "EXAM", proof=CODE | more).status_code == 422


def listed(hub, who):
    return hub.ask(who, "GET", "/v1/mandates").json()["items"]


def test_mandates_in_force_are_listed_for_who_acts_and_for_the_second_person(hub, elder, clock):
    written = opened(hub, elder, "OLDCARD").json()["id"]
    clock.go_on(minutes=1)
    spoken = opened(hub, elder, "EXAM", proof={"spoken": True, "witness": WITNESS}).json()["id"]
    assert [(each["id"], each["state"], each["form"], each["acts"]) for each in listed(hub, CLERK)] == [
        (spoken, "pending", None, True),
        (written, "open", FORM["form"], True),
    ]
    assert [(each["id"], each["by"], each["acts"]) for each in listed(hub, WITNESS)] == [(spoken, f"{CLERK}#1", False)]
    assert listed(hub, SECRETARY) == []
    assert elder.values["name"] not in json.dumps(listed(hub, WITNESS), ensure_ascii=False)
    hub.ask(WITNESS, "POST", f"/v1/mandates/{spoken}/confirmation")
    assert listed(hub, WITNESS) == []
    clock.go_on(minutes=31)
    assert listed(hub, CLERK) == []


def test_a_mandate_that_ended_leaves_the_list_when_the_next_is_opened(hub, elder, clock):
    opened(hub, elder, "EXAM")
    clock.go_on(minutes=31)
    opened(hub, hub.installation.cast["bare"], "EXAM")
    hub.road.turn.fresh()
    assert len(hub.road.reader.roster(roster_of(hub.installation.ring, f"{CLERK}#1"), 0, 10)) == 1


def test_the_second_person_is_told_whom_a_mandate_is_for_and_the_resident_that_they_looked(hub, elder):
    hub.installation.appoint(f"{CLERK}#another")
    name = opened(hub, elder, "EXAM", proof={"spoken": True, "witness": WITNESS}).json()["id"]
    assert hub.ask(WITNESS, "GET", f"/v1/mandates/{name}").json()["person"]["name"] == elder.values["name"]
    for other in (f"{CLERK}#another", SECRETARY, CIVIL_AFFAIRS):
        assert reasons(hub.ask(other, "GET", f"/v1/mandates/{name}")) == (404, ["not_found"])
    items = hub.ask(f"resident:{elder.rid}", "GET", "/v1/me/accesses").json()["items"]
    assert (WITNESS, "considered") in [(item["who"], item["outcome"]) for item in items]


def test_a_clerk_is_offered_the_forms_that_a_mandate_may_be_for(hub, elder):
    offered = hub.ask(CLERK, "GET", "/v1/mandates").json()["offered"]
    assert {"EXAM", "OLDCARD", "UTIL"} <= {each["matter"] for each in offered}
    for each in offered:
        assert opened(hub, elder, each["matter"]).status_code == 201, each
    named = {each["matter"] for each in offered}
    assert named.isdisjoint({"CORR", "SOS", "EMERG", "RIGHTS", "PROXY"})
    assert hub.ask(SECRETARY, "GET", "/v1/mandates").json()["offered"] == []


def test_a_clerk_is_told_which_colleagues_may_be_the_second_person(hub, elder):
    me, community = f"{CLERK}#me", CLERK.partition(":")[2]
    elsewhere, gone, also_me = f"clerk:{community[:-1]}9#far", f"{CLERK}#gone", f"grid_worker:{community}002#me"
    hub.installation.appoint(me, f"{CLERK}#another", f"{SECRETARY}#li", elsewhere, gone, also_me)
    with opening(hub.installation.path) as store:
        revoke(store.writer, store.reader, gone)
    told = hub.ask(me, "GET", "/v1/mandates").json()["second_persons"]
    assert {WITNESS, f"{CLERK}#another", f"{SECRETARY}#li", f"grid_worker:{FIRST_GRID}#1"} <= set(told)
    assert set(told).isdisjoint({elsewhere, gone, me, also_me})
    for witness in (WITNESS, f"{SECRETARY}#li", f"grid_worker:{FIRST_GRID}#1"):
        spoken = {"subject": {"idno": elder.idno}, "matter": "EXAM", "proof": {"spoken": True, "witness": witness}}
        assert hub.ask(me, "POST", "/v1/mandates", json=spoken).status_code == 201, witness
    for other in (SECRETARY, GRID_WORKER, f"resident:{elder.rid}"):
        assert hub.ask(other, "GET", "/v1/mandates").json()["second_persons"] == []


def test_a_refused_look_on_a_mandate_has_a_receipt_of_its_own(hub, elder):
    """Every refused disclosure says what was withheld and proves that it is recorded."""
    name = opened(hub, elder, "EXAM").json()["id"]
    for answer in (
        disclosed(hub, name, elder, purpose="OLDCARD"),
        disclosed(hub, "A" * 43, elder),
        disclosed(hub, name, hub.installation.cast["bare"]),
    ):
        body = answer.json()
        assert (answer.status_code, body["withheld"]) == (403, [])
        assert body["receipt"]["act"]["outcome"] == "denied"
        assert body["receipt"]["act"]["reasons"] == body["reasons"]
        assert len(body["id"]) == 24


def test_a_mandate_for_freezes_lists_them_alone_and_ends_one(hub, elder):
    me = f"resident:{elder.rid}"
    frozen = hub.ask(me, "POST", "/v1/me/freezes", json={}).json()["id"]
    hub.ask(me, "POST", "/v1/me/erasure", json={})
    name = opened(hub, elder, "freezes").json()["id"]
    items = on(hub, name, "GET", "/v1/me/requests").json()["items"]
    assert [(each["id"], each["kind"]) for each in items] == [(frozen, "freeze")]
    assert on(hub, name, "POST", f"/v1/me/freezes/{frozen}/withdrawal").json()["state"] == "ended"
    other = opened(hub, elder, "accesses").json()["id"]
    assert reasons(on(hub, other, "GET", "/v1/me/requests")) == (403, ["not_allowed"])
