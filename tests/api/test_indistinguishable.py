"""Somebody elsewhere and nobody at all are one answer: in bytes, in headers, and in time within noise."""

import json
import re
import statistics
import time

import pytest

from hub.model.decision import AccessRequest
from hub.model.subject import SubjectRef
from tests.api.city import CIVIL_AFFAIRS, CLERK, FAR_GRID, GRID_WORKER, HEALTH
from tests.factories import idno

WITHIN = 1.4
"""Medians of two groups from one run may differ by this factor; a step more or less on the road is far outside it."""

CALLERS = [
    (CLERK, "OLDCARD", "villager"),
    (GRID_WORKER, "VISIT", "neighbour"),
    (GRID_WORKER, "SOS", "villager"),
    (CIVIL_AFFAIRS, "OLDCARD", "outsider"),
    (CIVIL_AFFAIRS, "DIBAO", "homeless"),
    (HEALTH, "EXAM", "outsider"),
    ("organisation:clinic01@339999", "HOMEMED", "outsider"),
    ("resident:{elder}", "SOS", "neighbour"),
    ("department:justice@339999", "CORR", "outsider"),
]

_ID = re.compile(r'"(id|trace_id|index|time|leaf|act_salt|subject_commitment|ordinal_commitment)":("[^"]*"|[0-9]+)')


def normalised(answer):
    """The body with ids, times and salts replaced by their names, everything else as it came."""
    return _ID.sub(lambda found: f'"{found[1]}":"{len(found[2]) if found[1] != "index" else 0}"', answer.text)


def headers(answer):
    passing = {"date", "content-length", "x-trace-id"}
    return {name: value for name, value in answer.headers.items() if name not in passing}


@pytest.fixture
def ask(client, city):
    def disclose(principal, purpose, number, **more):
        body = {"subject": {"idno": number}, "purpose": purpose, "reason": "案卷 2026-07"} | more
        return client(city.principal(principal)).post("/v1/disclosures", json=body)

    return disclose


@pytest.mark.parametrize(("principal", "purpose", "foreign"), CALLERS)
def test_elsewhere_and_nobody_are_the_same_bytes_and_headers(ask, city, principal, purpose, foreign):
    somebody = ask(principal, purpose, city.cast[foreign].idno)
    nobody = ask(principal, purpose, city.cast["nobody"].idno)
    assert somebody.json()["reasons"] == ["out_of_scope"]
    assert normalised(somebody) == normalised(nobody)
    assert somebody.status_code == nobody.status_code == 403
    assert headers(somebody) == headers(nobody)
    assert list(somebody.headers) == list(nobody.headers)


@pytest.mark.parametrize("fields", [["med.mental"], ["name", "shoe_size"], None])
def test_what_is_asked_for_makes_no_difference(ask, city, fields):
    more = {"fields": fields} if fields else {}
    answers = [ask(CLERK, "OLDCARD", city.cast[name].idno, **more) for name in ("villager", "nobody")]
    assert normalised(answers[0]) == normalised(answers[1])
    assert answers[0].json()["withheld"] == []


def test_it_is_so_for_rids(client):
    """A rid of somebody elsewhere, one that is nobody's, and one that is no rid at all."""
    far = "clerk:339999001002"
    rid = (
        client(far).post("/v1/residents/search", json={"grid": "339999001002001", "limit": 1}).json()["items"][0]["rid"]
    )
    flipped = rid[:-1] + ("A" if rid[-1] != "A" else "B")
    answers = [
        client(CLERK).post("/v1/disclosures", json={"subject": {"rid": each}, "purpose": "OLDCARD"})
        for each in (rid, flipped, "nonsense", "非")
    ]
    assert len({normalised(answer) for answer in answers}) == 1
    assert answers[0].json()["reasons"] == ["out_of_scope"]


def test_it_is_so_within_a_batch(client, city):
    people = [{"idno": city.cast[name].idno} for name in ("villager", "nobody", "outsider")]
    items = client(CLERK).post("/v1/disclosures/batch", json={"subjects": people, "purpose": "OLDCARD"}).json()["items"]
    assert len({_ID.sub("", json.dumps(item, separators=(",", ":"))) for item in items}) == 1


