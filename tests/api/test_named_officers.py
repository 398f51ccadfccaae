"""Sealed records exist for the officers named for the case, for nobody else: no answer, count, list or time tells."""

import asyncio
import re
import shutil
import statistics
import time

import pytest

from hub.model.decision import AccessRequest, Denial
from hub.model.subject import SubjectRef
from hub.policy.engine import load
from hub.policy.sources import policies_directory
from tests.api.city import ADMIN, AUDITOR, CIVIL_AFFAIRS, CLERK, FIRST_GRID, GRID_WORKER, HEALTH, OFFICER, SECRETARY
from tests.factories import idno, sections

JUSTICE = "department:justice@339999"
LEAD, WANG, LI = f"{JUSTICE}#lead", f"{JUSTICE}#wang", f"{JUSTICE}#li"
NARROW_OFFICER = "security_officer:339999001"
REFERENCE = "（2026）矫 0113"
REASON = "入矫宣告"
FIELDS = ["name", "idno", "addr"]
PLAIN, MARKED = "339999194303129033", "33999919430312905X"
HOME = {"grid": FIRST_GRID, "community": FIRST_GRID[:12], "region": "339999", "life": "alive", "hh": "3399990777"}
VALUES = HOME | {"name": "双生甲", "dob": "1943-03-12", "addr": "云澜街道桂花社区教工路777号", "tel": "15400000977"}
PATIENT = idno(990, "19900101")
PSYCH = """
id = "PSYCH"
name = { zh = "严重精神障碍随访", en = "Follow-up of severe mental disorder" }
basis = ["statutory"]
citation = "精神卫生法 第五十五条"
requesters = ["department:health"]
fields = ["name", "med.mental", "disab.category"]
approval = "named_officers"
reason_required = true
assessment = "PIA-2026-PSYCH"
"""
WITHIN = 1.4
_VARYING = re.compile(
    r'"(id|rid|trace_id|index|entry|made_at|time|latest|when|expires|leaf|act_salt|subject_commitment|ordinal_commitment)'
    r'":("[^"]*"|[0-9]+)'
)


@pytest.fixture
def twins(hub):
    """Two people of whom the same is known; only one is going to have officers named."""
    hub.installation.appoint(LEAD, WANG, LI, NARROW_OFFICER)
    made = hub.installation.add(sections(idno=PLAIN, **VALUES), sections(idno=MARKED, **VALUES, corr_status="control"))
    rids = {number: f"10000000-0000-4000-8000-{each:012x}" for number, each in zip((PLAIN, MARKED), made, strict=True)}
    hub.installation.appoint(*(f"resident:{rid}" for rid in rids.values()))
    return rids


def ask(hub, *officers, by=LEAD, about=MARKED, **more):
    body = {"subject": {"idno": about}, "purpose": "CORR", "officers": list(officers or (WANG,))}
    return hub.ask(by, "POST", "/v1/namings", json=body | {"reference": REFERENCE, "reason": REASON} | more)


def decide(hub, name, decision="approve", *, by=OFFICER):
    return hub.ask(by, "POST", f"/v1/namings/{name}/decision", json={"decision": decision, "reason": "文书已核"})


def revoke(hub, name, *, by=OFFICER):
    return hub.ask(by, "POST", f"/v1/namings/{name}/revocation", json={})


def named(hub, *officers, **more):
    name = ask(hub, *officers, **more).json()["id"]
    assert decide(hub, name).json()["state"] == "in_force"
    return name


def read(hub, by, subject=MARKED, **more):
    return hub.disclose(by, subject, "CORR", reason=REFERENCE, **more)


def reasons(answer):
    return answer.status_code, answer.json()["reasons"]


def normalised(text):
    return _VARYING.sub(r'"\1"', text).replace(MARKED, PLAIN)


def alike(answers):
    first, second = answers
    assert normalised(first.text) == normalised(second.text)
    assert (first.status_code, len(first.content)) == (second.status_code, len(second.content))


def items(hub, who, path, **params):
    return hub.ask(who, "GET", path, params=params).json()["items"]


