import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from hub.store.controls import opened, sealed
from hub.store.engine import ControlRow

NAMES = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=20)
NUMBERS = st.integers(0, 2**53 - 1)
BODIES = st.dictionaries(st.text(max_size=8), st.text(max_size=20) | st.integers(0, 99) | st.booleans(), max_size=4)
ROWS = st.builds(ControlRow, NAMES, NAMES, NUMBERS, NUMBERS, BODIES)


def stored(ring, row):
    return (row.kind, row.id, row.version, row.entry, sealed(ring, row))


@given(ROWS)
def test_a_row_that_was_left_alone_says_what_it_said(ring, row):
    assert opened(ring, stored(ring, row)) == row


@given(ROWS, ROWS)
def test_a_body_counts_only_under_its_own_kind_id_version_and_entry(ring, row, other):
    assume(row[:4] != other[:4])
    assert opened(ring, (*other[:4], sealed(ring, row))) is None


@given(ROWS, st.data())
def test_a_flipped_bit_makes_a_row_stand_for_nothing(ring, row, data):
    kind, name, version, entry, body = stored(ring, row)
    place = data.draw(st.integers(0, len(body) * 8 - 1))
    changed = bytearray(body)
    changed[place // 8] ^= 1 << place % 8
    assert opened(ring, (kind, name, version, entry, bytes(changed))) is None


@pytest.mark.parametrize("body", [b"", b"{}", b'{"revoked": false}', bytes(28), bytes(12)])
def test_a_body_written_in_plain_stands_for_nothing(ring, body):
    assert opened(ring, ("principal", "auditor:339999#1", 1, 0, body)) is None


@pytest.mark.parametrize("body", [None, "text", 5])
def test_a_body_of_another_type_stands_for_nothing(ring, body):
    assert opened(ring, ("principal", "auditor:339999#1", 1, 0, body)) is None


def test_another_installations_row_stands_for_nothing(ring, other_ring):
    row = ControlRow("principal", "auditor:339999#1", 1, 0, {"revoked": False})
    assert opened(ring, stored(other_ring, row)) is None


def test_what_identifies_a_row_cannot_be_cut_in_another_way(ring):
    row = ControlRow("principal", "a", 1, 1, {})
    for other in (("principa", "la", 1, 1), ("principal", "a", 11, 1), ("principal", "a\x001", 1, 1)):
        assert opened(ring, (*other, sealed(ring, row))) is None
