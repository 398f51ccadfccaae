"""Who may decide about a filing: its sources on their fields, a security officer on its form, nobody on their own."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from hub.access.standing import Standing
from hub.errors import Reason
from hub.model.filing_request import FORM, State, awaited, is_bulk, said_by, state_at
from hub.model.principal import Caller, Principal, Role, parse_principal

_SECOND = frozenset({Role.ADMIN, Role.SECRETARY})
"""Who may check the form of a bulk filing beside a security officer, one of them at most."""
_SUPERVISING = frozenset({Role.SECURITY_OFFICER, Role.AUDITOR})


def served(scope: str, standing: Standing, day: date) -> frozenset[str]:
    """The departments that have somebody on record who answers for an area.

    Args:
        scope: an area prefix.
        standing: who holds which role.
        day: in China.
    """
    return frozenset(
        each.principal.code
        for each in standing.appointments().values()
        if each.principal.role is Role.DEPARTMENT and scope.startswith(each.principal.area) and each.in_force_on(day)
    )


def side_of(caller: Caller, record: Mapping[str, Any], answering: frozenset[str]) -> str | Reason:
    """For which side a caller may decide about a filing now, or why not.

    Args:
        caller: who wants to decide.
        record: the row of the filing.
        answering: as `served` gives them.

    Returns:
        `FORM`, the code of a department, or the reason of a refusal.
    """
    principal = caller.principal
    if principal.person == record.get("person"):
        return Reason.SELF_APPROVAL
    side = _side(principal, record)
    if isinstance(side, Reason):
        return side
    if state_at(record, caller.today) is not State.PENDING:
        return Reason.ALREADY_DECIDED
    return _seat(principal, record, side, answering)


def _side(principal: Principal, record: Mapping[str, Any]) -> str | Reason:
    if principal.role is Role.SECURITY_OFFICER or (principal.role in _SECOND and is_bulk(record)):
        side = FORM
    elif principal.role is Role.DEPARTMENT and principal.code in record.get("sources", ()):
        side = principal.code
    else:
        return Reason.NOT_ALLOWED
    return side if in_area(principal, record) else Reason.OUT_OF_SCOPE


def _seat(principal: Principal, record: Mapping[str, Any], side: str, answering: frozenset[str]) -> str | Reason:
    spoken = said_by(record, side)
    if side != FORM:
        return Reason.ALREADY_DECIDED if spoken else side
    if FORM not in awaited(record, answering):
        return Reason.ALREADY_DECIDED
    if any(each["person"] == principal.person for each in spoken):
        return Reason.SELF_APPROVAL  # it takes two people
    if principal.role in _SECOND and any(parse_principal(each["by"]).role in _SECOND for each in spoken):
        return Reason.NOT_ALLOWED  # one of the two must be a security officer
    return side


def in_area(principal: Principal, record: Mapping[str, Any]) -> bool:
    """Whether all that a filing reaches lies in a principal's area."""
    return bool(principal.area) and str(record["scope"]).startswith(principal.area)


def is_filer(principal: Principal, record: Mapping[str, Any]) -> bool:
    """Whether a principal speaks for the department or organisation that filed."""
    return bool(principal.organisation == record["requester"])


def sees(principal: Principal, record: Mapping[str, Any]) -> bool:
    """Whether a filing is on somebody's list: their own, one they supervise, or one they may have to decide about."""
    if is_filer(principal, record):
        return True
    if principal.role in _SUPERVISING:
        return in_area(principal, record)
    return not isinstance(_side(principal, record), Reason)