@pytest.mark.clause("精神卫生法 4, 社区矫正法 54")
@pytest.mark.usefixtures("twins")
def test_officers_named_by_two_people_read_that_persons_record_and_nobody_else_does(hub):
    name = ask(hub, WANG, LI)
    assert (name.status_code, name.json()["state"]) == (201, "pending")
    assert reasons(read(hub, WANG)) == (403, ["not_available"]), "one person alone names nobody"
    decided = decide(hub, name.json()["id"])
    assert (decided.json()["state"], decided.json()["decided_by"]) == ("in_force", f"{OFFICER}#1")
    for who in (WANG, LI):
        answer = read(hub, who)
        assert list(answer.json()["fields"]) == FIELDS
        assert answer.json()["receipt"]["act"]["case"] == name.json()["id"]
        assert reasons(read(hub, who, PLAIN)) == (403, ["not_available"]), "named for one person's case"
    for who in (LEAD, JUSTICE):
        assert reasons(read(hub, who)) == (403, ["not_available"]), "who names them reads nothing"
    for who in (SECRETARY, CLERK, CIVIL_AFFAIRS, OFFICER):
        assert reasons(read(hub, who)) == (403, ["not_a_requester"])


@pytest.mark.clause("精神卫生法 4, 社区矫正法 54")
@pytest.mark.parametrize("who", [JUSTICE, LEAD, LI, SECRETARY, GRID_WORKER, CIVIL_AFFAIRS])
def test_for_everybody_else_a_naming_changes_no_byte_of_any_answer(hub, twins, who):
    named(hub, WANG)
    for purpose in hub.road.policies.purposes:
        alike([hub.disclose(who, number, purpose, reason=REFERENCE) for number in twins])
    for fields in (["corr.status"], ["name", "corr.status", "shoe_size"]):
        alike([read(hub, who, number, fields=fields) for number in twins])
    body = {"purpose": "CORR", "reason": "核实", "duration": "PT1H"}
    alike([hub.ask(who, "POST", "/v1/approvals", json=body | {"subject": {"idno": each}}) for each in twins])
    values = {"addr": "云澜街道桂花社区教工路1号"}
    body = {"purpose": "CORR", "values": values}
    alike([hub.ask(who, "POST", "/v1/observations", json=body | {"subject": {"idno": each}}) for each in twins])
    assert items(hub, who, "/v1/namings") == ([] if who != LEAD else items(hub, LEAD, "/v1/namings"))
    listed = {each["id"] for each in items(hub, who, "/v1/purposes")}
    assert "CORR" not in listed


def test_asking_for_a_naming_tells_nothing_of_one_that_is_there(hub, twins):
    named(hub, WANG)
    told = [ask(hub, LI, by=JUSTICE, about=number) for number in twins]
    assert [each.status_code for each in told] == [201, 201]
    assert {each.json()["state"] for each in told} == {"pending"}
    others = items(hub, JUSTICE, "/v1/namings")
    assert {each["id"] for each in others} == {each.json()["id"] for each in told}, "one's own alone"


@pytest.mark.usefixtures("twins")
def test_the_purpose_is_listed_to_its_named_officers_only_and_only_while_they_are(hub, later):
    name = named(hub, WANG, duration="P2D")
    assert "CORR" in {each["id"] for each in items(hub, WANG, "/v1/purposes")}
    later(days=2)
    assert "CORR" not in {each["id"] for each in items(hub, WANG, "/v1/purposes")}
    assert reasons(read(hub, WANG)) == (403, ["not_available"]), "a naming that ran out is none"
    assert reasons(revoke(hub, name)) == (409, ["already_decided"])


@pytest.mark.parametrize("by", [LEAD, WANG, OFFICER])
@pytest.mark.usefixtures("twins")
def test_a_naming_is_revoked_at_once(hub, by):
    name = named(hub, WANG)
    assert read(hub, WANG).status_code == 200
    assert revoke(hub, name, by=by).json()["state"] == "revoked"
    assert reasons(read(hub, WANG)) == (403, ["not_available"])
    assert reasons(revoke(hub, name, by=by)) == (409, ["already_decided"])


@pytest.mark.clause("PIPL 51")
@pytest.mark.usefixtures("twins")
def test_nobody_names_themselves_nor_decides_about_their_own(hub):
    assert reasons(ask(hub, LEAD)) == (422, ["bad_input"])
    both = f"{OFFICER}#wang"
    hub.installation.appoint(both)
    name = ask(hub, WANG).json()["id"]
    assert reasons(decide(hub, name, by=both)) == (403, ["self_approval"]), "who is named is one human being"
    for who in (LEAD, WANG):
        assert reasons(decide(hub, name, by=who)) == (403, ["self_approval"])
    for who in (LI, JUSTICE, SECRETARY, AUDITOR, ADMIN, CLERK, NARROW_OFFICER):
        assert reasons(decide(hub, name, by=who)) == (404, ["not_found"]), who
        assert reasons(revoke(hub, name, by=who)) == (404, ["not_found"]), who
    assert decide(hub, name, "deny").json()["state"] == "denied"
    assert reasons(decide(hub, name)) == (409, ["already_decided"])
    assert reasons(read(hub, WANG)) == (403, ["not_available"])


