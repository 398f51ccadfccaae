"""Two files of one person (合并): how the terms of both become those of one, and apart again.

The stricter wins. What somebody has refused, hidden or been protected by in either file holds for the merged one; what
they agreed to in the file that is given up must be asked anew, and so must approvals about it.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from hub.model.case import CASES
from hub.model.case import State as CaseState
from hub.model.case import state_at as case_state
from hub.model.consent import State as ConsentState
from hub.model.correction import pending as pending_corrections
from hub.model.emergency import ALARMS, Review
from hub.model.observation import OBSERVATIONS, state_of
from hub.model.observation import State as ObservationState
from hub.model.protection import PROTECTING, open_one
from hub.model.terms import APPROVALS, CONSENTS, EMERGENCIES, PROTECTION, VISIBILITY, Terms, listed
from hub.model.visibility import Rule, wishes, with_rules

MERGE, MERGE_BEFORE = "merge", "merge_before"
"""Kinds of control rows: a merge, and both files as they were before it, as sealed."""
MERGED_INTO, MERGES = "merged_into", "merges"
"""Kinds of terms: in the file that was given up, the internal id of the other; there, the merges that stand."""
Record = dict[str, Any]
_NO = frozenset({ConsentState.REFUSED.value, ConsentState.WITHDRAWN.value})
_RESTRICTING = frozenset({CONSENTS, VISIBILITY, PROTECTION, MERGES, ALARMS})


_OPENING = frozenset({APPROVALS, CASES})


class State(StrEnum):
    """Where a merge stands; while its separation waits for the second person it goes on."""

    PENDING = "pending"
    REFUSED = "refused"
    MERGED = "merged"
    SEPARATING = "separating"
    SEPARATED = "separated"


STANDING = frozenset({State.MERGED, State.SEPARATING})


def merged_into(terms: Terms) -> int | None:
    """The internal id of the file that took a person's in; None where it stands by itself."""
    return terms.get(MERGED_INTO)


def taken_in(terms: Terms) -> list[int]:
    """The internal ids of the files that a person's file has taken in, in their order."""
    return [int(each["resident"]) for each in terms.get(MERGES, ())]


def came_under(terms: Terms, resident: int, places: Mapping[str, str]) -> Terms:
    """The kept file's terms once more was written, noting under whose number.

    Args:
        terms: of the file that has taken others in.
        resident: the file that was given up under whose number it came; 0 for the kept file's own.
        places: where, and of which date.
    """
    merges = []
    for each in listed(terms, MERGES):
        noted = {name: at for name, at in each["came"].items() if name not in places}
        merges.append(each | {"came": {**noted, **(places if each["resident"] == resident else {})}})
    return {**terms, MERGES: merges} if merges else terms


def is_tied(terms: Terms) -> bool:
    """Whether there is another file of the same person."""
    return MERGED_INTO in terms or bool(terms.get(MERGES))


def has_open_matters(terms: Terms, at: datetime) -> bool:
    """Whether something about a person waits for somebody, which a file that is given up would keep from them."""
    if any(case_state(each, at) is CaseState.OPEN for each in terms.get(CASES, ())):
        return True
    if pending_corrections(terms) or terms.get(MERGES) or MERGED_INTO in terms:
        return True
    if any(each["review"] == Review.UNREVIEWED for each in terms.get(EMERGENCIES, ())):
        return True
    return any(state_of(each) is ObservationState.PENDING for each in terms.get(OBSERVATIONS, ()))


def combined(kept: Terms, given_up: Terms, renamed: Callable[[], str]) -> dict[str, Any]:
    """The terms of a merged file.

    Args:
        kept: those of the file that goes on.
        given_up: those of the other.
        renamed: gives a protection that comes over an id of the kept file's own.
    """
    terms = {**kept}
    if refusals := _refusals(given_up):
        terms[CONSENTS] = [*listed(terms, CONSENTS), *refusals]
    if VISIBILITY in kept or VISIBILITY in given_up:
        terms = _hiding(terms, _hidden(given_up))
    if given_up.get(ALARMS):
        terms[ALARMS] = [*listed(terms, ALARMS), *listed(given_up, ALARMS)]
    return _protected(terms, open_one(given_up), renamed)


def parted(before: Terms, merged: Terms, now: Terms) -> dict[str, Any]:
    """The kept file's terms after a separation: as they were, with what was done since.

    What restricts stays. What would open something and was said of the merged file alone is dropped: it was said
    about two people's data.

    Args:
        before: as they were before the merge.
        merged: as the merge made them.
        now: as they are.
    """
    terms = {kind: value for kind, value in now.items() if kind not in _RESTRICTING | _OPENING}
    for kind in _OPENING:
        mine = {record["id"] for record in listed(before, kind)}
        records = [record for record in listed(now, kind) if record["id"] in mine]
        if records or kind in before:
            terms[kind] = records
    for kind in (PROTECTION, MERGES, ALARMS):
        theirs = {each["id"] for each in listed(merged, kind)} - {each["id"] for each in listed(before, kind)}
        records = [each for each in listed(now, kind) if each["id"] not in theirs]
        if records or kind in before:
            terms[kind] = records
    said = {record["id"]: record for record in listed(now, CONSENTS)}
    if CONSENTS in before:
        terms[CONSENTS] = [said.get(record["id"], record) for record in listed(before, CONSENTS)]
    if VISIBILITY in before:
        terms[VISIBILITY] = before[VISIBILITY]
    return restricted(terms, merged, now)


def restricted(terms: Terms, merged: Terms, now: Terms) -> dict[str, Any]:
    """Some terms with what the person refused or hid while two files were one; it holds for both of them.

    Args:
        terms: of either file.
        merged: the merged file's, as the merge made them.
        now: the same, as they are.
    """
    known = {each["id"] for each in (*_refusals(merged), *_refusals(terms))}
    fresh = {**terms}
    if since := [each for each in _refusals(now) if each["id"] not in known]:
        fresh[CONSENTS] = [*listed(fresh, CONSENTS), *since]
    hidden = _hidden(now) - _hidden(merged)
    return _hiding(fresh, hidden) if hidden else fresh


def _refusals(terms: Terms) -> list[Record]:
    """The last words that were a no, as refusals: each keeps its recipient out until a later yes."""
    records = list(listed(terms, CONSENTS))
    refusals = []
    for place, record in enumerate(records):
        later = (each for each in records[place + 1 :] if each["state"] == ConsentState.GIVEN)
        if record["state"] in _NO and not any(_same_matter(record, each) for each in later):
            refusals.append(record | {"state": ConsentState.REFUSED.value, "at": record["ended"] or record["at"]})
    return refusals


def _same_matter(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return all(one[member] == other[member] for member in ("purpose", "giver", "recipient"))


def _hidden(terms: Terms) -> frozenset[tuple[str, str]]:
    return frozenset(cell for cell, visible in wishes(terms).items() if not visible)


def _hiding(terms: Terms, cells: frozenset[tuple[str, str]]) -> dict[str, Any]:
    return dict(with_rules(terms, [Rule(group, audience, visible=False) for group, audience in cells]))


def _protected(terms: dict[str, Any], theirs: Record | None, renamed: Callable[[], str]) -> dict[str, Any]:
    mine = open_one(terms)
    if theirs is None or (mine is not None and (mine["state"] in PROTECTING or theirs["state"] not in PROTECTING)):
        return terms
    return {**terms, PROTECTION: [*listed(terms, PROTECTION), theirs | {"id": renamed()}]}
