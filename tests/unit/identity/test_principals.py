from datetime import UTC, date, datetime

import pytest

from hub.errors import BadInput
from hub.identity.principals import Appointment, check_separation, read_appointments
from hub.model.principal import parse_principal

HEADER = "principal,valid_from,valid_until\n"


def read(*rows, header=HEADER):
    return read_appointments([header, *(f"{row}\n" for row in rows)])


def test_rows_are_read_in_order():
    first, second = read("grid_worker:339999001001001#li,2026-01-01,2026-12-31", "auditor:339999,,")
    assert first == Appointment(parse_principal("grid_worker:339999001001001#li"), date(2026, 1, 1), date(2026, 12, 31))
    assert (second.valid_from, second.valid_until, second.revoked) == (None, None, False)


def test_byte_order_mark_blank_lines_and_other_column_order_are_accepted():
    (only,) = read("", "2026-01-01,,clerk:339999001001", header="\ufeffvalid_from,valid_until,principal\n")
    assert only.valid_from == date(2026, 1, 1)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("mayor:339999,,", "`row 2, principal`: must be `role:scope"),
        ("clerk:339999,,", "`row 2, principal`: the area of a clerk"),
        ("clerk:339999001001,2026-13-01,", "`row 2, valid_from`: must be a date"),
        ("clerk:339999001001,,2026-W01-1", "`row 2, valid_until`: must be a date"),
        ("clerk:339999001001,,tomorrow", "`row 2, valid_until`: must be a date"),
        ("clerk:339999001001,2026-02-01,2026-01-31", "`row 2, valid_until`: must not be before"),
        ("clerk:339999001001,", "`row 2`: must have 3 cells"),
        ("clerk:339999001001,,,", "`row 2`: must have 3 cells"),
        (f"clerk:339999001001,,{'9' * 2000}", "`row 2`: must have 3 cells of sensible length"),
        ("=cmd(),,", "`row 2, principal`: must be `role:scope"),
        ('"clerk:339999001001,,', "`row 2`: is not CSV"),
    ],
)
def test_bad_row_is_named_with_its_column(row, message):
    with pytest.raises(BadInput) as refusal:
        read(row)
    assert str(refusal.value).startswith(message)


def test_a_column_of_days_that_is_missing_sets_no_limit():
    assert read("clerk:339999001001", header="principal\n")[0].valid_until is None
    (only,) = read("2026-12-01,clerk:339999001001", header="valid_until,principal\n")
    assert (only.valid_from, only.valid_until) == (None, date(2026, 12, 1))


@pytest.mark.parametrize("header", ["", "valid_from\n", "principal,principal\n", "principal,from,until\n", "a,b,c,d\n"])
def test_wrong_columns_are_refused(header):
    with pytest.raises(BadInput, match="header"):
        read("clerk:339999001001,,", header=header)


def test_repeated_principal_names_both_rows():
    with pytest.raises(BadInput, match="`row 4, principal`: must not repeat row 2"):
        read("clerk:339999001001,,", "clerk:339999001002,,", "clerk:339999001001#1,,")


@pytest.mark.parametrize(
    ("one", "other"),
    [("admin", "auditor"), ("auditor", "security_officer"), ("security_officer", "admin")],
)
def test_nobody_holds_two_of_admin_security_officer_and_auditor(one, other):
    with pytest.raises(BadInput, match=f"row 2 and row 4: nobody may be {one} and {other} at once"):
        read(f"{one}:339999#li,,", "clerk:339999001001#li,,", f"{other}:339999001#li,,")


@pytest.mark.parametrize(
    "rows",
    [
        ("admin:339999#li,,", "auditor:339999#wang,,"),
        ("admin:339999,,", "auditor:339999,,"),
        ("admin:339999#li,,", "admin:339998#li,,"),
        ("admin:339999#li,,2026-06-30", "auditor:339999#li,2026-07-01,"),
        ("secretary:339999001001#li,,", "clerk:339999001001#li,,", "auditor:339999#li,,"),
    ],
    ids=["two persons", "two default persons", "one role twice", "one after the other", "other roles"],
)
def test_other_combinations_stand(rows):
    assert len(read(*rows)) == len(rows)


def test_last_and_first_day_overlap():
    with pytest.raises(BadInput, match="at once"):
        read("admin:339999#li,,2026-07-01", "auditor:339999#li,2026-07-01,")


def test_revoked_appointment_does_not_stand_in_the_way():
    revoked = Appointment(parse_principal("admin:339999#li"), revoked=True)
    kept = Appointment(parse_principal("auditor:339999#li"))
    check_separation([("stored", revoked), ("row 2", kept)])
    with pytest.raises(BadInput, match="stored and row 2"):
        check_separation([("stored", Appointment(revoked.principal)), ("row 2", kept)])


@pytest.mark.parametrize(
    ("now", "counts"),
    [
        (datetime(2025, 12, 31, 15, 59, 59, tzinfo=UTC), False),
        (datetime(2025, 12, 31, 16, tzinfo=UTC), True),
        (datetime(2026, 1, 31, 15, 59, 59, tzinfo=UTC), True),
        (datetime(2026, 1, 31, 16, tzinfo=UTC), False),
    ],
)
def test_days_are_inclusive_and_chinas(now, counts):
    appointment = Appointment(parse_principal("clerk:339999001001"), date(2026, 1, 1), date(2026, 1, 31))
    assert appointment.in_force(now) is counts


def test_revocation_ends_it_at_once():
    principal = parse_principal("clerk:339999001001")
    now = datetime(2026, 1, 1, tzinfo=UTC)
    assert Appointment(principal).in_force(now)
    assert not Appointment(principal, revoked=True).in_force(now)


@pytest.mark.parametrize(
    "appointment",
    [
        Appointment(parse_principal("department:health@339999#wang"), date(2026, 1, 1), None),
        Appointment(parse_principal("auditor:339999"), None, date(2026, 1, 1), revoked=True),
    ],
    ids=str,
)
def test_record_gives_back_the_appointment(appointment):
    assert Appointment.from_record(appointment.to_record()) == appointment


@pytest.mark.parametrize(
    "change",
    [{"revoked": 0}, {"principal": None}, {"valid_from": 20260101}, {"valid_until": False}, {"extra": 1}],
    ids=str,
)
def test_malformed_record_is_refused(change):
    record = Appointment(parse_principal("auditor:339999")).to_record() | change
    with pytest.raises(BadInput):
        Appointment.from_record(record)