def test_the_trail_knows_the_difference(ask, city):
    foreign, nobody = city.cast["villager"].idno, city.cast["nobody"].idno
    about_foreign = ask(CLERK, "OLDCARD", foreign).json()["receipt"]["index"]
    about_nobody = ask(CLERK, "OLDCARD", nobody).json()["receipt"]["index"]
    known, unknown = city.subject_part(about_foreign, foreign), city.subject_part(about_nobody, nobody)
    assert known.own, "it counts among the entries about that person"
    assert known.subject["truth"] == "outside the area"
    assert known.ordinal["ordinal"] >= 1
    assert not unknown.own
    assert unknown.subject["truth"] == "no such person"
    assert unknown.ordinal["ordinal"] is None
    assert known.subject["subject"] != unknown.subject["subject"]


def test_ids_of_nobody_are_told_apart_in_the_trail(client, city):
    indexes = [
        client(CLERK)
        .post("/v1/disclosures", json={"subject": {"rid": rid}, "purpose": "OLDCARD"})
        .json()["receipt"]["index"]
        for rid in ("nonsense", "nonsense", "other")
    ]
    pseudonyms = [city.subject_part(index).subject["subject"] for index in indexes]
    assert pseudonyms[0] == pseudonyms[1] != pseudonyms[2]


def test_the_same_stranger_is_one_pseudonym_and_two_are_two(ask, city):
    first, second = idno(998, "19410101"), idno(997, "19410101")
    parts = [city.subject_part(ask(HEALTH, "EXAM", each).json()["receipt"]["index"]) for each in (first, first, second)]
    pseudonyms = [part.subject["subject"] for part in parts]
    assert pseudonyms[0] == pseudonyms[1] != pseudonyms[2]


@pytest.fixture
def strangers(hub):
    """People of another community, and numbers nobody bears, as many of each; vain questions are not counted."""
    hub.road.misses.note = lambda _principal, _at: None
    villagers = hub.installation.adults(FAR_GRID)
    return {"elsewhere": villagers, "nobody": [idno(900 + each, "19420101") for each in range(len(villagers))]}


def alternating(strangers, rounds):
    """Kinds and numbers in turns, so that whatever slows the machine slows both alike."""
    return [(kind, numbers[turn % len(numbers)]) for turn in range(rounds) for kind, numbers in strangers.items()]


def assert_alike(seconds):
    elsewhere, nobody = (statistics.median(each[len(each) // 10 :]) for each in seconds.values())
    told = f"the median of `elsewhere` is {elsewhere:.6f} s, that of `nobody` {nobody:.6f} s"
    assert max(elsewhere, nobody) <= WITHIN * min(elsewhere, nobody), told


def test_time_an_answer_takes_tells_nothing(hub, strangers):
    seconds = {kind: [] for kind in strangers}
    for kind, number in alternating(strangers, 120):
        started = time.perf_counter()
        answer = hub.disclose(CLERK, number, "OLDCARD")
        seconds[kind].append(time.perf_counter() - started)
        assert answer.json()["reasons"] == ["out_of_scope"]
    assert_alike(seconds)


def test_time_a_decision_takes_tells_nothing(hub, strangers):
    """Without HTTP and disk, which would hide a difference from us and not from somebody patient."""
    seconds = {kind: [] for kind in strangers}

    async def walk():
        caller = await hub.road.enter(hub.installation.bearer(CLERK)["Authorization"])
        purpose = hub.road.policies.purposes["OLDCARD"]
        for kind, number in alternating(strangers, 600):
            request = AccessRequest(caller, SubjectRef(idno=number), purpose, purpose.fields, "", "0" * 32)
            hub.road.turn.begin()
            started = time.perf_counter()
            outcome = hub.road._walk(request)
            seconds[kind].append(time.perf_counter() - started)
            assert outcome.result.reasons == ("out_of_scope",)

    hub.run(walk())
    assert_alike(seconds)
