"""Parts of values, answers instead of values, and what is sealed, over HTTP and from the feed on."""

import shutil
from datetime import UTC, datetime, timedelta

import pytest

import hub.rules.texts
from hub.policy.sources import policies_directory
from tests.api.city import CLERK, HEALTH
from tests.api.in_process import InProcess
from tests.factories import person

PURPOSE = """
id = "WINDOW"
name = { zh = "窗口核对", en = "Check at the window" }
basis = ["statutory"]
citation = "老年人权益保障法 第五十三条"
requesters = ["clerk"]
fields = ["name", "tel", "alias", "disab.no", "disab.category", "med.mental", "corr.status"]
approval = "none"
assessment = "PIA-TEST"
masks = { tel = "last4" }
"""
ROWS = "".join(f"p, clerk, WINDOW, {tier}, read, allow\n" for tier in ("basic", "contact", "care", "sealed"))
SEALED = ["disab.category", "med.mental", "corr.status"]


@pytest.fixture
def window(untouched, tmp_path, monkeypatch):
    """A hub with one purpose more, which names sealed fields and shows a part of a telephone number."""
    folder = shutil.copytree(policies_directory(), tmp_path / "policies")
    (folder / "purposes/WINDOW.toml").write_text(PURPOSE, "utf-8")
    with (folder / "policy.csv").open("a", encoding="utf-8") as rules:
        rules.write(ROWS)
    monkeypatch.setattr(hub.rules.texts, "policies_directory", lambda: folder)
    process = InProcess(untouched.copy(tmp_path / "hub"))
    yield process
    process.close()


def test_purpose_added_without_code_is_served_with_its_mask(window):
    said = window.disclose(CLERK, window.installation.cast["elder"].idno, "WINDOW", fields=["name", "tel"]).json()
    assert said["fields"] == {"name": "沈桂兰", "tel": "*******0901"}
    assert "WINDOW" in [item["id"] for item in window.ask(CLERK, "GET", "/v1/purposes").json()["items"]]


def test_sealed_and_absent_are_one_answer(window):
    """Whether a sealed value exists, and whether an open one does, cannot be told apart, nor by their place."""
    asked = ["med.mental", "alias", "disab.category", "name", "corr.status"]
    cast = window.installation.cast
    answers = [window.disclose(CLERK, cast[who].idno, "WINDOW", fields=asked).json() for who in ("elder", "bare")]
    full, bare = ({each["field"]: each["reason"] for each in said["withheld"]} for said in answers)
    assert full == dict.fromkeys(SEALED, "not_available")
    assert bare == dict.fromkeys([*SEALED, "alias"], "not_available")
    assert [each["field"] for each in answers[1]["withheld"]] == [field for field in asked if field != "name"]


def test_only_sealed_and_absent_fields_are_a_refusal_of_one_shape(window):
    cast, told = window.installation.cast, []
    for who, field in (("elder", "med.mental"), ("bare", "med.mental"), ("bare", "alias")):
        answer = window.disclose(CLERK, cast[who].idno, "WINDOW", fields=[field])
        said = answer.json()
        receipt = said.pop("receipt")
        told.append((answer.status_code, list(said), said["reasons"], len(answer.content) - len(field) * 2))
        assert receipt["act"]["withheld"] == [[field, "not_available"]]
    sizes = {each[-1] for each in told}
    assert {each[:-1][0] for each in told} == {403}
    assert len({str(each[:-1]) for each in told}) == 1
    assert max(sizes) - min(sizes) <= 2, "an index may have a digit more, nothing else differs"


@pytest.mark.clause("身份证法 13")
def test_disability_card_never_shows_the_suffix_that_tells_the_category(window, tmp_path):
    numbers = ["62", "41", "63B1", "74"]
    people = [person(700 + place) for place, _ in enumerate(numbers)]
    window.installation.import_rows("police", people, tmp_path)
    cards = [{"idno": p["idno"], "disab.no": f"{p['idno']}{n}"} for p, n in zip(people, numbers, strict=True)]
    counts = window.installation.import_rows("civil_affairs", cards, tmp_path, "cards.csv")
    assert counts.updated == len(numbers)
    for each in people:
        said = window.disclose(CLERK, each["idno"], "WINDOW", fields=["disab.no", "disab.category"]).json()
        assert said["fields"] == {"disab.no": each["idno"]}
        assert said["withheld"] == [{"field": "disab.category", "reason": "not_available"}]


@pytest.mark.parametrize(
    ("moment", "answer"),
    [
        (datetime(2029, 2, 28, 15, 59, tzinfo=UTC), False),
        (datetime(2029, 2, 28, 16, 0, tzinfo=UTC), True),
    ],
)
def test_answer_changes_with_the_birthday_at_midnight_in_china(hub, tmp_path, moment, answer):
    """Born on 29 February 1964, 65 on 1 March 2029; midnight in Shanghai is 16:00 UTC."""
    someone = person(701, idno="339999196402299010")
    hub.installation.import_rows("police", [someone], tmp_path)
    hub.road.clock = lambda: moment
    held = {"Authorization": f"Bearer {hub.installation.token(HEALTH, now=moment)}"}
    body = {"subject": {"idno": someone["idno"]}, "purpose": "EXAM", "fields": ["is_65_or_over"]}
    said = hub.ask(None, "POST", "/v1/disclosures", headers=held, json=body).json()
    assert said["fields"] == {"is_65_or_over": answer}


@pytest.mark.clause("未成年人网络保护条例 34, 36")
def test_minor_comes_of_age_at_midnight_in_china(hub):
    birthday = datetime(2037, 5, 31, 16, 0, tzinfo=UTC)
    assert hub.installation.cast["child"].values["dob"] == "2019-06-01"
    outcomes = []
    for moment in (datetime(2036, 5, 31, 16, 0, tzinfo=UTC), birthday - timedelta(minutes=1), birthday):
        hub.road.clock = lambda moment=moment: moment
        hub.installation.appoint("clerk:339999001001#patient")
        held = {"Authorization": f"Bearer {hub.installation.token('clerk:339999001001#patient', now=moment)}"}
        body = {"subject": {"idno": hub.installation.cast["child"].idno}, "purpose": "OLDCARD"}
        said = hub.ask(None, "POST", "/v1/disclosures", headers=held, json=body).json()
        outcomes.append(said.get("reasons") or list(said["fields"]))
    assert outcomes == [["minor_approval_required"], ["minor_approval_required"], ["name", "idno"]]


def test_yes_or_no_is_all_that_leaves(hub):
    asked = ["is_65_or_over", "receives_dibao"]
    for who in ("elder", "bare"):
        answer = hub.disclose(HEALTH, hub.installation.cast[who].idno, "EXAM", fields=asked)
        assert answer.json()["fields"] == {"is_65_or_over": who == "elder", "receives_dibao": who == "elder"}
        assert hub.installation.cast[who].values["dob"] not in answer.text
        assert "DB3399990901" not in answer.text
