"""The log's health, a full check of it on demand, one entry with its proof, and packs of evidence over HTTP."""

import asyncio
import io
import json
import time
import zipfile

import pytest

from audit.claim import RANGE, SELECTION
from audit.pack import verify_pack
from audit.policy import parse_trust
from audit.verify import parse_receipt, verify_receipt
from hub.supervision import packs
from tests.api.city import AUDITOR, CIVIL_AFFAIRS, CLERK, FAR_GRID, GRID_WORKER, OFFICER
from tests.factories import Server

LOG, CHECKS, PACKS, EVENTS = "/v1/audit/log", "/v1/audit/verifications", "/v1/audit/packs", "/v1/audit/events"
SOON = 90


@pytest.fixture
def disclosed(client, city):
    """One disclosure of the elder's; gives the receipt's index."""
    body = {"subject": {"idno": city.cast["elder"].idno}, "purpose": "OLDCARD", "fields": ["name", "ec"]}
    return client(CIVIL_AFFAIRS).post("/v1/disclosures", json=body).json()["receipt"]["index"]


def health(client, principal=AUDITOR):
    answer = client(principal).get(LOG)
    assert answer.status_code == 200, answer.text
    return answer.json()


def until_ended(client):
    give_up = time.monotonic() + SOON
    while (last := health(client)["verification"])["state"] == "running":
        assert time.monotonic() < give_up, last
        time.sleep(0.2)
    return last


def test_health_tells_how_far_the_log_is_and_the_look_is_an_entry(client, city):
    before = city.size()
    told = health(client)
    assert told["size"] >= before
    assert 0 < told["checkpoint"]["size"] <= told["size"]
    assert told["checkpoint"]["age_seconds"] < SOON
    assert (told["witnesses"], told["contradicted"]) == ([], False)
    assert told["origin"] in told["key"]
    assert json.loads(city.entry(before).act)["kind"] == "log_health"


def test_a_check_finds_the_log_whole_and_its_verdict_is_an_entry(client, city, disclosed):
    answer = client(OFFICER).post(CHECKS)
    assert (answer.status_code, answer.json()["state"]) == (202, "running"), answer.text
    assert answer.json()["by"] == f"{OFFICER}#1"
    again = client(AUDITOR).post(CHECKS).json()
    assert again["id"] == answer.json()["id"], "one at a time"
    last = until_ended(client)
    assert (last["state"], last["id"]) == ("whole", again["id"])
    assert last["size"] == last["checked"] > disclosed
    act = json.loads(city.entry(last["entry"]).act)
    assert (act["kind"], act["outcome"], act["actor"]) == ("verification", "whole", "hub")


def test_an_entry_that_was_changed_is_named(untouched, tmp_path):
    town = untouched.copy(tmp_path / "hub")
    with town.opened() as hub:
        hub.writer._db.execute("UPDATE log_entry SET act = CAST(act || ' ' AS BLOB) WHERE idx = 7")
    server = Server(town)
    try:
        with server.client(AUDITOR) as auditor:
            assert auditor.post(CHECKS).status_code == 202
            last = until_ended(lambda _: auditor)
    finally:
        server.stop()
    assert (last["state"], last["index"]) == ("broken", 7)


def test_a_check_ends_with_the_process_that_began_it(untouched, tmp_path):
    town = untouched.copy(tmp_path / "hub")
    server = Server(town)
    with server.client(AUDITOR) as auditor:
        assert auditor.post(CHECKS).json()["state"] == "running"
    server.kill()
    server = Server(town)
    try:
        with server.client(AUDITOR) as auditor:
            assert health(lambda _: auditor)["verification"]["state"] == "interrupted"
            assert auditor.post(CHECKS).json()["state"] == "running"
            assert until_ended(lambda _: auditor)["state"] == "whole"
    finally:
        server.stop()


def test_one_entry_comes_with_a_proof_that_a_third_party_can_check(client, city, disclosed):
    give_up = time.monotonic() + SOON
    while (told := client(AUDITOR).get(f"{EVENTS}/{disclosed}").json())["proof"] is None:
        assert time.monotonic() < give_up
        time.sleep(0.1)
    assert (told["index"], told["withheld"]) == (disclosed, [["ec", "not_in_purpose"]])
    assert told["purpose_name"]["en"] == "Senior citizen card"
    assert told["verified"] > disclosed
    receipt = parse_receipt(json.dumps(told["receipt"]).encode())
    assert set(receipt.parts) == {"act"}, "whom it is about stays a commitment"
    proved = verify_receipt(receipt, told["proof"].encode(), parse_trust(city.directory.log_key.read_bytes()).keys)
    assert (proved.index, proved.checkpoint.size) == (disclosed, told["verified"])


