"""Step 3: permit or denial. The checks stand here in their order, cheapest and least revealing first."""

from datetime import date

from hub.access.derive import tiers_of
from hub.errors import Reason
from hub.model.decision import AccessRequest, Denial, Permit, Withheld, in_check_order
from hub.model.filing import Filing
from hub.model.principal import Principal, Role
from hub.model.purpose import Approval, Basis, Purpose
from hub.model.subject import Facts, is_minor
from hub.model.tier import Tier
from hub.policy.engine import PlannedField, Snapshot

FILING_ROLES = frozenset({Role.DEPARTMENT, Role.ORGANISATION})
_SERVICES: frozenset[str] = frozenset()
"""Services a purpose may depend on and that exist; disclosures alone need none."""

_NO_BASIS = {
    Basis.CONSENT: Reason.CONSENT_MISSING,
    Basis.SEPARATE_CONSENT: Reason.CONSENT_MISSING,
    Basis.CONTRACT: Reason.CONSENT_MISSING,
    Basis.GUARDIAN_CONSENT: Reason.GUARDIAN_CONSENT_MISSING,
    Basis.EMERGENCY: Reason.EMERGENCY_NOT_OPEN,
    Basis.MANDATE: Reason.APPROVAL_REQUIRED,
    Basis.AGGREGATE: Reason.NOT_OFFERED,
}
_EMERGENCIES = frozenset({Approval.BREAK_GLASS, Approval.ORDER})


def decide_purpose(request: AccessRequest, filing: Filing | None) -> Denial | None:
    """The checks that need no data subject: what is refused here is refused for everybody.

    Args:
        request: what is asked.
        filing: the caller's filing in force for the purpose.
    """
    purpose, principal = request.purpose, request.caller.principal
    if purpose is None:
        return Denial(request, (Reason.UNKNOWN_PURPOSE,))
    if principal.requester not in purpose.requesters:
        return Denial(request, (Reason.NOT_A_REQUESTER,))
    if purpose.service and purpose.service not in _SERVICES:
        return Denial(request, (Reason.NOT_OFFERED,))
    if purpose.reason_required and not request.reason:
        return Denial(request, (Reason.REASON_REQUIRED,))
    if principal.role in FILING_ROLES and filing is None:
        return Denial(request, (Reason.NO_FILING,))
    return None


def decide(
    request: AccessRequest,
    policies: Snapshot,
    filing: Filing | None,
    found: tuple[int, Facts] | None,
    today: date,
) -> Permit | Denial:
    """Decide about one data subject, after `decide_purpose` found nothing against the purpose.

    Args:
        request: what is asked.
        policies: the catalogue and its rules.
        filing: the caller's filing in force, for those who must file.
        found: internal id and facts of the data subject, or None where there is no such person.
        today: the day in China.

    Returns:
        A permit for the fields that every check allows, or a denial with the reasons in check order.
    """
    principal, purpose = request.caller.principal, request.purpose
    if purpose is None:
        return Denial(request, (Reason.UNKNOWN_PURPOSE,))
    if found is None or not _in_scope(principal, filing, found[1]):
        truth = "no such person" if found is None else "outside the area"
        return Denial(request, (Reason.OUT_OF_SCOPE,), resident=found[0] if found else None, truth=truth)
    resident, facts = found
    plan = policies.plan(purpose.id, principal.requester)
    basis = _basis(policies.bases(purpose.id, principal.requester), filing)
    minor = is_minor(facts.born, today)
    withheld, granted = [], []
    for key in request.fields:
        refusal = _refusal(key, plan.get(key), purpose, basis, minor=minor)
        if refusal is None:
            granted.append(plan[key])
        else:
            withheld.append(refusal)
    if not granted or not isinstance(basis, Basis):
        reasons = in_check_order({each.reason for each in withheld})
        return Denial(request, reasons, tuple(withheld), resident)
    return Permit(
        request,
        resident,
        tuple(field.key for field in granted),
        frozenset(tier for field in granted for tier in tiers_of(field.key)),
        basis,
        tuple(withheld),
        tuple(dict.fromkeys(field.rule for field in granted)),
    )


def _in_scope(principal: Principal, filing: Filing | None, facts: Facts) -> bool:
    if principal.role is Role.RESIDENT:
        return facts.rid == principal.rid
    area, grid = principal.area, facts.grid
    return bool(grid) and grid.startswith(area) and (filing is None or grid.startswith(filing.scope))


def _basis(possible: tuple[Basis, ...], filing: Filing | None) -> Basis | Reason:
    if filing is not None:
        possible = tuple(basis for basis in possible if basis is filing.basis)
    if Basis.STATUTORY in possible:
        return Basis.STATUTORY
    # What follows needs a consent, a contract, a mandate or an emergency on record.
    return _NO_BASIS.get(possible[0], Reason.NOT_ALLOWED) if possible else Reason.NO_FILING


def _refusal(
    key: str, planned: PlannedField | None, purpose: Purpose, basis: Basis | Reason, *, minor: bool
) -> Withheld | None:
    reason, truth = None, ""
    if planned is None:
        reason = Reason.NOT_IN_PURPOSE
    elif purpose.approval is Approval.NAMED_OFFICERS or planned.tier is Tier.SEALED:
        reason, truth = Reason.NOT_AVAILABLE, "sealed"
    elif not planned.rule:
        reason = Reason.NOT_ALLOWED
    elif isinstance(basis, Reason):
        reason = basis
    elif purpose.approval in _EMERGENCIES:
        reason = Reason.EMERGENCY_NOT_OPEN
    elif minor:
        reason = Reason.MINOR_APPROVAL_REQUIRED
    elif planned.approval is not Approval.NONE:
        reason = Reason.APPROVAL_REQUIRED
    return None if reason is None else Withheld(key, reason, truth)
