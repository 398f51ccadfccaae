"""What a person's terms mean for one request."""

from hub.model.approval import Record, State, about, state_at
from hub.model.decision import AccessRequest
from hub.model.subject import Facts
from hub.model.terms import NO_GROUNDS, Grounds
from hub.policy.engine import Snapshot


def grounds_of(facts: Facts, request: AccessRequest, policies: Snapshot) -> Grounds:
    """Read a person's terms for a request.

    Args:
        facts: of the data subject, with their terms.
        request: what is asked, by whom, when.
        policies: the catalogue, whose purposes approvals are bound to.
    """
    if not facts.terms or request.purpose is None:
        return NO_GROUNDS
    approved, lapsed = _approved(facts, request, policies.marks[request.purpose.id])
    return NO_GROUNDS._replace(approved=approved, lapsed=lapsed - approved)


def approval_used(facts: Facts, request: AccessRequest, policies: Snapshot, given: frozenset[str]) -> str:
    """The id of the approval that covers most of what is given; empty where none is needed."""
    best, most = "", 0
    for record in _in_question(facts, request, policies.marks[request.purpose.id] if request.purpose else ""):
        covered = len(given.intersection(record["fields"]))
        if state_at(record, request.caller.at) is State.APPROVED and covered > most:
            best, most = record["id"], covered
    return best


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
