"""Asking a resident for consent: once, with a filing where one is needed, and not again soon after a refusal."""

from typing import Any

from hub.access.decide import FILING_ROLES, decide_purpose
from hub.access.flow import Road
from hub.access.locate import Located, locate
from hub.errors import Reason
from hub.model.consent import AGREEMENTS, Giver, State, consent, may_ask, requested
from hub.model.decision import AccessRequest
from hub.model.filing import Filing
from hub.model.principal import Principal
from hub.model.purpose import Basis, Purpose
from hub.model.subject import SubjectRef, is_under_consent_age
from hub.rights.desk import Asked
from hub.rights.recording import act_of, refuse
from hub.store.engine import Event
from hub.store.own_trail import Self
from hub.store.transaction import SqlcipherTransaction

KIND = "consent_request"


async def ask_consent(road: Road, asked: Asked, subject: SubjectRef, purpose_id: str, reason: str) -> dict[str, Any]:
    """Ask a resident to agree to a purpose; they find it among their consents.

    Args:
        road: the road's means.
        asked: whoever may request the purpose, with a filing on an agreement where they must file.
        subject: whom.
        purpose_id: of the purpose.
        reason: what for, in the asker's words.

    Raises:
        Refused: a disclosure could not follow even if they agreed; or `already_decided`: asked already, or refused
            within the cool-down; recorded.
        TrailUnavailable: nobody was asked.
    """
    caller = asked.caller
    purpose, found, basis = await _considered(road, asked, subject, purpose_id, reason)
    resident = found.sealed.resident
    by_guardian = is_under_consent_age(found.facts.born, caller.today)
    record = consent(
        road.ring.sealed_id("consent", resident),
        State.REQUESTED,
        purpose=purpose.id,
        mark=road.policies.marks[purpose.id],
        recipient=_named(caller.principal),
        basis=basis,
        separate=True,
        giver=Giver.GUARDIAN if by_guardian else Giver.SELF,
        by=caller.principal.id,
        version=road.policies.texts[purpose.id].version,
        at=caller.at,
        until=None,
    )

    def action(tx: SqlcipherTransaction) -> Reason | None:
        facts = tx.facts(resident)
        if facts is None:
            return Reason.OUT_OF_SCOPE
        if not may_ask(facts.terms, purpose.id, caller.principal, caller.at):
            return Reason.ALREADY_DECIDED
        act = act_of(asked, KIND, "requested", purpose=purpose.id, basis=basis.value)
        told = {"consent": record["id"], "reason": reason}
        tx.amend(resident, facts._replace(terms=requested(facts.terms, record)), Event(act, told))
        return None

    refused = await road.lane.write(action)
    if refused is not None:
        raise await refuse(road, asked, KIND, refused, Self(resident, found.trail_key))
    return {
        "id": record["id"],
        "state": record["state"],
        "subject": {"rid": road.ring.pairwise(caller.principal.organisation, resident)},
        "purpose": purpose.id,
        "recipient": record["recipient"],
        "kind": basis.value,
        "at": record["at"],
    }


async def _considered(
    road: Road, asked: Asked, subject: SubjectRef, purpose_id: str, reason: str
) -> tuple[Purpose, Located, Basis]:
    caller = asked.caller
    purpose = road.policies.purposes.get(purpose_id)
    request = AccessRequest(caller, subject, purpose, (), reason, asked.trace_id, road.policies.digest)
    road.turn.begin()
    filings: tuple[Filing, ...] = ()
    if purpose is not None and caller.principal.role in FILING_ROLES:
        filings = road.standing.filings(caller.principal, purpose.id, caller.today)
    found = locate(subject, caller.principal, (), road.reader, road.ring)
    self = found and Self(found.sealed.resident, found.trail_key)
    denial = decide_purpose(request, next(iter(filings), None))
    if denial is not None or purpose is None:
        raise await refuse(road, asked, KIND, denial.reasons[0] if denial else Reason.UNKNOWN_PURPOSE, self)
    scopes = [filing.scope for filing in filings] or [caller.principal.area]
    grid = found.facts.grid if found else ""
    if found is None or not grid.startswith(caller.principal.area or "-") or not grid.startswith(tuple(scopes)):
        raise await refuse(road, asked, KIND, Reason.OUT_OF_SCOPE, self)
    possible = road.policies.bases(purpose.id, caller.principal.requester)
    filed = [filing.basis for filing in filings if grid.startswith(filing.scope)] or list(possible)
    basis = next((each for each in filed if each in AGREEMENTS), None)
    if basis is None or purpose.id not in road.policies.texts:
        raise await refuse(road, asked, KIND, Reason.NOT_ALLOWED, self)
    return purpose, found, basis


def _named(principal: Principal) -> str:
    return principal.id.rpartition("#")[0]
