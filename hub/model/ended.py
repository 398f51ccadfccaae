"""What of a person's terms ended so long ago that nobody needs it any more: the trail keeps all of it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from hub.model import approval, case, consent, correction, emergency, mandate, notice, observation, protection
from hub.model.instant import timestamp
from hub.model.merge import is_tied
from hub.model.terms import APPROVALS, CONSENTS, EMERGENCIES, PROTECTION, Terms, listed

KEPT_FOR = timedelta(days=366)
"""For which a consent that ended is shown to the person, and a notice that was handed over."""
_ENDED = frozenset({consent.State.WITHDRAWN, consent.State.REPLACED})


def without_ended(terms: Terms, at: datetime) -> dict[str, Any]:
    """The terms without what ended long ago, each kind by its own measure.

    Args:
        terms: a person's.
        at: now, UTC.
    """
    fresh: dict[str, Any] = dict(terms)
    measures: Mapping[str, Any] = {
        APPROVALS: lambda: approval.kept(fresh, at),
        case.CASES: lambda: case.kept(fresh, at),
        mandate.MANDATES: lambda: mandate.kept(fresh, at),
        observation.OBSERVATIONS: lambda: observation.kept(fresh, at),
        EMERGENCIES: lambda: emergency.kept(fresh, at),
        correction.CORRECTIONS: lambda: correction.kept(fresh),
        PROTECTION: lambda: protection.kept(fresh),
    }
    for kind, kept in measures.items():
        if kind in fresh:
            fresh = kept()
    alarms, oldest = timestamp(at - emergency.ALARM_COUNTS_FOR), timestamp(at - KEPT_FOR)
    fresh = _filtered(fresh, emergency.ALARMS, lambda each: each["at"] >= alarms)
    fresh = _filtered(fresh, CONSENTS, lambda each: each["state"] not in _ENDED or each["ended"] >= oldest)
    waiting = notice.State.WAITING
    fresh = _filtered(fresh, notice.NOTICES, lambda each: each["state"] == waiting or each["at"] >= oldest)
    return {kind: value for kind, value in fresh.items() if value or kind not in terms or not terms[kind]}


def keeps_keys(terms: Terms) -> bool:
    """Whether something is sealed under the keys of a person's tiers besides their sections: a claim, another file."""
    pending = observation.State.PENDING
    observed = any(observation.state_of(each) is pending for each in terms.get(observation.OBSERVATIONS, ()))
    return is_tied(terms) or observed or bool(correction.pending(terms))


def _filtered(terms: dict[str, Any], kind: str, keep: Any) -> dict[str, Any]:
    if kind not in terms:
        return terms
    return {**terms, kind: [each for each in listed(terms, kind) if keep(each)]}
