import csv
import json

import pytest

from hub.errors import BadInput, OperatorError
from hub.feeds import ingest as ingesting
from hub.feeds.conflicts import conflicts_path
from hub.feeds.ingest import BATCH
from hub.feeds.job import PARTS, Counts, part_path
from hub.feeds.rejected import rejected_path
from hub.feeds.sealing import ALL_TIERS, OpenedSections, open_facts
from hub.model.tier import Tier
from hub.store.tokens import idno_token, list_token, rid_token
from tests.factories import GRID, idno, ingest, person, write_csv

OTHER_GRID = "339999001001002"


@pytest.fixture
def bring(empty, tmp_path):
    """Import rows as a file of a feed: `bring(feed, *rows)`; returns the counts."""

    def run(feed, *rows, name="feed.csv", at=""):
        return ingest(empty.path, feed, write_csv(tmp_path / name, rows), lambda _: None, at)

    return run


@pytest.fixture
def look(empty):
    """A person's file by number: `look(number)` gives facts and sections, or None."""

    def run(number):
        with empty.opened() as hub:
            sealed = hub.reader.find(idno_token(hub.ring, person(number)["idno"]), tuple(Tier))
            if sealed is None:
                return None
            return open_facts(hub.ring, sealed), dict(OpenedSections(hub.ring, sealed, ALL_TIERS))

    return run


def rejected_rows(path):
    with rejected_path(path).open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def acts(empty, kind="import"):
    with empty.opened() as hub:
        rows = hub.reader.db.execute("SELECT act FROM log_entry ORDER BY idx").fetchall()
    return [act for (row,) in rows if (act := json.loads(row))["kind"] == kind]


class TestMerging:
    def test_a_new_person_is_created_with_source_date_and_basis(self, bring, look):
        assert bring("police", person(0), at="2026-11-01") == Counts(created=1)
        facts, sections = look(0)
        [name] = sections[Tier.BASIC]["name"]
        assert (name.value, name.source, name.at, name.basis) == (
            person(0)["name"],
            "police",
            "2026-11-01",
            "statutory",
        )
        assert (facts.rid, facts.grid, facts.born) == (person(0)["rid"], GRID, "1940-03-12")

    def test_the_same_file_again_changes_nothing(self, bring, look, empty):
        rows = [person(number) for number in range(5)]
        bring("police", *rows)
        before, entries = [look(number) for number in range(5)], len(acts(empty))
        assert bring("police", *rows) == Counts(unchanged=5)
        assert [look(number) for number in range(5)] == before
        assert len(acts(empty)) == entries

    def test_two_feeds_make_one_file(self, bring, look):
        bring("police", person(0))
        counts = bring("civil_affairs", {"idno": person(0)["idno"], "tag.alone": "1", "tel": "15400000009"})
        assert (counts.created, counts.updated) == (0, 1)
        _, sections = look(0)
        assert sections[Tier.CARE]["tag.alone"][0].value is True
        assert sections[Tier.BASIC]["name"][0].source == "police"

    def test_the_authoritative_source_wins_whatever_comes_first(self, bring, look):
        theirs = {"idno": person(0)["idno"], "name": "另一个名字"}
        for first, then in (("police", "civil_affairs"), ("civil_affairs", "police")):
            number = 0 if first == "police" else 1
            rows = {"police": person(number), "civil_affairs": theirs | {"idno": person(number)["idno"]}}
            bring(first, rows[first])
            bring(then, rows[then])
            _, sections = look(number)
            held = sections[Tier.BASIC]["name"]
            assert [(value.value, value.source) for value in held] == [
                (person(number)["name"], "police"),
                ("另一个名字", "civil_affairs"),
            ]

    def test_a_conflict_is_listed_beside_the_file_until_it_is_gone(self, bring, tmp_path):
        bring("police", person(0))
        theirs = {"idno": person(0)["idno"], "name": "另一个名字"}
        listed = conflicts_path(tmp_path / "feed.csv")
        for _ in range(2):
            assert bring("civil_affairs", theirs).conflicts == 1
            assert listed.read_text("utf-8-sig").splitlines() == ["row,field,kept,other", "2,name,police,civil_affairs"]
            assert "另一个名字" not in listed.read_text("utf-8-sig")
        assert bring("civil_affairs", theirs | {"name": person(0)["name"]}).conflicts == 0
        assert not listed.exists()

    def test_who_moves_is_listed_in_the_new_grid_only(self, bring, empty):
        bring("police", person(0), person(1))
        bring("police", person(0, grid=OTHER_GRID))
        with empty.opened() as hub:
            lists = [hub.reader.roster(list_token(hub.ring, grid), 0, 9) for grid in (GRID, OTHER_GRID)]
        assert [len(each) for each in lists] == [1, 1]
        assert lists[0] != lists[1]

    def test_a_tag_puts_on_its_list_and_takes_off_it(self, bring, empty):
        bring("police", person(0))
        for value, there in (("1", 1), ("0", 0), ("是", 1)):
            bring("civil_affairs", {"idno": person(0)["idno"], "tag.alone": value})
            with empty.opened() as hub:
                assert len(hub.reader.roster(list_token(hub.ring, GRID, "tag.alone"), 0, 9)) == there


