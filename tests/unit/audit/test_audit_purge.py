"""What was purged is told as purged and by which entry; nothing else can pass for it."""

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.accesses import check_in_log, check_pages
from audit.errors import VerificationError
from audit.purge import highest_outside, merged, ranges_in, ranges_of
from audit.reader import PublishedLog
from audit.source import Folder
from tests.unit.audit.own_list import ME, OTHER, OwnList, sent

SUBJECTS = [ME, OTHER, ME, ME, OTHER, ME, ME]
"""The person's entries 1 to 5 stand at 0, 2, 3, 5 and 6."""


def make(folder, *ordinals, below, ranges=None):
    own = OwnList(folder, SUBJECTS)
    own.purge(*ordinals, below=below, ranges=ranges)
    own.add(ME)
    return own, own.pages()


def refused(pages, saying):
    with pytest.raises(VerificationError, match=saying):
        check_pages(sent(pages))


@pytest.mark.parametrize(("ordinals", "below"), [((1, 2), 3), ((1, 3), 4), ((2,), 3), ((1, 2, 3, 4, 5), 7)])
def test_what_an_entry_says_was_purged_need_not_be_shown(tmp_path, ordinals, below):
    own, pages = make(tmp_path, *ordinals, below=below)
    found = check_pages(sent(pages))
    check_in_log(found, PublishedLog(Folder(tmp_path), own.published.policy))
    assert (found.entries, found.purged, found.withheld) == (7, len(ordinals), 0)


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_pages_of_a_purged_list_are_one_list(tmp_path, limit):
    own, _ = make(tmp_path, 1, 3, below=4)
    assert check_pages(sent(own.pages(limit))).purged == 2


def test_what_no_purge_accounts_for_is_left_out(tmp_path):
    _, pages = make(tmp_path, 1, 2, below=3)
    del pages[0]["items"][2]  # the fifth
    refused(pages, "^entry 5 of the 7 about this person is left out$")


def test_without_the_entry_that_says_so_nothing_was_purged(tmp_path):
    _, pages = make(tmp_path, 1, 2, below=3)
    del pages[0]["items"][1]
    refused(pages, "left out")


def test_a_purge_of_what_came_after_its_own_bound_is_a_lie(tmp_path):
    """It says that it has touched nothing from entry 2 on, and the first entry that is shown stands there."""
    _, pages = make(tmp_path, 3, below=2)
    refused(pages, "^entry 3 of the 7 about this person is too young to purge$")


@pytest.mark.parametrize(
    "ranges", [[[1, 6]], [[1, 9]], [[2, 1]], [[1, 1], [2, 2]], [[3, 3], [1, 1]], [1], [[1]], [["1", 2]], [[True, 2]]]
)
def test_a_purge_that_names_itself_or_nonsense_is_refused(tmp_path, ranges):
    _, pages = make(tmp_path, 1, below=7, ranges=ranges)
    refused(pages, "is a purge")


def test_what_an_item_tells_of_a_purge_is_what_its_entry_says(tmp_path):
    _, pages = make(tmp_path, 1, 2, below=3)
    for told in ([[1, 3]], None, []):
        changed = copy.deepcopy(pages)
        changed[0]["items"][1]["purged"] = told
        refused(changed, "the `purged` told of entry")
    changed = copy.deepcopy(pages)
    changed[0]["items"][0]["purged"] = [[3, 3]]
    refused(changed, "the `purged` told of entry")


def test_a_purge_of_everything_there_could_ever_be_takes_no_longer(tmp_path):
    own = OwnList(tmp_path, SUBJECTS)
    own._counts[ME] = 2**52
    own.receipts = [each for each in own.receipts if each["subject"]["subject"] != ME]
    own.purge(below=7, ranges=[[1, 2**52]])
    assert check_pages(sent(own.pages())).purged == 2**52


@given(st.sets(st.integers(0, 60)))
def test_ranges_hold_the_numbers_they_were_made_of(numbers):
    ranges = ranges_in(ranges_of(sorted(numbers)))
    assert {each for first, last in ranges for each in range(first, last + 1)} == numbers
    assert merged(ranges) == list(ranges)


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 9)).map(lambda each: (each[0], each[0] + each[1]))),
    st.integers(0, 40),
    st.integers(0, 40),
)
def test_the_highest_number_outside_is_found(ranges, first, last):
    inside = {each for low, high in ranges for each in range(low, high + 1)}
    outside = [each for each in range(first, last + 1) if each not in inside]
    assert highest_outside(first, last, merged(ranges)) == (max(outside) if outside else None)
