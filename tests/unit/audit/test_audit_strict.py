import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.errors import VerificationError
from audit.strict import MAX_SIZE, base64_bytes, base64_text, decimal


@given(st.integers(0, MAX_SIZE))
def test_a_decimal_has_one_spelling(number):
    assert decimal(str(number), "size") == number
    for other in (f"0{number}", f"+{number}", f" {number}", f"{number}\n", f"{number}.0", f"-{number}"):
        with pytest.raises(VerificationError):
            decimal(other, "size")


@given(st.text(max_size=8))
def test_what_python_takes_for_a_number_is_not_always_a_decimal(text):
    try:
        number = decimal(text, "size")
    except VerificationError:
        return
    assert str(number) == text


@given(st.binary(max_size=70))
def test_base64_is_read_as_it_is_written(data):
    assert base64_bytes(base64_text(data), "hash") == data
    assert base64_text(data).encode() == base64.b64encode(data)


@given(st.text(alphabet="AQgwBz09+/=-_ \n", max_size=12))
def test_bytes_have_one_spelling_in_base64(text):
    try:
        data = base64_bytes(text, "hash")
    except VerificationError:
        return
    assert base64_text(data) == text
