"""Files that are imported together end as they do one after the other, however far apart they name somebody."""

import csv
import json
import random

import pytest

from audit.fsck import fsck
from hub.errors import BadInput
from hub.feeds import ingest as ingesting
from hub.feeds.conflicts import conflicts_path
from hub.feeds.job import PARTS, Counts
from hub.feeds.parallel import ingest_together
from hub.feeds.rejected import rejected_path
from hub.feeds.sealing import ALL_TIERS, OpenedSections, open_facts
from hub.model.tier import Tier
from hub.store.sections import version_of
from hub.store.tokens import idno_token
from hub.store.transaction import SqlcipherTransaction
from tests.factories import Installation, ingest, person, run_hub, write_csv

FEEDS = ("police", "civil_affairs", "health", "utilities")
PEOPLE = 40


def theirs(number, **more):
    return {"idno": person(number)["idno"], **more}


def world(folder, chance):
    """Feeds about people in any order; sources disagree, rows are bad, one repeats people, some only one knows."""
    rows = {
        "police": [person(number) for number in range(PEOPLE) if number % 7],
        "civil_affairs": [
            theirs(number, name="另一个名字" if number % 5 else person(number)["name"], **{"tag.alone": "1"})
            for number in range(PEOPLE)
            if number % 3
        ],
        "health": [
            theirs(number, **{"med.chronic": "I10", "tel": "no number" if number % 4 == 0 else "15400000009"})
            for number in range(PEOPLE)
            if number % 2
        ],
        "utilities": [
            theirs(number, **{"meter.water": str(reading)}) for number in range(0, PEOPLE, 3) for reading in range(4)
        ],
    }
    rows["police"][5]["grid"] = "no grid"
    for each in rows.values():
        chance.shuffle(each)
    return [(feed, write_csv(folder / f"{feed}.csv", rows[feed])) for feed in FEEDS]


def people(installation):
    """Every person's file, opened, by identity number; the store is what its log says."""
    with installation.opened() as hub:
        fsck(hub.reader.db)
        assert hub.reader.damaged_files(9) == []
        files = {}
        for number in range(PEOPLE):
            sealed = hub.reader.find(idno_token(hub.ring, person(number)["idno"]), tuple(Tier))
            if sealed is not None:
                facts = open_facts(hub.ring, sealed)._replace(rid="")
                files[number] = facts, dict(OpenedSections(hub.ring, sealed, ALL_TIERS))
        return files


def acts(installation):
    with installation.opened() as hub:
        rows = hub.reader.db.execute("SELECT act FROM log_entry ORDER BY idx").fetchall()
    return [act for (row,) in rows if (act := json.loads(row))["kind"] == "import"]


def beside(files):
    """The rejected rows and the conflicts that stand beside each file."""
    paths = [name(file) for _, file in files for name in (rejected_path, conflicts_path)]
    return [path.read_text("utf-8-sig") if path.exists() else "" for path in paths]


@pytest.mark.parametrize(("batch", "waiting"), [(800, 1000), (1, 0), (3, 5), (7, 1)])
def test_files_together_end_as_one_after_the_other(tmp_path, monkeypatch, batch, waiting):
    files = world(tmp_path, random.Random(batch))
    apart, together = Installation.create(tmp_path / "apart"), Installation.create(tmp_path / "together")
    counts = [ingest(apart.path, feed, file, lambda _: None, "2026-11-01") for feed, file in files]
    listed = beside(files)
    monkeypatch.setattr("hub.feeds.source._STEP", 3)  # some people's later file is read before their first
    monkeypatch.setattr(ingesting, "BATCH", batch)
    monkeypatch.setattr(ingesting, "WAITING", waiting)
    at_once = ingest_together(together.path, files, lambda _: None, "2026-11-01")
    assert people(together) == people(apart)
    for one, other in zip(at_once, counts, strict=True):
        assert (one.created + one.updated + one.unchanged, one.rejected) == (
            other.created + other.updated + other.unchanged,
            other.rejected,
        )
    assert sum(each.created for each in at_once) == len(people(apart))
    assert beside(files)[::2] == listed[::2], "rejected rows"
    if batch > PEOPLE:
        assert (at_once, beside(files)) == (counts, listed)
    again = ingest_together(together.path, files, lambda _: None, "2026-11-01")
    # What a file that repeats people says last is seen to be nothing new where its rows are settled together.
    assert {each.created + each.updated for each in (again if batch > PEOPLE else again[:-1])} == {0}


