"""`GET /v1/audit/events`: the trail of one's own area, newest first; each look is an entry itself."""

import json
import time
from datetime import timedelta

import pytest

from hub.model.instant import CHINA, now_utc
from hub.model.principal import parse_principal
from hub.store.erasure import erase
from hub.store.tokens import idno_token
from tests.api.city import (
    ADMIN,
    AREA,
    AUDITOR,
    CANTEEN,
    CIVIL_AFFAIRS,
    CLERK,
    FAR_GRID,
    FIRST_GRID,
    GRID_WORKER,
    HEALTH,
    OFFICER,
    SECRETARY,
)
from tests.factories import idno, serving

EVENTS = "/v1/audit/events"
MEMBERS = {
    *("index", "time", "kind", "actor", "role", "department", "subject", "purpose", "basis", "fields", "outcome"),
    *("reasons", "approval", "case", "kin", "on_behalf_of", "trace_id"),
    *("role_name", "department_name", "purpose_name", "field_names", "basis_name"),
}
STRANGER = idno(311, "19450505")


@pytest.fixture
def events(client):
    """Ask for events: `events(principal, **filters)`; gives items and next."""

    def ask(principal=AUDITOR, **said):
        answer = client(principal).get(EVENTS, params=said)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return ask


@pytest.fixture
def disclosed(client, city):
    """One disclosure of the elder's; gives the receipt's index."""
    body = {"subject": {"idno": city.cast["elder"].idno}, "purpose": "OLDCARD", "fields": ["name", "ec"]}
    return client(CIVIL_AFFAIRS).post("/v1/disclosures", json=body).json()["receipt"]["index"]


def item(events, index, **said):
    [found] = [each for each in events(**said)["items"] if each["index"] == index]
    return found


@pytest.mark.parametrize("principal", [AUDITOR, OFFICER])
def test_entry_is_found_at_once_with_the_members_of_the_contract_and_no_value(events, disclosed, city, principal):
    [found] = events(principal, limit=1, kind="disclosure")["items"]
    assert found["index"] == disclosed
    assert set(found) == MEMBERS
    assert (found["actor"], found["role"], found["department"]) == (f"{CIVIL_AFFAIRS}#1", "department", "civil_affairs")
    assert (found["purpose"], found["basis"], found["outcome"]) == ("OLDCARD", "statutory", "disclosed")
    assert found["fields"] == ["name"]
    assert len(found["subject"]) == 32
    told = json.dumps(found, ensure_ascii=False)
    assert not any(str(value) in told for value in (city.cast["elder"].idno, city.cast["elder"].values["name"]))


def test_entries_come_newest_first_and_every_entry_once(events, disclosed, city):
    size, listed, cursor = city.size(), [], None
    while True:
        page = events(limit=200, **({"cursor": cursor} if cursor else {}))
        listed += [each["index"] for each in page["items"]]
        if (cursor := page["next"]) is None:
            break
    assert listed == sorted(set(listed), reverse=True)
    acts = [json.loads(city.entry(index).act) for index in range(size)]
    assert {index for index, act in enumerate(acts) if act.get("area", AREA).startswith(AREA)} <= set(listed)
    assert all(acts[index].get("area") or acts[index]["actor"] in ("hub", "resident") for index in listed)
    assert disclosed in listed


@pytest.mark.parametrize(
    "names", [["actor"], ["subject"], ["purpose"], ["kind"], ["outcome"], ["department"], ["actor", "purpose"],
              ["actor", "subject"], ["subject", "purpose"], ["department", "outcome"], ["kind", "outcome", "purpose"]]
)  # fmt: skip
def test_filters_combine(events, disclosed, client, names):
    client(HEALTH).post("/v1/disclosures", json={"subject": {"idno": STRANGER}, "purpose": "EXAM"})
    wanted = item(events, disclosed, kind="disclosure", limit=200)
    said = {name: wanted[name] for name in names}
    found = events(limit=200, **said)["items"]
    assert disclosed in [each["index"] for each in found]
    everything = [each for each in events(limit=200)["items"] if each["index"] <= disclosed]
    expected = [each["index"] for each in everything if all(each[name] == value for name, value in said.items())]
    oldest = everything[-1]["index"]
    assert [each["index"] for each in found if oldest <= each["index"] <= disclosed] == expected


def test_a_day_is_a_whole_day_of_china(events, disclosed):
    today = now_utc().astimezone(CHINA).date()
    assert disclosed in [each["index"] for each in events(since=today, until=today, limit=200)["items"]]
    assert not events(until=today - timedelta(days=1))["items"]


def test_since_is_inclusive_and_until_is_not(events, disclosed):
    time = item(events, disclosed, limit=200)["time"]
    at = [each["index"] for each in events(since=time, limit=200)["items"]]
    assert disclosed in at
    assert disclosed not in [each["index"] for each in events(until=time, limit=200)["items"]]
    [hour, rest] = [time[11:13], time[13:-1]]
    if int(hour) < 16:  # the same instant as the clocks in China show it
        shifted = f"{time[:11]}{int(hour) + 8:02}{rest}+08:00"
        assert at[-1] == events(since=shifted, limit=200)["items"][-1]["index"]


