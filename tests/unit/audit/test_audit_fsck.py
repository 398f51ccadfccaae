import pytest

from audit import log
from audit.checkpoint import Checkpoint, sign_checkpoint
from audit.errors import VerificationError


def replaced(make_trail, trail, index, other):
    """Put another event in an entry's place, with the leaf that belongs to it."""
    forger = make_trail()
    with forger:
        forger.log.append(forger.db, [make_trail.entry(other)])
    row = forger.db.execute("SELECT * FROM log_entry").fetchone()
    trail.db.execute("REPLACE INTO log_entry VALUES (?, ?, ?, ?, ?, ?, ?)", (index, *row[1:]))


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 1000])
def test_a_whole_log_passes(make_trail, size):
    trail = make_trail()
    trail.sign()
    trail.append(size // 2)
    trail.sign()
    trail.append(size - size // 2)
    assert log.fsck(trail.db) == log.root(trail.db)


def test_a_log_longer_than_a_batch_passes(make_trail):
    trail = make_trail(5000)
    assert log.fsck(trail.db) == log.root(trail.db)


@pytest.mark.parametrize(
    ("damage", "index"),
    [
        ("UPDATE log_entry SET act = x'7b7d' WHERE idx IN (123, 400)", 123),
        ("UPDATE log_entry SET act_salt = zeroblob(32) WHERE idx = 123", 123),
        ("UPDATE log_entry SET act_salt = x'' WHERE idx = 123", 123),
        ("UPDATE log_entry SET subject_commitment = zeroblob(32) WHERE idx = 0", 0),
        ("UPDATE log_entry SET ordinal_commitment = zeroblob(32) WHERE idx = 599", 599),
        ("UPDATE log_entry SET leaf = zeroblob(32) WHERE idx = 123", 123),
        ("DELETE FROM log_entry WHERE idx = 123", 123),
        ("DELETE FROM log_entry WHERE idx >= 123", 123),
        ("DELETE FROM log_entry", 0),
        ("UPDATE log_entry SET idx = 600 WHERE idx = 123", 123),
        ("UPDATE log_entry SET idx = -1 WHERE idx = 0", 0),
        ("INSERT INTO log_entry SELECT 777, leaf, act, act_salt, leaf, leaf, sealed FROM log_entry WHERE idx = 0", 777),
        ("UPDATE log_node SET hash = zeroblob(32) WHERE level = 8 AND idx = 1", 256),
        ("UPDATE log_node SET hash = zeroblob(32) WHERE level = 4 AND idx = 20", 320),
        ("DELETE FROM log_node WHERE level = 8 AND idx = 0", 0),
        ("INSERT INTO log_node VALUES (8, 2, zeroblob(32))", None),
        ("UPDATE log_tree SET frontier = CAST(substr(frontier, 1, 96) || zeroblob(32) AS BLOB)", 592),
        ("UPDATE log_checkpoint SET note = CAST(replace(CAST(note AS TEXT), '339999', '339998') AS BLOB)", 499),
        ("UPDATE log_checkpoint SET size = 601", 600),
        ("UPDATE log_checkpoint SET note = x''", 499),
    ],
)
def test_the_first_wrong_index_is_named(make_trail, damage, index):
    trail = make_trail(500)
    trail.sign()
    trail.append(100)
    trail.db.execute(damage)
    with pytest.raises(VerificationError) as error:
        log.fsck(trail.db)
    assert error.value.index == index
    assert index is None or str(index) in str(error.value) or "checkpoint" in str(error.value)


@pytest.mark.parametrize(("index", "named"), [(10, 0), (255, 240), (300, 288), (540, 528), (599, 592)])
def test_an_event_replaced_with_its_leaf_is_found(make_trail, index, named):
    trail = make_trail(600)
    replaced(make_trail, trail, index, 9999)
    with pytest.raises(VerificationError) as error:
        log.fsck(trail.db)
    assert error.value.index == named


def test_entries_that_changed_places_are_found(make_trail):
    trail = make_trail(600)
    replaced(make_trail, trail, 598, 599)
    replaced(make_trail, trail, 599, 598)
    with pytest.raises(VerificationError):
        log.fsck(trail.db)


def test_a_history_rewritten_whole_is_found_by_its_checkpoint(make_trail):
    trail, forged = make_trail(), make_trail()
    for size in (200, 100):
        trail.append(size)
        trail.sign()
    with forged:
        forged.log.append(forged.db, [make_trail.entry(n) for n in (*range(250), 9999, *range(251, 300))])
    for row in trail.db.execute("SELECT * FROM log_checkpoint").fetchall():
        forged.db.execute("INSERT INTO log_checkpoint VALUES (?, ?, ?)", row)
    with pytest.raises(VerificationError) as error:
        log.fsck(forged.db)
    assert error.value.index == 200


def test_a_checkpoint_over_another_root_is_found(make_trail):
    trail = make_trail(10)
    note = sign_checkpoint(Checkpoint(trail.log.origin, 4, bytes(32)), trail.signer)
    trail.db.execute("INSERT INTO log_checkpoint VALUES (4, 0, ?)", (note,))
    with pytest.raises(VerificationError, match="from 0 on"):
        log.fsck(trail.db)
