"""Visits (探访): whoever was at the door is the source of that, so that a visit is on record at once."""

from datetime import datetime
from typing import Any

from hub.access.flow import Road
from hub.access.locate import Located
from hub.errors import BadInput, Reason
from hub.model.file import Value
from hub.model.instant import CHINA, day_of, timestamp
from hub.model.tier import Tier
from hub.observations.writing import Opened, write_values
from hub.rights.desk import Asked
from hub.rights.recording import act_of
from hub.schema.dates import normalise_date, normalise_time

PURPOSE = "VISIT"
LOG, LAST = "visit.log", "visit.last"
MOST_VISITS = 200
"""Visits that a file keeps; older ones have no use for the purpose."""
OUTCOMES = frozenset({"met", "absent", "refused"})
_MEMBERS = frozenset({"time", "outcome"})


def visit_in(values: dict[str, Any], at: datetime) -> dict[str, str] | None:
    """Take the visit out of what was observed; None where there is none.

    Args:
        values: as sent: `visit.log` with one visit, or `visit.last` with its day; what was taken is removed.
        at: now, UTC: no visit is in the future.

    Raises:
        BadInput: naming the field and the rule it breaks.
    """
    if LOG not in values and LAST not in values:
        return None
    raw, day = values.pop(LOG, None), values.pop(LAST, None)
    raw = {"time": _noon(day)} if raw is None else raw
    if isinstance(raw, list) and len(raw) == 1:
        [raw] = raw
    if not isinstance(raw, dict) or not raw.keys() <= _MEMBERS:
        raise BadInput(LOG, "must be one visit with `time` and `outcome`, both of which may be left out")
    outcome = raw.get("outcome", "met")
    if outcome not in OUTCOMES:
        raise BadInput(LOG, f"`outcome` must be one of {', '.join(sorted(OUTCOMES))}")
    try:
        when = normalise_time(str(raw["time"])) if "time" in raw else timestamp(at)[:19] + "Z"
    except BadInput as error:
        raise BadInput(LOG, f"`time` {error.rule}") from None
    if when > timestamp(at) and when[:10] > day_of(at).isoformat():
        raise BadInput(LOG, "`time` must not be in the future")
    return {"time": min(when, timestamp(at)[:19] + "Z"), "outcome": outcome}


def _noon(day: Any) -> str:
    try:
        text = normalise_date(str(day))
    except BadInput as error:
        raise BadInput(LAST, error.rule) from None
    return datetime.fromisoformat(f"{text}T12:00:00").replace(tzinfo=CHINA).isoformat()


async def append_visit(
    road: Road, asked: Asked, found: Located, visit: dict[str, str], note: str, name: str
) -> Reason | None:
    """Append a visit to a person's file; why not, where that was not possible.

    Args:
        road: the road's means.
        asked: who was there.
        found: whom they visited.
        visit: when, and how it went.
        note: what is to be said about it; without numbers by which somebody could be found.
        name: the observation's id.
    """
    said = {**visit, "worker": asked.caller.principal.id, **({"note": note} if note else {})}
    today = asked.caller.today.isoformat()
    act = act_of(asked, "observation", "visited", purpose=PURPOSE, fields=[LOG], approval=name)

    def values(opened: Opened) -> dict[str, Value]:
        own = next((each for each in opened(Tier.CARE).get(LOG, ()) if each.source == "grid_worker"), None)
        visits = sorted([*(own.value if own else ()), said], key=lambda each: str(each["time"]))[-MOST_VISITS:]
        return {LOG: Value(visits, "grid_worker", max(own.at if own else "", today), "statutory")}

    def action(tx: Any) -> bool:
        return write_values(
            tx, road.ring, found.sealed.keys, found.sealed.resident, {Tier.CARE}, values, act, {"note": note}
        )

    return None if await road.lane.write(action) else Reason.OUT_OF_SCOPE
