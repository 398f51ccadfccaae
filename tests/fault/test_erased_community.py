"""A whole community is erased: every proof still verifies, and no word about anybody is left in any file or pack."""

import zipfile
from datetime import UTC, datetime

import pytest

from audit.log import entry, tree
from audit.policy import parse_trust
from audit.published import publish
from audit.reader import PublishedLog
from audit.rebuild import rebuild
from audit.source import Folder
from hub.rights.erasure import carry_out
from hub.store.installation import system_event
from hub.store.own_trail import person_of
from tests.factories import CIVIL_AFFAIRS, GRID_WORKER, Installation, World, run_hub

REASON = "上门核实张贴栏对面那户人家的情况"
NOW = datetime(2026, 11, 22, tzinfo=UTC)
ENCODINGS = ("utf-8", "gb18030", "utf-16-le")
SHORTEST = 8


@pytest.fixture
def village(tmp_path):
    """A few people whose files were read, disputed and searched for; nobody serves it any more."""
    world = World(tmp_path / "world", 12, seed=5)
    hub = Installation.create(tmp_path / "village").fill(world)
    residents = [f"resident:{row['rid']}" for row in world.rows("police")]
    hub.appoint(GRID_WORKER, CIVIL_AFFAIRS, *residents)
    return hub, world, residents


def use(hub, world, residents, serve):
    """Leave something about everybody in the trail, in every way there is."""
    server = serve(hub)
    subjects = [{"idno": row["idno"]} for row in world.rows("police")]
    with server.client(CIVIL_AFFAIRS) as window, server.client(GRID_WORKER) as worker:
        for client, purpose in ((window, "OLDCARD"), (worker, "VISIT")):
            body = {"subjects": subjects, "purpose": purpose, "reason": REASON}
            assert client.post("/v1/disclosures/batch", json=body).is_success
    for resident in residents:
        with server.client(resident) as own:
            newest = own.get("/v1/me/accesses").json()["items"][0]["index"]
            assert own.post("/v1/me/freezes", json={"reason": REASON}).is_success
            dispute = own.post("/v1/me/disputes", json={"index": newest, "reason": REASON}).json()["id"]
        with server.client("auditor:339999") as auditor:
            body = {"decision": "deny", "reason": REASON}
            assert auditor.post(f"/v1/requests/{dispute}/decision", json=body).is_success
            auditor.get("/v1/audit/events")
    server.stop()


def words_of(world):
    """Everything that the feeds said about people and that is long enough to be told from chance."""
    rows = [row for feed in ("police", "civil_affairs", "health") for row in world.rows(feed)]
    written = {cell for row in rows for cell in row.values() if len(cell.encode()) >= SHORTEST and not cell.isascii()}
    numbers = {row[key] for row in world.rows("police") for key in ("name", "idno", "tel") if row[key]}
    return {REASON} | written | numbers


def found_in(content, words):
    return {word for word in words for coding in ENCODINGS if word.encode(coding) in content}


def erase_everybody(hub):
    """Approve everybody's erasure and carry it out; returns their trail keys as they were."""
    with hub.opened() as opened:
        keys = []
        for resident in opened.reader.some_residents(999):
            person, facts = person_of(opened.reader, opened.ring, resident)
            keys.append(person.key)
            body = {"resident": resident, "rid": facts.rid, "state": "approved", "filed": "", "by": ""}
            name = f"{resident:024x}"
            event = system_event("erasure_request", NOW)
            opened.writer.run([lambda tx, put=("erasure_request", name, body, event): tx.put_control(*put)])
        assert carry_out(opened.writer, opened.reader, opened.ring, NOW) == (len(keys), 0)
    return keys


def test_after_erasing_everybody_all_proofs_verify_and_no_word_is_left_anywhere(village, serve, tmp_path):
    hub, world, residents = village
    words = words_of(world)
    assert len(words) > 40
    use(hub, world, residents, serve)
    with hub.opened() as opened:
        before = [entry(opened.reader.db, index) for index in range(tree(opened.reader.db).size)]
    keys = erase_everybody(hub)
    assert len(keys) == len(residents)
    policy = parse_trust(hub.directory.log_key.read_bytes())
    with hub.opened() as opened:
        db = opened.reader.db
        publish(db, tmp_path / "log")
        assert [entry(db, stored.index) for stored in before] == before, "acts, leaves and noise stay as they are"
        assert db.execute("SELECT count(*) FROM about").fetchone() == (0,)
        assert db.execute("SELECT count(*) FROM keys.data_key").fetchone() == (0,)
        assert opened.reader.some_residents(9) == []
    log = PublishedLog(Folder(tmp_path / "log"), policy)
    assert rebuild(Folder(tmp_path / "log"), policy, 1).size == log.checkpoint.size
    for stored in before:
        assert log.entry(stored.index) == stored.leaf
        assert log.prove(stored.index).index == stored.index
    assert run_hub("audit", "export", hub.path, tmp_path / "pack.zip").returncode == 0
    with zipfile.ZipFile(tmp_path / "pack.zip") as pack:
        assert not [name for name in pack.namelist() if found_in(pack.read(name), words)]
    for path in (path for path in hub.path.rglob("*") if path.is_file()):
        content = path.read_bytes()
        assert not found_in(content, words), path.name
        assert not [key for key in keys if key in content], path.name
    doctor = run_hub("doctor", hub.path).stdout
    assert "BAD  log" not in doctor
    assert "BAD  control rows" not in doctor


def test_the_search_for_words_finds_them_where_they_are(village):
    _, world, _ = village
    words = words_of(world)
    feeds = b"".join((world.path / f"{feed}.csv").read_bytes() for feed in ("police", "civil_affairs", "health"))
    assert found_in(feeds, words) == words - {REASON}
