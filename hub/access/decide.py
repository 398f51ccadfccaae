"""Step 3: permit or denial. The checks stand here in their order, cheapest and least revealing first."""

from datetime import date
from functools import lru_cache
from typing import NamedTuple

from hub.access.derive import tiers_of
from hub.errors import Reason
from hub.model.decision import AccessRequest, Denial, Permit, Withheld, in_check_order
from hub.model.emergency import Strength
from hub.model.filing import Filing
from hub.model.freeze import Freeze
from hub.model.principal import Principal, Role
from hub.model.purpose import Approval, Basis, Purpose
from hub.model.subject import Facts, is_minor
from hub.model.terms import CASE_OPEN, GUARDIAN, NO_GROUNDS, OWN, RELATIVE, Grounds
from hub.model.tier import CORE_TIERS, Tier
from hub.policy.engine import PlannedField, Snapshot

FILING_ROLES = frozenset({Role.DEPARTMENT, Role.ORGANISATION})
_SERVICES: frozenset[str] = frozenset({"audit", "mandates"})
"""Services a purpose may depend on and that exist; disclosures alone need none."""

HIDDEN, PROTECTED = "hidden by the resident", "protected"
"""Why a field is kept back that everything else would allow: the trail alone knows."""
_KEPT = frozenset({HIDDEN, PROTECTED})
_NO_BASIS = {
    Basis.CONSENT: Reason.CONSENT_MISSING,
    Basis.SEPARATE_CONSENT: Reason.CONSENT_MISSING,
    Basis.CONTRACT: Reason.CONSENT_MISSING,
    Basis.GUARDIAN_CONSENT: Reason.GUARDIAN_CONSENT_MISSING,
    Basis.EMERGENCY: Reason.EMERGENCY_NOT_OPEN,
    Basis.MANDATE: Reason.APPROVAL_REQUIRED,
    Basis.AGGREGATE: Reason.NOT_OFFERED,
}
EMERGENCIES = frozenset({Approval.BREAK_GLASS, Approval.ORDER})
"""What opens a purpose in place of somebody's yes beforehand."""
_ASKED_OF_NOBODY = frozenset({Approval.NONE, Approval.CASE, Approval.IDENTITY_CHECK})
"""What needs nobody's yes once the purpose itself is open; whoever issues a resident's token has checked who it is."""
_SENSITIVE = CORE_TIERS | {Tier.SEALED}
"""What a consent must have been given for on its own (个人信息保护法 第二十九条)."""
_ON_A_CLAIM = frozenset({"name", "addr", "ec"})
"""What an emergency opens that nobody but the opener speaks of: enough to go and look, and whom to call."""


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
    if purpose.service and (unserved := _unserved(purpose)):
        return Denial(request, (unserved,))
    if purpose.reason_required and not request.reason:
        return Denial(request, (Reason.REASON_REQUIRED,))
    if principal.role in FILING_ROLES and filing is None:
        return Denial(request, (Reason.NO_FILING,))
    return None


def is_offered(purpose: Purpose) -> bool:
    """Whether the service exists that a purpose depends on, where it depends on one."""
    return not purpose.service or purpose.service in _SERVICES


def _unserved(purpose: Purpose) -> Reason | None:
    if not is_offered(purpose):
        return Reason.NOT_OFFERED
    if purpose.fields:
        return None
    # A mandate brings the fields of the form it is for; the trail, which auditors search, has no field of anybody.
    return Reason.APPROVAL_REQUIRED if purpose.approval is Approval.MANDATE else Reason.NOT_IN_PURPOSE


