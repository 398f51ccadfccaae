"""A filing is used for no more people a day than it states, whoever asks, through whichever process."""

import asyncio
from datetime import date, timedelta

import httpx
import pytest

from hub.model.filing import Filing
from hub.model.purpose import Basis
from hub.policy.filings import put_on_record
from tests.api.city import CIVIL_AFFAIRS, CLERK, FIRST_GRID
from tests.api.in_process import InProcess
from tests.factories import Server


def put(installation, volume, *, scope="339999", requester=CIVIL_AFFAIRS):
    """Put a filing on record in place of the one of the same requester, purpose and scope."""
    name = f"{requester}/OLDCARD/{scope}"
    stated = ("OLDCARD", Basis.STATUTORY, "老年人权益保障法", "测试", scope, volume, date(2036, 12, 31))
    with installation.opened() as opened:
        put_on_record(opened.writer, [Filing(name, requester, *stated)])


@pytest.fixture
def people(hub):
    """People of age in the area; the filing in force is for three of them a day."""
    put(hub.installation, 3)
    return hub.installation.adults(FIRST_GRID)


def read(hub, idno, *, by=CIVIL_AFFAIRS):
    answer = hub.disclose(by, idno, "OLDCARD", fields=["name"])
    return answer.json().get("reasons", "given")


def test_one_person_too_many_is_refused_and_the_others_may_be_read_again(hub, people):
    assert [read(hub, idno) for idno in people[:4]] == ["given"] * 3 + [["volume_exceeded"]]
    assert [read(hub, idno) for idno in people[:4]] == ["given"] * 3 + [["volume_exceeded"]]


def test_a_refusal_beyond_the_volume_is_recorded_about_the_person(hub, people):
    for idno in people[:3]:
        read(hub, idno)
    answer = hub.disclose(CIVIL_AFFAIRS, people[3], "OLDCARD", fields=["name", "ec"])
    body = answer.json()
    assert (answer.status_code, body["reasons"], body["withheld"]) == (403, ["volume_exceeded"], [])
    act = body["receipt"]["act"]
    assert (act["outcome"], act["reasons"]) == ("denied", ["volume_exceeded"])
    assert hub.installation.subject_part(body["receipt"]["index"], people[3]).own


def test_windows_of_one_department_share_the_volume(hub, people):
    hub.installation.appoint(f"{CIVIL_AFFAIRS}#second")
    for idno in people[:3]:
        read(hub, idno)
    assert read(hub, people[3], by=f"{CIVIL_AFFAIRS}#second") == ["volume_exceeded"]


def test_what_is_refused_for_another_reason_uses_nothing_up(hub, people):
    for idno in people[:5]:
        assert hub.disclose(CIVIL_AFFAIRS, idno, "OLDCARD", fields=["tel"]).status_code == 403
    assert [read(hub, idno) for idno in people[:3]] == ["given"] * 3


def test_staff_who_need_no_filing_have_no_volume(hub, people):
    assert {read(hub, idno, by=CLERK) for idno in people[:6]} == {"given"}


def test_each_day_in_china_begins_anew(hub, people, monkeypatch):
    for idno in people[:3]:
        read(hub, idno)
    clock, token = hub.road.clock, hub.installation.token
    hub.road.clock = lambda: clock() + timedelta(days=1)
    monkeypatch.setattr(hub.installation, "token", lambda *who, **more: token(*who, now=hub.road.clock(), **more))
    assert read(hub, people[3]) == "given"


def test_a_batch_counts_each_person_once(hub, people):
    subjects = [{"idno": idno} for idno in (people[0], people[0], people[1], people[2], people[3], people[0], "x")]
    body = {"subjects": subjects, "purpose": "OLDCARD", "fields": ["name"]}
    items = hub.ask(CIVIL_AFFAIRS, "POST", "/v1/disclosures/batch", json=body).json()["items"]
    outcomes = [item.get("reasons", "given") for item in items]
    assert outcomes == ["given"] * 4 + [["volume_exceeded"], "given", ["bad_input"]]
    assert len({item["receipt"]["index"] for item in items[:6]}) == 6, "each is recorded on its own"


