import asyncio
import fcntl
import os
import shutil
import time
from datetime import UTC, datetime

import pytest

from hub.errors import TrailUnavailable
from hub.store import trail_index
from hub.store.engine import Event
from hub.store.erasure import erase, finish_erasures
from hub.store.installation import system_event
from hub.store.sections import data_key
from hub.store.tokens import idno_token
from hub.store.trail import prepare
from hub.store.trail_index import TrailIndex, follow
from hub.store.trail_query import TrailQuery
from hub.store.trail_reader import pseudonym_of
from hub.store.warrants import ERASING
from tests.factories import person

NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture
def hub(installation):
    with installation.opened() as hub:
        yield hub


@pytest.fixture
def index(installation):
    index = TrailIndex(installation.directory, installation.ring)
    yield index
    index.close()


@pytest.fixture
def someone(hub):
    return hub.reader.find(idno_token(hub.ring, person(0)["idno"]), ())


def record(hub, *events):
    hub.writer.run([lambda tx: [tx.record(prepare(event)) for event in events]])


def about(hub, sealed, kind="visit"):
    subject = {"subject": pseudonym_of(hub.ring, sealed.resident), "reason": "闲谈"}
    key = data_key(hub.ring, sealed.keys, "trail", ERASING)
    return Event(system_event(kind, NOW).act, subject, sealed.resident, key)


def rows(index):
    def dump(db):
        tables = ("event", "word", "area", "moment", "state")
        return {table: db.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall() for table in tables}  # noqa: S608

    return index._file.use(dump)


def everything(index, **said):
    return index.search(TrailQuery(**said), None, 10_000).entries


def test_search_has_what_was_durable_before_it(hub, index, someone):
    before = everything(index)
    record(hub, about(hub, someone), system_event("other", NOW))
    assert everything(index) == [len(before) + 1, len(before), *before]
    assert index.of_resident(someone.resident, None, 5)[0] == len(before)
    pseudonym = pseudonym_of(hub.ring, someone.resident)
    assert everything(index, subject=pseudonym, kind="visit") == [len(before)]
    assert hub.ring.resident_behind(pseudonym) == someone.resident


def test_entries_are_read_back_whole_in_the_order_asked(hub, index, someone):
    size = len(everything(index))
    record(hub, about(hub, someone), system_event("other", NOW))
    other, first = index.entries([size + 1, size, size + 99])
    assert (first.position, first.act["kind"], first.resident) == (size, "visit", someone.resident)
    assert (other.position, other.act["kind"], other.resident) == (size + 1, "other", None)


def test_catching_up_takes_slices_and_then_nothing(hub, index):
    record(hub, *[system_event("many", NOW) for _ in range(25)])
    taken = []
    while count := index.catch_up(10):
        taken.append(count)
    assert set(taken[:-1]) == {10}
    assert sum(taken) == index.catch_up() + len(everything(index))


