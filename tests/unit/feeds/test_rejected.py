import csv
import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import BadInput
from hub.feeds.feed import load_feed
from hub.feeds.reader import FeedFile
from hub.feeds.rejected import RejectedFile, escape, rejected_path, unescape

COLUMNS = ("idno", "name", "med.chronic", "med.vital")
PROBLEM = BadInput("name", "must have 2 to 50 characters")


@pytest.fixture
def source(tmp_path):
    return tmp_path / "health.csv"


def _rows(path):
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.reader(stream))


def _write(source, rows, **options):
    rejected = RejectedFile(source, COLUMNS, **options)
    for row in rows:
        rejected.add(row, [str(row), "王", "", ""], PROBLEM)
    rejected.close()
    return rejected


def test_rejected_rows_keep_their_columns_and_gain_three(source):
    _write(source, [2])
    assert _rows(rejected_path(source)) == [
        [*COLUMNS, "row", "field", "reason"],
        ["2", "王", "", "", "2", "name", "must have 2 to 50 characters"],
    ]


def test_the_file_opens_in_a_spreadsheet_and_for_its_owner_alone(source):
    path = rejected_path(source)
    path.touch(mode=0o666)
    _write(source, [2])
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_link_in_its_place_is_not_followed(source, tmp_path):
    target = tmp_path / "victim"
    target.write_text("kept")
    rejected_path(source).symlink_to(target)
    with pytest.raises(OSError, match=r"."):
        _write(source, [2])
    assert target.read_text() == "kept"


def test_no_file_is_made_or_left_when_nothing_is_rejected(source):
    _write(source, [2])
    assert _write(source, []).count == 0
    assert not rejected_path(source).exists()


def test_resuming_keeps_what_was_rejected_before_and_forgets_the_rest(source):
    _write(source, [2, 5, 9])
    resumed = _write(source, [7], resume_at=6)
    assert [row[-3] for row in _rows(rejected_path(source))[1:]] == ["2", "5", "7"]
    assert resumed.count == 3


def test_resuming_passes_over_a_line_that_a_crash_cut(source):
    _write(source, [2, 5])
    path = rejected_path(source)
    path.write_bytes(path.read_bytes()[:-40])
    _write(source, [7], resume_at=6)
    assert [row[-3] for row in _rows(path)[1:]] == ["2", "7"]


def test_resuming_without_an_earlier_file_starts_one(source):
    assert _write(source, [7], resume_at=6).count == 1


def test_lists_and_objects_come_back_as_they_were(source):
    rejected = RejectedFile(source, COLUMNS)
    rejected.add(1, ["339999194303120020", "王伟", ["I10", "E11.9"], {"hr": 0}], PROBLEM)
    rejected.close()
    (record,) = FeedFile(rejected_path(source), load_feed("health")).records()
    assert record.cells == ["339999194303120020", "王伟", "I10;E11.9", '{"hr":0}']


def test_text_that_did_not_decode_can_still_be_written(source):
    rejected = RejectedFile(source, COLUMNS)
    rejected.add(1, ["1", "王\udcff", "", ""], PROBLEM)
    rejected.close()
    assert _rows(rejected_path(source))[1][1] == "王?"


@given(st.one_of(st.text(max_size=9), st.text("'=+-@\t＝a", max_size=5)))
def test_a_spreadsheet_runs_no_cell_and_every_cell_comes_back(cell):
    assert escape(cell)[:1] not in set("=+-@\t\r＝＋－＠")
    assert unescape(escape(cell)) == cell
