"""Privacy mode over HTTP: what residents choose, what the law lets them choose, and what the trail alone knows."""

import re

import pytest

from hub.model.purpose import Basis
from hub.model.visibility import AUDIENCES, GROUPS
from tests.api.city import CANTEEN, CLERK, GRID_WORKER, SECRETARY

_VARYING = re.compile(
    r'"(id|rid|trace_id|index|time|expires|leaf|act_salt|subject_commitment|ordinal_commitment)":'
    r'("[^"]*"|[0-9]+)'
)


@pytest.fixture
def elder(hub):
    member = hub.installation.cast["elder"]
    hub.installation.appoint(f"resident:{member.rid}")
    return member


@pytest.fixture
def agreed(monkeypatch):
    """Whatever stands on a consent or a contract has one: what is tested here is what a wish does to it."""
    from hub.access import grounds

    bases = frozenset({Basis.CONSENT, Basis.SEPARATE_CONSENT, Basis.CONTRACT})
    real = grounds.grounds_of
    monkeypatch.setattr("hub.access.flow.grounds_of", lambda *about: real(*about)._replace(consented=bases))


def me(hub, member, method="GET", body=None):
    more = {} if body is None else {"json": body}
    return hub.ask(f"resident:{member.rid}", method, "/v1/me/visibility", **more)


def choose(hub, member, *rules):
    body = {"rules": [dict(zip(("group", "audience", "visible"), rule, strict=True)) for rule in rules]}
    return me(hub, member, "PUT", body)


def said(answer):
    return {(rule["group"], rule["audience"]): rule["visible"] for rule in answer.json()["rules"]}


def same(*answers):
    return len({_VARYING.sub(r'"\1"', answer.text) for answer in answers}) == 1


def test_everything_is_visible_but_utility_anomalies_which_start_with_the_grid_worker(hub, elder):
    rules = said(me(hub, elder))
    assert set(rules) == {(group, audience) for group in GROUPS for audience in AUDIENCES}
    hidden = {cell for cell, visible in rules.items() if not visible}
    assert hidden == {("utility_anomaly", each) for each in AUDIENCES if each != "grid_worker"}


def test_a_change_names_its_own_cells_and_leaves_the_others(hub, elder):
    before = said(me(hub, elder))
    first = choose(hub, elder, ("contact", "organisation", False))
    assert first.status_code == 200
    second = choose(hub, elder, ("care", "secretary", False), ("utility_anomaly", "family", True))
    changed = {("contact", "organisation"): False, ("care", "secretary"): False, ("utility_anomaly", "family"): True}
    assert said(second) == said(me(hub, elder)) == before | changed


def test_saying_the_same_again_changes_nothing(hub, elder):
    rules = (("contact", "organisation", False), ("utility_anomaly", "grid_worker", False))
    assert choose(hub, elder, *rules).text == choose(hub, elder, *rules).text


def test_taking_every_wish_back_leaves_no_terms(hub, elder):
    before = me(hub, elder).text
    choose(hub, elder, ("contact", "organisation", False))
    assert choose(hub, elder, ("contact", "organisation", True)).text == before


@pytest.mark.parametrize(
    ("rule", "member"),
    [
        (("shoes", "clerk", False), "rules[0].group"),
        (("basic", "clerk", False), "rules[0].group"),
        (("contact", "neighbour", False), "rules[0].audience"),
        (("contact", "department:nosuch", False), "rules[0].audience"),
        (("contact", "department", False), "rules[0].audience"),
        (("contact", "clerk", "no"), "rules[0].visible"),
    ],
)
def test_an_unknown_group_or_audience_is_bad_input(hub, elder, rule, member):
    answer = choose(hub, elder, rule)
    assert (answer.status_code, answer.json()["errors"][0]["member"]) == (422, member)


def test_two_rules_that_contradict_each_other_are_bad_input(hub, elder):
    answer = choose(hub, elder, ("contact", "clerk", False), ("contact", "clerk", True))
    assert answer.status_code == 422


@pytest.mark.parametrize("body", [{}, {"rules": "all"}, {"rules": [], "more": 1}, {"rules": [{"group": "care"}]}])
def test_a_malformed_body_is_refused(hub, elder, body):
    assert me(hub, elder, "PUT", body).status_code == 422


@pytest.mark.parametrize("who", [CLERK, SECRETARY, GRID_WORKER])
def test_nobody_but_a_resident_has_wishes(hub, who):
    for method, more in (("GET", {}), ("PUT", {"json": {"rules": []}})):
        answer = hub.ask(who, method, "/v1/me/visibility", **more)
        assert (answer.status_code, answer.json()["reasons"]) == (403, ["not_allowed"])


