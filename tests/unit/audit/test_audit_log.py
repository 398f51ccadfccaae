import hashlib
import json
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from audit import log, merkle
from audit.checkpoint import Checkpoint, Signer, sign_checkpoint, verify_checkpoint
from audit.entry import commitment, leaf_data
from audit.errors import LogError, VerificationError
from audit.proof import verify_proof
from audit.tables import milliseconds

GO = json.loads((Path(__file__).parents[2] / "vectors" / "merkle" / "go-tree.json").read_text("utf-8"))


def leaf_of(entry):
    return leaf_data(commitment("act", entry.act_salt, entry.act), entry.subject_commitment, entry.ordinal_commitment)


@pytest.fixture(scope="module")
def go_db():
    connection = sqlite3.connect(":memory:", isolation_level=None)
    log.create(connection, "example.com/go-log")
    leaves = [f"entry {n}".encode() for n in range(70_000)]
    frontier = []
    nodes = merkle.grow(frontier, 0, [merkle.leaf_hash(leaf) for leaf in leaves])
    connection.executemany("INSERT INTO log_entry VALUES (?, ?, x'', x'', x'', x'', x'')", enumerate(leaves))
    connection.executemany("INSERT INTO log_node VALUES (?, ?, ?)", nodes)
    connection.execute("UPDATE log_tree SET size = ?, frontier = ?", (len(leaves), b"".join(frontier)))
    yield connection
    connection.close()


class TestCreating:
    def test_a_new_log_is_empty(self, trail):
        assert trail.size == 0
        assert log.root(trail.db) == merkle.EMPTY_ROOT
        assert log.latest_checkpoint(trail.db) is None
        assert log.fsck(trail.db) == merkle.EMPTY_ROOT

    def test_a_log_is_never_created_over_another(self, trail):
        trail.append(3)
        with pytest.raises(LogError), trail:
            log.create(trail.db, "hub.example/other")
        assert log.Log.open(trail.db).origin == trail.log.origin

    @pytest.mark.parametrize("table", ["log_entry", "log_tree", "log_node", "log_checkpoint"])
    def test_a_part_of_a_log_is_not_built_upon(self, db, table):
        db.execute(f"CREATE TABLE {table} (idx INTEGER)")
        with pytest.raises(LogError):
            log.create(db, "hub.example/339999")

    @pytest.mark.parametrize("origin", ["", "a b", "a+b", "a\nb", "a\u00a0b", "a\x7f\tb"])
    def test_an_origin_can_name_a_key(self, db, origin):
        with pytest.raises(LogError):
            log.create(db, origin)