@pytest.mark.usefixtures("twins")
def test_who_agrees_is_told_the_document_and_the_officers_and_not_about_whom(hub):
    name = ask(hub, WANG).json()
    [seen] = items(hub, OFFICER, "/v1/namings", state="pending")
    assert (seen["id"], seen["reference"], seen["officers"]) == (name["id"], REFERENCE, [WANG])
    assert seen["subject"] is None
    assert decide(hub, name["id"]).json()["subject"] is None
    [own] = items(hub, WANG, "/v1/namings")
    assert own["subject"] == name["subject"] == {"rid": read(hub, WANG).json()["rid"]}


def test_an_officer_does_not_learn_of_a_naming_in_their_own_household(hub, twins):
    kin = f"{OFFICER}#kin"
    hub.installation.appoint(kin, f"resident:{twins[PLAIN]}#kin")
    name = ask(hub, WANG).json()["id"]
    assert items(hub, kin, "/v1/namings") == []
    assert reasons(decide(hub, name, by=kin)) == (404, ["not_found"])


@pytest.mark.parametrize(
    ("more", "by", "expected"),
    [
        ({"officers": []}, LEAD, (422, ["bad_input"])),
        ({"officers": [JUSTICE]}, LEAD, (422, ["bad_input"])),
        ({"officers": [f"{CIVIL_AFFAIRS}#wang"]}, LEAD, (422, ["bad_input"])),
        ({"officers": [f"{JUSTICE}#nobody"]}, LEAD, (422, ["bad_input"])),
        ({"purpose": "OLDCARD"}, CIVIL_AFFAIRS, (422, ["bad_input"])),
        ({"duration": "P367D"}, LEAD, (422, ["bad_input"])),
        ({"reference": " "}, LEAD, (422, ["bad_input"])),
        ({"reference": "339999194303120020"}, LEAD, (422, ["bad_input"])),
        ({}, GRID_WORKER, (403, ["not_a_requester"])),
        ({"purpose": "NOSUCH"}, LEAD, (403, ["unknown_purpose"])),
        ({"about": "33999919410101908X"}, LEAD, (403, ["out_of_scope"])),
    ],
)
def test_what_cannot_be_a_naming_is_refused(hub, twins, more, by, expected):
    assert twins
    assert reasons(ask(hub, by=by, **more)) == expected


@pytest.mark.clause("精神卫生法 4, 社区矫正法 54")
@pytest.mark.parametrize("who", [OFFICER, AUDITOR])
def test_the_trail_tells_no_reader_whom_a_sealed_entry_is_about(hub, twins, who):
    """Neither by what it shows, nor by what is found under somebody's pseudonym, nor by how many."""
    pseudonyms = {}
    for number in twins:
        index = hub.disclose(CIVIL_AFFAIRS, number, "OLDCARD").json()["receipt"]["index"]
        pseudonyms[number] = hub.installation.subject_part(index, number).subject["subject"]
    name = named(hub, WANG)
    index = read(hub, WANG).json()["receipt"]["index"]
    for number in twins:
        read(hub, LI, number)
    read(hub, LI, "33999919410101908X")
    sealed = items(hub, who, "/v1/audit/events", purpose="CORR")
    assert [each["kind"] for each in sealed].count("naming") == 4
    assert {each["subject"] for each in sealed} == {None}, "somebody, somebody else and nobody are alike"
    assert [each["case"] for each in sealed if each["index"] == index] == [name], "why a read was allowed stands there"
    for number, pseudonym in pseudonyms.items():
        found = items(hub, who, "/v1/audit/events", subject=pseudonym)
        own = [each for each in found if each["kind"] != "trail_search"]
        assert [each["purpose"] for each in own] == ["OLDCARD"], number
    pages = [items(hub, who, "/v1/audit/events", subject=each, purpose="CORR") for each in pseudonyms.values()]
    assert pages == [[], []]
    part = hub.installation.subject_part(index, MARKED)
    assert part.subject["subject"] != pseudonyms[MARKED], "no pack leads from one name to the other"
    assert items(hub, who, "/v1/audit/events", subject=part.subject["subject"]) == []


