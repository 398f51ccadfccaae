"""Who may approve a change of rules: two different people, administrators or security officers of a district."""

from collections.abc import Iterable, Mapping
from datetime import date

from hub.identity.issuers import Issuer
from hub.identity.principals import Appointment
from hub.model.principal import Principal, Role

NEEDED = 2
ROLES = frozenset({Role.ADMIN, Role.SECURITY_OFFICER})
MOST_DIGITS = 6
"""Rules are for the whole hub, so that somebody whose area is smaller than a district does not decide about them."""


def may_approve(principal: Principal, appointed: Iterable[Principal] = ()) -> bool:
    """Whether a principal may decide about a change.

    Args:
        principal: who would.
        appointed: whom the change is about; none where it is about files.
    """
    wide = principal.role in ROLES and len(principal.area) <= MOST_DIGITS
    return wide and all(each.area.startswith(principal.area) for each in appointed if not each.rid)


def able(
    appointments: Mapping[str, Appointment],
    issuers: Iterable[Issuer],
    day: date,
    appointed: Iterable[Principal] = (),
) -> set[str]:
    """The persons who could approve a change today: on record, and an issuer vouches for them.

    Args:
        appointments: everybody on record.
        issuers: whose tokens are believed.
        day: in China.
        appointed: whom the change is about; nobody decides about themselves.
    """
    appointed = list(appointed)
    vouched = {role for issuer in issuers for role in issuer.roles}
    concerned = {each.person for each in appointed}
    return {
        each.principal.person
        for each in appointments.values()
        if each.in_force_on(day) and each.principal.role in vouched and may_approve(each.principal, appointed)
    } - concerned
