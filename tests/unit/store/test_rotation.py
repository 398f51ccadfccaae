"""Keys of tiers are rotated while others work; broken off anywhere it is gone on with; the end proves itself."""

import json

import pytest

from audit.fsck import fsck
from audit.log import entry, tree
from hub.errors import OperatorError, TrailUnavailable
from hub.feeds.sealing import ALL_TIERS, OpenedSections, new_file
from hub.model.instant import now_utc
from hub.model.tier import Tier
from hub.store import rotation
from hub.store.directory import open_keyring
from hub.store.keyring_file import NEXT_ROOT_VARIABLE, ROOT_VARIABLE, create_keyring, read_keys, replace_root
from hub.store.keys import Keyring
from hub.store.rotation import rotate
from hub.store.sections import keys_behind, rewrapped
from tests.factories import person, run_hub, sections


@pytest.fixture
def hub(installation):
    with installation.opened() as hub:
        yield hub


def turn(hub, *tiers):
    return rotate(hub.directory, hub.ring, hub.writer, tiers or tuple(Tier), now_utc())


def opened(hub):
    """Everything there is of everybody, opened."""
    found = {}
    for resident in hub.reader.some_residents(99):
        sealed = hub.reader.get(resident, tuple(Tier))
        found[resident] = dict(OpenedSections(hub.ring, sealed, ALL_TIERS))
    return found


def behind(hub):
    return keys_behind(hub.reader.db, hub.ring, "keys.data_key")


def said(hub):
    """Acts about rotations, oldest first."""
    acts = (json.loads(entry(hub.reader.db, index).act) for index in range(tree(hub.reader.db).size))
    return [act for act in acts if act["kind"] == "key_rotation"]


def test_after_a_rotation_everything_opens_and_nothing_is_left_under_the_old_keys(installation, hub):
    before, old = opened(hub), open_keyring(installation.directory)
    wrapped = [hub.reader.get(resident, ()).keys for resident in before]
    done = turn(hub)
    assert (set(done.keys.values()), done.people, done.resumed, done.settled) == ({2}, len(before), False, True)
    assert opened(hub) == before
    assert behind(hub) == {}
    # The old keys open nothing any more, and the new ones nothing of before.
    fresh = Keyring(installation.directory.keys, {})
    assert fresh.key_ids == dict.fromkeys(Tier, (2,))
    for keys in wrapped:
        with pytest.raises(OperatorError):
            rewrapped(fresh, keys)
    assert old.key_ids == dict.fromkeys(Tier, (1,))
    assert hub.reader.damaged_files(9) == []
    fsck(hub.reader.db)
    pages = b"".join(path.read_bytes() for path in installation.path.glob("keys.db*"))
    assert not [keys for keys in wrapped if keys in pages]


def test_entries_name_keys_by_number_and_never_hold_any(installation, hub):
    secrets = read_keys(installation.directory.keys, {})
    turn(hub, Tier.MEDICAL)
    secrets |= read_keys(installation.directory.keys, {})
    begun, done = said(hub)
    assert (begun["outcome"], begun["keys"]) == ("intended", ["tier:medical:2"])
    assert (done["outcome"], done["keys"], done["destroyed"]) == ("done", ["tier:medical:2"], ["tier:medical:1"])
    assert done["people"] == 3
    acts = b"".join(row[0] for row in hub.reader.db.execute("SELECT act FROM log_entry"))
    assert not any(key in acts or key.hex().encode() in acts for key in secrets.values())


def test_one_tier_is_rotated_and_the_others_keep_their_keys(hub):
    turn(hub, Tier.CONTROL)
    turn(hub, Tier.CONTROL)
    assert hub.ring.key_ids == {tier: (3,) if tier is Tier.CONTROL else (1,) for tier in Tier}
    assert behind(hub) == {}
    assert len(opened(hub)) == 3


def test_another_process_opens_what_was_moved_and_seals_under_the_new_key(installation, hub):
    """It holds the keyring of before the rotation, as a worker that serves does."""
    worker = open_keyring(installation.directory)
    resident = hub.reader.some_residents(1)[0]
    turn(hub)
    sealed = hub.reader.get(resident, tuple(Tier))
    assert dict(OpenedSections(worker, sealed, ALL_TIERS))
    assert worker.key_ids == hub.ring.key_ids


@pytest.mark.parametrize("when", ["before it begins", "in its midst"])
def test_who_is_added_meanwhile_is_not_left_under_the_old_key(installation, hub, monkeypatch, when):
    worker = open_keyring(installation.directory)
    first = hub.writer.reserve(1)
    file = sections(idno=person(9)["idno"], name=person(9)["name"], grid=person(9)["grid"])
    made = new_file(worker, first, file, "10000000-0000-4000-8000-000000000009")  # sealed under the old keys

    def add():
        [failure] = hub.writer.run([lambda tx: tx.create_file(*made)])
        assert failure is None

    if when == "before it begins":
        add()
        turn(hub)
    else:
        end = rotation._end
        monkeypatch.setattr(rotation, "_end", lambda *given: (add(), end(*given)))
        turn(hub)
    assert behind(hub) == {}
    assert len(opened(hub)) == 4


