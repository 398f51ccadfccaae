"""A full disk: nothing is disclosed that cannot be recorded, and freeing space is all it takes to go on."""

import os

import pytest

from tests.factories import CIVIL_AFFAIRS, Installation, person
from tests.fault.load import check_log, check_ordinals

QUESTION = {"subject": {"idno": person(0)["idno"]}, "purpose": "OLDCARD"}
DISCLOSED = (person(0)["name"].encode(), person(0)["idno"].encode())
MEGABYTES = 4


def furnish(path, folder):
    """Fill a fresh installation on a small disk."""
    hub = Installation.create(path)
    hub.import_rows("police", [person(number) for number in range(3)], folder)
    hub.appoint(CIVIL_AFFAIRS)
    hub.file(CIVIL_AFFAIRS, "OLDCARD")
    return hub


def fill(disk):
    """Write until there is no room for a single byte more; returns what to remove."""
    path = disk / "filler"
    with path.open("wb", buffering=0) as filler:
        for size in (65536, 4096, 1):
            try:
                while filler.write(bytes(size)):
                    pass
            except OSError:
                continue
    return path


def ask_until(client, status, answers):
    """Ask until an answer has a status; what can still be written to allocated space may be answered before."""
    while (answer := client.post("/v1/disclosures", json=QUESTION)).status_code != status:
        assert answer.status_code in {200, 503}
        answers.append(answer)
    return answer


def refused(answer):
    """Said as the contract says it, and nothing with it."""
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert int(answer.headers["retry-after"]) > 0
    assert answer.json()["reasons"] == ["audit_unavailable"]
    assert set(answer.json()) <= {"type", "title", "status", "reasons", "trace_id"}
    assert not any(value in answer.content for value in DISCLOSED)
    return True


@pytest.fixture(params=["data alone", "data and keys"])
def full(request, tmp_path, small_disk):
    """An installation on a small disk, and that disk."""
    if request.param == "data alone":
        disk = small_disk(tmp_path / "hub", MEGABYTES)
        return furnish(disk, tmp_path), disk
    disk = small_disk(tmp_path / "disk", MEGABYTES)
    return furnish(disk / "hub", tmp_path), disk


def test_on_a_full_disk_nothing_is_disclosed_and_freeing_space_is_enough(full, serve):
    hub, disk = full
    with serve(hub).client(CIVIL_AFFAIRS) as client:
        answers = [client.post("/v1/disclosures", json=QUESTION) for _ in range(5)]
        for _ in range(3):
            filler = fill(disk)
            assert refused(ask_until(client, 503, answers))
            for _ in range(5):
                assert refused(client.post("/v1/disclosures", json=QUESTION))
                assert refused(client.get("/readyz"))
                assert client.get("/healthz").status_code == 200
            filler.unlink()
            assert client.get("/readyz").status_code == 200
            answers += [client.post("/v1/disclosures", json=QUESTION) for _ in range(5)]
    assert {answer.status_code for answer in answers} == {200}
    receipts = [answer.json()["receipt"] for answer in answers]
    assert len({receipt["index"] for receipt in receipts}) == len(receipts)
    assert os.statvfs(disk).f_bavail


def test_what_was_answered_around_a_full_disk_is_in_the_log(full, serve):
    hub, disk = full
    answers = []
    server = serve(hub)
    with server.client(CIVIL_AFFAIRS) as client:
        filler = fill(disk)
        ask_until(client, 503, answers)
        filler.unlink()
        ask_until(client, 200, [])
        answers += [client.post("/v1/disclosures", json=QUESTION) for _ in range(3)]
    server.kill()
    check_log(hub, [answer.json()["receipt"] for answer in answers])
    check_ordinals(hub)


def test_a_hub_killed_on_a_full_disk_opens_again(full, serve):
    hub, disk = full
    server = serve(hub)
    answers = []
    with server.client(CIVIL_AFFAIRS) as client:
        filler = fill(disk)
        ask_until(client, 503, answers)
    server.kill()
    filler.unlink()
    with serve(hub).client(CIVIL_AFFAIRS) as client:
        answers.append(client.post("/v1/disclosures", json=QUESTION))
        assert answers[-1].status_code == 200
    check_log(hub, [answer.json()["receipt"] for answer in answers])
