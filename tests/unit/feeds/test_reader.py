import json
from pathlib import Path

import pytest

from hub.errors import BadInput
from hub.feeds.feed import load_feed
from hub.feeds.reader import FeedFile
from hub.feeds.rows import RowParser

FEEDS = Path(__file__).parents[2] / "vectors" / "feeds"
ROW = "339999194303120020,王伟,13800000000"
HEADER = "idno,name,tel"
CELLS = ["339999194303120020", "王伟", "13800000000"]


def _cells(file):
    return [record.cells for record in file.records() if record.problem is None]


def _problems(file):
    return [(record.row, record.problem.member, record.problem.rule) for record in file.records() if record.problem]


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_file_is_read_in_any_usual_encoding_and_line_end(open_bytes, codec, end):
    file = open_bytes(f"{HEADER}{end}{ROW}{end}{ROW}".encode(codec))
    assert file.columns == ("idno", "name", "tel")
    assert [(record.row, record.cells, record.problem) for record in file.records()] == [
        (2, CELLS, None),
        (3, CELLS, None),
    ]


def test_bad_rows_are_told_with_row_field_and_reason():
    feed = load_feed("police")
    file = FeedFile(FEEDS / "police-rejected.csv", feed)
    parser = RowParser(feed, file.columns, "2026-11-22", "2026-11-22")
    found = []
    for record in file.records():
        try:
            if record.problem:
                raise record.problem
            parser.parse(record.cells)
        except BadInput as error:
            found.append([record.row, error.member, error.rule])
    assert found == json.loads((FEEDS / "police-rejected.json").read_text("utf-8"))


@pytest.mark.parametrize(
    ("content", "member", "words"),
    [
        (b"", "feed.csv", "is empty"),
        (b"\n\n", "feed.csv", "must begin with a row of column names"),
        (b"idno,tel\n", "name", "is a required column of the feed police and is missing"),
        (b"idno,name,nmae\n", "nmae", "is no column of the feed police"),
        (b"idno,name,=cmd|' /C calc'!A0\n", "column 3", "is no column of the feed police"),
        (b"idno,name,idno\n", "idno", "is there twice"),
        (b"idno;name;tel\n", "feed.csv", "separated by commas"),
        (b"idno\tname\ttel\n", "feed.csv", "separated by commas"),
        (f"{ROW}\n".encode(), "column 1", "is no column of the feed police"),
        (b'"idno,name\n', "feed.csv", "must begin with a row of column names"),
    ],
)
def test_a_file_whose_columns_do_not_fit_is_refused_whole(open_bytes, content, member, words):
    with pytest.raises(BadInput, match=words) as refusal:
        open_bytes(content)
    assert refusal.value.member == member


def test_a_file_with_a_header_alone_has_no_rows(open_bytes):
    assert list(open_bytes(f"{HEADER}\n".encode()).records()) == []


def test_blank_rows_are_passed_over_and_counted(open_bytes):
    file = open_bytes(f"{HEADER}\n\n,,\n{ROW}\n,,,,\n".encode())
    assert [record.row for record in file.records()] == [4]


def test_commas_at_the_end_of_a_row_are_no_columns(open_bytes):
    assert _cells(open_bytes(f"{HEADER},,\n{ROW},,\n{ROW},,,,\n{ROW}\n".encode())) == [CELLS, CELLS, CELLS]


def test_a_last_line_cut_short_is_rejected(open_bytes):
    file = open_bytes(f"{HEADER}\n{ROW}\n339999194303120020,王".encode())
    assert _problems(file) == [(3, "row", "has 2 columns where the header has 3; the line may be cut short")]


@pytest.mark.parametrize("codec", ["utf-8", "gb18030"])
def test_a_last_line_cut_within_a_character_is_rejected(open_bytes, codec):
    content = f"{HEADER}\n{ROW}\n{ROW}\n339999194303120020,13800000000,王".encode(codec)[:-1]
    file = open_bytes(content)
    assert _cells(file) == [CELLS, CELLS]
    assert _problems(file) == [(4, "row", f"holds bytes that are not {codec} text")]


def test_a_broken_byte_rejects_its_row_alone(open_bytes):
    content = f"{HEADER}\n{ROW}\n{ROW}\n{ROW}\n".encode().replace("王伟".encode(), b"\xe7\x8e", 1)
    file = open_bytes(content)
    assert [row for row, _, _ in _problems(file)] == [2]
    assert _cells(file) == [CELLS, CELLS]


