import json

import pytest

from hub.errors import BadInput
from hub.schema.fields import fields
from hub.synth.output import FEEDS, columns_of, prepare, write_manifest


def test_headers_are_field_keys():
    for feed in FEEDS:
        columns = columns_of(feed)
        assert set(columns) <= set(fields())
        assert "idno" in columns


def test_a_directory_with_anything_else_in_it_is_refused_and_left_alone(tmp_path):
    (tmp_path / "police.csv").write_text("precious")
    with pytest.raises(BadInput, match="is not empty"):
        prepare(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["police.csv"]
    assert (tmp_path / "police.csv").read_text() == "precious"


@pytest.mark.parametrize("manifest", ["", "[]", "{}", '{"generator": "another"}', "\ufeff{", "[" * 20])
def test_a_manifest_of_another_tool_does_not_open_the_door(tmp_path, manifest):
    (tmp_path / "manifest.json").write_text(manifest)
    with pytest.raises(BadInput, match="is not empty"):
        prepare(tmp_path)


def test_a_file_is_refused(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(BadInput, match="is a file"):
        prepare(tmp_path / "file")


def test_a_world_cut_short_can_be_written_again_and_says_that_it_is_not_whole(tmp_path):
    prepare(tmp_path / "a" / "b")
    assert json.loads((tmp_path / "a" / "b" / "manifest.json").read_text())["complete"] is False
    prepare(tmp_path / "a" / "b")


def test_what_others_put_beside_an_earlier_world_stays(tmp_path):
    write_manifest(tmp_path, {})
    (tmp_path / "notes.txt").write_text("mine")
    prepare(tmp_path)
    assert (tmp_path / "notes.txt").read_text() == "mine"
