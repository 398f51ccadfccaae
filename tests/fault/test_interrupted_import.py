"""An import that is killed anywhere resumes, and ends where it would have ended undisturbed."""

import os
import random
import signal
import subprocess
import time

import pytest

from audit.fsck import fsck
from hub.errors import OperatorError
from hub.feeds.ingest import import_lock
from hub.feeds.sealing import ALL_TIERS, OpenedSections, idno_of, open_facts
from hub.model.tier import Tier
from tests.factories import HUB, Installation, World, run_hub, write_csv

FEEDS = ("police", "civil_affairs")
RESIDENTS = 4000
"""More than are held back in each part, so that something is written before the files end."""


@pytest.fixture(scope="module")
def feeds(tmp_path_factory):
    """Feeds of a community with rows to be rejected and sources that disagree; each large enough for two processes."""
    folder = tmp_path_factory.mktemp("feeds")
    world = World(folder / "world", RESIDENTS, seed=3)
    rows = {feed: world.rows(feed) for feed in FEEDS}
    for number, row in enumerate(rows["police"]):
        if number % 97 == 5:
            row["idno"] = row["idno"][:-1] + ("1" if row["idno"][-1] != "1" else "2")
        row["addr"] += "，" + "原门牌" * 20
    for number, row in enumerate(rows["civil_affairs"]):
        if number % 83 == 7:
            row["grid"] = "not a grid"
        if number % 41 == 3:
            row["name"] = "另外的名字"
        row["addr"] += "，" + "原门牌" * 20
    return {feed: write_csv(folder / f"{feed}.csv", rows[feed]).read_bytes() for feed in FEEDS}


class Importing:
    """A hub and a folder of feeds that are imported into it by the real command."""

    def __init__(self, folder, feeds):
        folder.mkdir()
        self.hub = Installation.create(folder / "hub")
        self.folder = folder
        for feed, content in feeds.items():
            (folder / f"{feed}.csv").write_bytes(content)

    def start(self, *feeds):
        command = [HUB, "import", self.hub.path, *self.files(*feeds)]
        return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)

    def files(self, *feeds):
        return [word for feed in feeds for word in (feed, self.folder / f"{feed}.csv")]

    def finish(self, *feeds):
        done = run_hub("import", self.hub.path, *self.files(*feeds))
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    def beside(self):
        """What lies beside the feeds' files."""
        return {path.name: path.read_bytes() for path in self.folder.glob("*.csv") if path.stem not in FEEDS}

    def people(self):
        """Every person's file, opened, by identity number; and how many rows, tokens and keys the store has."""
        with self.hub.opened() as hub:
            fsck(hub.reader.db)
            files = {}
            for (resident,) in hub.reader.db.execute("SELECT resident FROM file").fetchall():
                sealed = hub.reader.get(resident, tuple(Tier))
                facts = open_facts(hub.ring, sealed)
                file = dict(OpenedSections(hub.ring, sealed, ALL_TIERS))
                # Whoever the police do not know has an id by chance.
                files[idno_of(file)] = (facts._replace(rid=""), file)
            counts = [
                hub.reader.db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608 - the names below
                for table in ("file", "lookup", "list", "progress", "file JOIN keys.data_key USING (resident)")
            ]
        return files, counts


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory, feeds):
    """What becomes of the feeds when nobody interferes, and how long each takes."""
    importing = Importing(tmp_path_factory.mktemp("undisturbed") / "x", feeds)
    seconds = {}
    for feed in FEEDS:
        started = time.monotonic()
        importing.finish(feed)
        seconds[feed] = time.monotonic() - started
    assert set(importing.beside()) == {
        "police.csv.rejected.csv",
        "civil_affairs.csv.rejected.csv",
        "civil_affairs.csv.conflicts.csv",
    }
    return importing.people(), importing.beside(), seconds


@pytest.mark.parametrize("whole", [True, False], ids=["all its processes", "the command alone"])
def test_an_import_killed_at_any_point_ends_as_an_undisturbed_one(tmp_path, feeds, undisturbed, times, whole):
    people, beside, seconds = undisturbed
    importing = Importing(tmp_path / "x", feeds)
    chance = random.Random(whole)
    for feed in FEEDS:
        for _ in range(times(4, 40)):
            process = importing.start(feed)
            time.sleep(chance.uniform(0.15, 0.9) * seconds[feed])
            (os.killpg if whole else os.kill)(process.pid, signal.SIGKILL)
            process.wait()
        importing.finish(feed)
    assert importing.beside() == beside
    assert importing.people() == people


def test_feeds_imported_together_and_killed_end_as_one_after_the_other(tmp_path, feeds, undisturbed, times):
    people, beside, seconds = undisturbed
    importing = Importing(tmp_path / "x", feeds)
    chance = random.Random(2)
    for number in range(times(4, 40)):
        process = importing.start(*FEEDS)
        time.sleep(chance.uniform(0.15, 0.9) * sum(seconds.values()))
        (os.kill if number % 2 else os.killpg)(process.pid, signal.SIGKILL)
        process.wait()
    importing.finish(*FEEDS)
    # A row that is read again finds what the other file said meanwhile: such a conflict stands beside both files.
    repeated = importing.beside().pop("police.csv.conflicts.csv", b"row,field,kept,other").decode("utf-8-sig")
    assert {tuple(line.split(",")[1:]) for line in repeated.split()[1:]} <= {("name", "police", "civil_affairs")}
    assert importing.beside().items() >= beside.items()
    assert importing.people() == people


def test_an_import_that_is_repeated_changes_nothing(tmp_path, feeds, undisturbed):
    people, beside, _ = undisturbed
    importing = Importing(tmp_path / "x", feeds)
    for feed in FEEDS * 2:
        said = importing.finish(feed)
    assert said.startswith("created 0, updated 0, unchanged ")
    assert importing.beside().items() >= beside.items()
    assert importing.people() == people


def test_a_second_import_waits_its_turn(tmp_path, feeds):
    importing = Importing(tmp_path / "x", feeds)
    with import_lock(importing.hub.directory):
        done = run_hub("import", importing.hub.path, "police", importing.folder / "police.csv")
        assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
        with pytest.raises(OperatorError, match="another import"), import_lock(importing.hub.directory):
            pass
    importing.finish("police")
