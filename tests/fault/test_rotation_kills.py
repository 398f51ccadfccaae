"""Keys are rotated while workers answer and an import adds people; the rotation is killed again and again."""

import asyncio
import random
import subprocess

from hub.feeds.sealing import ALL_TIERS, OpenedSections
from hub.model.tier import Tier
from hub.store.sections import keys_behind
from tests.factories import CIVIL_AFFAIRS, GRID_WORKER, HUB, Installation, Server, person, run_hub, write_csv
from tests.fault.load import Load, check_log, check_ordinals

PEOPLE, MORE = 12, 300
CONNECTIONS = 8


async def rotate_and_kill(hub, feed, load, rounds, server):
    """Begin a rotation `rounds` times and kill it; then let one end. Meanwhile an import runs, and workers answer."""
    chance = random.Random(5)
    adding = await asyncio.create_subprocess_exec(HUB, "import", hub.path, "police", feed, stdout=subprocess.DEVNULL)
    for _ in range(rounds):
        rotating = await asyncio.create_subprocess_exec(HUB, "keys", "rotate", hub.path, stdout=subprocess.DEVNULL)
        await asyncio.sleep(chance.uniform(0.3, 1.5))
        if rotating.returncode is None:
            rotating.kill()
        await rotating.wait()
    assert await adding.wait() == 0
    rotating = await asyncio.create_subprocess_exec(HUB, "keys", "rotate", hub.path, stdout=subprocess.DEVNULL)
    assert await rotating.wait() == 0
    answered = load.answered
    while load.answered < answered + 20:  # noqa: ASYNC110 - workers go on under the new keys
        await asyncio.sleep(0.02)
    server.kill()


def test_nobody_notices_a_rotation_and_a_killed_one_is_gone_on_with(tmp_path, times):
    hub = Installation.create(tmp_path / "hub")
    hub.import_rows("police", [person(number) for number in range(PEOPLE)], tmp_path)
    hub.appoint(CIVIL_AFFAIRS, GRID_WORKER)
    hub.file(CIVIL_AFFAIRS, "OLDCARD")
    feed = write_csv(tmp_path / "more.csv", [person(number) for number in range(100, 100 + MORE)])
    server = Server(hub, workers=2)
    load = Load(server, PEOPLE)
    try:
        asyncio.run(load.run(CONNECTIONS, rotate_and_kill(hub, feed, load, times(4, 40), server)))
    finally:
        server.kill()
    assert set(load.statuses) <= {200, 403}, "nobody was refused for a key's sake"
    check_log(hub, load.receipts)
    check_ordinals(hub)
    done = run_hub("keys", "rotate", hub.path)
    assert done.returncode == 0
    with hub.opened() as store:
        assert all(len(numbers) == 1 for numbers in store.ring.key_ids.values())
        assert keys_behind(store.reader.db, store.ring, "keys.data_key") == {}
        people = store.reader.some_residents(PEOPLE + MORE + 1)
        assert len(people) == PEOPLE + MORE
        for resident in people:
            assert dict(OpenedSections(store.ring, store.reader.get(resident, tuple(Tier)), ALL_TIERS))
