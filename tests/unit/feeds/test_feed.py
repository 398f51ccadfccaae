import copy

import pytest

from hub.errors import BadInput, OperatorError
from hub.feeds import feed as module
from hub.feeds.feed import feed_names, load_feed
from hub.model.tier import Tier
from hub.schema.fields import read_schema


def test_the_four_feeds_exist_and_load():
    assert feed_names() == ["civil_affairs", "health", "police", "utilities"]
    assert [load_feed(name).department for name in feed_names()] == feed_names()


@pytest.mark.parametrize(
    ("name", "required"),
    [
        ("police", {"idno", "name"}),
        ("civil_affairs", {"idno"}),
        ("health", {"idno"}),
        ("utilities", {"idno"}),
    ],
)
def test_feeds_ask_for_no_more_than_they_need(name, required):
    assert {key for key, column in load_feed(name).columns.items() if column.required} == required


def test_every_value_of_a_feed_has_a_basis_and_a_title_in_both_languages():
    for name in feed_names():
        feed = load_feed(name)
        assert feed.title["zh"]
        assert feed.title["en"]
        assert all(column.basis for column in feed.columns.values())


def test_readings_are_kept_for_thirty_days():
    assert load_feed("utilities").columns["meter.water"].keep_days == 30


def test_a_feed_names_the_sealed_tier_its_columns_reach():
    assert Tier.SEALED in load_feed("civil_affairs").tiers
    assert load_feed("utilities").tiers == {Tier.IDENTITY, Tier.BASIC, Tier.CONTACT, Tier.ACTIVITY}


@pytest.mark.parametrize("name", ["tax", "../resident.schema", ""])
def test_an_unknown_feed_is_refused_with_those_that_exist(name):
    with pytest.raises(BadInput, match="must be one of civil_affairs, health, police, utilities"):
        load_feed(name)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"field": "shoe_size"}, "`shoe_size` is not a field that can be stored"),
        ({"field": "ageband"}, "`ageband` is not a field that can be stored"),
        ({"field": "med.mental"}, "does not name police as a source of `med.mental`"),
        ({"basis": "habit"}, "`name` has no known basis"),
        ({"keep": "30"}, "`keep` of `name` must be days"),
    ],
)
def test_a_feed_that_contradicts_the_schema_is_the_operators_to_mend(monkeypatch, change, words):
    body = copy.deepcopy(read_schema("feeds/police.json"))
    next(entry for entry in body["columns"] if entry["field"] == "name").update(change)
    monkeypatch.setattr(module, "read_schema", lambda _: body)
    with pytest.raises(OperatorError, match=words):
        load_feed.__wrapped__("police")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda body: body.update(department="tax"), "unknown department `tax`"),
        (lambda body: body["columns"].append(body["columns"][-1]), "a field has two columns"),
        (lambda body: body.update(columns=[{"field": "name", "basis": "statutory"}]), "`idno` must be a required"),
    ],
)
def test_a_feed_of_a_wrong_shape_is_the_operators_to_mend(monkeypatch, change, words):
    body = copy.deepcopy(read_schema("feeds/police.json"))
    change(body)
    monkeypatch.setattr(module, "read_schema", lambda _: body)
    with pytest.raises(OperatorError, match=words):
        load_feed.__wrapped__("police")
