import os

import pytest

from audit.errors import LogError
from audit.fsck import fsck
from audit.log import latest_checkpoint, tree
from hub.errors import OperatorError, TrailUnavailable
from hub.store.engine import Event
from hub.store.installation import open_writer
from hub.store.sqlcipher import SqlcipherReader, connect
from hub.store.trail import prepare
from hub.store.writer import Writer


def record(tx):
    return tx.record(prepare(Event({"kind": "test"}, {"subject": ""}))).position


@pytest.fixture
def writer(empty):
    writer = open_writer(empty.directory, empty.ring)
    yield writer
    writer.close()


@pytest.fixture
def reader(empty):
    reader = SqlcipherReader(empty.directory, empty.ring)
    yield reader
    reader.close()


class Failing:
    """A connection whose statements fail while a fault is set."""

    def __init__(self, db, fault):
        self._db, self._fault = db, fault

    def __getattr__(self, name):
        return getattr(self._db, name)

    def execute(self, sql, *parameters):
        self._fault(sql)
        return self._db.execute(sql, *parameters)

    def executemany(self, sql, rows):
        self._fault(sql)
        return self._db.executemany(sql, rows)


@pytest.fixture
def fail_at(writer):
    """Let the first statement that begins with a text fail in the main store's connection, or the keys' one."""
    import sqlcipher3.dbapi2 as sqlcipher

    def arm(start, name="_db"):
        def fault(sql):
            if sql.startswith(start):
                raise sqlcipher.OperationalError("disk I/O error")

        setattr(writer, name, Failing(getattr(writer, name), fault))

    return arm


@pytest.mark.parametrize("name", ["_db", "_keys_db"])
@pytest.mark.parametrize("start", ["COMMIT", "BEGIN", "ROLLBACK", "INSERT"])
def test_after_a_failed_write_the_next_one_starts_afresh(writer, reader, fail_at, name, start):
    from hub.feeds.sealing import new_file
    from tests.factories import idno, sections

    def action(tx):
        tx.create_file(*new_file(writer._ring, 1, sections(idno=idno(1)), "rid"))
        if start == "ROLLBACK":
            raise ValueError
        return record(tx)

    before = tree(reader.db).size
    fail_at(start, name)
    with pytest.raises(TrailUnavailable, match="disk I/O error"):
        writer.run([action])
    assert tree(reader.db).size == before
    assert reader.get(1, ()) is None
    assert writer.run([record]) == [before]
    fsck(reader.db)


def test_a_store_that_cannot_be_reopened_is_tried_again_with_each_write(writer, empty, reader, fail_at):
    before = tree(reader.db).size
    fail_at("COMMIT")
    with pytest.raises(TrailUnavailable):
        writer.run([record])
    aside = empty.directory.data_keys.rename(empty.path / "aside")
    for _ in range(3):
        with pytest.raises(OperatorError, match=r"keys\.db is missing"):
            writer.run([record])
    aside.rename(empty.directory.data_keys)
    assert writer.run([record]) == [before]


def test_a_checkpoint_that_cannot_be_kept_outside_is_told_retried_and_undoes_nothing(writer, empty, reader, caplog):
    before = tree(reader.db).size
    aside = empty.directory.keys.rename(empty.path.with_name("aside"))
    assert writer.run([record], sign=True) == [before]
    assert [line.message for line in caplog.records] == [
        "the checkpoint cannot be kept outside the database; it is tried again"
    ]
    assert writer.unsigned
    aside.rename(empty.directory.keys)
    assert writer.run([], sign=True) == []  # nothing new to sign, and still the checkpoint is kept now
    assert not writer.unsigned
    assert empty.directory.checkpoint.read_bytes() == latest_checkpoint(reader.db).note
    fsck(reader.db)


def test_a_checkpoint_kept_late_is_never_older_than_the_last_one(writer, empty, reader, monkeypatch):
    def fail(*_):
        raise OSError("no space left")

    monkeypatch.setattr(Writer, "_publish", fail)
    writer.run([record], sign=True)
    monkeypatch.undo()
    other = open_writer(empty.directory, empty.ring)
    other.run([record], sign=True)
    other.close()
    writer.run([], sign=True)
    assert empty.directory.checkpoint.read_bytes() == latest_checkpoint(reader.db).note


def test_a_log_that_contradicts_itself_stops_the_writer_for_good(writer, reader, caplog):
    writer.run([record], sign=True)
    size = tree(reader.db).size
    writer._db.execute("UPDATE log_tree SET frontier = zeroblob(length(frontier))")
    for _ in range(3):
        with pytest.raises(LogError):
            writer.run([record, record], sign=True)
    assert [line.levelname for line in caplog.records] == ["CRITICAL"]
    assert "hub doctor" in caplog.records[0].message
    assert tree(reader.db).size == size


def test_an_interrupt_undoes_the_whole_batch(writer, reader):
    def interrupted(tx):
        record(tx)
        raise KeyboardInterrupt

    before = tree(reader.db).size
    with pytest.raises(KeyboardInterrupt):
        writer.run([record, interrupted])
    assert tree(reader.db).size == before
    assert writer.run([record]) == [before]


def test_an_empty_batch_changes_nothing(writer, reader):
    before = tree(reader.db)
    assert writer.run([]) == []
    assert writer.run([], sign=True) == []
    assert tree(reader.db) == before


def test_the_checkpoint_outside_is_the_one_in_the_store(writer, empty, reader):
    for _ in range(3):
        writer.run([record], sign=True)
        assert empty.directory.checkpoint.read_bytes() == latest_checkpoint(reader.db).note


def test_a_checkpoint_that_a_crash_kept_inside_is_kept_outside_on_opening(writer, empty, reader, monkeypatch):
    before = empty.directory.checkpoint.read_bytes()
    monkeypatch.setattr(Writer, "_publish", lambda *_: None)
    writer.run([record], sign=True)
    monkeypatch.undo()
    assert empty.directory.checkpoint.read_bytes() == before
    open_writer(empty.directory, empty.ring).close()
    assert empty.directory.checkpoint.read_bytes() == latest_checkpoint(reader.db).note


def test_a_checkpoint_that_was_never_kept_outside_is_not_made_up_on_opening(empty):
    empty.directory.checkpoint.unlink()
    open_writer(empty.directory, empty.ring).close()
    assert not empty.directory.checkpoint.exists()


def test_opening_while_others_write_is_never_mistaken_for_damage(empty, writer):
    # A writer process takes its turn between any two steps of the opening one, unless the lock is held.
    steps = []

    class Watched(Writer):
        def _open(self):
            steps.append(can_lock(empty.directory.lock))
            super()._open()
            steps.append(can_lock(empty.directory.lock))

    Watched(empty.directory, empty.ring, writer._signer).close()
    assert steps == [False, False]
    assert can_lock(empty.directory.lock)


def can_lock(path):
    import fcntl

    lock = os.open(path, os.O_RDWR)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    else:
        return True
    finally:
        os.close(lock)


def test_a_writer_that_does_not_open_leaves_nothing_open(empty):
    db = connect(empty.directory.store, empty.ring)
    db.execute("DELETE FROM log_tree")
    db.close()
    held = len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - only the count
    for _ in range(5):
        with pytest.raises(Exception, match="log"):
            open_writer(empty.directory, empty.ring)
    assert len(os.listdir("/proc/self/fd")) <= held  # noqa: PTH208


def test_the_last_words_are_signed_on_closing(empty, reader):
    writer = open_writer(empty.directory, empty.ring)
    [index] = writer.run([record])
    assert reader.receipt(index) is None
    writer.close()
    assert reader.receipt(index) is not None
