"""Deputies: a secretary names who decides in their place for a time. A deputy names nobody."""

import secrets
from datetime import timedelta
from typing import Any

from hub.access.flow import Road
from hub.errors import BadInput, Reason
from hub.model.instant import read_instant, timestamp
from hub.model.principal import Role, parse_principal
from hub.rights.desk import Asked
from hub.rights.recording import act_of, refuse
from hub.store.controls import current
from hub.store.engine import Event
from hub.store.transaction import SqlcipherTransaction

KIND = "deputy"
LONGEST = timedelta(days=92)


async def name_deputy(road: Road, asked: Asked, deputy: str, since: str, until: str) -> dict[str, Any]:
    """Name a deputy for the caller's own community.

    Args:
        road: the road's means.
        asked: a secretary.
        deputy: id of a principal of the same community who is another person.
        since: first instant, RFC 3339; a day alone is its beginning in China.
        until: the instant at which it ends; a day alone is its end in China.

    Raises:
        BadInput: no such principal, the own person, or no sensible period.
        Refused: another role; recorded.
        TrailUnavailable: nothing was written.
    """
    caller = asked.caller
    if caller.principal.role is not Role.SECRETARY:
        raise await refuse(road, asked, KIND, Reason.NOT_ALLOWED)
    try:
        named = parse_principal(deputy)
    except BadInput as error:
        raise BadInput("deputy", error.rule) from None
    begins, ends = read_instant("from", since), read_instant("until", until, timedelta(days=1))
    if not begins < ends <= begins + LONGEST or ends <= caller.at:
        raise BadInput("until", f"must be later than `from` and than now, by at most {LONGEST.days} days")
    road.turn.begin()
    if not road.standing.holds(named.id, caller.today) or not named.area.startswith(caller.principal.area):
        raise BadInput("deputy", "must hold a role in the secretary's own community")
    if named.person == caller.principal.person:
        raise BadInput("deputy", "must be another person")
    name = secrets.token_hex(12)
    body: dict[str, object] = {
        "principal": named.id,
        "community": caller.principal.area,
        "secretary": caller.principal.person,
        "since": timestamp(begins),
        "until": timestamp(ends),
    }
    act = act_of(asked, KIND, "named", purpose=None, deputy=named.id, since=body["since"], until=body["until"])

    def action(tx: SqlcipherTransaction) -> None:
        tx.put_control(KIND, name, body, Event(act, {"subject": ""}))

    await road.lane.write(action)
    return _shown(name, body)


async def revoke_deputy(road: Road, asked: Asked, name: str) -> dict[str, Any]:
    """End a deputy's time now; the secretary of the community may, whoever named them.

    Raises:
        Refused: another role; no such deputy of the own community; ended before; recorded.
        TrailUnavailable: nothing was ended.
    """
    caller, now = asked.caller, timestamp(asked.caller.at)
    if caller.principal.role is not Role.SECRETARY:
        raise await refuse(road, asked, KIND, Reason.NOT_ALLOWED)

    def action(tx: SqlcipherTransaction) -> dict[str, object] | Reason:
        found = current(tx.db, road.ring, KIND, name)
        if not found or found[0].body["community"] != caller.principal.area:
            return Reason.NOT_FOUND
        if str(found[0].body["until"]) <= now:
            return Reason.ALREADY_DECIDED
        body = found[0].body | {"until": now}
        act = act_of(asked, KIND, "revoked", purpose=None, deputy=body["principal"], until=now)
        tx.put_control(KIND, name, body, Event(act, {"subject": ""}))
        return body

    made = await road.lane.write(action)
    if isinstance(made, Reason):
        raise await refuse(road, asked, KIND, made)
    return _shown(name, made)


async def deputies(road: Road, asked: Asked) -> list[dict[str, Any]]:
    """Those who stand in for the secretary of the caller's community, now or later; the latest to end first.

    Raises:
        Refused: another role; recorded.
    """
    principal, now = asked.caller.principal, timestamp(asked.caller.at)
    if principal.role is not Role.SECRETARY:
        raise await refuse(road, asked, KIND, Reason.NOT_ALLOWED)
    road.turn.begin()
    rows = (row for row in road.reader.control(KIND) if row.body["community"] == principal.area)
    standing = [row for row in rows if str(row.body["until"]) > now]
    return [
        _shown(row.id, dict(row.body)) for row in sorted(standing, key=lambda row: str(row.body["until"]), reverse=True)
    ]


def _shown(name: str, body: dict[str, object]) -> dict[str, Any]:
    told = {member: body[member] for member in ("community", "until")}
    return {"id": name, "deputy": body["principal"], "from": body["since"], **told}