class TestOpening:
    def test_opening_never_creates_a_log(self, db):
        with pytest.raises(LogError, match="restore"):
            log.Log.open(db)
        assert db.execute("SELECT COUNT(*) FROM sqlite_master").fetchone() == (0,)

    @pytest.mark.parametrize("size", [0, 1, 2, 255, 256, 257, 600])
    def test_a_whole_log_opens(self, make_trail, size):
        trail = make_trail(size)
        trail.sign()
        assert log.Log.open(trail.db).origin == "hub.example/339999"

    @pytest.mark.parametrize(
        "damage",
        [
            "DROP TABLE log_checkpoint",
            "DELETE FROM log_tree",
            "UPDATE log_tree SET size = 599",
            "UPDATE log_tree SET size = 601",
            "UPDATE log_tree SET size = -1",
            "UPDATE log_tree SET frontier = x''",
            "UPDATE log_tree SET frontier = zeroblob(length(frontier))",
            "UPDATE log_tree SET origin = 'hub.example/other'",
            "DELETE FROM log_entry WHERE idx = 599",
            "DELETE FROM log_entry WHERE idx = 598",
            "DELETE FROM log_entry WHERE idx > 100",
            "INSERT INTO log_entry SELECT 600, leaf, act, act_salt, leaf, leaf, sealed FROM log_entry WHERE idx = 599",
            "UPDATE log_entry SET act = x'7b7d' WHERE idx = 599",
            "UPDATE log_entry SET act_salt = x'00' WHERE idx = 599",
            "UPDATE log_entry SET subject_commitment = zeroblob(32) WHERE idx = 599",
            "UPDATE log_entry SET ordinal_commitment = zeroblob(31) WHERE idx = 599",
            "UPDATE log_entry SET leaf = zeroblob(32) WHERE idx = 595",
            "DELETE FROM log_node WHERE level = 8 AND idx = 1",
            "UPDATE log_node SET hash = zeroblob(32) WHERE level = 4 AND idx = 33",
            "UPDATE log_node SET hash = zeroblob(32) WHERE level = 8 AND idx = 0",
            "UPDATE log_checkpoint SET size = 601",
            "UPDATE log_checkpoint SET size = 598",
            "UPDATE log_checkpoint SET note = x'00'",
            "UPDATE log_checkpoint SET note = CAST(replace(CAST(note AS TEXT), '339999', '339998') AS BLOB)",
        ],
    )
    def test_a_log_that_contradicts_itself_does_not_open(self, make_trail, damage):
        trail = make_trail(600)
        trail.sign()
        trail.db.execute(damage)
        with pytest.raises(LogError):
            log.Log.open(trail.db)

    def test_an_older_copy_put_back_under_a_newer_checkpoint_does_not_open(self, make_trail):
        trail, older = make_trail(600), make_trail(300)
        trail.sign()
        checkpoint = trail.db.execute("SELECT * FROM log_checkpoint").fetchone()
        older.db.execute("INSERT INTO log_checkpoint VALUES (?, ?, ?)", checkpoint)
        with pytest.raises(LogError, match="put back"):
            log.Log.open(older.db)

    def test_another_history_under_the_checkpoint_does_not_open(self, make_trail):
        trail, other = make_trail(300), make_trail()
        trail.sign()
        with other:
            other.log.append(other.db, [make_trail.entry(n) for n in range(1, 301)])
        other.db.execute(
            "INSERT INTO log_checkpoint VALUES (?, ?, ?)",
            trail.db.execute("SELECT * FROM log_checkpoint").fetchone(),
        )
        with pytest.raises(LogError, match="not those"):
            log.Log.open(other.db)


class TestAppending:
    def test_entries_get_gapless_indexes_in_their_order(self, trail, make_trail):
        assert trail.append(3) == 0
        assert trail.append(1) == 3
        assert trail.append(300) == 4
        stored = log.entry(trail.db, 303)
        assert stored is not None
        assert (stored.index, stored.act) == (303, make_trail.entry(303).act)
        assert stored.leaf == leaf_of(make_trail.entry(303))
        assert log.entry(trail.db, 304) is None

    @pytest.mark.parametrize("index", [-1, 2**63, 10**30])
    def test_there_is_no_entry_at_an_impossible_index(self, make_trail, index):
        trail = make_trail(1)
        assert log.entry(trail.db, index) is None
        assert log.receipt(trail.db, index) is None

    def test_appending_nothing_changes_nothing(self, make_trail):
        trail = make_trail(5)
        before = log.tree(trail.db)
        with trail:
            assert trail.log.append(trail.db, []) == 5
        assert log.tree(trail.db) == before

    def test_the_root_is_that_of_the_leaves(self, trail, make_trail):
        trail.append(1000)
        frontier = []
        merkle.grow(frontier, 0, [merkle.leaf_hash(leaf_of(make_trail.entry(n))) for n in range(1000)])
        assert log.root(trail.db) == merkle.frontier_root(frontier)
        assert log.fsck(trail.db) == log.root(trail.db)

    def test_batches_of_any_size_give_one_log(self, make_trail):
        one, many = make_trail(700), make_trail()
        for count in (1, 2, 3, 250, 0, 1, 255, 188):
            many.append(count)
        assert log.tree(one.db) == log.tree(many.db)
        assert list(one.db.iterdump()) == list(many.db.iterdump())

    def test_what_was_rolled_back_never_was(self, trail, make_trail):
        trail.append(255)
        trail.db.execute("BEGIN IMMEDIATE")
        assert trail.log.append(trail.db, [make_trail.entry(0)] * 10) == 255
        trail.db.execute("ROLLBACK")
        assert trail.append(2) == 255
        assert log.fsck(trail.db) == log.root(trail.db)

    def test_processes_that_take_turns_share_one_log(self, tmp_path, make_trail):
        connections = [sqlite3.connect(tmp_path / "log.db", isolation_level=None) for _ in range(2)]
        connections[0].execute("BEGIN IMMEDIATE")
        log.create(connections[0], "hub.example/339999")
        connections[0].execute("COMMIT")
        logs = [log.Log.open(connection) for connection in connections]
        for turn in range(10):
            db = connections[turn % 2]
            db.execute("BEGIN IMMEDIATE")
            assert logs[turn % 2].append(db, [make_trail.entry(turn * 30 + n) for n in range(30)]) == turn * 30
            db.execute("COMMIT")
        assert log.tree(connections[0]) == log.tree(make_trail(300).db)
        assert log.fsck(connections[1]) == log.root(connections[0])
        for connection in connections:
            connection.close()

    @pytest.mark.parametrize("member", ["act_salt", "subject_commitment", "ordinal_commitment"])
    @pytest.mark.parametrize("value", [b"", b"x" * 31, b"x" * 33])
    def test_a_malformed_entry_is_refused(self, make_trail, member, value):
        trail = make_trail(3)
        with pytest.raises(LogError), trail:
            trail.log.append(trail.db, [make_trail.entry(3), make_trail.entry(4)._replace(**{member: value})])
        assert trail.size == 3
        assert log.entry(trail.db, 3) is None

    def test_another_log_under_the_same_connection_is_noticed(self, make_trail):
        trail = make_trail(3)
        trail.db.execute("UPDATE log_tree SET origin = 'hub.example/other'")
        with pytest.raises(LogError, match="another log"):
            trail.append(1)

    def test_hashes_of_every_fourth_level_are_stored(self, trail):
        trail.append(1000)
        kept = trail.db.execute("SELECT level, idx FROM log_node").fetchall()
        assert kept == [(4, n) for n in range(62)] + [(8, n) for n in range(3)]


