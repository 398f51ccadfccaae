"""A write that is asked for twice under one `Idempotency-Key` happens once."""

import pytest

from hub.errors import TrailUnavailable
from tests.api.city import CIVIL_AFFAIRS, GRID_WORKER, SECRETARY


@pytest.fixture
def elder(hub):
    return hub.installation.cast["elder"]


def ask(hub, elder, key, *, by=GRID_WORKER, reason="随访"):
    body = {"subject": {"idno": elder.idno}, "purpose": "VISIT", "fields": ["med.chronic"], "reason": reason}
    return hub.ask(by, "POST", "/v1/approvals", json=body, headers={"Idempotency-Key": key})


def listed(hub):
    return [item["id"] for item in hub.ask(GRID_WORKER, "GET", "/v1/approvals").json()["items"]]


def test_the_second_answer_is_the_first_and_nothing_is_written(hub, elder):
    first = ask(hub, elder, "k1")
    size = hub.installation.size()
    again = ask(hub, elder, "k1")
    assert (again.status_code, again.json()) == (first.status_code, first.json()) == (201, first.json())
    assert listed(hub) == [first.json()["id"]]
    assert hub.installation.size() == size


def test_another_key_is_another_write_and_so_is_another_caller(hub, elder):
    hub.installation.appoint(f"{GRID_WORKER}#two")
    names = {ask(hub, elder, "k1").json()["id"], ask(hub, elder, "k2").json()["id"]}
    names.add(ask(hub, elder, "k1", by=f"{GRID_WORKER}#two").json()["id"])
    assert len(names) == 3


def test_one_key_for_two_matters_is_a_mistake(hub, elder):
    ask(hub, elder, "k1")
    answer = ask(hub, elder, "k1", reason="another reason")
    assert (answer.status_code, answer.json()["errors"][0]["member"]) == (422, "Idempotency-Key")


@pytest.mark.parametrize("key", ["", "a b", "k" * 129])
def test_a_key_of_a_wrong_form_is_refused(hub, elder, key):
    answer = ask(hub, elder, key)
    assert (answer.status_code, answer.json()["errors"][0]["member"]) == (422, "Idempotency-Key")


def test_a_refusal_is_kept_like_any_answer(hub, elder):
    first = ask(hub, elder, "k1", by=SECRETARY).json()
    decision = {"decision": "approve"}
    path = f"/v1/approvals/{first['id']}/decision"
    refused = [
        hub.ask(SECRETARY, "POST", path, json=decision, headers={"Idempotency-Key": "d1"}).json() for _ in range(2)
    ]
    assert refused[0] == refused[1]
    assert refused[0]["reasons"] == ["self_approval"]


def test_what_failed_may_be_asked_for_again(hub, elder, monkeypatch):
    lane, write = hub.road.lane, hub.road.lane.write

    def full(action):
        if "take" in repr(action) or "release" in repr(action):
            return write(action)
        raise TrailUnavailable("the writer lane is full")

    monkeypatch.setattr(lane, "write", full)
    assert ask(hub, elder, "k1").status_code == 503
    monkeypatch.undo()
    assert ask(hub, elder, "k1").status_code == 201


def test_a_write_whose_answer_was_lost_is_not_repeated(hub, elder, monkeypatch):
    lane, write = hub.road.lane, hub.road.lane.write

    def losing(action):
        if "keep" in repr(action):
            raise KeyboardInterrupt
        return write(action)

    monkeypatch.setattr(lane, "write", losing)
    with pytest.raises(KeyboardInterrupt):
        ask(hub, elder, "k1")
    monkeypatch.undo()
    again = ask(hub, elder, "k1")
    assert (again.status_code, again.json()["reasons"]) == (409, ["already_decided"])
    assert len(listed(hub)) == 1


def test_disclosures_are_never_kept(hub, elder):
    body = {"subject": {"idno": elder.idno}, "purpose": "OLDCARD"}
    answers = [
        hub.ask(CIVIL_AFFAIRS, "POST", "/v1/disclosures", json=body, headers={"Idempotency-Key": "k1"}).json()
        for _ in range(2)
    ]
    assert answers[0]["receipt"]["index"] < answers[1]["receipt"]["index"]


def test_a_stranger_claims_nothing(hub, elder):
    body = {"subject": {"idno": elder.idno}, "purpose": "VISIT", "reason": "x"}
    answer = hub.ask(None, "POST", "/v1/approvals", json=body, headers={"Idempotency-Key": "k1"})
    assert answer.status_code == 401
