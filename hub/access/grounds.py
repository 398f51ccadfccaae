"""What a person's terms mean for one request."""

from collections.abc import Sequence

from hub.model.approval import Record, State, about, state_at
from hub.model.case import CASES, case_for
from hub.model.case import State as CaseState
from hub.model.consent import AGREEMENTS, agreed
from hub.model.decision import AccessRequest
from hub.model.emergency import Order, Strength, in_force, order_over
from hub.model.mandate import acts_for
from hub.model.minor_approval import Standing, covering
from hub.model.naming import Named, naming_for
from hub.model.principal import Principal, Role
from hub.model.protection import is_protected
from hub.model.purpose import Approval, Basis, Purpose
from hub.model.subject import DEAD, Facts, is_minor, is_under_consent_age
from hub.model.terms import CASE_ENDED, CASE_OPEN, CONSENTS, EMERGENCIES, NO_GROUNDS, PROTECTION, Grounds
from hub.model.visibility import audience_of, hidden_groups
from hub.policy.engine import Snapshot
from hub.schema.groups import groups, locating

_NONE: frozenset[str] = frozenset()
_NO_BASES: frozenset[Basis] = frozenset()
_HARMFUL = frozenset({Role.RESIDENT, Role.CLERK})
"""From whom a protected person is hidden: family and counter; and whoever reads lists."""
_LIST = "ROSTER"


def grounds_of(facts: Facts, request: AccessRequest, policies: Snapshot, orders: Sequence[Order] = ()) -> Grounds:
    """Read a person's terms for a request.

    Args:
        facts: of the data subject, with their terms.
        request: what is asked, by whom, when.
        policies: the catalogue, whose purposes approvals are bound to.
        orders: those open anywhere.
    """
    if request.purpose is None:
        return NO_GROUNDS
    strength, _ = emergency_of(facts, request, orders)
    if not facts.terms:
        return NO_GROUNDS._replace(emergency=strength)
    approved, lapsed = _approved(facts, request, policies.marks[request.purpose.id])
    hidden, guarded = kept_back(facts, request.caller.principal, request.purpose)
    return NO_GROUNDS._replace(
        consented=_consented(facts, request, policies),
        approved=approved,
        lapsed=lapsed - approved,
        hidden=hidden,
        guarded=guarded,
        emergency=strength,
        case=_case(facts, request, policies),
    )


def _case(facts: Facts, request: AccessRequest, policies: Snapshot) -> str:
    if CASES not in facts.terms or request.purpose is None or request.purpose.approval is not Approval.CASE:
        return ""
    state, _ = _case_of(facts, request, policies)
    return "" if state is None else CASE_OPEN if state is CaseState.OPEN else CASE_ENDED


def case_used(facts: Facts, request: AccessRequest, policies: Snapshot) -> str:
    """The id of the case that a disclosure rests on; empty where its purpose is not bound to one."""
    if request.purpose is None or request.purpose.approval is not Approval.CASE:
        return ""
    return _case_of(facts, request, policies)[1]


def naming_used(named: Named, resident: int, request: AccessRequest, policies: Snapshot) -> str:
    """The id of the naming by which a caller may read somebody's sealed record; empty where there is none."""
    purpose, caller = request.purpose, request.caller
    if purpose is None:
        return ""
    return naming_for(named, resident, caller.principal.person, purpose.id, policies.marks[purpose.id], caller.at)


def _case_of(facts: Facts, request: AccessRequest, policies: Snapshot) -> tuple[CaseState | None, str]:
    purpose, caller = request.purpose, request.caller
    if purpose is None:
        return None, ""
    mark = policies.marks[purpose.id]
    return case_for(facts.terms, caller.principal.organisation, purpose.id, mark, caller.at)


def _consented(facts: Facts, request: AccessRequest, policies: Snapshot) -> frozenset[Basis]:
    """The bases on which the person's agreement, given by whoever gives it at their age, stands for this caller."""
    if request.purpose is None or facts.life == DEAD:
        return _NO_BASES  # a consent, a contract and a mandate end with whoever gave them
    caller, purpose = request.caller, request.purpose.id
    if request.purpose.approval is Approval.MANDATE and acts_for(facts.terms, caller.principal.id, caller.at):
        return frozenset({Basis.MANDATE})
    if CONSENTS not in facts.terms or not any(basis in AGREEMENTS for basis in request.purpose.basis):
        return _NO_BASES
    by_guardian = is_under_consent_age(facts.born, caller.today)
    mark = policies.marks[purpose]
    return agreed(facts.terms, caller.principal, purpose, mark, caller.at, by_guardian=by_guardian)