@pytest.mark.usefixtures("agreed")
def test_a_wish_counts_on_the_next_read_and_its_end_too(hub, elder):
    def shown():
        return hub.disclose(CANTEEN, elder.idno, "MEAL", fields=["name", "addr"]).json()

    choose(hub, elder, ("care", "organisation", False))
    assert list(shown()["fields"]) == ["name", "addr"]
    choose(hub, elder, ("contact", "organisation", False))
    assert list(shown()["fields"]) == ["name"]
    assert shown()["withheld"] == [{"field": "addr", "reason": "not_available"}]
    choose(hub, elder, ("contact", "organisation", True))
    assert list(shown()["fields"]) == ["name", "addr"]


@pytest.mark.usefixtures("agreed")
def test_a_wish_of_one_audience_binds_no_other(hub, elder):
    choose(hub, elder, ("contact", "clerk", False), ("contact", "family", False))
    assert "addr" in hub.disclose(CANTEEN, elder.idno, "MEAL").json()["fields"]


@pytest.mark.clause("PIPL 44-50")
@pytest.mark.usefixtures("agreed")
@pytest.mark.parametrize("fields", [["name", "addr"], ["addr"], ["addr", "name", "relay", "diet"], None])
def test_withheld_by_wish_and_absent_are_the_same_bytes(hub, elder, fields):
    """A withheld field answers like an absent one: whoever asks cannot learn that somebody hides something."""
    values = {key: value for key, value in elder.values.items() if key != "addr"}
    [homeless] = hub.installation.add(_without(values, "339999194303129033"))
    more = {"fields": fields} if fields else {}
    choose(hub, elder, ("contact", "organisation", False))
    # Whoever has no terms has no consent either; a wish that hides nothing gives this person some.
    rid = f"10000000-0000-4000-8000-{homeless:012x}"
    hub.installation.appoint(f"resident:{rid}")
    hub.ask(
        f"resident:{rid}",
        "PUT",
        "/v1/me/visibility",
        json={"rules": [{"group": "financial", "audience": "clerk", "visible": False}]},
    )
    hidden = hub.disclose(CANTEEN, elder.idno, "MEAL", **more)
    absent = hub.disclose(CANTEEN, "339999194303129033", "MEAL", **more)
    assert same(hidden, absent), (hidden.text, absent.text)
    assert hidden.headers["content-length"] == absent.headers["content-length"] or fields is None


def _without(values, idno):
    from tests.factories import sections

    return sections(**{key.replace(".", "_"): value for key, value in (values | {"idno": idno}).items()})


@pytest.mark.usefixtures("agreed")
def test_the_trail_alone_knows_why(hub, elder):
    choose(hub, elder, ("contact", "organisation", False))
    answer = hub.disclose(CANTEEN, elder.idno, "MEAL", fields=["addr"]).json()
    part = hub.installation.subject_part(answer["receipt"]["index"], elder.idno).subject
    assert part["truths"] == [["addr", "hidden by the resident"]]


@pytest.mark.clause("PIPL 13")
def test_duties_by_law_and_emergencies_are_not_bound(hub, elder):
    """PIPL 13: what a statute demands needs no consent, so a wish cannot stop it; it is shown as such."""
    choose(hub, elder, *[(group, audience, False) for group in GROUPS for audience in AUDIENCES])
    shown = hub.disclose(GRID_WORKER, elder.idno, "VISIT").json()["fields"]
    assert {"addr", "tel", "tag.alone"} <= shown.keys()
    rules = {(each["group"], each["audience"]): each for each in me(hub, elder).json()["rules"]}
    contact = rules["contact", "grid_worker"]
    assert contact["why"].keys() == {"zh", "en"}
    assert {(each["purpose"], each["basis"]) for each in contact["still_visible_for"]} >= {
        ("VISIT", "statutory"),
        ("SOS", "emergency"),
    }
    assert contact["changeable"], "what stands on consent may still be hidden"
    assert not rules["contact", "department:health"]["changeable"]
    assert rules["contact", "organisation"]["still_visible_for"] == []


def test_no_sealed_purpose_shows_among_those_who_see_by_law(hub, elder):
    assert "CORR" not in me(hub, elder).text


def test_the_change_is_in_the_trail_and_what_was_wished_in_the_part_that_is_erased(hub, elder):
    choose(hub, elder, ("medical", "family", False))
    item = hub.ask(f"resident:{elder.rid}", "GET", "/v1/me/accesses").json()["items"][0]
    assert (item["kind"], item["outcome"]) == ("visibility", "changed")
    assert "medical" not in str(item["receipt"]["act"])
    assert item["receipt"]["subject"]["rules"] == [["medical", "family", False]]


def test_an_import_leaves_wishes_alone(hub, elder, tmp_path):
    choose(hub, elder, ("medical", "family", False))
    row = {"idno": elder.idno, "name": elder.values["name"], "grid": elder.values["grid"], "life": "moved"}
    hub.installation.import_rows("police", [row | {"dob": "1943-03-12"}], tmp_path)
    assert not said(me(hub, elder))["medical", "family"]