@pytest.mark.parametrize("how", ["missing", "damaged", "foreign", "older schema", "truncated"])
def test_lost_projection_is_built_anew_the_same(hub, someone, how):
    index = TrailIndex(hub.reader.directory, hub.ring)
    record(hub, *[about(hub, someone, f"kind{number % 3}") for number in range(40)])
    while index.catch_up(7):
        pass
    before, found = rows(index), everything(index)
    path = index._file._path
    if how == "older schema":
        index._file.use(lambda db: db.execute("PRAGMA user_version = 99"))
    index.close()
    if how == "missing":
        path.unlink()
    if how == "damaged":
        content = bytearray(path.read_bytes())
        content[len(content) // 2 :] = bytes(len(content) - len(content) // 2)
        path.write_bytes(content)
    if how == "foreign":
        path.write_bytes(os.urandom(8192))
    if how == "truncated":
        os.truncate(path, 4096)
    anew = TrailIndex(hub.reader.directory, hub.ring)
    try:
        assert everything(anew) == found
        assert rows(anew) == before
    finally:
        anew.close()
    assert path.stat().st_mode & 0o777 == 0o600


def test_damage_met_while_it_is_open_is_mended_at_once(hub, index, someone):
    record(hub, *[about(hub, someone) for _ in range(300)])
    found = everything(index)
    index._file.use(lambda db: db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall())
    index._file._leave()
    path = index._file._path
    content = bytearray(path.read_bytes())
    content[4096:] = os.urandom(len(content) - 4096)
    path.write_bytes(content)
    assert everything(index) == found


def test_projection_of_another_log_is_thrown_away(installation, tmp_path):
    older = shutil.copytree(installation.path, tmp_path / "older")
    with installation.opened() as hub:
        record(hub, *[system_event("lost", NOW) for _ in range(5)])
    index = TrailIndex(installation.directory, installation.ring)
    assert len(everything(index, kind="lost")) == 5
    index.close()
    for name in ("hub.db", "hub.db-wal", "hub.db-shm"):
        (installation.path / name).unlink(missing_ok=True)
        if (older / name).exists():
            shutil.copy(older / name, installation.path / name)
    installation.directory.checkpoint.unlink()
    with installation.opened() as hub:
        record(hub, *[system_event("new", NOW) for _ in range(9)])
    index = TrailIndex(installation.directory, installation.ring)
    assert everything(index, kind="lost") == []
    assert len(everything(index, kind="new")) == 9
    index.close()


def test_erased_person_is_linked_to_nothing_incrementally_as_after_building_anew(hub, index, someone):
    record(hub, about(hub, someone), about(hub, someone, "call"))
    pseudonym = pseudonym_of(hub.ring, someone.resident)
    assert len(everything(index, subject=pseudonym)) >= 2
    assert erase(hub.writer, hub.reader, hub.ring, someone.resident, NOW)
    assert everything(index, subject=pseudonym) == []
    assert everything(index, kind="call") != []
    left = rows(index)
    index._file.use(lambda _: index._file.anew())
    everything(index)
    again = rows(index)
    assert again["event"] == left["event"]


def test_person_whose_erasure_is_intended_is_not_linked_again(hub, index, someone, monkeypatch):
    pseudonym = pseudonym_of(hub.ring, someone.resident)
    with monkeypatch.context() as patch:
        patch.setattr("hub.store.erasure.finish_erasures", lambda *_: 0)
        erase(hub.writer, hub.reader, hub.ring, someone.resident, NOW)
    index.forget(someone.resident)
    record(hub, about(hub, someone))
    assert everything(index, subject=pseudonym) == []
    finish_erasures(hub.writer, hub.reader, NOW)
    assert everything(index, subject=pseudonym) == []


def test_no_link_to_an_erased_person_is_left_in_any_file(hub, index, someone):
    record(hub, about(hub, someone))
    everything(index)
    erase(hub.writer, hub.reader, hub.ring, someone.resident, NOW)
    assert index._file._path.with_name("trail.db-wal").stat().st_size == 0


def test_strangers_are_found_by_their_pseudonym(hub, index):
    pseudonym = hub.ring.pseudonym(b"idno\0nobody")
    record(hub, Event(system_event("asked", NOW).act, {"subject": pseudonym, "reason": ""}))
    [found] = everything(index, subject=pseudonym)
    assert index.entries([found])[0].act["kind"] == "asked"
    assert hub.ring.resident_behind(pseudonym) is None


def test_projection_holds_no_text_in_the_clear(hub, index, someone):
    record(hub, about(hub, someone))
    everything(index)
    for path in hub.reader.directory.path.glob("trail.db*"):
        content = path.read_bytes()
        assert b"visit" not in content
        assert bytes.fromhex(pseudonym_of(hub.ring, someone.resident)) not in content


def test_one_process_builds_at_a_time_and_the_others_do_not_wait(hub, index):
    record(hub, system_event("other", NOW))
    held = os.open(hub.reader.directory.trail_lock, os.O_RDWR)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert index.catch_up() == 0
    finally:
        os.close(held)
    assert index.catch_up() > 0


def test_projection_far_behind_is_not_searched(hub, index, monkeypatch):
    record(hub, *[system_event("many", NOW) for _ in range(30)])
    monkeypatch.setattr(trail_index, "AT_ONCE", 5)
    monkeypatch.setattr(trail_index, "MOST_BEHIND", 10)
    with pytest.raises(TrailUnavailable, match="is being built"):
        everything(index)
    while index.catch_up():
        pass
    assert len(everything(index, kind="many")) == 30


def test_failure_of_the_store_leaves_the_projection_alone(hub, index):
    everything(index)
    inode = index._file._path.stat().st_ino
    record(hub, system_event("other", NOW))
    index._reader.db.close()
    with pytest.raises(TrailUnavailable, match="the store cannot be read"):
        everything(index)
    assert index._file._path.stat().st_ino == inode
    assert len(everything(index, kind="other")) == 1


def test_following_keeps_it_current_until_cancelled(hub, index, monkeypatch):
    monkeypatch.setattr(trail_index, "EVERY", 0.01)
    record(hub, *[system_event("many", NOW) for _ in range(trail_index.SLICE + 5)])

    async def followed():
        task = asyncio.create_task(follow(index))
        until = time.monotonic() + 20
        size = hub.reader.db.execute("SELECT size FROM log_tree").fetchone()[0]
        while rows(index)["state"][0][1] < size and time.monotonic() < until:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.01)
        task.cancel()
        return rows(index)["state"][0][1], size

    taken, size = asyncio.run(followed())
    assert taken == size
