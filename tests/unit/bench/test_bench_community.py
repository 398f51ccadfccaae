from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from hub.bench.community import idno_of, kept
from hub.model.subject import is_minor
from hub.schema.idno import birth_date_of, is_synthetic, normalise_idno
from hub.store.directory import Directory

numbers = st.integers(0, 999_999)


@given(numbers, numbers)
def test_people_have_different_numbers(one, other):
    assert (idno_of(one) == idno_of(other)) is (one == other)


@given(numbers)
def test_people_are_synthetic_and_of_age(number):
    idno = idno_of(number)
    assert normalise_idno(idno) == idno
    assert is_synthetic(idno)
    assert not is_minor(birth_date_of(idno), date(2026, 11, 1))


def test_a_store_that_was_filled_is_kept_and_its_log_verifies(tmp_path):
    first = kept(tmp_path, 20)
    entries = first.verify()
    assert kept(tmp_path, 20) == first
    assert first.entries() == entries > 0
    assert Directory(first.path).is_development
