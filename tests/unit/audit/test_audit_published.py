import hashlib
import json
from pathlib import Path

import pytest

from audit import log
from audit.checkpoint import parse_checkpoint
from audit.errors import LogError, VerificationError
from audit.note import parse
from audit.policy import parse_trust
from audit.proof import verify_proof
from audit.published import (
    CHECKPOINT_CACHE,
    CHECKPOINT_TYPE,
    TILE_CACHE,
    TILE_TYPE,
    proof,
    publish,
    resource,
)
from audit.reader import PublishedLog
from audit.rebuild import rebuild
from audit.source import Folder
from audit.tile import ENTRIES, Tile, decode_bundle, tiles
from tests.unit.audit.trails import Published, entry, fork

GO_TREE = json.loads((Path(__file__).parents[2] / "vectors" / "merkle" / "go-tree.json").read_text("utf-8"))


@pytest.fixture
def published(tmp_path):
    trail = Published(tmp_path / "log", 700)
    yield trail
    trail.db.close()


def test_nothing_is_shown_before_a_checkpoint_is_signed(make_trail):
    trail = make_trail(10)
    assert resource(trail.db, "checkpoint") is None
    assert resource(trail.db, "tile/0/000.p/10") is None


def test_a_checkpoint_and_tiles_have_their_types_and_caching(published):
    answer = resource(published.db, "checkpoint")
    assert answer == (published.note, CHECKPOINT_TYPE, CHECKPOINT_CACHE)
    assert (CHECKPOINT_TYPE, TILE_TYPE) == ("text/plain; charset=utf-8", "application/octet-stream")
    for path in ("tile/0/000", "tile/1/000.p/2", "tile/entries/002.p/188"):
        assert resource(published.db, path)[1:] == (TILE_TYPE, TILE_CACHE)
    assert "immutable" in TILE_CACHE
    assert "immutable" not in CHECKPOINT_CACHE


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/002",
        "tile/0/002.p/189",
        "tile/0/003.p/1",
        "tile/1/000",
        "tile/1/000.p/3",
        "tile/2/000.p/1",
        "tile/entries/002",
        "tile/entries/002.p/189",
        "tile/entries/003",
        "tile/63/000.p/1",
        "tile/0/x036/028/797/018/963/967",
        "tile/0/000.p/256",
        "tile/0/../0/000",
        "/tile/0/000",
        "",
        "checkpoint/",
    ],
)
def test_nothing_beyond_the_published_checkpoint_is_shown(published, path):
    published.append(2000)
    assert resource(published.db, path) is None


def test_every_narrower_partial_tile_is_shown(published):
    whole = resource(published.db, "tile/0/001").body
    assert resource(published.db, "tile/0/001.p/17").body == whole[: 17 * 32]


def test_a_tile_holds_the_hashes_and_a_bundle_the_entries(published):
    leaves = [log.entry(published.db, index).leaf for index in range(256, 512)]
    bundle = resource(published.db, "tile/entries/001").body
    assert bundle[:34] == b"\x00\x20" + leaves[0]
    assert decode_bundle(bundle, 256) == leaves
    hashes = b"".join(hashlib.sha256(b"\x00" + leaf).digest() for leaf in leaves)
    assert resource(published.db, "tile/0/001").body == hashes


def test_tiles_are_those_of_another_implementation(tmp_path, make_trail, monkeypatch):
    trail = make_trail()
    entries = [(n, b"entry %d" % n) for n in range(70_000)]
    with trail:
        marks = "VALUES (?, ?, x'', x'', x'', x'', x'')"
        trail.db.executemany(f"INSERT INTO log_entry {marks}", entries)
        frontier = []
        leaves = [hashlib.sha256(b"\x00" + data).digest() for _, data in entries]
        nodes = log.merkle.grow(frontier, 0, leaves)
        trail.db.executemany("INSERT INTO log_node VALUES (?, ?, ?)", nodes)
        trail.db.execute("UPDATE log_tree SET size = ?, frontier = ?", (len(entries), b"".join(frontier)))
    trail.sign()
    publish(trail.db, tmp_path)
    known = GO_TREE["tiles"]
    assert len(known) >= 5
    for case in known:
        body = (tmp_path / Tile(case["level"], case["number"], case["width"]).path()).read_bytes()
        assert hashlib.sha256(body).hexdigest() == case["sha256"]
    policy = parse_trust(str(trail.signer.verifier).encode())
    root = next(case["root"] for case in GO_TREE["roots"] if case["size"] == 70_000)
    assert rebuild(Folder(tmp_path), policy).root.hex() == root
    monkeypatch.setattr("audit.rebuild._WORTH", 1)
    assert rebuild(Folder(tmp_path), policy, processes=2).root.hex() == root
    path = tmp_path / Tile(ENTRIES, 270).path()
    path.write_bytes(path.read_bytes().replace(b"entry 69130", b"entry 69139"))
    for processes in (1, 2):
        with pytest.raises(VerificationError, match="entry 69130 is not what tile/0/270") as error:
            rebuild(Folder(tmp_path), policy, processes)
        assert error.value.index == 69130


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 700])
def test_a_folder_holds_all_tiles_of_the_tree_and_nothing_else(tmp_path, size):
    trail = Published(tmp_path, size)
    bundles = [Tile(ENTRIES, tile.number, tile.width) for tile in tiles(size) if not tile.level]
    assert trail.files() == sorted(["checkpoint", *(tile.path() for tile in [*tiles(size), *bundles])])
    for path in trail.files():
        assert (tmp_path / path).read_bytes() == resource(trail.db, path).body


