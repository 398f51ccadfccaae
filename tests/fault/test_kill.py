"""kill -9 under load: no answer without its entry, whatever moment the power of the process ends."""

import asyncio
import base64
import random

import pytest

from tests.factories import CIVIL_AFFAIRS, GRID_WORKER, Installation, Server, person
from tests.fault.load import Load, check_log, check_ordinals

PEOPLE = 12
CONNECTIONS = 8


@pytest.fixture
def busy(tmp_path):
    """An installation with `person(0)` to `person(PEOPLE - 1)`."""
    hub = Installation.create(tmp_path / "hub")
    hub.import_rows("police", [person(number) for number in range(PEOPLE)], tmp_path)
    hub.appoint(CIVIL_AFFAIRS, GRID_WORKER)
    hub.file(CIVIL_AFFAIRS, "OLDCARD")
    return hub


async def kill_after(server, load, answers, seconds):
    """Kill a while after so many answers, however fast the machine gives them."""
    while load.answered < answers and server.process.poll() is None:  # noqa: ASYNC110 - or the server ends
        await asyncio.sleep(0.002)
    await asyncio.sleep(seconds)
    server.kill()


def test_no_answered_disclosure_is_missing_after_a_kill(busy, times):
    chance = random.Random(9)
    receipts, statuses = [], {}
    for round_ in range(times(20, 200)):
        server = Server(busy, workers=2 if round_ % 4 == 3 else 1)
        load = Load(server, PEOPLE)
        try:
            ending = kill_after(server, load, chance.randint(10, 60), chance.uniform(0, 0.1))
            asyncio.run(load.run(CONNECTIONS, ending))
        finally:
            server.kill()
        check_log(busy, load.receipts)
        receipts += load.receipts
        for status, count in load.statuses.items():
            statuses[status] = statuses.get(status, 0) + count
    assert set(statuses) == {200, 403}
    check_log(busy, receipts)
    check_ordinals(busy)
    indexes = [receipt["index"] for receipt in receipts]
    assert len(set(indexes)) == len(indexes)
    leaves = [base64.b64decode(receipt["leaf"]) for receipt in receipts]
    assert len(set(leaves)) == len(leaves)
    assert len(receipts) >= 10 * times(20, 200)