def decide(
    request: AccessRequest,
    policies: Snapshot,
    filing: Filing | None,
    found: tuple[int, Facts] | None,
    today: date,
    freeze: Freeze | None = None,
    grounds: Grounds = NO_GROUNDS,
) -> Permit | Denial:
    """Decide about one data subject, after `decide_purpose` found nothing against the purpose.

    Args:
        request: what is asked.
        policies: the catalogue and its rules.
        filing: the caller's filing in force, for those who must file.
        found: internal id and facts of the data subject, or None where there is no such person.
        today: the day in China.
        freeze: how far the data subject's file is frozen.
        grounds: what the data subject's terms mean for this request.

    Returns:
        A permit for the fields that every check allows, or a denial with the reasons in check order.
    """
    principal, purpose = request.caller.principal, request.purpose
    if purpose is None:
        return Denial(request, (Reason.UNKNOWN_PURPOSE,))
    if found is None or not _in_scope(principal, filing, found[1], grounds):
        truth = "no such person" if found is None else "outside the area"
        return Denial(request, (Reason.OUT_OF_SCOPE,), resident=found[0] if found else None, truth=truth)
    resident, facts = found
    if grounds.kin == RELATIVE and not request.reason:
        return Denial(request, (Reason.REASON_REQUIRED,), resident=resident)
    filed = filing.basis if filing else None
    # The rule for minors is about those who work with their data, not about a child and its guardian.
    minor = is_minor(facts.born, today) and not grounds.kin
    verdict = _verdict(policies, purpose.id, principal.requester, request.fields, filed, freeze, grounds, minor)
    if verdict.basis is None:
        return Denial(request, verdict.reasons, verdict.withheld, resident)
    return Permit(request, resident, verdict.granted, verdict.tiers, verdict.basis, verdict.withheld, verdict.rules)


def permit_of_named(permit: Permit, resident: int, keys: tuple[str, ...], tiers: frozenset[Tier]) -> Permit:
    """The right to open what a permitted field says of somebody else, once nothing speaks against it for their sake.

    Args:
        permit: for the file that names them.
        resident: internal id of whom it names.
        keys: what it says of them.
        tiers: the sections needed for that.
    """
    return Permit(permit.request, resident, keys, tiers, permit.basis, (), permit.rules)


class _Verdict(NamedTuple):
    """What is decided alike for everybody of whom the same is known; without a basis nothing is granted."""

    granted: tuple[str, ...]
    tiers: frozenset[Tier]
    basis: Basis | None
    withheld: tuple[Withheld, ...]
    rules: tuple[str, ...]
    reasons: tuple[Reason, ...]


@lru_cache(maxsize=4096)
def _verdict(
    policies: Snapshot,
    purpose_id: str,
    requester: str,
    fields: tuple[str, ...],
    filed: Basis | None,
    freeze: Freeze | None,
    grounds: Grounds,
    minor: bool,  # noqa: FBT001 - keywords cost a remembered call more than it saves
) -> _Verdict:
    purpose, plan = policies.purposes[purpose_id], policies.plan(purpose_id, requester)
    basis = _basis(policies.bases(purpose_id, requester), filed, grounds)
    frozen = freeze is not None and _is_frozen(freeze, purpose, basis, grounds)
    case = _Case(purpose, basis, grounds, minor=minor, frozen=frozen)
    refusals = {key: _refusal(key, plan.get(key), case) for key in fields}
    granted = [plan[key] for key, refusal in refusals.items() if refusal is None]
    withheld = tuple(refusal for refusal in refusals.values() if refusal is not None)
    return _Verdict(
        tuple(field.key for field in granted),
        frozenset(tier for field in granted for tier in tiers_of(field.key)),
        basis if granted and isinstance(basis, Basis) else None,
        withheld,
        # A file without the value would have been opened by its rule: what is kept back must not show there, either.
        tuple(dict.fromkeys(plan[key].rule for key, each in refusals.items() if each is None or each.truth in _KEPT)),
        in_check_order({each.reason for each in withheld}),
    )


def _in_scope(principal: Principal, filing: Filing | None, facts: Facts, grounds: Grounds) -> bool:
    if principal.role is Role.RESIDENT:
        # Family, for as long as they have an emergency open, or in somebody's own right.
        return facts.rid == principal.rid or bool(grounds.emergency or grounds.kin)
    area, grid = principal.area, facts.grid
    return bool(grid) and grid.startswith(area) and (filing is None or grid.startswith(filing.scope))


def _basis(possible: tuple[Basis, ...], filed: Basis | None, grounds: Grounds) -> Basis | Reason:
    if filed is not None:
        possible = tuple(basis for basis in possible if basis is filed)
    if Basis.EMERGENCY in possible and grounds.emergency:
        return Basis.EMERGENCY  # before a consent, which would bind it to what the resident wishes
    if Basis.STATUTORY in possible:
        return Basis.STATUTORY
    if agreed := next((basis for basis in possible if basis in grounds.consented), None):
        return agreed
    if Basis.GUARDIAN_CONSENT in possible and Basis.SEPARATE_CONSENT in grounds.consented:
        return Basis.SEPARATE_CONSENT  # from 14 on their own yes counts in place of a guardian's
    # What follows needs a consent, a contract, a mandate or an emergency on record.
    return _NO_BASIS.get(possible[0], Reason.NOT_ALLOWED) if possible else Reason.NO_FILING