def test_a_folder_grows_to_what_it_would_be_written_at_once(tmp_path):
    grown = Published(tmp_path / "grown", 0)
    for step in (1, 254, 1, 1, 300, 443):
        grown.grow(step)
    whole = Published(tmp_path / "whole", 1000)
    assert set(grown.files()) >= set(whole.files())
    assert {path for path in grown.files() if path not in whole.files()} == {"tile/1/000.p/1", "tile/1/000.p/2"} - set(
        whole.files()
    )
    for path in whole.files():
        assert (grown.folder / path).read_bytes() == (whole.folder / path).read_bytes()


def test_publishing_again_writes_no_tile(published):
    before = {path: (published.folder / path).stat().st_mtime_ns for path in published.files() if path != "checkpoint"}
    publish(published.db, published.folder)
    assert all((published.folder / path).stat().st_mtime_ns == time for path, time in before.items())


def test_an_interrupted_publication_is_ended_by_the_next(published, monkeypatch):
    published.append(400)
    published.sign()
    writes = []

    def interrupted(self, target):
        if len(writes) == 3:
            raise OSError("gone")
        writes.append(target)
        return self.rename(target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", interrupted)
        with pytest.raises(OSError, match="gone"):
            publish(published.db, published.folder)
    assert rebuild(Folder(published.folder), published.policy).size == 700
    publish(published.db, published.folder)
    assert rebuild(Folder(published.folder), published.policy).size == 1100


def test_an_older_copy_of_the_log_is_not_published_over_a_newer(published, make_trail):
    older = make_trail()
    with older:
        older.log.append(older.db, [entry(n) for n in range(600)])
    older.sign()
    with pytest.raises(LogError, match="older copy"):
        publish(older.db, published.folder)


def test_another_history_is_not_published_over_the_first(published):
    forged = fork(published, 900, 5)
    with pytest.raises(LogError, match="first 700 entries are not those that were published"):
        publish(forged.db, published.folder)


def test_another_log_is_not_published_into_the_folder(published, make_trail):
    other = make_trail(800, "hub.example/other")
    other.sign()
    with pytest.raises(LogError, match="another log"):
        publish(other.db, published.folder)


def test_another_logs_checkpoint_is_not_published(published, make_trail):
    other = make_trail(10, "hub.example/other")
    with pytest.raises(LogError, match="another log"):
        publish(published.db, published.folder, other.sign())


def test_a_lost_entry_is_not_passed_over(published):
    published.db.execute("DELETE FROM log_entry WHERE idx = 300")
    with pytest.raises(LogError, match="entry 300"):
        resource(published.db, "tile/entries/001")
    with pytest.raises(LogError, match="hash 300"):
        resource(published.db, "tile/0/001")


def test_an_older_checkpoint_can_be_the_published_one(published):
    note = published.note
    published.append(300)
    published.sign()
    assert resource(published.db, "checkpoint", note).body == note
    assert resource(published.db, "tile/0/002", note) is None
    assert resource(published.db, "tile/0/002") is not None


def test_a_proof_is_given_under_the_checkpoint_asked_for(published):
    note = published.note
    published.append(300)
    published.sign()
    data = proof(published.db, 699, note)
    assert verify_proof(data, log.entry(published.db, 699).leaf, published.keys).checkpoint.size == 700
    assert proof(published.db, 700, note) is None
    assert proof(published.db, -1, note) is None


def test_a_published_log_proves_what_the_database_proves(published):
    shown = PublishedLog(Folder(published.folder), published.policy)
    for index in (0, 255, 256, 511, 512, 699):
        assert shown.prove(index).serialized() == log.receipt(published.db, index)
        assert shown.entry(index) == log.entry(published.db, index).leaf
    for index in (-1, 700):
        with pytest.raises(VerificationError):
            shown.entry(index)
        with pytest.raises(VerificationError):
            shown.prove(index)


def test_a_reader_under_an_older_checkpoint_takes_full_tiles_for_lost_partial_ones(published):
    note = published.note
    published.grow(400)
    assert not (published.folder / "tile/0/002.p").exists()
    shown = PublishedLog(Folder(published.folder), published.policy, note)
    assert shown.prove(690).checkpoint == note
    assert shown.entry(690) == log.entry(published.db, 690).leaf


def test_growth_is_checked_and_a_fork_is_named(published):
    old = parse_checkpoint(parse(published.note).text)
    published.grow(5)
    shown = PublishedLog(Folder(published.folder), published.policy)
    shown.check_beginning(old)
    forged = log.latest_checkpoint(fork(published, 700, 699).db).note
    with pytest.raises(VerificationError, match="smaller tree's root"):
        shown.check_beginning(parse_checkpoint(parse(forged).text))
