"""Several processes on one store: each takes its turn, and none mistakes another's work for damage."""

import asyncio

from tests.factories import CIVIL_AFFAIRS, GRID_WORKER, HUB, Installation, person, write_csv
from tests.fault.load import Load, check_log, check_ordinals

PEOPLE = 12
MORE = 600


async def command(*args):
    """Run a command beside the load; returns its exit code and, where that is not 0, what it said."""
    process = await asyncio.create_subprocess_exec(
        HUB, *map(str, args), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await process.communicate()
    return process.returncode, said.decode() if process.returncode else ""


def test_recording_goes_on_while_others_import_open_and_examine(tmp_path, serve):
    hub = Installation.create(tmp_path / "hub")
    hub.import_rows("police", [person(number) for number in range(PEOPLE)], tmp_path)
    hub.appoint(CIVIL_AFFAIRS, GRID_WORKER)
    hub.file(CIVIL_AFFAIRS, "OLDCARD")
    more = write_csv(tmp_path / "more.csv", [person(number) for number in range(PEOPLE, PEOPLE + MORE)])
    server = serve(hub, workers=2)
    load = Load(server, PEOPLE)
    outcomes = []

    async def meanwhile():
        importing = asyncio.create_task(command("import", hub.path, "police", more))
        outcomes.extend([await command("token", hub.path, f"auditor:339999#a{number}") for number in range(4)])
        outcomes.append(await command("doctor", hub.path))
        outcomes.append(await importing)
        server.kill()

    asyncio.run(load.run(6, meanwhile()))
    assert outcomes == [(0, "")] * len(outcomes)
    assert set(load.statuses) == {200, 403}
    check_log(hub, load.receipts)
    check_ordinals(hub)
    with hub.opened() as opened:
        assert opened.reader.db.execute("SELECT count(*) FROM file").fetchone() == (PEOPLE + MORE,)
        assert opened.reader.damaged() == []
