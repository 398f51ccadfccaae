"""Reasons stand in the order of the checks, cheapest and least revealing first."""

import pytest

from hub.errors import Reason
from hub.model.decision import in_check_order

ORDER = [
    "unknown_purpose", "not_a_requester", "no_filing", "out_of_scope", "not_in_purpose", "not_available", "not_allowed",
    "consent_missing", "minor_approval_required", "approval_required",
]  # fmt: skip
ALL = [
    "unauthenticated", "unknown_purpose", "not_a_requester", "no_filing", "out_of_scope", "not_in_purpose",
    "approval_required", "approval_expired", "self_approval", "already_decided", "consent_missing",
    "guardian_consent_missing", "minor_approval_required", "not_available", "frozen", "volume_exceeded",
    "emergency_not_open", "reason_required", "rate_limited", "not_allowed", "not_found", "bad_input", "not_offered",
    "audit_unavailable", "still_open",
]  # fmt: skip


def test_reasons_are_sorted_by_the_checks_that_gave_them():
    assert list(in_check_order({Reason(each) for each in ORDER})) == ORDER


def test_the_codes_are_those_that_were_promised():
    assert {reason.value for reason in Reason} == set(ALL)


@pytest.mark.parametrize("reason", list(Reason))
def test_one_reason_is_its_own_order(reason):
    assert in_check_order({reason}) == (reason,)
