"""Putting principals on record: what revoking means for a list that is loaded again."""

import pytest

from hub.errors import BadInput
from hub.identity.appointments import appoint, appointments, reinstate, revoke
from hub.identity.principals import Appointment
from hub.model.principal import parse_principal
from tests.factories import Installation

CLERK = "clerk:339999001001#1"


@pytest.fixture
def hub(tmp_path):
    with Installation.create(tmp_path / "hub").opened() as opened:
        appoint(opened.writer, opened.reader, [Appointment(parse_principal(CLERK))])
        yield opened


def test_loading_an_old_list_brings_no_revoked_principal_back(hub):
    revoke(hub.writer, hub.reader, CLERK)
    done = appoint(hub.writer, hub.reader, [Appointment(parse_principal(CLERK))])
    assert (done.changed, done.still_revoked) == (0, 1)
    assert appointments(hub.reader)[CLERK].revoked


def test_a_revoked_principal_is_reinstated_by_name_alone(hub):
    revoke(hub.writer, hub.reader, CLERK)
    reinstate(hub.writer, hub.reader, CLERK)
    assert not appointments(hub.reader)[CLERK].revoked


def test_only_a_revoked_principal_can_be_reinstated(hub):
    with pytest.raises(BadInput, match="not on record as revoked"):
        reinstate(hub.writer, hub.reader, CLERK)


def test_nobody_is_reinstated_into_a_duty_that_must_be_apart(hub):
    officer, auditor = (f"{role}:339999#seven" for role in ("security_officer", "auditor"))
    appoint(hub.writer, hub.reader, [Appointment(parse_principal(officer))])
    revoke(hub.writer, hub.reader, officer)
    appoint(hub.writer, hub.reader, [Appointment(parse_principal(auditor))])
    with pytest.raises(BadInput, match="nobody may be"):
        reinstate(hub.writer, hub.reader, officer)
