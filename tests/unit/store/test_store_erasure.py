import shutil
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from audit.fsck import fsck
from hub.errors import TrailUnavailable
from hub.model.tier import Tier
from hub.store.directory import Directory
from hub.store.engine import Event
from hub.store.erasure import erase, finish_erasures
from hub.store.keys import WRAPPED_BYTES
from hub.store.sections import SLOTS, data_key
from hub.store.tokens import idno_token, list_token
from hub.store.trail import prepare
from tests.factories import GRID, Installation, person

NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture
def hub(installation):
    with installation.opened() as hub:
        yield hub


@pytest.fixture
def someone(hub):
    return hub.reader.find(idno_token(hub.ring, person(0)["idno"]), tuple(Tier))


def gone(hub, resident):
    """Nothing leads to a person any more."""
    assert hub.reader.get(resident, ()) is None
    assert hub.reader.find(idno_token(hub.ring, person(0)["idno"]), ()) is None
    assert resident not in hub.reader.roster(list_token(hub.ring, GRID), 0, 99)
    assert hub.reader.tokens_of(resident) == ([], [])
    assert hub.reader.intended_erasures() == []
    assert hub.reader.db.execute("SELECT count(*) FROM keys.data_key WHERE resident = ?", (resident,)).fetchone() == (
        0,
    )
    fsck(hub.reader.db)
    return True


def test_nothing_leads_to_a_person_who_was_erased_and_the_others_stay(hub, someone):
    others = set(hub.reader.some_residents(99)) - {someone.resident}
    assert erase(hub.writer, hub.reader, hub.ring, someone.resident, NOW)
    assert gone(hub, someone.resident)
    assert set(hub.reader.some_residents(99)) == others


def test_an_older_copy_of_the_store_does_not_open_with_the_keys_of_today(installation, tmp_path):
    with installation.opened() as hub:
        sealed = hub.reader.find(idno_token(hub.ring, person(0)["idno"]), tuple(Tier))
    aside = shutil.copytree(installation.path, tmp_path / "aside")
    with installation.opened() as hub:
        erase(hub.writer, hub.reader, hub.ring, sealed.resident, NOW)
    shutil.copy(installation.path / "keys.db", aside / "keys.db")
    shutil.copytree(installation.directory.keys, Directory(aside).keys)
    Directory(aside).checkpoint.unlink()
    with Installation(aside).opened() as hub:
        assert hub.reader.get(sealed.resident, tuple(Tier)) is None
        envelope = hub.reader.db.execute("SELECT medical FROM file WHERE resident = ?", (sealed.resident,)).fetchone()
        assert envelope == (sealed.sections[Tier.MEDICAL],)


def test_the_trail_keeps_that_it_happened_and_the_acts(hub, someone, warrant):
    key = data_key(hub.ring, someone.keys, "trail", warrant())
    event = Event({"kind": "disclosure"}, {"subject": "x"}, someone.resident, key)
    [place] = hub.writer.run([lambda tx: tx.record(prepare(event))])
    erase(hub.writer, hub.reader, hub.ring, someone.resident, NOW)
    acts = [act for (act,) in hub.reader.db.execute("SELECT act FROM log_entry ORDER BY idx")]
    assert acts[place.position] == b'{"kind":"disclosure"}'
    assert b'"kind":"erasure"' in acts[-1]
    assert person(0)["idno"].encode() not in b"".join(acts)


def test_nobody_is_erased_where_there_is_nobody(hub):
    before = hub.reader.db.execute("SELECT size FROM log_tree").fetchone()
    assert not erase(hub.writer, hub.reader, hub.ring, 999_999, NOW)
    assert hub.reader.db.execute("SELECT size FROM log_tree").fetchone() == before


@pytest.mark.parametrize("step", ["destroy_keys", "run"])
def test_an_erasure_that_was_broken_off_is_finished(hub, someone, monkeypatch, step):
    calls = iter(range(9))
    proper = getattr(hub.writer, step)

    def broken(*args, **kwargs):
        if step == "run" and next(calls) == 0:
            return proper(*args, **kwargs)
        raise TrailUnavailable("killed")

    monkeypatch.setattr(hub.writer, step, broken)
    with pytest.raises(TrailUnavailable):
        erase(hub.writer, hub.reader, hub.ring, someone.resident, NOW)
    monkeypatch.undo()
    assert hub.reader.intended_erasures() == [someone.resident]
    assert finish_erasures(hub.writer, hub.reader, NOW) == 1
    assert gone(hub, someone.resident)
    assert finish_erasures(hub.writer, hub.reader, NOW) == 0


def test_a_hub_that_starts_finishes_erasures(installation, serve):
    with installation.opened() as hub:
        resident = hub.reader.find(idno_token(hub.ring, person(0)["idno"]), ()).resident
        hub.writer.run([lambda tx: tx.db.execute("INSERT INTO erasure VALUES (?)", (resident,)) and None])
    serve(installation).stop()
    with installation.opened() as hub:
        assert gone(hub, resident)


def plain_pages(path, key):
    """A database's pages as they are under SQLCipher's encryption: AES-256-CBC, the vector before the page's MAC."""
    reserved = 16 + 32
    content = path.read_bytes()
    for start in range(0, len(content), 4096):
        page = content[start : start + 4096]
        body, vector = page[16 if start == 0 else 0 : -reserved], page[-reserved:][:16]
        yield Cipher(algorithms.AES(key), modes.CBC(vector)).decryptor().update(body)


def test_destroyed_keys_leave_none_of_their_bytes_in_any_page(installation):
    key = bytes.fromhex(installation.ring.database_key("keys.db"))

    def pieces_found(keys):
        pages = b"".join(plain_pages(installation.directory.data_keys, key))
        return [number for number in range(len(SLOTS)) if keys[number * WRAPPED_BYTES + 1 :][:16] in pages]

    with installation.opened() as hub:
        sealed = hub.reader.find(idno_token(hub.ring, person(0)["idno"]), ())
        assert pieces_found(sealed.keys)
        erase(hub.writer, hub.reader, hub.ring, sealed.resident, NOW)
        assert pieces_found(sealed.keys) == []
        assert not any(path.stat().st_size for path in installation.path.glob("keys.db-wal"))