@pytest.mark.parametrize("index", ["999999999", "x", "-1", "1" * 40, "%D9%A3"])
def test_an_entry_there_is_none_of_is_not_found(client, index):
    answer = client(AUDITOR).get(f"{EVENTS}/{index}")
    assert (answer.status_code, answer.json()["reasons"]) == (404, ["not_found"])


def test_an_entry_of_another_area_is_answered_as_none(client, city, disclosed):
    far = f"auditor:{FAR_GRID[:12]}"
    city.appoint(far)
    answer = client(far).get(f"{EVENTS}/{disclosed}")
    assert (answer.status_code, answer.json()["reasons"]) == (404, ["not_found"])


def verified(answer, city):
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    pack = verify_pack(io.BytesIO(answer.content), parse_trust(city.directory.log_key.read_bytes()))
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        return pack, [json.loads(line) for line in archive.read("events.jsonl").splitlines()]


def test_a_pack_has_what_a_search_finds_and_verifies(client, city, disclosed):
    pack, events = verified(client(AUDITOR).post(PACKS, json={"purpose": "OLDCARD", "kind": "disclosure"}), city)
    assert (pack.claim, pack.last) == (SELECTION, disclosed)
    assert {event["act"]["purpose"] for event in events} == {"OLDCARD"}
    assert all("subject" not in event and "ordinal" not in event for event in events)
    act = json.loads(city.entry(disclosed + 1).act)
    assert (act["kind"], act["listed"], act["actor"]) == ("export", len(events), f"{AUDITOR}#1")


def test_a_pack_of_everything_claims_that_nothing_is_left_out(hub):
    index = hub.disclose(CLERK, hub.installation.cast["elder"].idno, "OLDCARD").json()["receipt"]["index"]
    pack, events = verified(hub.ask(OFFICER, "POST", PACKS, json={}), hub.installation)
    assert (pack.claim, pack.first, pack.last) == (RANGE, 0, index)
    assert len(events) == index + 1


def test_a_pack_of_another_area_has_nothing_of_this_one(hub):
    far = "security_officer:110101"
    hub.installation.appoint(far)
    hub.disclose(CLERK, hub.installation.cast["elder"].idno, "OLDCARD")
    pack, events = verified(hub.ask(far, "POST", PACKS, json={}), hub.installation)
    assert pack.count == len(events) > 0
    assert {event["act"]["actor"] for event in events} == {"hub"}


def test_too_much_for_a_pack_and_nothing_are_refused(client, hub, monkeypatch):
    for said in ({"kind": "nothing_of_the_kind"}, {"since": "2020-01"}, {"actor": "x"}, {"name": "x"}):
        answer = client(AUDITOR).post(PACKS, json=said)
        assert (answer.status_code, answer.json()["reasons"]) == (422, ["bad_input"])
    monkeypatch.setattr(packs, "MOST", 5)
    answer = hub.ask(AUDITOR, "POST", PACKS, json={})
    assert "more than 5 entries" in answer.text


def test_one_pack_at_a_time(hub):
    async def twice():
        asked = [hub.request(principal, "POST", PACKS, json={}) for principal in (AUDITOR, OFFICER)]
        return await asyncio.gather(*asked)

    assert sorted(each.status_code for each in hub.run(twice())) == [200, 429]


@pytest.mark.parametrize(("method", "path"), [("GET", LOG), ("POST", CHECKS), ("POST", PACKS), ("GET", f"{EVENTS}/1")])
@pytest.mark.parametrize("principal", [GRID_WORKER, CLERK, CIVIL_AFFAIRS])
def test_other_roles_are_refused_and_that_is_an_entry(client, city, method, path, principal):
    before = city.size()
    answer = client(principal).request(method, path)
    assert (answer.status_code, answer.json()["reasons"]) == (403, ["not_allowed"])
    assert json.loads(city.entry(before).act)["outcome"] == "denied"
