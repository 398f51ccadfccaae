"""A department reads nothing for a purpose without a filing in force, on the very next request."""

from datetime import UTC, date, datetime

import pytest

from hub.model.purpose import Basis
from tests.api.city import CIVIL_AFFAIRS, CLERK, GRID_WORKER, HEALTH, City
from tests.api.in_process import InProcess

ELDER, VILLAGER = "elder", "villager"


@pytest.fixture
def unfiled(hub):
    """A department of the province and a second canteen, who have filed nothing yet."""
    hub.installation.appoint("department:civil_affairs@33", "organisation:canteen02@339999")
    return hub


def reasons(hub, principal, subject, purpose="OLDCARD"):
    answer = hub.disclose(principal, hub.installation.cast[subject].idno, purpose).json()
    return answer.get("reasons", "given")


def test_nothing_is_read_without_a_filing_and_all_is_read_with_one(unfiled):
    wide = "department:civil_affairs@33"
    assert reasons(unfiled, wide, ELDER) == ["no_filing"]
    unfiled.installation.file(wide, "OLDCARD", scope="33")
    assert reasons(unfiled, wide, ELDER) == "given"
    assert reasons(unfiled, wide, ELDER, "DIBAO") == ["no_filing"], "a filing is for one purpose"


def test_filing_of_another_area_is_none(unfiled):
    wide = "department:civil_affairs@33"
    unfiled.installation.file("department:civil_affairs@339999001", "OLDCARD", scope="339999001")
    assert reasons(unfiled, wide, ELDER) == ["no_filing"]


def test_filing_of_another_department_is_none(unfiled):
    unfiled.installation.file("department:health@33", "EXAM", scope="33")
    assert reasons(unfiled, "department:civil_affairs@33", ELDER, "DISAB") == ["no_filing"]


def test_filing_is_in_force_through_its_last_day_in_china(unfiled):
    wide = "department:civil_affairs@33"
    unfiled.installation.file(wide, "OLDCARD", scope="33", until=date(2026, 12, 1))
    for moment, expected in (
        (datetime(2026, 12, 1, 15, 59, tzinfo=UTC), "given"),
        (datetime(2026, 12, 1, 16, 0, tzinfo=UTC), ["no_filing"]),
    ):
        unfiled.road.clock = lambda moment=moment: moment
        held = {"Authorization": f"Bearer {unfiled.installation.token(wide, now=moment)}"}
        body = {"subject": {"idno": unfiled.installation.cast[ELDER].idno}, "purpose": "OLDCARD"}
        answer = unfiled.ask(None, "POST", "/v1/disclosures", headers=held, json=body).json()
        assert answer.get("reasons", "given") == expected, moment


def test_scope_of_a_filing_narrows_the_area(unfiled):
    wide = "department:civil_affairs@33"
    unfiled.installation.file(wide, "OLDCARD", scope="339999001002")
    assert reasons(unfiled, wide, VILLAGER) == "given"
    assert reasons(unfiled, wide, ELDER) == ["out_of_scope"]


def test_filings_for_several_scopes_each_count(unfiled):
    wide = "department:civil_affairs@33"
    unfiled.installation.file(wide, "OLDCARD", scope="339999001002")
    unfiled.installation.file(wide, "OLDCARD", scope="339999001001001")
    assert reasons(unfiled, wide, VILLAGER) == "given"
    assert reasons(unfiled, wide, ELDER) == "given"
    assert reasons(unfiled, wide, "neighbour") == ["out_of_scope"]


def test_basis_of_the_filing_is_the_one_used(unfiled):
    """An order's purpose may stand on an emergency or a statute; what was filed decides."""
    unfiled.installation.appoint("department:urban_management@33")
    unfiled.installation.file("department:urban_management@33", "REPAIR", scope="33", basis=Basis.CONTRACT)
    assert reasons(unfiled, "department:urban_management@33", ELDER, "REPAIR") == ["consent_missing"]


def test_organisation_files_like_a_department(unfiled):
    canteen = "organisation:canteen02@339999"
    assert reasons(unfiled, canteen, ELDER, "MEAL") == ["no_filing"]
    unfiled.installation.file(canteen, "MEAL", basis=Basis.CONTRACT)
    assert reasons(unfiled, canteen, ELDER, "MEAL") == ["consent_missing"]


def test_organisation_never_stands_on_a_statute_whatever_it_files(unfiled):
    unfiled.installation.appoint("organisation:mediation02@339999")
    unfiled.installation.file("organisation:mediation02@339999", "MEDIATE", basis=Basis.STATUTORY)
    body = {"subject": {"idno": unfiled.installation.cast[ELDER].idno}, "purpose": "MEDIATE", "reason": "调解 2026-07"}
    answer = unfiled.ask("organisation:mediation02@339999", "POST", "/v1/disclosures", json=body)
    assert answer.status_code == 403
    assert answer.json()["reasons"] == ["no_filing"]


def test_staff_of_the_community_need_no_filing(tmp_path):
    """An installation without a single filing."""
    bare = City.create(tmp_path / "bare")
    bare.appoint(CLERK, GRID_WORKER, HEALTH, CIVIL_AFFAIRS)
    hub = InProcess(bare)
    try:
        for principal, purpose in ((CLERK, "OLDCARD"), (GRID_WORKER, "VISIT")):
            assert hub.disclose(principal, "339999194303129017", purpose).json()["reasons"] == ["out_of_scope"]
        for principal, purpose in ((HEALTH, "EXAM"), (CIVIL_AFFAIRS, "OLDCARD")):
            assert hub.disclose(principal, "339999194303129017", purpose).json()["reasons"] == ["no_filing"]
    finally:
        hub.close()