def test_what_a_feed_says_last_counts_though_its_files_are_in_another_order(tmp_path, monkeypatch):
    names = ("先前", "后来")
    rows = [[person(number, name=name) for number in range(PEOPLE)] for name in names]
    rows[1].reverse()
    files = [("police", write_csv(tmp_path / f"{number}.csv", each)) for number, each in enumerate(rows)]
    files.insert(1, ("health", write_csv(tmp_path / "health.csv", [theirs(0, name="另一个")])))
    hub = Installation.create(tmp_path / "hub")
    monkeypatch.setattr("hub.feeds.source._STEP", 3)
    monkeypatch.setattr(ingesting, "BATCH", 1)
    monkeypatch.setattr(ingesting, "WAITING", 0)
    ingest_together(hub.path, files, lambda _: None)
    assert {file[Tier.BASIC]["name"][0].value for _, file in people(hub).values()} == {names[1]}


class TestTheTrail:
    def test_every_department_that_brought_something_has_its_entry_about_the_person(self, empty, tmp_path):
        files = [
            ("police", write_csv(tmp_path / "police.csv", [person(0)])),
            ("civil_affairs", write_csv(tmp_path / "civil_affairs.csv", [theirs(0, **{"tag.alone": "1"})])),
            ("health", write_csv(tmp_path / "health.csv", [theirs(0, name=person(0)["name"])])),
        ]
        counts = ingest_together(empty.path, files, lambda _: None)
        assert counts == [Counts(created=1), Counts(updated=1), Counts(unchanged=1)]
        batches = [act for act in acts(empty) if "created" in act]
        assert [(act["feed"], act["created"], act["updated"]) for act in batches] == [
            ("police", 1, 0),
            ("civil_affairs", 0, 1),
        ]
        about = [act for act in acts(empty) if "department" in act]
        assert [(act["department"], act["outcome"], act.get("sections")) for act in about] == [
            ("police", "created", len(Tier)),
            ("civil_affairs", "updated", None),
        ]
        assert [act["batch"] for act in about] == [act["batch"] for act in batches]
        assert people(empty)[0][1][Tier.CARE]["tag.alone"][0].source == "civil_affairs"

    def test_a_section_that_two_files_change_is_sealed_once(self, empty, tmp_path):
        ingest(empty.path, "police", write_csv(tmp_path / "old.csv", [person(0)]), lambda _: None)
        files = [
            ("police", write_csv(tmp_path / "police.csv", [person(0, name="改名")])),
            ("civil_affairs", write_csv(tmp_path / "civil_affairs.csv", [theirs(0, name="又一个")])),
        ]
        counts = ingest_together(empty.path, files, lambda _: None)
        assert counts == [Counts(updated=1), Counts(updated=1, conflicts=1)]
        with empty.opened() as hub:
            sealed = hub.reader.find(idno_token(hub.ring, person(0)["idno"]), tuple(Tier))
        assert version_of(sealed.sections[Tier.BASIC]) == 2
        [name] = [held for tier in people(empty)[0][1].values() for key, held in tier.items() if key == "name"]
        assert [value.value for value in name] == ["改名", "又一个"]