class TestIds:
    def test_a_person_the_police_do_not_know_gets_an_id_and_later_theirs(self, bring, look, empty):
        bring("civil_affairs", {"idno": person(0)["idno"], "name": person(0)["name"]})
        own = look(0)[0].rid
        bring("police", person(0))
        assert look(0)[0].rid == person(0)["rid"] != own
        with empty.opened() as hub:
            found = {hub.reader.find(rid_token(hub.ring, rid), ()).resident for rid in (own, person(0)["rid"])}
        assert len(found) == 1

    def test_nobody_takes_over_another_persons_id(self, bring, tmp_path, look):
        bring("police", person(0))
        counts = bring("police", person(1, rid=person(0)["rid"]))
        assert (counts.created, counts.rejected) == (0, 1)
        assert rejected_rows(tmp_path / "feed.csv")[0]["field"] == "rid"
        assert look(1) is None

    def test_an_id_that_two_rows_claim_goes_to_one(self, bring, tmp_path):
        rows = [person(number, rid=person(0)["rid"]) for number in range(12)]
        counts = bring("police", *rows)
        assert (counts.created, counts.rejected) == (1, 11)
        assert {row["reason"] for row in rejected_rows(tmp_path / "feed.csv")} == {"is another person's"}


class TestRejecting:
    def test_good_rows_go_in_and_bad_ones_come_back_with_row_field_and_reason(self, bring, tmp_path):
        rows = [person(0), person(1, idno=idno(1)[:-1] + "?"), person(2, grid="x"), person(3)]
        assert bring("police", *rows) == Counts(created=2, rejected=2)
        back = rejected_rows(tmp_path / "feed.csv")
        assert [(row["row"], row["field"]) for row in back] == [("3", "idno"), ("4", "grid")]
        assert all(row["reason"] for row in back)

    def test_the_corrected_file_of_rejected_rows_comes_back_in(self, bring, empty, tmp_path):
        bring("police", person(0), person(1, grid="x"))
        path = rejected_path(tmp_path / "feed.csv")
        path.write_text(path.read_text("utf-8-sig").replace(",x,", f",{GRID},"), "utf-8")
        assert ingest(empty.path, "police", path, lambda _: None) == Counts(created=1)
        assert not rejected_path(path).exists()

    def test_a_person_who_is_there_twice_is_rejected_the_second_time(self, bring, tmp_path):
        assert bring("police", person(0), person(1), person(0, name="又一次")) == Counts(created=2, rejected=1)
        assert rejected_rows(tmp_path / "feed.csv")[0]["reason"] == "is the same person's as in row 2"

    def test_a_huge_field_is_rejected_and_comes_back_whole(self, bring, tmp_path):
        assert bring("police", person(0), person(1, addr="长" * 200_000)) == Counts(created=1, rejected=1)
        text = rejected_path(tmp_path / "feed.csv").read_text("utf-8-sig")
        assert "row,field,reason" in text

    def test_a_development_directory_takes_synthetic_people_only(self, bring, tmp_path):
        real = "11010519491231002X"
        assert bring("police", person(0), person(1, idno=real)) == Counts(created=1, rejected=1)
        assert "development issuer" in rejected_rows(tmp_path / "feed.csv")[0]["reason"]

    def test_a_file_that_cannot_be_read_at_all_is_bad_input(self, empty, tmp_path):
        for name, content in (("empty.csv", b""), ("other.csv", b"no,such,columns\n1,2,3\n")):
            (tmp_path / name).write_bytes(content)
            with pytest.raises(BadInput):
                ingest(empty.path, "police", tmp_path / name, lambda _: None)
        with pytest.raises(BadInput, match="does not exist"):
            ingest(empty.path, "police", tmp_path / "none.csv", lambda _: None)

    def test_what_lies_beside_the_file_is_for_its_owner_alone(self, bring, tmp_path):
        bring("police", person(0, grid="x"))
        assert rejected_path(tmp_path / "feed.csv").stat().st_mode & 0o777 == 0o600

    def test_nothing_of_the_parts_is_left(self, bring, tmp_path):
        bring("police", *(person(number, grid="x") for number in range(9)))
        left = {path.name for path in tmp_path.iterdir() if ".part" in path.name or path.suffix == ".new"}
        assert left == set()
        assert part_path(tmp_path / "feed.csv", 0).name == "feed.csv.part0"