def test_pages_are_stable_while_the_log_grows(events, client, disclosed):
    first = events(kind="disclosure", limit=1)
    [newest] = first["items"]
    client(CLERK).post("/v1/disclosures", json={"subject": {"idno": STRANGER}, "purpose": "OLDCARD"})
    second = events(kind="disclosure", limit=1, cursor=first["next"])["items"]
    assert newest["index"] == disclosed
    assert second[0]["index"] < newest["index"]


def test_each_look_is_an_entry_with_the_names_of_its_filters(events, city):
    before = city.size()
    found = events(kind="disclosure", since="2026-01-01T00:00:00Z", limit=3)["items"]
    assert city.size() == before + 1
    act = json.loads(city.entry(before).act)
    expected = {"kind": "trail_search", "filters": ["kind", "since"], "listed": len(found), "outcome": "disclosed"}
    assert expected.items() <= act.items()
    assert city.subject_part(before).subject["subject"] == ""
    assert events(limit=1, kind="trail_search")["items"][0]["actor"] == f"{AUDITOR}#1"


def test_look_for_somebodys_entries_is_an_entry_about_them(events, disclosed, city):
    subject = item(events, disclosed, limit=200)["subject"]
    before = city.size()
    events(subject=subject, limit=1)
    part = city.subject_part(before, city.cast["elder"].idno)
    assert part.own, "it is sealed under their key, and counts among the entries about them"
    assert part.subject["subject"] == subject
    assert subject not in bytes(city.entry(before).act).decode()
    assert events(subject=subject, limit=1)["items"][0]["index"] == before


def test_people_who_are_not_in_the_store_have_pseudonyms_too(events, client):
    body = {"subject": {"idno": STRANGER}, "purpose": "OLDCARD"}
    index = client(CIVIL_AFFAIRS).post("/v1/disclosures", json=body).json()["receipt"]["index"]
    denied = item(events, index, outcome="denied", limit=5)
    assert (denied["outcome"], denied["reasons"]) == ("denied", ["out_of_scope"])
    found = events(subject=denied["subject"], limit=200)["items"]
    assert index in [each["index"] for each in found]
    assert {each["subject"] for each in found} == {denied["subject"]}


def test_pseudonym_nobody_has_and_word_the_trail_has_not_find_nothing(events):
    assert events(subject="0" * 32)["items"] == []
    assert events(kind="nothing_of_the_kind") == {"items": [], "next": None}


@pytest.mark.parametrize(
    "principal", [GRID_WORKER, SECRETARY, CLERK, CIVIL_AFFAIRS, CANTEEN, ADMIN, "resident:{elder}"]
)
def test_other_roles_are_refused_whatever_they_ask_and_that_is_an_entry(client, city, events, principal):
    principal = city.principal(principal)
    for query in ("", "?kind=disclosure", "?nonsense=1"):
        before = city.size()
        answer = client(principal).get(f"{EVENTS}{query}")
        assert (answer.status_code, answer.json()["reasons"]) == (403, ["not_allowed"])
        act = json.loads(city.entry(before).act)
        said = {"kind": "trail_search", "outcome": "denied", "reasons": ["not_allowed"]}
        assert said.items() <= act.items()
    assert events(kind="trail_search", outcome="denied", limit=1)["items"][0]["index"] == before


def test_officer_of_another_area_sees_what_the_hub_does_and_the_own_area_alone(city, client, events):
    near, far = f"auditor:{FAR_GRID[:12]}", "security_officer:110101"
    city.appoint(near, far)
    worker = f"grid_worker:{FAR_GRID}"
    city.appoint(worker)
    body = {"subject": {"idno": STRANGER}, "purpose": "VISIT"}
    index = client(worker).post("/v1/disclosures", json=body).json()["receipt"]["index"]
    client(CLERK).post("/v1/disclosures", json=body | {"purpose": "OLDCARD"})
    seen = events(near, limit=200)["items"]
    assert index in [each["index"] for each in seen]
    actors = {each["actor"] for each in seen}
    assert {"hub", f"{worker}#1"} <= actors
    assert all(actor == "hub" or parse_principal(actor).area.startswith(FAR_GRID[:12]) for actor in actors)
    elsewhere = events(far, limit=200)["items"]
    assert {each["actor"] for each in elsewhere} <= {"hub", f"{far}#1"}
    assert "start" in {each["kind"] for each in elsewhere}
    assert events(far, actor=f"{CLERK}#1")["items"] == []


