"""Who may decide about a resident: never in their own cause, never about themselves or their household."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from hub.access.standing import Standing
from hub.errors import Reason
from hub.model.approval import BY_TWO
from hub.model.instant import timestamp
from hub.model.principal import Caller, Principal, Role
from hub.model.purpose import Approval
from hub.model.subject import Facts
from hub.model.tier import Tier
from hub.model.working_time import working_time
from hub.store.engine import Reader
from hub.store.keys import Keyring
from hub.store.own_trail import surviving
from hub.store.sections import data_key, in_force, unseal
from hub.store.tokens import rid_token
from hub.store.warrants import HOUSEHOLD

PASSED_ON_AFTER = timedelta(hours=4)
"""Working time after which a request that waits goes to the subdistrict as well."""
_SUBDISTRICT = "subdistrict"
_OWN = (Tier.CONTROL, Tier.FAMILY)


class Judge(NamedTuple):
    """Somebody who decides.

    Attributes:
        standing: as whom: `secretary`, `deputy`, `security_officer` or `subdistrict`.
        stands_for: the secretary's person in whose place a deputy acts; the own person otherwise.
    """

    standing: str
    stands_for: str


def may_decide(caller: Caller, facts: Facts, record: dict[str, Any], standing: Standing) -> Judge | Reason:
    """As whom a caller may decide about a request, or why not.

    Args:
        caller: who wants to decide.
        facts: of the person it is about.
        record: the request.
        standing: who stands in for whom.
    """
    principal = caller.principal
    if principal.person == record["person"]:
        return Reason.SELF_APPROVAL
    return _judge(principal, facts.grid, record, standing, caller.at)


def _judge(principal: Principal, grid: str, record: dict[str, Any], standing: Standing, at: datetime) -> Judge | Reason:
    in_area = bool(grid) and grid.startswith(principal.area or "-")
    if principal.role is Role.SECRETARY:
        return Judge("secretary", principal.person) if in_area else Reason.OUT_OF_SCOPE
    for deputy in standing.deputies.get(principal.id, ()):
        if grid.startswith(deputy.community) and deputy.stands_in_at(timestamp(at)):
            return Judge("deputy", deputy.secretary)
    if principal.role is Role.SECURITY_OFFICER and Approval(record["kind"]) in BY_TWO:
        return Judge("security_officer", principal.person) if in_area else Reason.OUT_OF_SCOPE
    if principal.role is Role.DEPARTMENT and principal.code == _SUBDISTRICT and in_area:
        waited = working_time(datetime.fromisoformat(record["asked"]), at)
        return Judge(_SUBDISTRICT, principal.person) if waited > PASSED_ON_AFTER else Reason.NOT_ALLOWED
    return Reason.NOT_ALLOWED


def concerns(principal: Principal, resident: int, standing: Standing, reader: Reader, ring: Keyring) -> bool:
    """Whether the human being behind a principal is a resident, or of their household.

    Args:
        principal: who wants to decide.
        resident: whom it is about.
        standing: which residents stand behind which persons.
        reader: the store, inside a view.
        ring: the keys.

    Raises:
        OperatorError: a file was changed behind the hub's back.
    """
    for rid in standing.rids_of(principal.person):
        found = reader.find(rid_token(ring, rid), _OWN)
        sealed = surviving(reader, ring, found, _OWN)
        if sealed is None or found is None:
            continue
        if resident in (sealed.resident, found.resident):
            return True
        home = _household(sealed, ring)
        if home and home == _household_of(resident, reader, ring):
            return True
    return False


def _household_of(resident: int, reader: Reader, ring: Keyring) -> Any:
    sealed = reader.get(resident, (Tier.FAMILY,))
    return sealed and _household(sealed, ring)


def _household(sealed: Any, ring: Keyring) -> Any:
    key = data_key(ring, sealed.keys, Tier.FAMILY, HOUSEHOLD)
    return in_force(unseal(key, sealed.resident, Tier.FAMILY, sealed.sections[Tier.FAMILY])).get("hh")
