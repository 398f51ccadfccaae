"""Observing: staff write down what they have seen at the door; it waits until the source of each field confirms it."""

from collections.abc import Mapping
from typing import Any

from hub.access.decide import EMERGENCIES
from hub.access.flow import Road
from hub.access.grounds import emergency_of
from hub.access.locate import Located
from hub.errors import Reason
from hub.model.decision import AccessRequest
from hub.model.observation import MOST_OPEN, OBSERVATIONS, Record, State, kept, observed, state_of
from hub.model.principal import Role
from hub.model.purpose import Approval
from hub.model.subject import SubjectRef
from hub.model.terms import with_record
from hub.observations.lists import listed_in
from hub.observations.newcomers import is_report, report
from hub.observations.subjects import in_area, lives_in, requester_of, self_in
from hub.observations.under_order import COLLECTED, key_of
from hub.observations.values import Values, checked, deciders_of, sealed_values
from hub.observations.visits import PURPOSE as VISIT
from hub.observations.visits import append_visit, visit_in
from hub.rights.desk import Asked
from hub.rights.recording import act_of, refuse
from hub.store.engine import Event
from hub.store.tokens import matter_token
from hub.store.transaction import SqlcipherTransaction

KIND = "observation"
OBSERVED_BY = "observed by"


def waiting_for(who: str) -> str:
    """The matter under which people are listed about whom an observation waits for a source."""
    return f"{KIND} for {who}"


async def observe(
    road: Road, asked: Asked, subject: SubjectRef, purpose: str, values: Mapping[str, Any], note: str
) -> dict[str, Any]:
    """Write down what was observed.

    Args:
        road: the road's means.
        asked: a requester of the purpose.
        subject: about whom.
        purpose: what for: only its fields can be observed.
        values: field to value, as a feed would write them; a visit for `VISIT`.
        note: what is to be said about it, without numbers by which somebody could be found.

    Returns:
        The observation: pending, or on record at once where it is a visit and nothing else. Of somebody whom the
        store does not know, with a name and a grid of the observer's own, a report about a newcomer.

    Raises:
        BadInput: a value or the note has the wrong form; nothing is recorded.
        Refused: the caller may not ask for this purpose, the person lives elsewhere, a field is none of the
            purpose's, or the emergency it belongs to is not open; recorded.
        TrailUnavailable: nothing was written.
    """
    caller, given = asked.caller, dict(values)
    visit = visit_in(given, caller.at) if purpose == VISIT else None
    request, areas, found = await requester_of(road, asked, KIND, purpose, subject, note)
    plan = road.policies.plan(purpose, caller.principal.requester)
    if caller.principal.role is Role.RESIDENT:
        raise await refuse(road, asked, KIND, Reason.NOT_ALLOWED)
    if request.purpose is not None and request.purpose.approval is Approval.NAMED_OFFICERS:
        raise await refuse(road, asked, KIND, Reason.NOT_AVAILABLE, self_in(found))
    kept_values, strangers = checked(given, plan) if given or visit is None else ({}, [])
    denial = road.locked(request) if road.standing.unreviewed else None
    if denial is None and not strangers and _is_newcomer(asked, found, purpose, subject.idno, kept_values):
        return await report(road, asked, subject.idno, kept_values)
    found = await in_area(road, asked, KIND, found, areas)
    order = _order(road, request, found)
    if denial is not None or strangers or isinstance(order, Reason):
        reason = denial.reasons[0] if denial else Reason.NOT_IN_PURPOSE if strangers else order
        raise await refuse(road, asked, KIND, Reason(reason), self_in(found))
    name = road.ring.sealed_id(KIND, found.sealed.resident)
    failure = await append_visit(road, asked, found, visit, note, name) if visit else None
    if failure is None and kept_values:
        observation = _observation(road, asked, request, found, kept_values, sorted(given), name, str(order))
        failure = await _put(road, asked, found, observation, note)
    if failure is not None:
        raise await refuse(road, asked, KIND, failure, self_in(found))
    return {
        "id": name,
        "state": (State.PENDING if kept_values else State.CONFIRMED).value,
        "subject": {"rid": road.ring.pairwise(caller.principal.organisation, found.sealed.resident)},
        "purpose": purpose,
        "fields": sorted(given) + (["visit.log"] if visit else []),
    }


def _is_newcomer(asked: Asked, found: Located | None, purpose: str, idno: str, values: Values) -> bool:
    here = found is not None and lives_in(found.facts.grid, asked.caller.principal.area)
    return not here and is_report(asked, purpose, idno, values)


def _order(road: Road, request: AccessRequest, found: Located) -> str | Reason:
    """The order an observation is made under; empty where its purpose needs none."""
    purpose = request.purpose
    if purpose is None or purpose.approval not in EMERGENCIES:
        return ""
    _, name = emergency_of(found.facts, request, road.standing.orders)
    if not name:
        return Reason.EMERGENCY_NOT_OPEN
    return name if purpose.approval is Approval.ORDER else ""


def _observation(
    road: Road,
    asked: Asked,
    request: AccessRequest,
    found: Located,
    values: Values,
    keys: list[str],
    name: str,
    order: str,
) -> Record:
    resident, key = found.sealed.resident, order and key_of(road, order)
    return observed(
        name,
        by=asked.caller.principal.id,
        person=asked.caller.principal.person,
        purpose=request.purpose.id if request.purpose else "",
        order=order,
        # What is collected under an order goes with it, so nobody makes a lasting value of it.
        deciders=dict.fromkeys(keys, ()) if order else deciders_of(keys),
        sealed=sealed_values(road.ring, found.sealed.keys, resident, values, name, key),
        at=asked.caller.at,
    )


async def _put(road: Road, asked: Asked, found: Located, record: Record, note: str) -> Reason | None:
    caller, resident = asked.caller, found.sealed.resident
    more = {"purpose": record["purpose"], "fields": sorted(record["fields"]), "approval": record["id"]}
    act = act_of(asked, KIND, "observed", **more)

    def action(tx: SqlcipherTransaction) -> Reason | None:
        facts = tx.facts(resident)
        if facts is None:
            return Reason.OUT_OF_SCOPE
        terms = with_record(kept(facts.terms, caller.at), OBSERVATIONS, record)
        if sum(state_of(each) is State.PENDING for each in terms[OBSERVATIONS]) > MOST_OPEN:
            return Reason.RATE_LIMITED
        tx.amend(resident, facts._replace(terms=terms), Event(act, {"note": note}))
        tx.list_under(resident, on=_lists(road, facts.grid, record))
        return None

    failure: Reason | None = await road.lane.write(action)
    return failure


def _lists(road: Road, grid: str, record: Record) -> list[bytes]:
    own = matter_token(road.ring, OBSERVED_BY, record["person"])
    if record["order"]:
        return [own, matter_token(road.ring, COLLECTED, record["order"])]
    deciders = sorted({each for who in record["deciders"].values() for each in who})
    return [own, *(token for who in deciders for token in listed_in(road.ring, waiting_for(who), grid))]