class TestReading:
    def test_ndjson_is_read_like_csv(self, empty, tmp_path, look):
        path = tmp_path / "feed.ndjson"
        path.write_text("".join(json.dumps(person(number)) + "\n" for number in range(3)), "utf-8")
        assert ingest(empty.path, "police", path, lambda _: None) == Counts(created=3)
        assert look(2)[1][Tier.BASIC]["name"][0].value == person(2)["name"]

    def test_gb_18030_is_read_like_utf_8(self, empty, tmp_path, look):
        rows = [person(number, name="欧阳·阿卜杜热西提") for number in range(3)]
        path = write_csv(tmp_path / "feed.csv", rows)
        path.write_bytes(path.read_text("utf-8").encode("gb18030"))
        assert ingest(empty.path, "police", path, lambda _: None) == Counts(created=3)
        assert look(2)[1][Tier.BASIC]["name"][0].value == "欧阳·阿卜杜热西提"

    def test_progress_reaches_the_end_and_never_more(self, empty, tmp_path):
        path = write_csv(tmp_path / "feed.csv", [person(number) for number in range(600)])
        steps = []
        ingest(empty.path, "police", path, steps.append)
        assert sum(steps) == PARTS * path.stat().st_size
        assert min(steps) >= 0


class TestBatches:
    def test_every_batch_is_an_entry_that_says_how_many(self, bring, empty):
        count = 2 * PARTS * BATCH + 30
        assert bring("police", *(person(number) for number in range(count))).created == count
        entries = [act for act in acts(empty) if "created" in act]  # the others are about one person each
        assert sum(act["created"] for act in entries) == count
        assert max(act["created"] for act in entries) <= BATCH
        assert all(act["feed"] == "police" for act in entries)

    def test_of_a_feed_that_repeats_people_no_row_no_rejection_and_no_conflict_is_lost(
        self, bring, empty, tmp_path, monkeypatch
    ):
        """Rows are written one after the other here; what lies beside the file is there before progress is."""
        bring("police", person(3))
        rows = []
        for number in range(6):
            row = {"idno": person(3)["idno"], "addr": f"教工路{number}号", "meter.water": str(100 + number)}
            rows += [row, row | {"meter.water": "not a number"}]
        committed = []
        proper = ingesting._Part._write

        def watched(self, writing, places):
            path = self._job.files[0].path
            beside = [name(part_path(path, self._part)) for name in (rejected_path, conflicts_path)]
            listed = [path.read_text("utf-8-sig").count("\n") - 1 if path.exists() else 0 for path in beside]
            committed.append((places.get(0, ingesting._FINISHED), listed))
            proper(self, writing, places)

        monkeypatch.setattr(ingesting._Part, "_write", watched)
        monkeypatch.setattr(ingesting, "BATCH", 1)
        counts = bring("utilities", *rows)
        assert (counts.updated, counts.rejected, counts.conflicts) == (6, 6, 6)
        assert len(rejected_rows(tmp_path / "feed.csv")) == 6
        # Row 2 is the first; the other part has none of these rows and comes to the end at once.
        assert sorted(committed) == [
            (ingesting._FINISHED, [0, 0]),
            (ingesting._FINISHED, [6, 6]),
            (2, [0, 1]),
            (4, [1, 2]),
            (6, [2, 3]),
            (8, [3, 4]),
            (10, [4, 5]),
            (12, [5, 6]),
        ]
        with empty.opened() as hub:
            assert hub.reader.db.execute("SELECT count(*) FROM progress").fetchone() == (0,)

    def test_rows_of_one_file_about_somebody_are_sealed_once_and_each_has_its_entry(self, bring, look, empty):
        bring("police", person(3))
        rows = [{"idno": person(3)["idno"], "meter.water": str(100 + number)} for number in range(6)]
        assert bring("utilities", *rows).updated == 6
        about = [act for act in acts(empty) if act.get("department") == "utilities"]
        assert [act.get("sections") for act in about] == [1, None, None, None, None, None]
        assert look(3)[1][Tier.ACTIVITY]["meter.water"][0].value == "105"

    def test_however_often_a_file_names_somebody_few_rows_wait(self, bring, empty, monkeypatch):
        monkeypatch.setattr(ingesting, "BATCH", 4)
        rows = [{"idno": person(3)["idno"], "meter.water": str(100 + number)} for number in range(30)]
        assert bring("utilities", *rows) == Counts(created=1, updated=29)
        entries = [act for act in acts(empty) if "created" in act]
        assert [act["created"] + act["updated"] for act in entries] == [12, 12, 6]


def test_a_directory_that_cannot_be_opened_is_said(tmp_path):
    with pytest.raises(OperatorError, match="hub init"):
        ingest(tmp_path / "none", "police", write_csv(tmp_path / "feed.csv", [person(0)]), lambda _: None)
