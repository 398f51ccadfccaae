"""Whatever is changed in the store behind the log's back is named: the person's pseudonym and the tier, or the row."""

import pytest

from audit.fsck import fsck
from hub.model.instant import now_utc
from hub.model.tier import Tier
from hub.store import replay
from hub.store.erasure import erase
from tests.factories import person, run_hub


@pytest.fixture
def change(installation):
    """Write to the store as somebody who has its keys: `change(sql, *values)`."""

    def write(statement, *values):
        with installation.opened() as hub:
            db = hub.writer._db
            db.execute(statement, values)

    return write


@pytest.fixture
def held(installation):
    """What a person's row holds: `held(resident)`, by tier."""

    def read(resident):
        with installation.opened() as hub:
            return hub.reader.get(resident, tuple(Tier)).sections

    return read


def named(installation):
    with installation.opened() as hub:
        return hub.reader.damaged_files(100)


def pseudonym(installation, resident):
    return installation.ring.pseudonym_of(resident)


def resident_of(installation, number):
    from hub.store.tokens import idno_token

    with installation.opened() as hub:
        return hub.reader.find(idno_token(hub.ring, person(number)["idno"]), ()).resident


def test_after_imports_log_and_store_agree(installation, tmp_path):
    assert named(installation) == []
    installation.import_rows("police", [person(0, name="改名"), person(7)], tmp_path)
    assert named(installation) == []
    installation.import_rows("police", [person(0, name="改名"), person(7)], tmp_path)
    assert named(installation) == []
    with installation.opened() as hub:
        fsck(hub.reader.db)


@pytest.mark.parametrize("tier", list(Tier))
def test_a_changed_tier_is_named(installation, change, held, tier):
    one = resident_of(installation, 1)
    envelope = bytearray(held(one)[tier])
    envelope[-1] ^= 1
    change(f"UPDATE file SET {tier} = ? WHERE resident = ?", bytes(envelope), one)  # noqa: S608
    assert named(installation) == [f"{pseudonym(installation, one)} {tier}: it was changed"]
    done = run_hub("doctor", installation.path)
    assert done.returncode == 1
    assert f"BAD  files and log: {pseudonym(installation, one)} {tier}" in done.stdout


def test_an_older_tier_put_back_whole_is_named(installation, change, held, tmp_path):
    one = resident_of(installation, 1)
    older = held(one)[Tier.BASIC]
    installation.import_rows("police", [person(1, name="改名")], tmp_path)
    assert held(one)[Tier.BASIC] != older
    change("UPDATE file SET basic = ? WHERE resident = ?", older, one)
    assert named(installation) == [f"{pseudonym(installation, one)} basic: an older version was put back"]


def test_a_removed_file_and_one_made_by_nobody_are_named(installation, change):
    one = resident_of(installation, 1)
    change("UPDATE file SET resident = resident + 100 WHERE resident = ?", one)
    with installation.opened() as hub:
        hub.writer._keys_db.execute("UPDATE data_key SET resident = resident + 100 WHERE resident = ?", (one,))
    assert sorted(named(installation)) == sorted(
        [
            f"{pseudonym(installation, one)}: the file was removed, with the keys to what the log says of it",
            f"{pseudonym(installation, one + 100)}: no entry accounts for this file",
        ]
    )


def test_a_file_that_is_gone_is_named(installation, change):
    one = resident_of(installation, 1)
    change("DELETE FROM file WHERE resident = ?", one)
    assert named(installation) == [f"{pseudonym(installation, one)}: the file was removed"]


def test_whom_an_entry_is_about_cannot_be_removed_to_hide_it(installation, change, held, tmp_path):
    one = resident_of(installation, 1)
    older = held(one)[Tier.BASIC]
    installation.import_rows("police", [person(1, name="改名")], tmp_path)
    change("UPDATE file SET basic = ? WHERE resident = ?", older, one)
    change("DELETE FROM about WHERE entry = (SELECT max(entry) FROM about WHERE resident = ?)", one)
    assert named(installation) == ["of 1 entries that account for files, it was removed whom they are about"]


def test_an_erased_person_contradicts_nothing(installation):
    with installation.opened() as hub:
        assert erase(hub.writer, hub.reader, hub.ring, 1, now_utc())
    assert named(installation) == []
    with installation.opened() as hub:
        assert hub.reader.damaged() == []


def test_people_of_every_slice_are_looked_at(installation, change, held, monkeypatch):
    monkeypatch.setattr(replay, "SLICE", 2)
    assert named(installation) == []
    broken = []
    for number in range(3):
        one = resident_of(installation, number)
        change("UPDATE file SET contact = ? WHERE resident = ?", held(one)[Tier.BASIC], one)
        broken.append(f"{pseudonym(installation, one)} contact: it was changed")
    assert sorted(named(installation)) == sorted(broken)


def test_a_control_row_and_its_entry_name_each_other(installation, change):
    with installation.opened() as hub:
        assert hub.reader.damaged() == []
        version, body = hub.reader.db.execute("SELECT version, body FROM control WHERE kind = 'filing'").fetchone()
    # Sealed anew by somebody who has the keys: it opens, says the same, and is not what the entry accounts for.
    from hub.store.controls import opened, sealed

    with installation.opened() as hub:
        row = opened(hub.ring, hub.reader.db.execute("SELECT * FROM control WHERE kind = 'filing'").fetchone())
    assert row.version == version
    assert sealed(installation.ring, row) != body
    change("UPDATE control SET body = ? WHERE kind = 'filing'", sealed(installation.ring, row))
    with installation.opened() as hub:
        assert hub.reader.damaged() == [f"filing {row.id}"]


def test_an_entry_that_was_made_unreadable_hides_no_row(installation, change):
    from tests.factories import GRID_WORKER

    with installation.opened() as hub:
        older = hub.reader.db.execute("SELECT version, entry, body FROM control WHERE id LIKE 'grid%'").fetchone()
    installation.revoke(GRID_WORKER)
    with installation.opened() as hub:
        assert erase(hub.writer, hub.reader, hub.ring, 1, now_utc())
        [last] = hub.reader.db.execute("SELECT entry FROM control WHERE id LIKE 'grid%'").fetchone()
    change("UPDATE control SET version = ?, entry = ?, body = ? WHERE id LIKE 'grid%'", *older)
    change("UPDATE log_entry SET sealed = zeroblob(100) WHERE idx = ?", last)
    with installation.opened() as hub:
        assert hub.reader.damaged() == [f"entry {last}, which accounts for a row, does not open"]


def test_an_import_is_an_entry_about_each_person_it_touched(installation, tmp_path):
    import json

    one = resident_of(installation, 1)
    installation.import_rows("police", [person(1, name="改名")], tmp_path)
    with installation.opened() as hub:
        query = "SELECT act FROM log_entry JOIN about ON entry = idx WHERE resident = ? ORDER BY idx"
        acts = [json.loads(act) for (act,) in hub.reader.db.execute(query, (one,))]
    assert [(act["kind"], act["feed"], act["outcome"]) for act in acts] == [
        ("import", "police", "created"),
        ("import", "police", "updated"),
    ]
    assert acts[0]["sections"] == len(Tier)
    assert 0 < acts[1]["sections"] < len(Tier)
    assert acts[0]["batch"] != acts[1]["batch"]
