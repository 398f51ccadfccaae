"""A resident is told what was purged of the entries about them, and can check that it is no more than that."""

import json
import time
from datetime import UTC, datetime, timedelta

import pytest

from audit.__main__ import main
from hub.rights.purging import Means, purge
from hub.store.installation import system_event
from hub.store.trail import prepare
from tests.factories import CIVIL_AFFAIRS, person

LEAST = timedelta(days=180)
ME, OFFICER = f"resident:{person(0)['rid']}", "security_officer:339999"


@pytest.fixture
def server(installation, serve):
    installation.appoint(ME, OFFICER)
    return serve(installation)


@pytest.fixture
def purged(installation, server):
    """Two accesses of long ago were purged while the hub serves; one came after them."""
    disclose(server)
    disclose(server)
    start = datetime.now(UTC)
    days = [start + timedelta(days=number) for number in range(1, 202)]
    with installation.opened() as hub:
        hub.writer.run([lambda tx: [tx.record(prepare(system_event("examination", day))) for day in days]], sign=True)
        means = Means(hub.directory, hub.ring, hub.writer, hub.reader)
        assert purge(means, days[-1] - LEAST, LEAST, days[-1]).people == 1
    disclose(server)
    return server


def disclose(server):
    body = {"subject": {"idno": person(0)["idno"]}, "purpose": "OLDCARD"}
    with server.client(CIVIL_AFFAIRS) as client:
        assert client.post("/v1/disclosures", json=body).status_code == 200


def ask(server, principal, path, **params):
    with server.client(principal) as client:
        answer = client.get(path, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def check(server, tmp_path, page, capsys):
    (tmp_path / "page.json").write_text(json.dumps(page), "utf-8")
    key = server.installation.directory.log_key
    time.sleep(0.6)  # until a checkpoint covers the look
    code = main(["accesses", str(tmp_path / "page.json"), "--trust", str(key), "--log", f"{server.url}/log"])
    return code, capsys.readouterr().out


def test_a_list_after_a_purge_verifies_and_says_how_much_is_gone(purged, tmp_path, capsys):
    page = ask(purged, ME, "/v1/me/accesses")
    [told] = [item for item in page["items"] if item["kind"] == "purge"]
    assert told["purged"] == told["receipt"]["subject"]["purged"]
    assert told["role"] == "hub"
    gone = sum(last - first + 1 for first, last in told["purged"])
    assert gone >= 2
    assert page["total"]["count"] == len(page["items"]) + gone
    code, said = check(purged, tmp_path, page, capsys)
    assert (code, f"; {gone} of them purged" in said) == (0, True)


def test_an_access_that_was_not_purged_cannot_pass_for_one_that_was(purged, tmp_path, capsys):
    page = ask(purged, ME, "/v1/me/accesses")
    assert page["items"][0]["kind"] == "disclosure"
    del page["items"][0]
    code, said = check(purged, tmp_path, page, capsys)
    assert (code, "is left out" in said) == (1, True)


def test_officers_find_the_purge_and_not_what_was_purged(purged):
    found = ask(purged, OFFICER, "/v1/audit/events", kind="purge", limit=100)["items"]
    assert found
    assert {each["outcome"] for each in found} <= {"intended", "done"}
    oldest = ask(purged, OFFICER, "/v1/audit/events", purpose="OLDCARD", limit=100)["items"]
    assert len(oldest) == 1
