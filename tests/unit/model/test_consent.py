"""Who is meant by a recipient, what is kept, and what unlocks what."""

from datetime import UTC, datetime, timedelta

import pytest

from hub.model.consent import KEPT, Giver, State, answered, consent, covers, sound_recipient, withdrawn
from hub.model.principal import parse_principal
from hub.model.purpose import Basis
from hub.model.terms import CONSENTS

NOW = datetime(2026, 11, 22, 2, tzinfo=UTC)
REQUESTERS = frozenset({"organisation", "department:urban_management", "grid_worker"})


def record(name, state=State.GIVEN, recipient="", at=NOW):
    return consent(
        name,
        state,
        purpose="MEAL",
        mark="m",
        recipient=recipient,
        basis=Basis.CONTRACT,
        separate=True,
        giver=Giver.SELF,
        by="resident",
        version="1",
        at=at,
        until=None,
    )


@pytest.mark.parametrize(
    ("recipient", "principal", "meant"),
    [
        ("", "organisation:canteen01@339999", True),
        ("organisation", "organisation:canteen01@339999", True),
        ("organisation:canteen01", "organisation:canteen01@339999", True),
        ("organisation:canteen01@339999", "organisation:canteen01@339999", True),
        ("organisation:canteen01@339999", "organisation:canteen01@339999001", True),
        ("organisation:canteen01@339999001", "organisation:canteen01@339999", False),
        ("organisation:canteen0@339999", "organisation:canteen01@339999", False),
        ("organisation:canteen02@339999", "organisation:canteen01@339999", False),
        ("department:health@339999", "organisation:health@339999", False),
        ("grid_worker:339999001001", "grid_worker:339999001001002", True),
        ("grid_worker:339999001002", "grid_worker:339999001001002", False),
        ("grid_worker", "clerk:339999001001", False),
    ],
)
def test_a_recipient_is_a_role_a_code_and_an_area_never_a_part_of_a_name(recipient, principal, meant):
    assert covers(recipient, parse_principal(principal)) is meant


@pytest.mark.parametrize(
    ("recipient", "sound"),
    [
        ("organisation:canteen01@339999", True),
        ("organisation", True),
        ("department:urban_management@339999", True),
        ("grid_worker:339999001001001", True),
        ("department:health@339999", False),
        ("clerk:339999001001", False),
        ("organisation:@339999", False),
        ("organisation:canteen01@", False),
        ("organisation:canteen01@area", False),
        ("grid_worker:x", False),
        ("nobody", False),
    ],
)
def test_only_who_could_request_a_purpose_can_be_a_recipient(recipient, sound):
    assert sound_recipient(recipient, REQUESTERS) is sound


def test_the_oldest_consents_that_ended_make_way_and_no_others():
    terms = {CONSENTS: [withdrawn(record(f"old{number}"), NOW) for number in range(KEPT)]}
    terms = answered(terms, record("refused", State.REFUSED))
    names = [each["id"] for each in answered(terms, record("fresh"))[CONSENTS]]
    assert len(names) == KEPT
    assert "old0" not in names
    assert {"refused", "fresh", f"old{KEPT - 1}"} <= set(names)


def test_both_texts_are_kept_when_a_child_agrees_after_its_guardian():
    """PIPL 31: guardians for those under 14, both texts kept."""
    by_guardian = record("guardian") | {"giver": Giver.GUARDIAN.value}
    terms = answered({}, by_guardian)
    later = answered(terms, record("self", at=NOW + timedelta(days=1)))
    assert [(each["id"], each["state"]) for each in later[CONSENTS]] == [("guardian", "given"), ("self", "given")]