def test_what_somebody_wrote_meanwhile_is_merged_with_row_by_row(tmp_path, monkeypatch):
    """Nothing is as it was read: every row is merged again within the write, under its own department's name."""
    files = world(tmp_path, random.Random(1))
    hubs = [Installation.create(tmp_path / name) for name in ("calm", "busy")]
    for hub in hubs:
        ingest(hub.path, *files[0], lambda _: None, "2026-11-01")
    monkeypatch.setattr(SqlcipherTransaction, "as_read", lambda *_: set())
    ingest_together(hubs[1].path, files[1:], lambda _: None, "2026-11-01")
    monkeypatch.undo()
    ingest_together(hubs[0].path, files[1:], lambda _: None, "2026-11-01")
    calm, busy = map(people, hubs)
    assert calm == busy
    told = [[(act["department"], act["outcome"]) for act in acts(hub) if "department" in act] for hub in hubs]
    assert sorted(told[0]) == sorted(told[1])


class TestBadInput:
    def test_a_row_that_is_rejected_leaves_what_others_say(self, empty, tmp_path):
        ingest(empty.path, "police", write_csv(tmp_path / "first.csv", [person(0)]), lambda _: None)
        files = [
            ("police", write_csv(tmp_path / "police.csv", [person(1, rid=person(0)["rid"])])),
            ("civil_affairs", write_csv(tmp_path / "civil_affairs.csv", [theirs(1, **{"tag.alone": "1"})])),
        ]
        assert ingest_together(empty.path, files, lambda _: None) == [Counts(rejected=1), Counts(created=1)]
        with rejected_path(files[0][1]).open(encoding="utf-8-sig", newline="") as stream:
            assert [row["field"] for row in csv.DictReader(stream)] == ["rid"]
        assert people(empty)[1][1][Tier.CARE]["tag.alone"][0].value is True

    def test_one_file_that_cannot_be_read_stops_all_before_anything_is_written(self, empty, tmp_path):
        good = ("police", write_csv(tmp_path / "police.csv", [person(0)]))
        (tmp_path / "bad.csv").write_bytes(b"no,such,columns\n1,2,3\n")
        for bad in (tmp_path / "bad.csv", tmp_path / "none.csv", good[1]):
            with pytest.raises(BadInput):
                ingest_together(empty.path, [good, ("health", bad)], lambda _: None)
        assert people(empty) == {}

    def test_a_file_that_another_ones_rejected_rows_would_replace_waits_for_a_command_of_its_own(self, empty, tmp_path):
        file = write_csv(tmp_path / "police.csv", [person(0)])
        corrected = write_csv(rejected_path(file), [person(1)])
        for files in ([file, corrected], [corrected, file]):
            with pytest.raises(BadInput, match="replace"):
                ingest_together(empty.path, [("police", each) for each in files], lambda _: None)
        assert people(empty) == {}
        assert corrected.exists()

    def test_the_command_tells_each_file_and_asks_for_pairs(self, empty, tmp_path):
        files = [
            ("police", write_csv(tmp_path / "police.csv", [person(0), person(1, grid="x")])),
            ("health", write_csv(tmp_path / "health.csv", [theirs(0, **{"med.chronic": "I10"})])),
        ]
        arguments = [str(each) for pair in files for each in pair]
        done = run_hub("import", empty.path, *arguments)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.splitlines() == [
            "police: created 1, updated 0, unchanged 0, rejected 1",
            f"police: rejected rows are in {rejected_path(files[0][1])}: correct them there and import that file",
            "health: created 0, updated 1, unchanged 0, rejected 0",
        ]
        done = run_hub("import", empty.path, *arguments[:-1])
        assert (done.returncode, done.stderr.count("\n")) == (2, 1)


def test_progress_reaches_the_end_of_all_files_and_never_more(empty, tmp_path):
    files = [
        ("police", write_csv(tmp_path / "police.csv", [person(number) for number in range(600)])),
        ("health", write_csv(tmp_path / "health.csv", [theirs(number, diet="low_salt") for number in range(300)])),
    ]
    steps = []
    ingest_together(empty.path, files, steps.append)
    assert sum(steps) == PARTS * sum(file.stat().st_size for _, file in files)
    assert min(steps) >= 0
