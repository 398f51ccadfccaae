import csv
import json
import tracemalloc
from collections import Counter
from datetime import date

import pytest

from hub.errors import OperatorError
from hub.identity.principals import read_appointments
from hub.synth.cast import CHILD_IDNO, ELDER_IDNO, ELSEWHERE_IDNO, FIRST_GRID, OTHER_GRID
from hub.synth.people import AS_OF
from hub.synth.world import write_world

INTERESTING = {
    "adult", "aid", "alone", "allergy", "birth_certificate", "chronic", "critical", "dead", "dibao", "disabled",
    "dotted_name", "elder", "empty_nest", "foreign_pr_card", "guardian", "hk_residence_permit",
    "macau_residence_permit", "mental", "metered", "minor", "moved", "no_health_file", "no_phone", "out_of_first_grid",
    "over_80", "permit", "rare_name", "taiwan_residence_permit", "under_14", "vehicle", "veteran",
}  # fmt: skip


def _write(out, residents, seed=1):
    return write_world(out, residents, seed, lambda _: None)


def _read(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    out = tmp_path_factory.mktemp("town")
    _write(out, 4000)
    return out


def _ages(town):
    return [(AS_OF - date.fromisoformat(row["dob"])).days // 365.2425 for row in _read(town / "police.csv")]


def test_ages_are_those_of_a_chinese_city(town):
    ages = _ages(town)

    def share(low, high):
        return sum(low <= age <= high for age in ages) / len(ages)

    assert 0.10 < share(0, 14) < 0.18
    assert 0.17 < share(60, 200) < 0.24
    assert 0.02 < share(80, 200) < 0.06


def test_households_are_as_large_as_in_a_city(town):
    sizes = Counter(Counter(row["hh"] for row in _read(town / "police.csv")).values())
    households = sum(sizes.values())
    assert 2.1 < 4000 / households < 2.8
    assert 0.18 < sizes[1] / households < 0.32


def test_elders_living_alone_are_known_to_civil_affairs(town):
    alone = [row for row in _read(town / "civil_affairs.csv") if row["tag.alone"] == "1"]
    ages = {row["idno"]: row["dob"] for row in _read(town / "police.csv")}
    assert len(alone) > 50
    assert all(ages[row["idno"]] <= "1966-11-01" for row in alone)
    assert all(row["tag.alone.since"] and row["ec"].count(";") == 2 for row in alone)


def test_chronic_disease_comes_with_age(town):
    sick = {row["idno"] for row in _read(town / "health.csv") if row["med.chronic"]}
    people = _read(town / "police.csv")

    def share(earliest, latest):
        group = [row["idno"] in sick for row in people if earliest <= row["dob"] < latest and row["life"] == "alive"]
        return sum(group) / len(group)

    assert share("1990", "2000") < share("1970", "1980") < share("1940", "1950")
    assert share("1940", "1950") > 0.75


def test_every_interesting_kind_has_a_sample(town):
    samples = json.loads((town / "manifest.json").read_text(encoding="utf-8"))["samples"]
    assert {tag for sample in samples for tag in sample["tags"]} >= INTERESTING
    assert len(samples) >= 20
    per_grid = Counter(sample["grid"] for sample in samples)
    assert all(count >= 3 for _, count in sorted(per_grid.items())[:5]), "the first grids have several each"


def test_the_cast_is_in_every_world(tmp_path):
    for residents, seed in [(10, 1), (10, -3), (17, 2), (300, 9)]:
        out = tmp_path / f"{residents}-{seed}"
        manifest = _write(out, residents, seed)
        people = {row["idno"]: row for row in _read(out / "police.csv")}
        elder, elsewhere, child = (people[idno] for idno in (ELDER_IDNO, ELSEWHERE_IDNO, CHILD_IDNO))
        assert (elder["grid"], elder["dob"], elder["sex"], elder["life"]) == (FIRST_GRID, "1943-03-12", "2", "alive")
        assert elder["tel"]
        assert (elsewhere["grid"], elsewhere["dob"]) == (OTHER_GRID, "1943-12-30")
        assert (child["grid"], child["dob"]) == (FIRST_GRID, "2018-06-01")
        assert child["minor.guardian"]
        tags = {sample["idno"]: sample["tags"] for sample in manifest["samples"]}
        assert {"alone", "elder", "chronic", "over_80", "metered", "allergy"} <= set(tags[ELDER_IDNO])
        assert {"minor", "under_14"} <= set(tags[CHILD_IDNO])
        assert "out_of_first_grid" in tags[ELSEWHERE_IDNO]


def test_equal_seeds_write_equal_bytes_and_others_do_not(tmp_path):
    for name, seed in [("a", 5), ("b", 5), ("c", 6)]:
        _write(tmp_path / name, 300, seed)
    files = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert len(files) == 7
    for file in files:
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes(), file
    for file in ("police.csv", "civil_affairs.csv", "health.csv", "utilities.csv", "manifest.json"):
        assert (tmp_path / "a" / file).read_bytes() != (tmp_path / "c" / file).read_bytes(), file


def test_a_smaller_world_written_over_a_larger_one_leaves_nothing_of_it(tmp_path):
    _write(tmp_path / "out", 200)
    _write(tmp_path / "out", 20)
    _write(tmp_path / "fresh", 20)
    for path in (tmp_path / "fresh").iterdir():
        assert path.read_bytes() == (tmp_path / "out" / path.name).read_bytes()


def test_an_unreadable_catalogue_is_found_before_anything_is_written(tmp_path, monkeypatch):
    def unreadable():
        raise OperatorError("the catalogue is gone")

    monkeypatch.setattr("hub.synth.world.filings.rows", unreadable)
    with pytest.raises(OperatorError, match="the catalogue is gone"):
        _write(tmp_path / "out", 10)
    assert not (tmp_path / "out").exists()


def test_the_internal_id_does_not_come_from_the_identity_number(tmp_path):
    rids = {
        row["rid"]
        for seed in (1, 2)
        for sample in [_write(tmp_path / str(seed), 10, seed)]
        for row in sample["samples"]
        if row["idno"] == ELDER_IDNO
    }
    assert len(rids) == 2


def test_the_manifest_counts_what_was_written(town):
    manifest = json.loads((town / "manifest.json").read_text(encoding="utf-8"))
    for name, count in manifest["counts"].items():
        assert len(_read(town / f"{name}.csv")) == count, name
    people = Counter(row["grid"] for row in _read(town / "police.csv"))
    assert {grid["code"]: grid["residents"] for grid in manifest["grids"]} == people
    assert manifest["residents"] == manifest["counts"]["police"] == 4000
    assert (manifest["complete"], manifest["seed"]) == (True, 1)


def test_principals_cover_every_area_and_load(town):
    manifest = json.loads((town / "manifest.json").read_text(encoding="utf-8"))
    with (town / "principals.csv").open(encoding="utf-8") as file:
        appointments = read_appointments(file)
    held = {appointment.principal.id for appointment in appointments}
    assert {f"grid_worker:{grid['code']}#1" for grid in manifest["grids"]} <= held
    for role in ("secretary", "clerk"):
        assert {f"{role}:{community['code']}#1" for community in manifest["communities"]} <= held
    assert {"department:civil_affairs@339999#1", "department:emergency_call@339999#1"} <= held
    assert {"organisation:canteen01@339999#1", "security_officer:339999#1", "auditor:339999#1"} <= held
    living = [sample for sample in manifest["samples"] if "dead" not in sample["tags"]]
    assert {f"resident:{sample['rid']}#1" for sample in living} <= held
    assert len(manifest["principals"]) == len(appointments)


def _peak(out, residents):
    tracemalloc.start()
    try:
        _write(out, residents)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_residents(tmp_path):
    _write(tmp_path / "warm", 10)
    small, large = _peak(tmp_path / "small", 1500), _peak(tmp_path / "large", 12_000)
    assert large < small + 500_000, f"eight times the residents took {large} bytes instead of {small}"
