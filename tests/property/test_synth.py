"""Laws that hold in every synthetic world, whatever its size and seed."""

import csv
import tempfile
from collections import defaultdict
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.model.subject import is_minor
from hub.schema.idno import birth_date_of, idno_kind, is_synthetic, normalise_idno, sex_of
from hub.schema.normalise import spread
from hub.synth.output import FEEDS
from hub.synth.people import AS_OF
from hub.synth.world import write_world

HEAD = "02"
worlds = given(residents=st.integers(10, 250), seed=st.integers(-(2**63), 2**63))
few = settings(max_examples=20, deadline=None)


def _world(residents, seed):
    with tempfile.TemporaryDirectory() as out:
        manifest = write_world(Path(out), residents, seed, lambda _: None)
        feeds = {}
        for feed in FEEDS:
            with (Path(out) / f"{feed}.csv").open(encoding="utf-8", newline="") as file:
                feeds[feed] = list(csv.DictReader(file))
    return manifest, feeds


def _by_household(people):
    households = defaultdict(list)
    for person in people:
        households[person["hh"]].append(person)
    return households.values()


@few
@worlds
def test_identity_numbers_are_valid_unique_nobodys_and_agree_with_sex_and_birth(residents, seed):
    _, feeds = _world(residents, seed)
    people = feeds["police"]
    assert len({person["idno"] for person in people}) == len(people) == residents
    for person in people:
        idno = person["idno"]
        assert normalise_idno(idno) == idno
        assert is_synthetic(idno)
        assert idno_kind(idno) == person["idtype"]
        assert birth_date_of(idno) == person["dob"]
        assert date(1899, 1, 1) <= date.fromisoformat(person["dob"]) < AS_OF
        assert sex_of(idno) in ("", person["sex"])


@few
@worlds
def test_every_cell_passes_the_rule_of_its_field(residents, seed):
    _, feeds = _world(residents, seed)
    for feed, rows in feeds.items():
        for row in rows:
            for key, cell in row.items():
                if cell:
                    assert spread(key, cell), f"{feed}, {key}"


@few
@worlds
def test_a_household_shares_a_flat_and_has_one_head_while_anybody_lives_there(residents, seed):
    _, feeds = _world(residents, seed)
    for members in _by_household(feeds["police"]):
        assert len({(member["grid"], member["addr"], member["residence"]) for member in members}) == 1
        heads = [member for member in members if member["relation"] == HEAD]
        assert len(heads) == 1
        if any(member["life"] == "alive" for member in members):
            assert heads[0]["life"] == "alive"


@few
@worlds
def test_spouses_are_of_two_sexes_and_married_or_widowed_together(residents, seed):
    _, feeds = _world(residents, seed)
    for members in _by_household(feeds["police"]):
        head = next(member for member in members if member["relation"] == HEAD)
        for spouse in (member for member in members if member["relation"] in ("11", "12")):
            assert {head["sex"], spouse["sex"]} == {"1", "2"}
            assert spouse["sex"] == spouse["relation"][1]
            assert head["marital"] == ("30" if spouse["life"] == "dead" else "20")


@few
@worlds
def test_minors_have_living_grown_guardians_in_their_household_and_nobody_else_has(residents, seed):
    _, feeds = _world(residents, seed)
    by_rid = {person["rid"]: person for person in feeds["police"]}
    assert len(by_rid) == residents
    for person in feeds["police"]:
        rids = [rid for rid in person["minor.guardian"].split(";") if rid]
        assert bool(rids) == is_minor(person["dob"], AS_OF)
        for guardian in (by_rid[rid] for rid in rids):
            assert not is_minor(guardian["dob"], AS_OF)
            assert guardian["life"] == "alive"
            assert guardian["hh"] == person["hh"]
            assert int(person["dob"][:4]) - int(guardian["dob"][:4]) >= 16


@few
@worlds
def test_areas_nest_and_are_those_of_the_manifest(residents, seed):
    manifest, feeds = _world(residents, seed)
    communities = {grid["code"]: grid["community"] for grid in manifest["grids"]}
    for row in feeds["police"] + feeds["civil_affairs"]:
        assert communities[row["grid"]] == row["community"]
        assert row["grid"].startswith(row["community"])
        assert row["community"].startswith("339999")


@few
@worlds
def test_every_feed_tells_of_registered_people_once_and_by_their_name(residents, seed):
    _, feeds = _world(residents, seed)
    names = {person["idno"]: person["name"] for person in feeds["police"]}
    for feed, rows in feeds.items():
        assert len({row["idno"] for row in rows}) == len(rows), feed
        for row in rows:
            assert names[row["idno"]] == row["name"], feed


@few
@worlds
def test_allowances_and_marriages_are_known_to_civil_affairs(residents, seed):
    _, feeds = _world(residents, seed)
    told = {row["idno"] for row in feeds["civil_affairs"]}
    for person in feeds["police"]:
        if person["life"] == "alive" and not is_minor(person["dob"], AS_OF):
            assert person["idno"] in told
    for row in feeds["civil_affairs"]:
        for tag in ("tag.dibao", "tag.tekun", "tag.orphan"):
            assert (row[tag] == "1") == bool(row[f"{tag}.no"])


@few
@worlds
def test_samples_are_residents_and_minors_among_them_bring_their_guardians(residents, seed):
    manifest, feeds = _world(residents, seed)
    people = {person["idno"]: person for person in feeds["police"]}
    chosen = {sample["rid"] for sample in manifest["samples"]}
    assert len(chosen) == len(manifest["samples"]) >= min(residents // 2, 20)
    for sample in manifest["samples"]:
        person = people[sample["idno"]]
        assert (sample["rid"], sample["grid"]) == (person["rid"], person["grid"])
        assert ("minor" in sample["tags"]) == is_minor(person["dob"], AS_OF)
        assert ("dead" in sample["tags"]) == (person["life"] == "dead")
        assert {rid for rid in person["minor.guardian"].split(";") if rid} <= chosen


@pytest.mark.parametrize("residents", [10, 13, 100])
def test_a_world_has_exactly_as_many_residents_as_asked_for(residents):
    manifest, feeds = _world(residents, 0)
    assert manifest["residents"] == len(feeds["police"]) == residents
