"""`POST /v1/disclosures/batch`: one decision, one entry and one answer for each subject, in order."""

import pytest

from tests.api.city import CIVIL_AFFAIRS, CLERK, FIRST_GRID, HEALTH
from tests.factories import idno

BATCH = "/v1/disclosures/batch"
MOST = 1000


def subjects(*numbers):
    return [{"idno": number} for number in numbers]


@pytest.fixture
def ask(client):
    def batch(principal, people, purpose="OLDCARD", **more):
        return client(principal).post(BATCH, json={"subjects": people, "purpose": purpose} | more)

    return batch


def test_each_subject_gets_its_own_answer_in_order(ask, city):
    cast = city.cast
    names = ["elder", "nobody", "child", "neighbour", "villager", "elder"]
    answer = ask(CLERK, subjects(*(cast[name].idno for name in names)))
    assert answer.status_code == 200
    assert list(answer.json()) == ["items"]
    items = answer.json()["items"]
    assert [item.get("reasons", item.get("fields", {}).get("name")) for item in items] == [
        cast["elder"].values["name"],
        ["out_of_scope"],
        ["minor_approval_required"],
        cast["neighbour"].values["name"],
        ["out_of_scope"],
        cast["elder"].values["name"],
    ]
    assert [item.get("status", 200) for item in items] == [200, 403, 403, 200, 403, 200]


def test_each_answer_is_an_entry_of_its_own_in_the_order_asked(ask, city):
    names = ["elder", "nobody", "child", "elder"]
    before = city.size()
    items = ask(CLERK, subjects(*(city.cast[name].idno for name in names))).json()["items"]
    indexes = [item["receipt"]["index"] for item in items]
    assert indexes == list(range(before, before + len(names)))
    assert city.size() == before + len(names)


def test_items_look_like_single_answers(ask, client, city):
    person = {"subject": {"idno": city.cast["elder"].idno}, "purpose": "OLDCARD"}
    refused = {"subject": {"idno": city.cast["child"].idno}, "purpose": "OLDCARD"}
    items = ask(CLERK, [person["subject"], refused["subject"]]).json()["items"]
    for item, single in zip(items, (person, refused), strict=True):
        assert list(item) == list(client(CLERK).post("/v1/disclosures", json=single).json())


def test_subject_that_is_wrong_is_refused_alone_and_without_its_value(ask, city):
    elder = city.cast["elder"].idno
    wrong = f"{elder[:17]}0"
    assert wrong != elder
    answer = ask(CLERK, [*subjects(elder, wrong), {}, {"idno": elder, "rid": "x"}, *subjects(elder)])
    items = answer.json()["items"]
    assert ["fields" in item for item in items] == [True, False, False, False, True]
    for item, member in zip(items[1:4], ("subject.idno", "subject", "subject"), strict=True):
        assert (item["status"], item["reasons"]) == (422, ["bad_input"])
        assert item["errors"][0]["member"] == member
    assert wrong not in answer.text


def test_fields_and_reason_hold_for_all(ask, city):
    people = subjects(city.cast["elder"].idno, city.cast["bare"].idno)
    items = ask(CIVIL_AFFAIRS, people, fields=["name", "ec"], reason="批量核对").json()["items"]
    assert [list(item["fields"]) for item in items] == [["name"], ["name"]]
    assert [item["withheld"] for item in items] == [[{"field": "ec", "reason": "not_in_purpose"}]] * 2
    part = city.subject_part(items[1]["receipt"]["index"], city.cast["bare"].idno)
    assert part.subject["reason"] == "批量核对"


@pytest.mark.parametrize("purpose", ["NOSUCH", "VISIT", "SCHOOL"])
def test_what_is_refused_for_everybody_is_refused_and_recorded_for_each(ask, city, purpose):
    before = city.size()
    items = ask(HEALTH, subjects(city.cast["elder"].idno, city.cast["nobody"].idno), purpose).json()["items"]
    expected = ["unknown_purpose"] if purpose == "NOSUCH" else ["not_a_requester"]
    assert [item["reasons"] for item in items] == [expected, expected]
    assert city.size() == before + 2


def test_a_thousand_subjects_are_answered_and_recorded(ask, city):
    adults = city.adults(FIRST_GRID)
    people = subjects(*(adults * MOST)[:MOST])
    before = city.size()
    items = ask(CIVIL_AFFAIRS, people).json()["items"]
    assert len(items) == MOST
    assert [item["fields"]["idno"] for item in items] == [each["idno"] for each in people]
    assert [item["receipt"]["index"] for item in items] == list(range(before, before + MOST))


def test_more_than_a_thousand_subjects_are_refused_and_none_is_recorded(ask, city):
    before = city.size()
    answer = ask(CIVIL_AFFAIRS, subjects(*[city.cast["elder"].idno] * (MOST + 1)))
    assert (answer.status_code, answer.json()["reasons"]) == (422, ["bad_input"])
    assert answer.json()["errors"][0]["member"] == "subjects"
    assert city.size() == before


@pytest.mark.parametrize(
    ("body", "member"),
    [
        ({"purpose": "OLDCARD"}, "subjects"),
        ({"subjects": [], "purpose": "OLDCARD"}, "subjects"),
        ({"subjects": {}, "purpose": "OLDCARD"}, "subjects"),
        ({"subjects": ["x"], "purpose": "OLDCARD"}, "subjects[0]"),
        ({"subjects": [{"idno": idno(1)}, {"idno": 5}], "purpose": "OLDCARD"}, "subjects[1].idno"),
        ({"subjects": [{"idno": idno(1), "name": "x"}], "purpose": "OLDCARD"}, "subjects[0].name"),
        ({"subjects": [{"idno": idno(1)}]}, "purpose"),
        ({"subjects": [{"idno": idno(1)}], "purpose": ""}, "purpose"),
        ({"subjects": [{"idno": idno(1)}], "purpose": "OLDCARD", "fields": []}, "fields"),
        ({"subjects": [{"idno": idno(1)}], "purpose": "OLDCARD", "reason": "电话13800138000"}, "reason"),
        ({"subjects": [{"idno": idno(1)}], "purpose": "OLDCARD", "subject": {"idno": idno(1)}}, "subject"),
    ],
)
def test_what_is_wrong_with_the_whole_batch_is_named(client, city, body, member):
    before = city.size()
    answer = client(CIVIL_AFFAIRS).post(BATCH, json=body)
    assert (answer.status_code, answer.json()["reasons"]) == (422, ["bad_input"])
    assert answer.json()["errors"][0]["member"] == member
    assert city.size() == before


def test_batch_is_stored_nowhere(ask, city):
    answer = ask(CLERK, subjects(city.cast["elder"].idno))
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"] == "application/json"
