import pytest

from hub.schema.doubts import doubts_of
from hub.schema.idno import check_digit
from hub.schema.normalise import normalise

TODAY = "2026-11-22"


def _idno(first):
    return first + check_digit(first)


@pytest.mark.parametrize(
    ("key", "raw", "flags"),
    [
        ("dob", "2026-11-22", ()),
        ("dob", "2026-11-23", ("in_future",)),
        ("permit.until", "2026-11-22", ()),
        ("permit.until", "2026-11-21", ("expired",)),
        ("med.vital", {"hr": 0, "sbp": 120}, ("hr_out_of_range",)),
        ("med.vital", {"hr": 20, "sbp": 300, "dbp": 80}, ()),
        ("med.vital", {"hr": 251, "sbp": 301, "dbp": 10}, ("hr_out_of_range", "sbp_out_of_range", "dbp_out_of_range")),
        ("idno", _idno("33999920261123001"), ("in_future",)),
        ("idno", _idno("11010319500101001"), ("area_retired",)),
        ("idno", "339999194303120020", ()),
        ("idno", "H12345678", ()),
        ("fin.acct", "6200000000000000000", ()),
        ("fin.acct", "12345678", ("not_a_card",)),
        ("fin.month", "2026-12", ("in_future",)),
        ("community", "339999001001", ()),
        ("community", "339999000001", ("unusual_code",)),
        ("community", "339999001498", ("unusual_code",)),
        ("name", "王伟", ()),
    ],
)
def test_implausible_values_are_kept_and_flagged(key, raw, flags):
    assert doubts_of(key, normalise(key, raw), TODAY) == flags
