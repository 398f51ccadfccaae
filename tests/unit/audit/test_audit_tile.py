import json
from pathlib import Path

import pytest

from audit.errors import VerificationError
from audit.tile import ENTRIES, Tile, decode_bundle, encode_bundle, parse_path, tiles

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "merkle" / "tile-paths.json").read_text("utf-8"))


@pytest.mark.parametrize("case", VECTORS["good"], ids=lambda c: c["path"])
def test_published_paths_are_written_and_read(case):
    tile = Tile(case["level"], case["number"], case["width"])
    assert tile.path() == case["path"]
    assert parse_path(case["path"]) == tile


@pytest.mark.parametrize("case", VECTORS["bad"], ids=lambda c: c["fault"])
def test_other_spellings_of_a_path_are_refused(case):
    with pytest.raises(VerificationError):
        parse_path(case["path"])


def test_a_tree_has_the_tiles_of_the_specifications_example():
    case = VECTORS["partial"]
    found = list(tiles(case["size"]))
    assert found[: case["full_level_0"]] == [Tile(0, number) for number in range(case["full_level_0"])]
    assert found[case["full_level_0"] :] == [Tile(**tile) for tile in case["tiles"]]


def test_a_tree_of_one_full_tile_has_a_level_above_it():
    assert list(tiles(256)) == [Tile(0, 0, 256), Tile(1, 0, 1)]
    assert list(tiles(0)) == []


def test_entries_are_packed_with_their_length_before_them():
    assert encode_bundle([b"a", b"", b"x" * 300]) == b"\x00\x01a\x00\x00\x01\x2c" + b"x" * 300


def test_bundles_are_unpacked_as_they_were_packed():
    entries = [bytes([n]) * n for n in range(256)]
    assert decode_bundle(encode_bundle(entries), 256) == entries
    assert Tile(ENTRIES, 0).path() == "tile/entries/000"


@pytest.mark.parametrize("width", [0, 1, 3])
def test_a_bundle_of_another_width_is_refused(width):
    with pytest.raises(VerificationError):
        decode_bundle(encode_bundle([b"one", b"two"]), width)


def test_a_bundle_cut_short_or_with_more_in_it_is_refused():
    data = encode_bundle([b"one", b"two"])
    for broken in [data[:end] for end in range(len(data))] + [data + b"\0", data + b"\0\0", b"\xff" + data[1:]]:
        with pytest.raises(VerificationError):
            decode_bundle(broken, 2)