def test_a_batch_of_a_thousand_stops_at_the_volume(hub, people):
    put(hub.installation, 20)
    known = people[:30]
    subjects = [{"idno": known[number % 30]} for number in range(1000)]
    body = {"subjects": subjects, "purpose": "OLDCARD", "fields": ["name"]}
    items = hub.ask(CIVIL_AFFAIRS, "POST", "/v1/disclosures/batch", json=body).json()["items"]
    given = {known[number % 30] for number, item in enumerate(items) if "fields" in item}
    assert given == set(known[:20])
    assert all("fields" in item for number, item in enumerate(items) if number % 30 < 20)


def test_raising_and_lowering_the_volume_counts_from_the_next_read(hub, people):
    for idno in people[:3]:
        read(hub, idno)
    put(hub.installation, 4)
    assert read(hub, people[3]) == "given"
    put(hub.installation, 1)
    assert (read(hub, people[4]), read(hub, people[0])) == (["volume_exceeded"], "given")


def test_the_narrower_filing_counts_where_it_reaches(hub, people):
    put(hub.installation, 1, scope=FIRST_GRID)
    assert [read(hub, idno) for idno in people[:2]] == ["given", ["volume_exceeded"]]
    villager = hub.installation.cast["villager"].idno
    assert read(hub, villager) == "given"


def test_a_failing_write_beside_it_leaves_the_count_right(hub, people):
    """Of what shares a batch, one action fails: all run again, and nobody is counted twice or forgotten."""

    def fail(_tx):
        raise LookupError("this one alone")

    async def together():
        reading = [hub.asking(CIVIL_AFFAIRS, idno, "OLDCARD", fields=["name"]) for idno in people[:2]]
        failing = hub.road.lane.write(fail)
        answers = await asyncio.gather(*reading, failing, return_exceptions=True)
        return answers[:2]

    assert [answer.status_code for answer in hub.run(together())] == [200, 200]
    assert [read(hub, idno) for idno in people[2:4]] == ["given", ["volume_exceeded"]]


def test_the_count_outlives_the_process(hub, people):
    for idno in people[:2]:
        read(hub, idno)
    hub.run(_restart(hub))
    assert [read(hub, idno) for idno in people[2:4]] == ["given", ["volume_exceeded"]]


async def _restart(hub):
    await hub._life.__aexit__(None, None, None)
    hub._life = hub.front.lifespan(hub.front)
    await hub._life.__aenter__()


def test_of_two_processes_that_race_for_the_last_places_none_exceeds_the_volume(untouched, tmp_path):
    installation = untouched.copy(tmp_path / "two")
    put(installation, 7)
    people = installation.adults(FIRST_GRID)[:24]
    server = Server(installation, workers=2)
    try:
        given, counts = asyncio.run(_race(server, people))
    finally:
        server.stop()
    assert len(given) == 7
    assert counts == {200, 403}
    again = InProcess(installation)
    try:
        assert {idno for idno in people if read(again, idno) == "given"} == given
    finally:
        again.close()


async def _race(server, people):
    headers = server.installation.bearer(CIVIL_AFFAIRS)

    async def ask(idno):
        # A connection of its own, so that the processes share the requests.
        async with httpx.AsyncClient(base_url=server.url, headers=headers, timeout=60, trust_env=False) as client:
            body = {"subject": {"idno": idno}, "purpose": "OLDCARD", "fields": ["name"]}
            return idno, (await client.post("/v1/disclosures", json=body)).status_code

    answers = await asyncio.gather(*(ask(idno) for idno in people * 2))
    return {idno for idno, status in answers if status == 200}, {status for _, status in answers}
