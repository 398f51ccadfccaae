"""Two files that are one person's: somebody proposes that they be one, the register of the area decides, and back.

Persons are compared, not accounts: whoever proposes a merge or a separation does not decide about it, and nobody
decides about their own household.
"""

import secrets
from collections.abc import Callable
from typing import Any

from hub.access.flow import Road
from hub.access.locate import Located, locate, locate_resident
from hub.approvals.deciders import concerns
from hub.errors import Reason
from hub.merging.carrying import KIND, can_merge, carry_out, open_pair, separate
from hub.model.instant import timestamp
from hub.model.merge import STANDING, State
from hub.model.principal import Principal, Role
from hub.model.subject import SubjectRef
from hub.model.tier import Tier
from hub.observations.newcomers import is_register
from hub.observations.subjects import lives_in, out_of_scope, self_in
from hub.rights.desk import Asked
from hub.rights.recording import about, act_of, refuse
from hub.store.controls import current
from hub.store.engine import Event
from hub.store.own_trail import Self
from hub.store.sections import data_key, in_force, unseal
from hub.store.trail import prepare
from hub.store.transaction import SqlcipherTransaction
from hub.store.warrants import IDENTIFYING

PROPOSERS = frozenset({Role.GRID_WORKER, Role.CLERK, Role.SECRETARY, Role.DEPARTMENT})
MOST_OPEN = 500
"""Merges that one person proposed and that may wait at the same time."""
TOLD = ("name", "idno", "dob", "grid")
"""What the register is shown of each file, of which it is the source."""
Body = dict[str, Any]


async def propose(road: Road, asked: Asked, subject: SubjectRef, duplicate: SubjectRef, reason: str) -> dict[str, Any]:
    """Say that two files are one person's.

    Args:
        road: the road's means.
        asked: staff or a department.
        subject: whose file goes on.
        duplicate: whose file it takes in.
        reason: why they are one.

    Raises:
        Refused: another role; one of them is not in the caller's area, or the area of the other; they are one file
            already; too many of the caller's wait. Recorded.
        TrailUnavailable: nothing was proposed.
    """
    caller = asked.caller
    await _must_be(road, asked, caller.principal.role in PROPOSERS)
    road.turn.begin()
    found = [locate(each, caller.principal, (), road.reader, road.ring) for each in (subject, duplicate)]
    for each in found:
        if each is None or not lives_in(each.facts.grid, caller.principal.area):
            raise await out_of_scope(road, asked, KIND, each)
    kept, given_up = (each for each in found if each is not None)
    if kept.sealed.resident == given_up.sealed.resident:
        raise await refuse(road, asked, KIND, Reason.ALREADY_DECIDED, self_in(kept))
    name = secrets.token_hex(12)
    body: Body = {
        "resident": kept.sealed.resident,
        "given_up": given_up.sealed.resident,
        "grids": [kept.facts.grid, given_up.facts.grid],
        "state": State.PENDING.value,
        "by": caller.principal.id,
        "person": caller.principal.person,
        "at": timestamp(caller.at),
    }

    def action(tx: SqlcipherTransaction) -> bool:
        waiting = [row.body for row in current(tx.db, road.ring, KIND) if row.body["state"] == State.PENDING]
        if sum(each["person"] == caller.principal.person for each in waiting) >= MOST_OPEN:
            return False
        _put(tx, road, asked, name, body, [_self(each) for each in (kept, given_up)], reason)
        return True

    if not await road.lane.write(action):
        raise await refuse(road, asked, KIND, Reason.RATE_LIMITED)
    return _shown(name, body)


async def merges(road: Road, asked: Asked) -> list[dict[str, Any]]:
    """The merges and separations that the register has to decide about, or that the caller proposed, oldest first.

    The register is shown who the two are, and both find the look among their accesses.

    Raises:
        Refused: another role; recorded.
        TrailUnavailable: nothing is shown.
    """
    principal = asked.caller.principal
    await _must_be(road, asked, principal.role in PROPOSERS)
    road.turn.begin()
    rows = sorted(road.reader.control(KIND), key=lambda row: row.entry)
    if not is_register(principal):
        mine = [_shown(row.id, row.body) for row in rows if row.body["person"] == principal.person]
        act = act_of(asked, KIND, "listed", purpose=None, listed=len(mine))
        await road.lane.record_all([Event(act, {"subject": ""})])
        return mine
    act = act_of(asked, KIND, "listed", purpose=None, basis="statutory", fields=list(TOLD))
    items, events = [], [Event(act | {"fields": []}, {"subject": ""})]
    for row in rows:
        if row.body["state"] not in (State.PENDING, *STANDING) or not _in_area(principal, row.body):
            continue
        waits = row.body["state"] != State.MERGED
        files = _both(road, row.body) if waits else []
        events += [about(road.ring, _self(each), act) for each in files]
        items.append(_shown(row.id, row.body) | {"files": [_told(road, principal, each) for each in files]})
    await road.lane.record_all(events)
    return items


async def decide(road: Road, asked: Asked, name: str, reason: str, *, approve: bool) -> dict[str, Any]:
    """The register's word on a merge.

    Raises:
        Refused: another role, `not_found` also for another area, `self_approval`, `already_decided`; `still_open` where
            something about one of the two must be decided first. Recorded.
        TrailUnavailable: nothing was decided.
    """

    def action(tx: SqlcipherTransaction, body: Body) -> State | Reason:
        if not approve:
            return State.REFUSED
        pair = open_pair(tx, road.ring, body)
        if pair is None:
            return Reason.NOT_FOUND
        if not can_merge(tx, road.ring, pair, asked.caller.at):
            return Reason.STILL_OPEN
        carry_out(tx, road.ring, asked, name, pair)
        return State.MERGED

    return await _second(road, asked, name, State.PENDING, reason, action)


