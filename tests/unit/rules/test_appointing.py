"""Appointments as a change of rules: an end counts at once, and nothing that counts at once lets anybody in."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.identity.issuers import Issuer
from hub.identity.principals import Appointment
from hub.model.principal import Role, parse_principal
from hub.rules.appointing import digest_of_appointments, is_narrower, lines_of, sort_appointments
from hub.rules.approvers import able, may_approve

FIRST = date(2026, 1, 1)
DAYS = [FIRST + timedelta(days=number) for number in range(8)]
WORKER = parse_principal("grid_worker:339999001001001#li")
ADMIN, OFFICER = parse_principal("admin:339999#anna"), parse_principal("security_officer:3399#bert")
TODAY = date(2026, 6, 1)

appointments = st.builds(
    Appointment,
    st.just(WORKER),
    st.one_of(st.none(), st.sampled_from(DAYS)),
    st.one_of(st.none(), st.sampled_from(DAYS)),
    st.booleans(),
)


@given(st.one_of(st.none(), appointments), appointments)
def test_what_narrows_is_in_force_on_no_day_on_which_the_one_before_was_not(before, after):
    if is_narrower(before, after):
        for day in (date.min, *DAYS, date.max):
            assert not after.in_force_on(day) or (before is not None and before.in_force_on(day))


@given(appointments)
def test_an_end_always_narrows(before):
    assert is_narrower(before, Appointment(WORKER, before.valid_from, before.valid_until, revoked=True))


def test_a_list_brings_nobody_back_who_was_revoked():
    known = {WORKER.id: Appointment(WORKER, revoked=True)}
    found = sort_appointments(known, [Appointment(WORKER), Appointment(ADMIN)])
    assert (found.narrowing, found.widening, found.still_revoked) == ((), (Appointment(ADMIN),), 1)


def test_a_digest_names_appointments_in_whatever_order():
    records = [Appointment(each).to_record() for each in (WORKER, ADMIN)]
    assert digest_of_appointments(records) == digest_of_appointments(records[::-1])
    assert digest_of_appointments(records) != digest_of_appointments(records[:1])
    later = Appointment(WORKER, valid_until=TODAY).to_record()
    assert digest_of_appointments([later]) != digest_of_appointments(records[:1])


def test_a_resident_is_not_named_in_a_difference():
    resident = parse_principal("resident:10000000-0000-4000-8000-000000000001")
    [line] = lines_of({}, [Appointment(resident)])
    assert "10000000" not in line.text


@pytest.mark.parametrize(
    ("principal", "may"),
    [
        ("admin:339999", True),
        ("security_officer:33", True),
        ("admin:339999001", False),
        ("auditor:339999", False),
        ("secretary:339999001001", False),
        ("department:civil_affairs@339999", False),
    ],
)
def test_administrators_and_security_officers_of_a_district_decide(principal, may):
    assert may_approve(parse_principal(principal)) is may


def test_an_appointment_is_decided_by_those_whose_area_covers_it():
    assert may_approve(ADMIN, [WORKER])
    assert not may_approve(ADMIN, [parse_principal("secretary:339998001001")])
    assert not may_approve(ADMIN, [OFFICER]), "nobody makes somebody wider than themselves"


def test_able_are_different_people_in_force_for_whom_an_issuer_vouches_and_whom_it_is_not_about():
    both = Issuer("https://id", "hub", "ES256", frozenset({Role.ADMIN, Role.SECURITY_OFFICER}))
    admins = Issuer("https://id", "hub", "ES256", frozenset({Role.ADMIN}))
    second = parse_principal("admin:3399#anna")
    known = {each.id: Appointment(each) for each in (ADMIN, OFFICER, second)}
    assert able(known, [both], TODAY) == {"anna", "bert"}
    assert able(known, [admins], TODAY) == {"anna"}
    assert able(known, [], TODAY) == set()
    assert able(known, [both], TODAY, [parse_principal("clerk:339999001001#bert")]) == {"anna"}
    ended = known | {OFFICER.id: Appointment(OFFICER, valid_until=TODAY - timedelta(days=1))}
    assert able(ended, [both], TODAY) == {"anna"}