def test_what_residents_do_is_seen_where_they_live(city, client, events):
    elder = city.principal("resident:{elder}")
    city.appoint(elder, near := f"auditor:{FAR_GRID[:12]}", wide := "auditor:33", own := f"auditor:{FIRST_GRID[:12]}")
    body = {"subject": {"idno": city.cast["elder"].idno}, "purpose": "OLDCARD"}
    index = client(elder).post("/v1/disclosures", json=body).json()["receipt"]["index"]
    events(wide, limit=1)
    for principal, sees in ((AUDITOR, True), (wide, True), (own, True), (near, False), ("auditor:110101", False)):
        city.appoint(principal)
        found = events(principal, actor="resident", limit=200)["items"]
        assert (index in [each["index"] for each in found]) is sees, principal


@pytest.mark.parametrize(
    ("query", "member"),
    [
        ("actor=", "actor"),
        ("actor=nobody", "actor"),
        ("actor=resident:10000000-0000-4000-8000-000000000001", "actor"),
        ("subject=12", "subject"),
        ("subject=" + "A" * 32, "subject"),
        ("subject=" + "٣" * 32, "subject"),
        ("purpose=", "purpose"),
        ("purpose=A-B", "purpose"),
        ("kind=x" + "x" * 64, "kind"),
        ("kind=%0a", "kind"),
        ("kind=disclosure%0a", "kind"),
        ("outcome=%E6%B2%88", "outcome"),
        ("department=a@b", "department"),
        ("since=2026-02-30", "since"),
        ("since=2026-11", "since"),
        ("since=2026-11-22T10:00:00", "since"),
        ("since=2026-11-22T10:00:00+08:00", "since"),
        ("since=2026-13-22T10:00:00Z", "since"),
        ("since=0001-01-01T00:00:00%2B08:00", "since"),
        ("since=1", "since"),
        ("until=", "until"),
        ("since=2026-11-22T10:00:00Z&until=2026-11-22T10:00:00Z", "until"),
        ("kind=a&kind=b", "kind"),
        ("cursor=x", "cursor"),
        ("cursor=-1", "cursor"),
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("over_asked=false", "over_asked"),
        ("area=33", "area"),
        ("name=x", "name"),
    ],
)
def test_bad_parameter_is_named_and_nothing_is_looked_at_or_recorded(client, city, query, member):
    before = city.size()
    answer = client(AUDITOR).get(f"{EVENTS}?{query}")
    assert (answer.status_code, answer.json()["reasons"]) == (422, ["bad_input"])
    assert answer.json()["errors"][0]["member"] == member
    assert city.size() == before


def test_nothing_is_shown_where_the_look_cannot_be_recorded(hub, monkeypatch):
    def fail(*_args, **_options):
        raise OSError

    monkeypatch.setattr(hub.road.lane._writer, "run", fail)
    answer = hub.ask(AUDITOR, "GET", EVENTS)
    assert (answer.status_code, answer.json()["reasons"]) == (503, ["audit_unavailable"])
    assert "items" not in answer.json()


def test_answer_is_stored_nowhere(client):
    assert client(AUDITOR).get(EVENTS).headers["cache-control"] == "no-store"


def test_erased_person_is_no_longer_found_and_the_acts_stay(hub):
    elder = hub.installation.cast["elder"].idno
    index = hub.disclose(CLERK, elder, "OLDCARD").json()["receipt"]["index"]
    [found] = hub.ask(AUDITOR, "GET", f"{EVENTS}?kind=disclosure&limit=1").json()["items"]
    hub.road.turn.end()
    with hub.installation.opened() as opened:
        resident = opened.reader.find(idno_token(opened.ring, elder), ()).resident
        assert erase(opened.writer, opened.reader, opened.ring, resident, now_utc())
    assert hub.ask(AUDITOR, "GET", f"{EVENTS}?subject={found['subject']}&kind=disclosure").json()["items"] == []
    [left] = hub.ask(AUDITOR, "GET", f"{EVENTS}?kind=disclosure&limit=1").json()["items"]
    assert (left["index"], left["subject"], left["purpose"]) == (index, None, "OLDCARD")


def test_several_workers_share_one_projection_and_build_it_anew_when_it_is_lost(untouched, tmp_path):
    town = untouched.copy(tmp_path / "hub")
    elder = town.cast["elder"].idno
    with serving(town, workers=2) as server, server.client(CLERK) as clerk, server.client(AUDITOR) as auditor:
        for turn in range(3):
            body = {"subject": {"idno": elder}, "purpose": "OLDCARD"}
            index = clerk.post("/v1/disclosures", json=body).json()["receipt"]["index"]
            for _ in range(4):
                answer = auditor.get(EVENTS, params={"kind": "disclosure", "limit": 1})
                while answer.status_code == 503:  # it is just being built anew, and the answer says to come back
                    time.sleep(0.1)
                    answer = auditor.get(EVENTS, params={"kind": "disclosure", "limit": 1})
                [newest] = answer.json()["items"]
                assert newest["index"] == index
            if turn == 0:
                town.directory.trail.unlink()
            if turn == 1:
                damaged = bytearray(town.directory.trail.read_bytes())
                damaged[4096:] = bytes(len(damaged) - 4096)
                town.directory.trail.write_bytes(damaged)