def test_a_huge_cell_rejects_its_row_alone(open_bytes):
    file = open_bytes(f"{HEADER}\n339999194303120020,{'王' * 100_000},1\n{ROW}\n".encode())
    assert _problems(file) == [(2, "row", "is longer than 65536 characters")]
    assert _cells(file) == [CELLS]


def test_a_rejected_file_comes_back_without_its_bookkeeping(open_bytes):
    file = open_bytes(
        "\ufeffidno,name,tel,row,field,reason\r\n"
        "339999194303120020,王伟,'+86 13800000000,7,tel,must be a number\r\n".encode()
    )
    assert file.columns == ("idno", "name", "tel")
    assert _cells(file) == [["339999194303120020", "王伟", "+86 13800000000"]]


def test_an_apostrophe_is_kept_in_a_file_that_was_not_rejected(open_bytes):
    assert _cells(open_bytes(f"{HEADER}\n339999194303120020,王伟,'+86\n".encode()))[0][2] == "'+86"


def test_ndjson_brings_the_same_cells(open_bytes):
    line = {"idno": CELLS[0], "name": "王伟", "tag.alone": True, "fin.aid": 12.5, "disab.no": None, "life": "dead"}
    file = open_bytes(json.dumps(line).encode(), "civil_affairs", "feed.ndjson")
    (record,) = file.records()
    cells = dict(zip(file.columns, record.cells, strict=True))
    assert record == (1, record.cells, None)
    assert {key: cells[key] for key in line} == line | {"tag.alone": "1", "fin.aid": "12.5", "disab.no": ""}


def test_ndjson_is_known_by_its_first_character_too(open_bytes):
    file = open_bytes(b'\n{"idno": "339999194303120020", "name": "A B"}\n', name="feed.txt")
    assert [record.row for record in file.records()] == [2]


def test_ndjson_lists_and_objects_stay_what_they_are(open_bytes):
    line = {"idno": CELLS[0], "med.chronic": ["I10"], "med.vital": {"hr": 0}}
    file = open_bytes(json.dumps(line).encode(), "health", "feed.ndjson")
    (record,) = file.records()
    assert record.problem is None
    assert [cell for cell in record.cells if cell] == [CELLS[0], ["I10"], {"hr": 0}]


@pytest.mark.parametrize("name", ["idno", "name", "sex"])
def test_a_value_that_is_called_like_a_member_repeats_none(open_bytes, name):
    file = open_bytes(json.dumps({"idno": CELLS[0], "name": name, "sex": "1"}).encode(), name="feed.ndjson")
    (record,) = file.records()
    assert record.problem is None


@pytest.mark.parametrize(
    ("line", "member", "rule"),
    [
        ('{"idno": "1"', "row", "is not JSON; the line may be cut short"),
        ("[1]", "row", "must be one JSON object for each line"),
        ('{"idno": "1", "name": "A B", "name": "C D"}', "row", "has a member twice"),
        ('{"idno": "1", "na\\u006de": "A B", "name": "C D"}', "row", "has a member twice"),
        ('{"idno": "1", "shoe_size": 44}', "row", "has a member that is no column of the feed"),
        ('{"idno": ["1"]}', "idno", "must be a single value"),
        ('{"idno": "1", "minor.guardian": [1]}', "minor.guardian", "the items of the list must be text"),
        ('{"idno": "' + "1" * 70_000 + '"}', "row", "is longer than 65536 characters"),
    ],
)
def test_a_bad_line_of_ndjson_rejects_its_row_alone(open_bytes, line, member, rule):
    good = '{"idno": "339999194303120020", "name": "A B", "row": 3, "reason": "x"}'
    file = open_bytes(f"{good}\n{line}\n{good}\n".encode(), name="feed.ndjson")
    assert _problems(file) == [(2, member, rule)]
    assert len(_cells(file)) == 2


def test_records_of_unreadable_rows_have_one_cell_for_each_column(open_bytes):
    file = open_bytes(f"{HEADER}\na\na,b,c,d\n".encode())
    assert [len(record.cells) for record in file.records()] == [3, 3]


def test_reading_reports_how_far_it_is(open_bytes):
    file = open_bytes(f"{HEADER}\n{ROW}\n".encode() * 1)
    assert 0 <= file.position <= file.size
    list(file.records())
    assert file.position == file.size