def _is_frozen(freeze: Freeze, purpose: Purpose, basis: Basis | Reason, grounds: Grounds) -> bool:
    if grounds.kin in (OWN, GUARDIAN):
        return False  # a freeze is for the person; nobody keeps their file from them by it
    if purpose.approval in EMERGENCIES or basis in (Basis.EMERGENCY, Reason.EMERGENCY_NOT_OPEN):
        return False
    return freeze is Freeze.HELD or basis is not Basis.STATUTORY


class _Case(NamedTuple):
    """What is common to all fields of one request."""

    purpose: Purpose
    basis: Basis | Reason
    grounds: Grounds
    minor: bool
    frozen: bool


def _refusal(key: str, planned: PlannedField | None, case: _Case) -> Withheld | None:
    reason, truth = None, ""
    if planned is None:
        reason = Reason.NOT_IN_PURPOSE
    elif _is_sealed(planned, case):
        reason, truth = Reason.NOT_AVAILABLE, "sealed"
    elif not planned.rule:
        reason = Reason.NOT_ALLOWED
    elif case.frozen:
        reason = Reason.FROZEN
    elif isinstance(case.basis, Reason):
        reason = case.basis
    elif case.basis is Basis.CONSENT and planned.tier in _SENSITIVE and not _is_separate(case):
        reason = Reason.CONSENT_MISSING
    elif (reason := _missing_approval(key, planned, case)) is None:
        reason, truth = _kept_back(key, case)
    return None if reason is None else Withheld(key, reason, truth)


def _is_sealed(planned: PlannedField, case: _Case) -> bool:
    """Whether a field does not exist for the caller, whoever it is about: all but the officers named for the person."""
    if case.purpose.approval is Approval.NAMED_OFFICERS:
        return not case.grounds.named
    return planned.tier is Tier.SEALED


def _is_separate(case: _Case) -> bool:
    return Basis.SEPARATE_CONSENT in case.grounds.consented


def _kept_back(key: str, case: _Case) -> tuple[Reason | None, str]:
    """Last of all, where a file without the value would say so, too: nobody learns that somebody keeps something."""
    if key in case.grounds.guarded:
        return Reason.NOT_AVAILABLE, PROTECTED
    saves_a_life = bool(case.grounds.emergency) and case.purpose.approval in EMERGENCIES
    # What somebody arranged in life counts against relatives after it (个人信息保护法 第四十九条).
    binds = case.basis not in _BINDING or case.grounds.kin == RELATIVE
    if key in case.grounds.hidden and binds and not saves_a_life:
        return Reason.NOT_AVAILABLE, HIDDEN
    return None, ""


def _missing_approval(key: str, planned: PlannedField, case: _Case) -> Reason | None:
    grounds = case.grounds
    if case.purpose.approval in EMERGENCIES:
        open_now = grounds.emergency == Strength.VERIFIED or (bool(grounds.emergency) and key in _ON_A_CLAIM)
        # Nobody's yes stands in for what happened: an approval opens no emergency.
        return None if open_now else Reason.EMERGENCY_NOT_OPEN
    if grounds.named:
        return None  # two people named this officer for this person: that is the yes, for a minor, too
    approved = key in grounds.approved
    if case.minor and not (approved or grounds.for_minor):
        return Reason.MINOR_APPROVAL_REQUIRED
    if case.purpose.approval is Approval.CASE and grounds.case != CASE_OPEN:
        # Somebody's yes may be needed besides, for a minor say; it never stands in for the case.
        return Reason.APPROVAL_EXPIRED if grounds.case else Reason.APPROVAL_REQUIRED
    if approved or planned.approval in _ASKED_OF_NOBODY:
        return None
    return Reason.APPROVAL_EXPIRED if key in grounds.lapsed else Reason.APPROVAL_REQUIRED


_BINDING = frozenset({Basis.STATUTORY, Basis.EMERGENCY})
"""Bases that a resident's wishes do not bind (个人信息保护法 第十三条)."""