def test_the_person_finds_naming_and_reads_and_whoever_acts_for_them_does_not(hub, twins):
    named(hub, WANG)
    read(hub, WANG)
    me = f"resident:{twins[MARKED]}"
    told = [(each["kind"], each["outcome"], each["who"]) for each in items(hub, me, "/v1/me/accesses")]
    assert told[:3] == [
        ("disclosure", "disclosed", WANG),
        ("naming", "in_force", f"{OFFICER}#1"),
        ("naming", "requested", LEAD),
    ]
    opened = {"subject": {"idno": MARKED}, "matter": "accesses", "proof": {"form": "2026-0113"}}
    mandate = hub.ask(CLERK, "POST", "/v1/mandates", json=opened).json()["id"]
    behalf = {"On-Behalf-Of": mandate}
    page = hub.ask(CLERK, "GET", "/v1/me/accesses", headers=behalf).json()
    assert {each["kind"] for each in page["items"]}.isdisjoint({"naming"})
    assert "CORR" not in {each["purpose"] for each in page["items"]}
    assert len(page["withheld_ordinals"]) == 3, "as for deferred notices, the gap is told"
    first = hub.ask(CLERK, "GET", "/v1/me/accesses", headers=behalf, params={"limit": 1}).json()
    assert first["items"]
    assert first["next"]


@pytest.mark.usefixtures("twins")
def test_counts_of_a_sealed_purposes_use_are_for_its_officers_and_for_those_who_supervise(hub):
    filings = items(hub, JUSTICE, "/v1/filings", limit=200)
    [corr] = [each["id"] for each in filings if each["purpose"] == "CORR"]
    assert reasons(hub.ask(JUSTICE, "GET", f"/v1/filings/{corr}/use")) == (403, ["not_allowed"])
    named(hub, WANG)
    read(hub, WANG)
    assert reasons(hub.ask(JUSTICE, "GET", f"/v1/filings/{corr}/use")) == (403, ["not_allowed"])
    for who in (WANG, OFFICER):
        assert hub.ask(who, "GET", f"/v1/filings/{corr}/use").json()["reads"] == 1


@pytest.mark.parametrize("path", ["file", "visibility", "corrections", "explanations?field=addr", "cases"])
def test_a_naming_changes_none_of_the_persons_own_routes_but_the_list_of_accesses(hub, twins, path):
    named(hub, WANG)
    path = f"/v1/{path}" if path == "cases" else f"/v1/me/{path}"
    alike([hub.ask(f"resident:{rid}", "GET", path) for rid in twins.values()])


@pytest.mark.usefixtures("twins")
def test_nor_do_explanations_for_officers(hub):
    before = hub.ask(OFFICER, "GET", "/v1/audit/explanations", params={"role": "department:justice"}).text
    named(hub, WANG)
    after = hub.ask(OFFICER, "GET", "/v1/audit/explanations", params={"role": "department:justice"}).text
    assert "CORR" not in after
    assert normalised(before) == normalised(after)


@pytest.mark.usefixtures("twins")
def test_it_is_so_for_every_purpose_that_officers_are_named_for(hub, tmp_path):
    """A purpose of another office with sealed fields takes a file, two rows and a filing, and no line of code."""
    shutil.copytree(policies_directory(), tmp_path / "policies")
    (tmp_path / "policies/purposes/PSYCH.toml").write_text(PSYCH, "utf-8")
    with (tmp_path / "policies/policy.csv").open("a", encoding="utf-8") as rules:
        rules.write("".join(f"p, department:health, PSYCH, {tier}, read, allow\n" for tier in ("basic", "sealed")))
    hub.road.policies = load(tmp_path / "policies")
    nurse, head = f"{HEALTH}#nurse", f"{HEALTH}#head"
    hub.installation.appoint(nurse, head)
    hub.installation.file(HEALTH, "PSYCH")
    [patient] = hub.installation.add(sections(idno=PATIENT, **HOME, name="丙", med_mental=["随访"], disab_category="6"))
    hub.road.turn.fresh()
    assert patient
    for who in (nurse, head, HEALTH):
        assert reasons(hub.disclose(who, PATIENT, "PSYCH", reason=REFERENCE)) == (403, ["not_available"])
    named(hub, nurse, by=head, about=PATIENT, purpose="PSYCH")
    answer = hub.disclose(nurse, PATIENT, "PSYCH", reason=REFERENCE).json()
    assert answer["fields"] == {"name": "丙", "med.mental": ["随访"], "disab.category": "6"}
    assert reasons(hub.disclose(head, PATIENT, "PSYCH", reason=REFERENCE)) == (403, ["not_available"])