@pytest.mark.parametrize("step", ["_move_all", "_end", "drop_keys", "_settled"])
def test_a_rotation_that_was_broken_off_anywhere_is_gone_on_with(hub, monkeypatch, step):
    before = opened(hub)

    def broken(*_args):
        raise TrailUnavailable("killed")

    monkeypatch.setattr(rotation, step, broken)
    with pytest.raises(TrailUnavailable):
        turn(hub)
    monkeypatch.undo()
    assert opened(hub) == before
    done = turn(hub, Tier.BASIC)
    if step == "_settled":  # all was done but for old pages of the write-ahead log
        assert (done.resumed, done.keys) == (False, {Tier.BASIC: 3})
    else:
        assert (done.resumed, set(done.keys.values())) == (True, {2})
    assert opened(hub) == before
    assert behind(hub) == {}
    assert all(len(numbers) == 1 for numbers in hub.ring.key_ids.values())


def test_moving_in_small_steps_reaches_everybody(hub, monkeypatch):
    monkeypatch.setattr(rotation, "TOGETHER", 1)
    assert turn(hub).people == 3
    assert behind(hub) == {}


def test_doctor_tells_a_rotation_that_is_not_complete_and_proves_one_that_is(installation):
    with installation.opened() as hub:
        hub.ring.change(lambda folder, environ: rotation.add_keys(folder, environ, ["tier:medical:2"]))
    done = run_hub("doctor", installation.path)
    assert done.returncode == 1
    assert "BAD  key rotation: not complete for medical; data keys left: 3 under an older key of medical" in done.stdout
    turned = run_hub("keys", "rotate", installation.path)
    assert (turned.returncode, turned.stdout.split(";")[0]) == (0, "went on with the rotation that was begun")
    done = run_hub("doctor", installation.path)
    assert "the data keys of 3 people are under the current keys alone: " in done.stdout
    assert "medical 2" in done.stdout


def test_only_one_process_rotates(hub):
    with rotation._alone(hub.directory), pytest.raises(OperatorError, match="another process"):
        turn(hub)


def test_a_damaged_data_key_stops_a_rotation_and_keeps_the_old_keys(hub):
    [(keys,)] = hub.writer._keys_db.execute("SELECT wrapped FROM data_key LIMIT 1").fetchall()
    hub.writer._keys_db.execute("UPDATE data_key SET wrapped = ?", (keys[:-1] + bytes((keys[-1] ^ 1,)),))
    with pytest.raises(OperatorError, match="changed"):
        turn(hub)
    assert all(len(numbers) == 2 for numbers in hub.ring.key_ids.values())


class TestRoot:
    @pytest.fixture
    def folder(self, tmp_path):
        create_keyring(tmp_path / "k", {})
        return tmp_path / "k"

    def test_the_keyring_is_sealed_under_another_root_and_the_keys_are_the_same(self, folder):
        keys, root = read_keys(folder, {}), (folder / "root.key").read_text()
        replace_root(folder, {})
        assert read_keys(folder, {}) == keys
        assert (folder / "root.key").read_text() != root
        with pytest.raises(OperatorError, match="belongs elsewhere"):
            read_keys(folder, {ROOT_VARIABLE: root})
        assert sorted(path.name for path in folder.iterdir()) == ["keyring.json", "root.key"]

    @pytest.mark.parametrize("renames", [0, 1])
    def test_a_crash_leaves_the_old_root_or_the_new_one(self, folder, monkeypatch, renames):
        from hub.store import keyring_file

        keys, rename, done = read_keys(folder, {}), keyring_file._rename, []

        def killed(fresh, path):
            if len(done) == renames:
                raise TrailUnavailable("killed")
            done.append(rename(fresh, path))

        monkeypatch.setattr(keyring_file, "_rename", killed)
        with pytest.raises(TrailUnavailable):
            replace_root(folder, {})
        monkeypatch.undo()
        assert read_keys(folder, {}) == keys
        replace_root(folder, {})
        assert read_keys(folder, {}) == keys
        assert sorted(path.name for path in folder.iterdir()) == ["keyring.json", "root.key"]

    def test_a_root_of_the_environment_is_followed_by_another_of_it(self, tmp_path):
        first, second = {ROOT_VARIABLE: "ab" * 32}, {ROOT_VARIABLE: "cd" * 32}
        create_keyring(tmp_path / "k", first)
        keys = read_keys(tmp_path / "k", first)
        with pytest.raises(OperatorError, match=NEXT_ROOT_VARIABLE):
            replace_root(tmp_path / "k", first)
        replace_root(tmp_path / "k", first | {NEXT_ROOT_VARIABLE: "cd" * 32})
        assert read_keys(tmp_path / "k", second) == keys
        with pytest.raises(OperatorError, match="belongs elsewhere"):
            read_keys(tmp_path / "k", first)

    def test_the_command_says_so_in_the_trail(self, installation):
        done = run_hub("keys", "rotate", installation.path, "--root")
        assert done.returncode == 0, done.stderr
        with installation.opened() as hub:
            assert [(act["key"], act["outcome"]) for act in said(hub)] == [("root", "intended"), ("root", "done")]
