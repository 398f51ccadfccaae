"""A published log of more than a thousand entries, changed a byte, a file or a history at a time: all is found.

A changed file is put before the reader in memory, and the log is just long enough to have full and partial tiles on
two levels, so that checking all of it takes a millisecond or two.
"""

import random
import re

import pytest

from audit import log
from audit.checkpoint import Signer, parse_checkpoint
from audit.errors import VerificationError
from audit.note import parse, sign
from audit.policy import Policy, parse_trust
from audit.published import publish
from audit.reader import PublishedLog, check_growth
from audit.rebuild import rebuild
from audit.source import Folder
from audit.tile import WIDTH, parse_path
from tests.unit.audit.trails import Published, fork

ENTRIES = 1100


class Memory:
    """A published log in memory, of which files can be put aside."""

    def __init__(self, folder):
        self.files = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        self.changed = {}

    def read(self, path, limit):
        body = self.changed.get(path, self.files.get(path))
        if body is None:
            raise VerificationError(f"the log does not show its {path}")
        assert len(body) <= limit
        return body


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    return Published(tmp_path_factory.mktemp("log") / "log", ENTRIES)


@pytest.fixture
def memory(published):
    return Memory(published.folder)


def entries_under(path):
    """The first and the last entry whose place in the tree is told by a file."""
    tile = parse_path(path)
    span = WIDTH ** max(tile.level, 0)
    return tile.number * WIDTH * span, (tile.number * WIDTH + tile.width) * span - 1


def index_of(path, place):
    """The entry at which a changed byte of a tile or bundle must be named."""
    tile = parse_path(path)
    if tile.level < 0:
        return tile.number * WIDTH + place // 34
    return (tile.number * WIDTH + place // 32) * WIDTH**tile.level


def test_the_log_as_published_is_true(memory, published):
    assert rebuild(memory, published.policy).size == ENTRIES


def test_every_flipped_byte_of_tiles_and_entries_is_found_and_its_entry_named(memory, published, times):
    chance = random.Random(11)
    flips = 0
    for path in [path for path in memory.files if path != "checkpoint"]:
        body = memory.files[path]
        places = (
            range(len(body)) if len(body) < 1000 else sorted(chance.sample(range(len(body)), times(200, len(body))))
        )
        for place in places:
            flipped = bytearray(body)
            flipped[place] ^= 1 << chance.randrange(8)
            memory.changed = {path: bytes(flipped)}
            with pytest.raises(VerificationError) as error:
                rebuild(memory, published.policy)
            expected = index_of(path, place)
            # A length that lies moves all that comes behind it: then the bundle is named by its first entry.
            assert error.value.index in {expected, entries_under(path)[0]}, (path, place)
            flips += 1
    assert flips >= 500


def test_every_flipped_byte_of_the_note_is_found(memory, published):
    note = memory.files["checkpoint"]
    for place in range(len(note)):
        for bit in range(8):
            flipped = bytearray(note)
            flipped[place] ^= 1 << bit
            with pytest.raises(VerificationError):
                published.policy.check(bytes(flipped))


def test_a_reader_of_single_entries_finds_every_changed_tile_it_uses(memory, published):
    chance = random.Random(5)
    for path in [path for path in memory.files if path != "checkpoint"]:
        first, last = entries_under(path)
        index = min(last, ENTRIES - 1)
        body = bytearray(memory.files[path])
        body[chance.randrange(len(body))] ^= 1
        memory.changed = {path: bytes(body)}
        tile = parse_path(path)
        with pytest.raises(VerificationError):
            read_all(memory, published.policy, range(first, index + 1) if tile.level < 0 else [index])


def read_all(source, policy, indexes):
    reader = PublishedLog(source, policy)
    for index in indexes:
        reader.entry(index)
        reader.prove(index)


@pytest.mark.parametrize("cut", [1, 32, 34, 1000])
def test_truncated_tiles_and_bundles_are_found_and_named(memory, published, cut):
    for path, body in memory.files.items():
        if path == "checkpoint":
            continue
        memory.changed = {path: body[:-cut]}
        with pytest.raises(VerificationError) as error:
            rebuild(memory, published.policy)
        assert error.value.index == entries_under(path)[0]


def test_missing_tiles_and_bundles_are_found_and_named(memory, published):
    for path in [path for path in memory.files if path != "checkpoint"]:
        body = memory.files.pop(path)
        with pytest.raises(VerificationError, match=re.escape(path)) as error:
            rebuild(memory, published.policy)
        assert error.value.index == entries_under(path)[0]
        memory.files[path] = body


def test_reordered_entries_are_found_and_named(memory, published):
    body = memory.files["tile/entries/001"]
    memory.changed = {"tile/entries/001": body[34:68] + body[:34] + body[68:]}
    with pytest.raises(VerificationError) as error:
        rebuild(memory, published.policy)
    assert error.value.index == 256


def test_tiles_that_changed_places_are_found(memory, published):
    for one, other in (("tile/0/000", "tile/0/001"), ("tile/entries/000", "tile/entries/001")):
        memory.changed = {one: memory.files[other], other: memory.files[one]}
        with pytest.raises(VerificationError) as error:
            rebuild(memory, published.policy)
        assert error.value.index == 0


def test_an_entry_rewritten_with_all_its_tiles_is_found(memory, published, tmp_path):
    forged = fork(published, ENTRIES, 700)
    publish(forged.db, tmp_path)
    memory.changed = Memory(tmp_path).files | {"checkpoint": published.note}
    with pytest.raises(VerificationError, match="not the one the checkpoint was signed over"):
        rebuild(memory, published.policy)


def test_an_old_file_of_another_history_is_found_and_named(memory, published, tmp_path):
    forged = fork(published, ENTRIES, 700)
    publish(forged.db, tmp_path)
    for path, body in Memory(tmp_path).files.items():
        if path == "checkpoint" or body == memory.files[path]:
            continue
        memory.changed = {path: body}
        with pytest.raises(VerificationError) as error:
            rebuild(memory, published.policy)
        first, last = entries_under(path)
        assert first <= 700 <= last
        assert error.value.index == (700 if parse_path(path).level < 1 else 512)


def test_an_old_checkpoint_put_back_is_named_by_one_that_was_kept(published, tmp_path):
    growing = Published(tmp_path / "log", 300)
    old = growing.note
    growing.grow(300)
    kept = parse_checkpoint(parse(growing.note).text)
    (growing.folder / "checkpoint").write_bytes(old)
    shown = PublishedLog(Folder(growing.folder), growing.policy)
    with pytest.raises(VerificationError, match="size"):
        check_growth(kept, shown.checkpoint, [])
    assert published.policy.check(old).size == 300


def test_two_trees_of_one_size_are_named_a_fork(published):
    forged = log.latest_checkpoint(fork(published, ENTRIES, 3).db).note
    mine, theirs = published.policy.check(published.note), published.policy.check(forged)
    with pytest.raises(VerificationError, match=f"two trees of {ENTRIES} entries: a fork"):
        check_growth(mine, theirs, [])


def test_another_key_of_the_same_name_is_refused(published):
    stranger = Signer(published.log.origin, bytes([9]) * 32)
    note = sign(parse(published.note).text, stranger)
    with pytest.raises(VerificationError, match="no trusted key"):
        published.policy.check(note)
    with pytest.raises(VerificationError, match="no trusted key"):
        parse_trust(str(stranger.verifier).encode()).check(published.note)


def test_nothing_is_trusted_without_a_key(published):
    with pytest.raises(VerificationError):
        Policy().check(published.note)
