"""At the counter: what a clerk sees of a form they fill in with a resident, and the slip the resident takes home."""

import dataclasses
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import orjson

from hub.access.decide import decide_purpose
from hub.access.flow import Answer, Road
from hub.access.locate import locate, locate_resident
from hub.access.purpose import Claim, state_purpose
from hub.access.record import record
from hub.approvals.mandates import KIND, mandate_of
from hub.errors import Reason
from hub.model.mandate import MANDATES
from hub.model.principal import Role
from hub.model.purpose import Approval
from hub.model.terms import record_of
from hub.policy.engine import PlannedField, Snapshot
from hub.rights.accesses import newest
from hub.rights.desk import Agent, Asked
from hub.rights.recording import act_of, refuse
from hub.rights.words import OUTCOMES, in_words
from hub.schema.fields import fields
from hub.store.engine import Event
from hub.store.own_trail import Self, read_own

COUNTER = "PROXY"
"""The purpose for which a clerk sees a form's fields."""
_MOST_SHOWN = 500


async def disclose_for(road: Road, agent: Asked, name: str, claim: Claim) -> Answer:
    """Read fields of the form that a mandate is for, as the resident's hand.

    Args:
        road: the road's means.
        agent: a clerk.
        name: id of the mandate.
        claim: what was sent; its purpose is `PROXY` or the mandate's own.

    Raises:
        BadInput: the claim's form is wrong.
        Refused: no such mandate, or it is not for this; recorded.
        TrailUnavailable: nothing is disclosed.
    """
    caller = agent.caller
    person, _, mandate = await mandate_of(road, agent, name)
    matter = mandate["matter"]
    if not {matter, COUNTER} <= road.policies.purposes.keys() or claim.purpose not in (COUNTER, matter):
        raise await refuse(road, agent, KIND, Reason.NOT_ALLOWED, person)
    behind = dataclasses.replace(road, policies=_with_form(road.policies, matter))
    claim.purpose = COUNTER
    request = state_purpose(caller, claim, behind.policies, agent.trace_id)
    if denial := decide_purpose(request, None) or behind.locked(request):
        raise await refuse(road, agent, KIND, denial.reasons[0], person)
    road.turn.begin()
    tiers = behind.sections(COUNTER, caller.principal.requester)
    found = locate(request.subject, caller.principal, tiers, road.reader, road.ring)
    if found is None or found.sealed.resident != person.resident:
        raise await refuse(road, agent, KIND, Reason.OUT_OF_SCOPE)
    outcome = behind.judge(request, (), found)
    event = outcome.event
    act = event.act if isinstance(event.act, dict) else orjson.loads(event.act)
    event = event._replace(act=act | {"on_behalf_of": name, "matter": matter})
    [receipt, *_] = await record([event, *outcome.others], road.lane)
    return behind.answer(outcome._replace(event=event), receipt)


async def slip(road: Road, asked: Asked, name: str) -> dict[str, Any]:
    """What was done on a mandate, for the resident to take home: from the trail itself.

    Args:
        road: the road's means.
        asked: who acted on it, or the resident.
        name: id of the mandate.

    Raises:
        Refused: no such mandate of theirs; recorded.
        TrailUnavailable: nothing is shown.
    """
    resident = road.ring.resident_in(KIND, name)
    road.turn.begin()
    found = locate_resident(resident, (), road.reader, road.ring) if resident is not None else None
    mandate = record_of(found.facts.terms, MANDATES, name) if found else None
    principal = asked.caller.principal
    if found is None or mandate is None or (principal.id != mandate["by"] and principal.rid != found.facts.rid):
        raise await refuse(road, asked, KIND, Reason.NOT_FOUND)
    person = Self(found.sealed.resident, found.trail_key)
    asked = asked._replace(agent=Agent(asked.caller, name, mandate["matter"], guardian=False))
    event = Event(act_of(asked, KIND, "disclosed"), {"subject": ""})
    [look] = await road.lane.record_all([event])
    road.turn.fresh()
    indexes = newest(road, person.resident, look.position, _MOST_SHOWN)
    done = [entry for entry in read_own(road.reader, look.origin, person, indexes) if _on(entry.act, name)]
    purpose = road.policies.purposes.get(mandate["matter"])
    return {
        "mandate": name,
        "subject": {"rid": road.ring.pairwise(principal.organisation, person.resident)},
        "matter": mandate["matter"],
        "matter_name": purpose.name if purpose else None,
        "proof": mandate["proof"],
        "form": mandate["form"] or None,
        "by": mandate["by"] if not mandate["by"].startswith(f"{Role.RESIDENT}:") else Role.RESIDENT.value,
        "witness": mandate["witness"] or None,
        "opened": mandate["at"],
        "done": [_line(road.policies, entry.position, entry.act) for entry in reversed(done)],
    }


def _line(policies: Snapshot, index: int, act: dict[str, Any]) -> dict[str, Any]:
    known, purpose = fields(), policies.purposes.get(str(act.get("purpose")))
    named = [str(key) for key in act.get("fields") or ()]
    return {
        "index": index,
        "when": act.get("time"),
        "kind": act.get("kind"),
        "purpose": act.get("purpose"),
        "purpose_name": purpose.name if purpose else None,
        "fields": named,
        "field_names": {key: known[key].title for key in named if key in known},
        "outcome": act.get("outcome"),
        "outcome_name": in_words(OUTCOMES, str(act.get("outcome") or "")),
    }


def _on(act: dict[str, Any], name: str) -> bool:
    return act.get("on_behalf_of") == name


@lru_cache(maxsize=256)
def _with_form(policies: Snapshot, matter: str) -> Snapshot:
    """The policies with a form's fields in the counter's purpose: what needs no further yes, and nothing on approval.

    A core tier keeps its own approval, which nobody gives at the counter.
    """
    served, known = policies.purposes[matter], fields()
    counter = dataclasses.replace(policies.purposes[COUNTER], fields=served.fields, masks=served.masks)
    plan = {
        key: PlannedField(
            key, known[key].tier, f"mandate:{matter}", policies.tiers.get(known[key].tier, Approval.NAMED_OFFICERS)
        )
        for key in served.fields
    }
    plans = {**policies.plans, **{(COUNTER, each): MappingProxyType(plan) for each in counter.requesters}}
    return dataclasses.replace(policies, purposes={**policies.purposes, COUNTER: counter}, plans=plans)
