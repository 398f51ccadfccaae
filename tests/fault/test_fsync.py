"""A disk that loses a write and says so: what could not be made durable is neither answered nor built upon."""

import struct
from pathlib import Path

import pytest

from hub.feeds.ingest import BATCH
from tests.factories import CIVIL_AFFAIRS, person, run_hub, write_csv
from tests.fault.load import check_log, check_ordinals
from tests.fault.test_full_disk import QUESTION, ask_until, refused

SHIM = Path(__file__).with_name("failing_fsync.c")
EVER = 1_000_000


class Disk:
    """Decides which flushes of a process fail."""

    def __init__(self, library, plan):
        self._plan = plan
        self.let(0, 0)
        self.env = {"LD_PRELOAD": str(library), "HUB_FAULT_PLAN": str(plan), "HUB_FAULT_MATCH": "hub"}

    def let(self, passing, failing):
        """Let the next `passing` flushes through and then fail `failing`."""
        with self._plan.open("r+b" if self._plan.exists() else "wb") as file:
            file.write(struct.pack("=ii", passing, failing))

    def on(self, name):
        """The environment in which only flushes of files whose path holds a name fail."""
        return self.env | {"HUB_FAULT_MATCH": name}

    @property
    def left(self):
        """How many flushes are still to fail."""
        return struct.unpack("=ii", self._plan.read_bytes())[1]


@pytest.fixture(scope="module")
def library(compiled):
    return compiled(SHIM)


@pytest.fixture
def disk(library, tmp_path):
    return Disk(library, tmp_path / "plan")


def receipts_of(answers):
    receipts = [answer.json()["receipt"] for answer in answers]
    assert len({receipt["index"] for receipt in receipts}) == len(receipts)
    return receipts


@pytest.mark.parametrize("name", ["hub.db-wal", "hub.db", "hub"])
def test_a_flush_that_fails_is_not_answered_and_the_next_is(installation, disk, serve, times, name):
    server = serve(installation, env=disk.on(name))
    answers, refusals = [], 0
    with server.client(CIVIL_AFFAIRS) as client:
        for passing in range(times(8, 60)):
            disk.let(passing % 4, 1)
            while disk.left:
                answer = client.post("/v1/disclosures", json=QUESTION)
                if answer.status_code == 200:
                    answers.append(answer)
                else:
                    refusals += refused(answer)
            answers.append(ask_until(client, 200, []))
    assert refusals
    server.kill()
    check_log(installation, receipts_of(answers))
    check_ordinals(installation)


def test_while_every_flush_fails_nothing_is_disclosed(installation, disk, serve):
    server = serve(installation, env=disk.env)
    with server.client(CIVIL_AFFAIRS) as client:
        answers = [client.post("/v1/disclosures", json=QUESTION)]
        disk.let(0, EVER)
        for _ in range(20):
            assert refused(client.post("/v1/disclosures", json=QUESTION))
            assert refused(client.get("/readyz"))
        disk.let(0, 0)
        answers += [client.post("/v1/disclosures", json=QUESTION) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200] * 4
    server.kill()
    check_log(installation, receipts_of(answers))
    check_ordinals(installation)


def test_a_kill_right_after_a_failed_flush_leaves_a_log_that_verifies(installation, disk, serve, times):
    answers = []
    for passing in range(times(4, 30)):
        server = serve(installation, env=disk.env)
        with server.client(CIVIL_AFFAIRS) as client:
            disk.let(passing % 3, 1)
            ask_until(client, 503, answers)
        server.kill()
        disk.let(0, 0)
        check_log(installation, receipts_of(answers))
    check_ordinals(installation)


def test_an_import_that_cannot_flush_says_so_and_resumes(installation, disk, tmp_path):
    people = 3 + 4 * BATCH
    path = write_csv(tmp_path / "more.csv", [person(number) for number in range(3, people)])
    for passing in (0, 1, 3, 2):
        disk.let(passing, 1)
        done = run_hub("import", installation.path, "police", path, env=disk.on("hub.db-wal"))
        assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
        assert "cannot" in done.stderr
        assert disk.left == 0
    done = run_hub("import", installation.path, "police", path)
    assert (done.returncode, done.stderr) == (0, "")
    check_log(installation, [])
    with installation.opened() as hub:
        [created] = hub.reader.db.execute("SELECT count(*) FROM file JOIN keys.data_key USING (resident)").fetchone()
    assert created == people