def emergency_of(facts: Facts, request: AccessRequest, orders: Sequence[Order]) -> tuple[str, str]:
    """How well founded the emergency is that a request may stand on, and its id or the order's; empty for none."""
    approval = request.purpose.approval if request.purpose else Approval.NONE
    if approval is Approval.BREAK_GLASS and EMERGENCIES in facts.terms:
        record = in_force(facts.terms, request.caller.principal.person, request.caller.at)
        return (record["strength"], record["id"]) if record else ("", "")
    if approval is Approval.ORDER and (order := order_over(orders, facts.grid, request.caller.at)):
        return Strength.VERIFIED.value, order
    return "", ""


def kept_back(
    facts: Facts, principal: Principal, purpose: Purpose, named: Sequence[str] = ()
) -> tuple[frozenset[str], frozenset[str]]:
    """Which fields of a purpose a person hides from a caller, and which are kept from them for the person's safety.

    Args:
        facts: of the person.
        principal: the caller.
        purpose: what for.
        named: these fields instead of the purpose's, where somebody else's file says them of the person.
    """
    terms, keys = facts.terms, named or (*purpose.fields, *purpose.on_approval)
    if not terms or principal.rid == facts.rid:
        return _NONE, _NONE
    hidden, guarded, group_of = hidden_groups(terms, audience_of(principal.requester)), _NONE, groups()
    if PROTECTION in terms and (principal.role in _HARMFUL or purpose.id == _LIST) and is_protected(terms):
        guarded = locating().intersection(keys)
    return frozenset(key for key in keys if group_of.get(key) in hidden) if hidden else _NONE, guarded


def approval_used(
    facts: Facts, request: AccessRequest, policies: Snapshot, given: frozenset[str], orders: Sequence[Order] = ()
) -> str:
    """The id of the emergency, the order, or else the approval that covers most of what is given; empty for none."""
    (_, best), most = emergency_of(facts, request, orders), 0
    if best:
        return best
    for record in _in_question(facts, request, policies.marks[request.purpose.id] if request.purpose else ""):
        covered = len(given.intersection(record["fields"]))
        if state_at(record, request.caller.at) is State.APPROVED and covered > most:
            best, most = record["id"], covered
    return best


def counted_approvals(
    facts: Facts, request: AccessRequest, policies: Snapshot, given: frozenset[str]
) -> tuple[str, ...]:
    """The ids of the approvals in force behind what is given that allow so many reads and no more."""
    mark = policies.marks[request.purpose.id] if request.purpose else ""
    return tuple(
        record["id"]
        for record in _in_question(facts, request, mark)
        if record["reads"]
        and not given.isdisjoint(record["fields"])
        and state_at(record, request.caller.at) is State.APPROVED
    )


def minor_approval_used(facts: Facts, request: AccessRequest, policies: Snapshot, standing: Standing) -> str:
    """The id of the standing approval that lets a caller read a minor; empty for adults, and where there is none."""
    caller, purpose = request.caller, request.purpose
    if purpose is None or not is_minor(facts.born, caller.today):
        return ""
    mark = policies.marks[purpose.id]
    return covering(standing, caller.principal.person, purpose.id, mark, facts.grid, caller.at)


def _approved(facts: Facts, request: AccessRequest, mark: str) -> tuple[frozenset[str], frozenset[str]]:
    approved: set[str] = set()
    lapsed: set[str] = set()
    for record in _in_question(facts, request, mark):
        state = state_at(record, request.caller.at)
        if state is State.APPROVED:
            approved.update(record["fields"])
        elif record["until"] and state is State.EXPIRED:
            lapsed.update(record["fields"])
    return frozenset(approved), frozenset(lapsed)


def _in_question(facts: Facts, request: AccessRequest, mark: str) -> list[Record]:
    person, purpose = request.caller.principal.person, request.purpose.id if request.purpose else ""
    return [record for record in about(facts.terms, person, purpose) if record["mark"] == mark]
