"""Filed use against actual use: reads, people, fields, over-asks and refusals, counted from the trail."""

from datetime import timedelta

import pytest

from hub.model.instant import day_of
from tests.api.city import AUDITOR, CIVIL_AFFAIRS, CLERK, FIRST_GRID, HEALTH, OFFICER

POLICE = "department:police@339999"
ELSEWHERE = "security_officer:440000"


@pytest.fixture
def name(hub):
    """The id of what civil affairs filed on paper for senior cards."""
    hub.installation.appoint(POLICE, ELSEWHERE)
    items = hub.ask(CIVIL_AFFAIRS, "GET", "/v1/filings").json()["items"]
    [found] = [item["id"] for item in items if item["purpose"] == "OLDCARD"]
    return found


def use(hub, name, *, by=CIVIL_AFFAIRS, **params):
    return hub.ask(by, "GET", f"/v1/filings/{name}/use", params=params)


def read(hub, idno, *fields, by=CIVIL_AFFAIRS, purpose="OLDCARD"):
    return hub.disclose(by, idno, purpose, fields=list(fields))


@pytest.mark.clause("PIPL 6")
def test_what_was_used_is_counted_and_what_was_not_is_named(hub, name):
    """PIPL 5-6, 网数条例: an over-ask is counted against whoever asked."""
    first, second, *_ = hub.installation.adults(FIRST_GRID)
    for idno, fields in ((first, ["name"]), (first, ["name", "ec"]), (second, ["name", "tel", "ec", "nosuch"])):
        assert read(hub, idno, *fields).status_code == 200
    assert read(hub, hub.installation.cast["nobody"].idno, "name").status_code == 403
    assert read(hub, first, "tel").status_code == 403
    body = use(hub, name).json()
    assert (body["reads"], body["days"], body["subjects_per_day"]) == (3, 1, {"max": 2, "mean": 2.0})
    assert (body["fields"], body["fields_never_used"]) == ({"name": 3}, ["idno"])
    assert (body["over_asks"], body["unknown_fields"]) == ({"ec": 2, "tel": 2}, 1)
    assert body["refusals"] == {"not_in_purpose": 1, "out_of_scope": 1}
    assert body["complete"] is True
    assert first not in str(body)


def test_others_use_is_not_counted(hub, name):
    idno = hub.installation.cast["elder"].idno
    read(hub, idno, "name", by=CLERK)
    read(hub, idno, "name", by=HEALTH, purpose="EXAM")
    body = use(hub, name).json()
    assert (body["reads"], body["refusals"], body["fields_never_used"]) == (0, {}, ["name", "idno"])


def test_days_are_counted_apart(hub, name, monkeypatch):
    idnos = hub.installation.adults(FIRST_GRID)[:3]
    for idno in idnos:
        read(hub, idno, "name")
    clock, token = hub.road.clock, hub.installation.token
    begun = hub.road.clock()
    hub.road.clock = lambda: clock() + timedelta(days=1)
    monkeypatch.setattr(hub.installation, "token", lambda *who, **more: token(*who, now=hub.road.clock(), **more))
    read(hub, idnos[0], "name")
    body = use(hub, name).json()
    assert (body["reads"], body["days"], body["subjects_per_day"]) == (4, 2, {"max": 3, "mean": 2.0})
    later = (begun + timedelta(hours=12)).isoformat()
    assert use(hub, name, since=later).json()["reads"] == 1
    assert use(hub, name, until=later).json()["reads"] == 3


def test_a_report_that_stops_early_says_so(hub, name, monkeypatch):
    for module, value in (("MOST_EXAMINED", 2), ("_AT_ONCE", 2)):
        monkeypatch.setattr(f"hub.approvals.filing_use.{module}", value)
    for idno in hub.installation.adults(FIRST_GRID)[:4]:
        read(hub, idno, "name")
    body = use(hub, name).json()
    assert (body["complete"], body["reads"]) == (False, 2)


@pytest.mark.parametrize(("days", "expiring"), [(31, False), (30, True), (0, True), (-1, False)])
def test_a_filing_that_ends_within_thirty_days_is_expiring(hub, name, days, expiring):
    hub.installation.file(CIVIL_AFFAIRS, "OLDCARD", until=day_of(hub.road.clock()) + timedelta(days=days))
    assert use(hub, name).json()["expiring"] is expiring


@pytest.mark.parametrize(
    ("by", "status", "reasons"),
    [
        (CIVIL_AFFAIRS, 200, None),
        (f"{CIVIL_AFFAIRS}#second", 200, None),
        (OFFICER, 200, None),
        (AUDITOR, 200, None),
        (HEALTH, 403, ["not_allowed"]),
        (POLICE, 403, ["not_allowed"]),
        (CLERK, 403, ["not_allowed"]),
        (ELSEWHERE, 403, ["out_of_scope"]),
    ],
)
def test_the_filer_and_the_areas_supervisors_look_and_nobody_else(hub, name, by, status, reasons):
    hub.installation.appoint(by)
    answer = use(hub, name, by=by)
    assert (answer.status_code, answer.json().get("reasons")) == (status, reasons)


def test_the_look_is_in_the_trail(hub, name):
    use(hub, name, by=OFFICER)
    use(hub, name, by=HEALTH)
    events = hub.ask(AUDITOR, "GET", "/v1/audit/events", params={"kind": "filing_use"}).json()["items"]
    assert [(event["actor"], event["outcome"]) for event in reversed(events)] == [
        (f"{OFFICER}#1", "disclosed"),
        (f"{HEALTH}#1", "denied"),
    ]


def test_unknown_parameters_are_refused(hub, name):
    for wrong in ({"limit": 3}, {"cursor": "x"}, {"purpose": "OLDCARD"}, {"since": "yesterday"}):
        assert use(hub, name, **wrong).status_code == 422, wrong