async def propose_separation(road: Road, asked: Asked, name: str, reason: str) -> dict[str, Any]:
    """Say that two files that were made one are two people's after all; until it is decided the merge goes on.

    Raises:
        Refused: another role, `not_found`, or `already_decided` where the merge does not stand; recorded.
        TrailUnavailable: nothing was proposed.
    """
    principal = asked.caller.principal
    await _must_be(road, asked, principal.role in PROPOSERS)

    def change(_: SqlcipherTransaction, body: Body) -> Body | Reason:
        if body["state"] != State.MERGED:
            return Reason.ALREADY_DECIDED
        return body | {"state": State.SEPARATING.value, "by": principal.id, "person": principal.person}

    return await _change(road, asked, name, reason, change)


async def decide_separation(road: Road, asked: Asked, name: str, reason: str, *, approve: bool) -> dict[str, Any]:
    """The register's word on a separation. Raises as `decide`; `still_open` where a later merge must end first."""

    def action(tx: SqlcipherTransaction, body: Body) -> State | Reason:
        if not approve:
            return State.MERGED
        pair = open_pair(tx, road.ring, body)
        if pair is None:
            return Reason.NOT_FOUND
        return State.SEPARATED if separate(tx, road.ring, asked, name, pair) else Reason.STILL_OPEN

    return await _second(road, asked, name, State.SEPARATING, reason, action)


async def _second(
    road: Road,
    asked: Asked,
    name: str,
    expected: State,
    reason: str,
    action: Callable[[SqlcipherTransaction, Body], State | Reason],
) -> dict[str, Any]:
    principal = asked.caller.principal
    await _must_be(road, asked, is_register(principal))
    road.turn.begin()
    concerned = any(
        concerns(principal, int(str(row.body[member])), road.standing, road.reader, road.ring)
        for row in road.reader.control(KIND)
        for member in ("resident", "given_up")
        if row.id == name
    )

    def change(tx: SqlcipherTransaction, body: Body) -> Body | Reason:
        if body["state"] != expected:
            return Reason.ALREADY_DECIDED
        if concerned or body["person"] == principal.person:
            return Reason.SELF_APPROVAL
        state = action(tx, body)
        return state if isinstance(state, Reason) else body | {"state": state.value}

    return await _change(road, asked, name, reason, change)


async def _change(
    road: Road, asked: Asked, name: str, reason: str, change: Callable[[SqlcipherTransaction, Body], Body | Reason]
) -> dict[str, Any]:
    def action(tx: SqlcipherTransaction) -> Body | Reason:
        found = current(tx.db, road.ring, KIND, name)
        if not found or not _in_area(asked.caller.principal, found[0].body):
            return Reason.NOT_FOUND
        fresh = change(tx, found[0].body)
        if not isinstance(fresh, Reason):
            _put(tx, road, asked, name, fresh, _both_within(tx, road, fresh), reason)
        return fresh

    made = await road.lane.write(action)
    if isinstance(made, Reason):
        raise await refuse(road, asked, KIND, made)
    return _shown(name, made)


def _put(
    tx: SqlcipherTransaction, road: Road, asked: Asked, name: str, body: Body, people: list[Self], reason: str
) -> None:
    """Write the row with an entry about nobody, and one about each of the two with what was said of them."""
    act = act_of(asked, KIND, str(body["state"]), purpose=None, approval=name)
    tx.put_control(KIND, name, body, Event(act, {"subject": ""}))
    for person in people:
        tx.record(prepare(about(road.ring, person, act, reason=reason)))


def _both(road: Road, body: Body) -> list[Located]:
    tiers = tuple(sorted(IDENTIFYING.tiers))
    found = [locate_resident(int(body[name]), tiers, road.reader, road.ring) for name in ("resident", "given_up")]
    return [each for each in found if each is not None]


def _both_within(tx: SqlcipherTransaction, road: Road, body: Body) -> list[Self]:
    found = [tx.sealed(int(body[name]), (Tier.CONTROL,)) for name in ("resident", "given_up")]
    return [Self(each.resident, data_key(road.ring, each.keys, "trail", IDENTIFYING)) for each in found if each]


def _told(road: Road, principal: Principal, file: Located) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for tier in sorted(IDENTIFYING.tiers - {Tier.CONTROL}):
        key = data_key(road.ring, file.sealed.keys, tier, IDENTIFYING)
        values |= in_force(unseal(key, file.sealed.resident, tier, file.sealed.sections[tier]))
    rid = road.ring.pairwise(principal.organisation, file.sealed.resident)
    return {"rid": rid, "values": {key: values[key] for key in TOLD if key in values}}


def _self(found: Located) -> Self:
    return Self(found.sealed.resident, found.trail_key)


def _shown(name: str, body: Body) -> dict[str, Any]:
    return {"id": name, "state": body["state"], "proposed_by": body["by"], "proposed": body["at"], "files": []}


async def _must_be(road: Road, asked: Asked, allowed: object) -> None:
    if not allowed:
        raise await refuse(road, asked, KIND, Reason.NOT_ALLOWED)


def _in_area(principal: Principal, body: Body) -> bool:
    return all(lives_in(str(grid), principal.area) for grid in body["grids"])
