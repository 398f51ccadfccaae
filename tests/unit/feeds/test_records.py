import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.feeds import records as module
from hub.feeds.records import MOST_CHARACTERS, Raw, csv_records, physical_lines, plain_records

LONG = "x" * (MOST_CHARACTERS + 5)
cells = st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=12)
tables = st.lists(st.lists(cells, min_size=2, max_size=4), max_size=6)


def _read(text):
    return list(csv_records(physical_lines(io.StringIO(text))))


@settings(deadline=None)
@given(tables)
def test_whatever_a_csv_writer_writes_is_read_back(table):
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(table)
    assert [record.cells for record in _read(text.getvalue())] == table


@settings(deadline=None)
@given(st.text("ab\n", max_size=60), st.integers(1, 9))
def test_lines_do_not_depend_on_where_blocks_end(text, block):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_BLOCK", block)
        assert list(physical_lines(io.StringIO(text))) == text.removesuffix("\n").split("\n") * bool(text)


@settings(deadline=None)
@given(st.text('a",\n', max_size=60))
def test_no_text_stops_the_reading_and_every_line_is_accounted_for(text):
    found = _read(text)
    assert [record.row for record in found] == list(range(1, len(found) + 1))
    assert len(found) <= text.count("\n") + 1


def test_a_line_above_the_limit_costs_only_itself():
    assert _read(f"a,b\n{LONG},c\nd,e\n") == [
        Raw(1, ["a", "b"]),
        Raw(2, ["x" * 200], f"is longer than {MOST_CHARACTERS} characters"),
        Raw(3, ["d", "e"]),
    ]


def test_a_line_above_the_limit_is_not_held_in_memory(monkeypatch):
    monkeypatch.setattr(module, "_BLOCK", 1000)
    lines = list(physical_lines(io.StringIO(f"{LONG * 3}\nafter")))
    assert [len(line) for line in lines] == [MOST_CHARACTERS + 1, 5]


def test_a_cell_may_hold_line_breaks_and_counts_as_one_row():
    assert _read('a,"b\nc"\nd,e') == [Raw(1, ["a", "b\nc"]), Raw(2, ["d", "e"])]


def test_a_quotation_mark_that_is_never_closed_costs_only_its_line():
    assert _read('a,"b\nc,d\ne,f') == [
        Raw(1, ["a", '"b'], "a quotation mark is never closed"),
        Raw(2, ["c", "d"]),
        Raw(3, ["e", "f"]),
    ]


def test_an_open_quotation_mark_is_given_up_after_a_hundred_lines():
    found = _read('a,"b\n' + "c,d\n" * 150)
    assert found[0].problem == "a quotation mark is never closed"
    assert found[1:] == [Raw(row, ["c", "d"]) for row in range(2, 152)]


def test_a_quotation_mark_in_a_wrong_place_is_told():
    assert _read('"a"b,c\nd,e')[0].problem == "has a quotation mark in a wrong place"


def test_a_quotation_mark_inside_an_unquoted_cell_is_text():
    assert _read('5" pipe,b\nc,d') == [Raw(1, ['5" pipe', "b"]), Raw(2, ["c", "d"])]


def test_formats_without_quoting_have_a_record_for_each_line():
    assert list(plain_records(iter(['{"a": "x,y"}', "", LONG]))) == [
        Raw(1, ['{"a": "x,y"}']),
        Raw(2, [""]),
        Raw(3, ["x" * 200], f"is longer than {MOST_CHARACTERS} characters"),
    ]