class TestSigning:
    def test_a_checkpoint_states_the_tree(self, trail):
        trail.append(5)
        note = trail.sign()
        checkpoint = verify_checkpoint(note, trail.keys, trail.log.origin)
        assert (checkpoint.size, checkpoint.root, checkpoint.extensions) == (5, log.root(trail.db), ())
        stored = log.latest_checkpoint(trail.db)
        assert stored is not None
        assert (stored.size, stored.time, stored.note) == (5, trail.time, note)

    def test_no_size_is_signed_twice(self, trail):
        trail.append(5)
        assert trail.sign() is not None
        assert trail.sign() is None
        trail.time += timedelta(hours=1)
        assert trail.sign() is None
        trail.append(1)
        assert trail.sign() is not None
        assert trail.db.execute("SELECT size FROM log_checkpoint").fetchall() == [(5,), (6,)]

    def test_a_second_process_does_not_sign_the_size_again(self, tmp_path, make_trail):
        connections = [sqlite3.connect(tmp_path / "log.db", isolation_level=None) for _ in range(2)]
        log.create(connections[0], "hub.example/339999")
        logs = [log.Log.open(connection) for connection in connections]
        logs[0].append(connections[0], [make_trail.entry(0)])
        signer, now = make_trail().signer, datetime.now(UTC)
        assert logs[0].sign_checkpoint(connections[0], signer, now) is not None
        assert logs[1].sign_checkpoint(connections[1], signer, now) is None
        for connection in connections:
            connection.close()

    def test_the_empty_tree_can_be_signed_once(self, trail):
        assert verify_checkpoint(trail.sign(), trail.keys).root == merkle.EMPTY_ROOT
        assert trail.sign() is None

    def test_only_the_logs_own_key_signs(self, trail):
        trail.append(1)
        with pytest.raises(LogError, match="origin"), trail:
            trail.log.sign_checkpoint(trail.db, Signer.generate("hub.example/other"), trail.time)
        assert log.latest_checkpoint(trail.db) is None

    @pytest.mark.parametrize(
        "damage",
        [
            "UPDATE log_entry SET leaf = zeroblob(32) WHERE idx = 0",
            "UPDATE log_entry SET leaf = zeroblob(32) WHERE idx = 9",
            "DELETE FROM log_entry WHERE idx = 4",
            "UPDATE log_tree SET frontier = zeroblob(length(frontier))",
            "UPDATE log_checkpoint SET note = x''",
            "UPDATE log_checkpoint SET size = 900",
        ],
    )
    def test_a_tree_that_contradicts_the_last_checkpoint_is_not_signed(self, make_trail, damage):
        trail = make_trail(6)
        trail.sign()
        trail.append(5)
        trail.db.execute(damage)
        with pytest.raises(LogError):
            trail.sign()

    def test_every_checkpoint_is_consistent_with_those_before_it(self, trail):
        signed = []
        for count in (1, 1, 254, 1, 600):
            trail.append(count)
            signed.append(verify_checkpoint(trail.sign(), trail.keys))
        for old in signed:
            for new in signed[signed.index(old) :]:
                proof = log.consistency_proof(trail.db, old.size, new.size)
                merkle.verify_consistency(old.size, new.size, proof, old.root, new.root)

    def test_times_are_kept_to_the_millisecond(self):
        assert milliseconds(datetime(1970, 1, 1, 0, 0, 1, 234999, tzinfo=UTC)) == 1234


