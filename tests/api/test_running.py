"""The trail says when the hub started and stopped, that it came back after a crash, and how many sign-ins failed."""

import asyncio
import json
import time

import pytest

from hub.errors import TrailUnavailable
from hub.policy.engine import load
from hub.store import lane as laning
from hub.store.failures import SignInFailures
from hub.store.installation import open_writer
from hub.store.lane import Lane
from tests.factories import CIVIL_AFFAIRS

KINDS = ("start", "stop", "recovery", "sign_in_failures")


def told(installation):
    with installation.opened() as hub:
        acts = [json.loads(act) for (act,) in hub.reader.db.execute("SELECT act FROM log_entry ORDER BY idx")]
    return [act for act in acts if act["kind"] in KINDS]


def kinds(installation):
    return [act["kind"] for act in told(installation)]


def test_start_and_stop_are_entries_of_one_run_with_the_policies_in_force(installation, serve):
    serve(installation).stop()
    start, stop = told(installation)
    assert (start["kind"], stop["kind"]) == ("start", "stop")
    assert start["run"] == stop["run"]
    assert start["policy"] == load().digest
    assert list(installation.directory.running.iterdir()) == []


def test_after_a_crash_the_next_start_says_so_once(installation, serve):
    serve(installation).kill()
    serve(installation).stop()
    serve(installation).stop()
    assert kinds(installation) == ["start", "start", "recovery", "stop", "start", "stop"]
    crashed, second, recovery, *_ = told(installation)
    assert recovery["run"] == crashed["run"]
    assert recovery["by"] == second["run"]


def test_workers_that_serve_together_do_not_take_each_other_for_dead(installation, serve):
    first = serve(installation, workers=2)
    second = serve(installation)
    second.stop()
    first.stop()
    assert sorted(kinds(installation)) == ["start"] * 3 + ["stop"] * 3


def test_of_workers_that_were_killed_together_each_is_recovered_once(installation, serve):
    first = serve(installation, workers=2)
    for _ in range(600):
        if kinds(installation).count("start") == 2:  # the first of them answers before the other is there
            break
        time.sleep(0.05)
    first.kill()
    serve(installation, workers=2).stop()
    assert sorted(kinds(installation)) == ["recovery"] * 2 + ["start"] * 4 + ["stop"] * 2
    recovered = [act["run"] for act in told(installation) if act["kind"] == "recovery"]
    assert len(set(recovered)) == 2


def test_failed_sign_ins_are_one_entry_with_their_count_and_nothing_of_a_token(installation, serve):
    server = serve(installation)
    with server.client() as client:
        for number in range(7):
            headers = {"Authorization": f"Bearer forged{number}"}
            assert client.get("/v1/purposes", headers=headers).status_code == 401
    with server.client(CIVIL_AFFAIRS) as client:
        assert client.get("/v1/purposes").is_success
    server.stop()
    [failures] = [act for act in told(installation) if act["kind"] == "sign_in_failures"]
    assert failures["count"] == 7
    assert set(failures) == {"v", "kind", "time", "actor", "outcome", "count", "since"}
    assert failures["since"] <= failures["time"]


@pytest.fixture
def counted(empty):
    """Run a function of a real lane and a fresh count; returns the counts that were recorded."""

    def run(steps):
        writer = open_writer(empty.directory, empty.ring)

        async def walk():
            lane = Lane(writer, empty.directory.origin(), time.monotonic)
            await steps(lane, SignInFailures())
            lane.close()

        asyncio.run(walk())
        return [act["count"] for act in told(empty)]

    return run


def test_where_nobody_failed_nothing_is_recorded(counted):
    async def steps(lane, failures):
        await failures.record(lane)

    assert counted(steps) == []


def test_a_count_that_could_not_be_recorded_goes_on(counted, monkeypatch):
    async def steps(lane, failures):
        failures.note()
        with monkeypatch.context() as patch:
            patch.setattr(laning, "MOST_WAITING", 0)
            with pytest.raises(TrailUnavailable):
                await failures.record(lane)
        failures.note()
        await failures.record(lane)
        await failures.record(lane)

    assert counted(steps) == [2]
