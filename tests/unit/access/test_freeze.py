"""A freeze binds what it says it binds: consent and contract where it was wished, else all but emergencies."""

import pytest

from hub.access.decide import _is_frozen
from hub.access.standing import freezes
from hub.errors import Reason
from hub.model.freeze import Freeze
from hub.model.purpose import Basis
from hub.model.terms import NO_GROUNDS
from hub.policy.engine import load

CATALOGUE = load().purposes
WISHED, HELD = Freeze.WISHED, Freeze.HELD


@pytest.mark.parametrize("basis", [*Basis, Reason.CONSENT_MISSING, Reason.GUARDIAN_CONSENT_MISSING])
def test_a_wished_freeze_binds_everything_but_duties_by_law_and_emergencies(basis):
    free = {Basis.STATUTORY, Basis.EMERGENCY}
    assert _is_frozen(WISHED, CATALOGUE["MEAL"], basis, NO_GROUNDS) == (basis not in free)


@pytest.mark.parametrize("basis", [*Basis, Reason.CONSENT_MISSING, Reason.GUARDIAN_CONSENT_MISSING])
def test_a_held_freeze_binds_everything_but_emergencies(basis):
    assert _is_frozen(HELD, CATALOGUE["OLDCARD"], basis, NO_GROUNDS) == (basis is not Basis.EMERGENCY)


@pytest.mark.parametrize("freeze", list(Freeze))
@pytest.mark.parametrize(("purpose", "basis"), [("SOS", Basis.CONSENT), ("EMERG", Basis.STATUTORY)])
def test_no_freeze_binds_a_purpose_that_saves_lives(freeze, purpose, basis):
    assert not _is_frozen(freeze, CATALOGUE[purpose], basis, NO_GROUNDS)
    assert not _is_frozen(freeze, CATALOGUE["MEAL"], Reason.EMERGENCY_NOT_OPEN, NO_GROUNDS)


def row(resident, extent, state="in_force"):
    return {"resident": resident, "extent": extent.value, "state": state}


@pytest.mark.parametrize(
    ("rows", "frozen"),
    [
        ([], {}),
        ([row(1, WISHED)], {1: WISHED}),
        ([row(1, WISHED), row(1, HELD)], {1: HELD}),
        ([row(1, HELD), row(1, WISHED)], {1: HELD}),
        ([row(1, HELD, "ended"), row(1, WISHED)], {1: WISHED}),
        ([row(1, WISHED, "ended"), row(2, HELD)], {2: HELD}),
    ],
)
def test_of_several_freezes_the_one_counts_that_binds_most(rows, frozen):
    assert freezes(rows, {}) == frozen


@pytest.mark.parametrize("freeze", [WISHED, HELD])
@pytest.mark.parametrize(("kin", "bound"), [("own", False), ("guardian", False), ("relative", True)])
def test_no_freeze_keeps_a_file_from_the_person_it_is_for(freeze, kin, bound):
    grounds = NO_GROUNDS._replace(kin=kin)
    assert _is_frozen(freeze, CATALOGUE["RIGHTS"], Basis.STATUTORY, grounds) == (bound and freeze is HELD)