class TestProving:
    def test_every_entry_of_a_log_is_proven_under_every_later_size(self, trail):
        trail.append(40)
        for size in range(1, 41):
            root = merkle.range_hash(0, size, log.node_source(trail.db))
            for index in range(size):
                leaf = log.entry(trail.db, index).leaf
                proof = log.inclusion_proof(trail.db, index, size)
                merkle.verify_inclusion(merkle.leaf_hash(leaf), index, size, proof, root)

    @pytest.mark.parametrize("index", [0, 1, 255, 256, 511, 777, 999])
    def test_a_receipt_verifies_offline(self, make_trail, index):
        trail = make_trail(1000)
        trail.sign()
        trail.append(1)
        data = log.receipt(trail.db, index)
        proved = verify_proof(data, log.entry(trail.db, index).leaf, trail.keys, trail.log.origin)
        assert (proved.index, proved.checkpoint.size) == (index, 1000)

    def test_there_is_no_receipt_before_a_checkpoint_covers_the_entry(self, trail):
        trail.append(1)
        assert log.receipt(trail.db, 0) is None
        trail.sign()
        trail.append(1)
        assert log.receipt(trail.db, 0) is not None
        assert log.receipt(trail.db, 1) is None

    @pytest.mark.parametrize(("index", "size"), [(5, 5), (-1, 5), (0, 0), (2**80, 5)])
    def test_nothing_is_proven_of_entries_that_are_not_there(self, make_trail, index, size):
        trail = make_trail(5)
        with pytest.raises(VerificationError):
            log.inclusion_proof(trail.db, index, size)

    def test_nothing_is_proven_of_trees_that_are_not_there_yet(self, make_trail):
        trail = make_trail(5)
        for ask in (lambda: log.inclusion_proof(trail.db, 0, 6), lambda: log.consistency_proof(trail.db, 5, 2**90)):
            with pytest.raises(LogError):
                ask()
        with pytest.raises(VerificationError):
            log.consistency_proof(trail.db, 5, 4)

    def test_a_lost_hash_is_named(self, make_trail):
        trail = make_trail(600)
        trail.db.execute("DELETE FROM log_node WHERE level = 8 AND idx = 1")
        with pytest.raises(LogError, match="hash 1 of level 8"):
            log.inclusion_proof(trail.db, 0, 600)


class TestAgainstAnotherImplementation:
    """The stored tree over 70,000 leaves, against what the Go checksum database's own code computes."""

    def test_roots_agree(self, go_db):
        node = log.node_source(go_db)
        for case in GO["roots"]:
            assert merkle.range_hash(0, case["size"], node).hex() == case["root"], case["size"]
        assert log.root(go_db).hex() == GO["roots"][-1]["root"]

    def test_inclusion_proofs_agree(self, go_db):
        for case in GO["inclusion"]:
            proof = log.inclusion_proof(go_db, case["index"], case["size"])
            assert [value.hex() for value in proof] == case["proof"], case

    def test_consistency_proofs_agree(self, go_db):
        for case in GO["consistency"]:
            proof = log.consistency_proof(go_db, case["old"], case["new"])
            assert [value.hex() for value in proof] == case["proof"], case

    def test_tiles_agree(self, go_db):
        for case in GO["tiles"]:
            data = b"".join(log.hashes(go_db, case["level"], case["number"] * 256, case["width"]))
            assert hashlib.sha256(data).hexdigest() == case["sha256"], case


def test_a_checkpoint_signed_over_another_history_refuses_the_next(make_trail):
    trail = make_trail(6)
    forged = sign_checkpoint(Checkpoint(trail.log.origin, 5, bytes(32)), trail.signer)
    trail.db.execute("INSERT INTO log_checkpoint VALUES (5, 0, ?)", (forged,))
    with pytest.raises(LogError, match="contradicts"):
        trail.sign()
