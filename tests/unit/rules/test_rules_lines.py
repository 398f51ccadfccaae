"""Texts of rules line by line: whatever a proposal holds, an added line stands by itself and says that it is added."""

from hypothesis import given
from hypothesis import strategies as st

from hub.rules.difference import unified
from hub.web.pages.audit.differences import file_of, visible

PATH = "policies/policy.csv"
TEXTS = st.text(st.sampled_from("ab\n\r\v\u2028\u202e"), max_size=12)


def lines_of(before, after):
    [(path, diff)] = unified({PATH: before}, {PATH: after})
    return file_of({"path": path, "diff": diff})


@given(before=TEXTS, after=TEXTS)
def test_a_reader_can_tell_what_was_there_and_what_is_to_be(before, after):
    if before == after:
        return
    shown = lines_of(before, after)
    kinds = [line.kind for line in shown.lines]
    assert {"added", "removed"} & set(kinds)
    for kind, text in (("added", after), ("removed", before)):
        whole = [visible(line) for line in text.split("\n")]
        assert all(line.text in whole for line in shown.lines if line.kind in (kind, "kept"))


def test_what_follows_a_last_line_without_a_break_does_not_run_into_it():
    shown = lines_of("old", "old\nnew")
    assert [(line.kind, line.text) for line in shown.lines if line.kind in ("added", "removed")] == [
        ("removed", "old"),
        ("added", "old"),
        ("added", "new"),
    ]
    assert [line.kind for line in shown.lines].count("unended") == 2


def test_new_and_dropped_files_are_told_from_changed_ones():
    assert lines_of("", "a\n").state == "new"
    assert lines_of("a\n", "").state == "dropped"
    assert lines_of("a\n", "b\n").state == "changed"


def test_characters_that_show_nothing_stand_there_by_their_number():
    assert visible("a\u202eb\r\u200b\tc 空") == "a⟨U+202E⟩b⟨U+000D⟩⟨U+200B⟩\tc 空"