@pytest.mark.usefixtures("twins")
def test_of_many_who_decide_one_naming_at_once_exactly_one_does(hub):
    officers = [f"{OFFICER}#racer{number}" for number in range(8)]
    hub.installation.appoint(*officers)
    for _ in range(4):
        name = ask(hub, WANG).json()["id"]

        async def all_at_once(path=f"/v1/namings/{name}/decision"):
            body = [{"decision": "approve" if turn % 2 else "deny", "reason": "已核"} for turn in range(len(officers))]
            asked = zip(officers, body, strict=True)
            return await asyncio.gather(*(hub.request(who, "POST", path, json=each) for who, each in asked))

        answers = hub.run(all_at_once())
        assert sorted(each.status_code for each in answers) == [200] + [409] * 7
        state = next(each for each in answers if each.status_code == 200).json()["state"]
        assert (read(hub, WANG).status_code == 200) == (state == "in_force")
        revoke(hub, name)


def test_the_time_a_decision_takes_tells_nothing(hub, twins):
    """For a colleague who is not named: somebody with officers, and somebody without."""
    named(hub, WANG)
    seconds = {number: [] for number in twins}

    async def walk():
        caller = await hub.road.enter(hub.installation.bearer(LI)["Authorization"])
        for purpose in (hub.road.policies.purposes[each] for each in ("CORR", "MEDIATE")):
            for turn in range(1200):
                number = (PLAIN, MARKED)[turn % 2]
                request = AccessRequest(caller, SubjectRef(idno=number), purpose, purpose.fields, REFERENCE, "0" * 32)
                hub.road.turn.begin()
                started = time.perf_counter()
                outcome = hub.road._walk(request)
                seconds[number].append(time.perf_counter() - started)
                assert isinstance(outcome.result, Denial)

    hub.run(walk())
    plain, marked = (statistics.median(each[100:]) for each in seconds.values())
    assert max(plain, marked) <= WITHIN * min(plain, marked), f"the medians are {plain:.6f} s and {marked:.6f} s"


@pytest.mark.clause("社会救助办法 58, 61; 精神卫生法 4; 社区矫正法 29, 54")
@pytest.mark.usefixtures("twins")
def test_a_naming_goes_with_the_file_that_another_one_takes_in_and_comes_back(hub):
    police = "department:police@339999"
    hub.installation.appoint(police)
    name = named(hub, WANG)
    pair = {"subject": {"idno": PLAIN}, "duplicate": {"idno": MARKED}, "reason": "同一人"}
    merge = hub.ask(SECRETARY, "POST", "/v1/merges", json=pair).json()["id"]
    said = {"decision": "approve", "reason": "核实"}
    assert hub.ask(police, "POST", f"/v1/merges/{merge}/decision", json=said).json()["state"] == "merged"
    for number in (PLAIN, MARKED):
        answer = read(hub, WANG, number)
        assert (answer.status_code, answer.json()["receipt"]["act"]["case"]) == (200, name)
        assert reasons(read(hub, LI, number)) == (403, ["not_available"])
    [item] = items(hub, WANG, "/v1/namings")
    by_rid = {"subject": item["subject"], "purpose": "CORR", "reason": REFERENCE}
    assert hub.ask(WANG, "POST", "/v1/disclosures", json=by_rid).status_code == 200
    assert hub.ask(SECRETARY, "POST", f"/v1/merges/{merge}/separation", json={"reason": "误"}).status_code == 200
    path = f"/v1/merges/{merge}/separation/decision"
    assert hub.ask(police, "POST", path, json=said).json()["state"] == "separated"
    assert read(hub, WANG).status_code == 200
    assert reasons(read(hub, WANG, PLAIN)) == (403, ["not_available"]), "each file has its own officers again"
    assert revoke(hub, name, by=WANG).json()["state"] == "revoked"
    assert reasons(read(hub, WANG)) == (403, ["not_available"])
