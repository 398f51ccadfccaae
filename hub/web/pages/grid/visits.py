"""Visits to those who live alone: who is due, a sheet to take along, and a visit put on record with one press."""

from datetime import date, timedelta
from typing import Any, NamedTuple

from hub.api.reply import Reply
from hub.web.catalogue import msgid
from hub.web.pages.grid import GRID
from hub.web.pages.grid.matters import VISIT, head
from hub.web.routing import Pages
from hub.web.values import Values
from hub.web.visit import Visit

pages = Pages(GRID)
DUE_AFTER = timedelta(days=14)
"""Twice a month is what is expected; who was not seen for so long comes first."""
_MOST = 200
_OUTCOMES = ("met", "absent", "refused")
_WALKED_BACK = "/grid/visits"


class Stop(NamedTuple):
    """One door of today's round.

    Attributes:
        rid: the worker's own id of the person.
        given: what the matter shows of them.
        last: the day of the last visit, or None.
        due: whether it is time to go.
        age: the age in words.
        tel: the telephone number as people write it.
    """

    rid: str
    given: dict[str, Any]
    last: date | None
    due: bool
    age: str
    tel: str


@pages.get("/grid/visits", msgid("Visits"), order=30)
async def visits(visit: Visit) -> Reply:
    """Everybody of the grid who lives alone, those first who have waited longest; made to be printed."""
    body = {"grid": visit.principal.area, "tag": "tag.alone", "limit": _MOST}
    found = await visit.ask("POST", "/v1/residents/search", body)
    words = Values(visit.language, visit.today)
    stops = sorted((_stop(visit, words, each) for each in found["items"]), key=lambda stop: stop.last or date.min)
    return visit.render("grid/visits.html", stops=stops, due=sum(stop.due for stop in stops))


def _stop(visit: Visit, words: Values, item: dict[str, Any]) -> Stop:
    given = item["fields"]
    last = date.fromisoformat(given["visit.last"][:10]) if given.get("visit.last") else None
    due = last is None or visit.today - last >= DUE_AFTER
    return Stop(
        item["rid"], given, last, due, words.say("ageband", given.get("ageband")), words.say("tel", given.get("tel"))
    )


@pages.post("/grid/residents/{rid}/visit")
async def record(visit: Visit) -> Reply:
    """Put a visit on record, at once and once however often the button is pressed."""
    outcome, note = visit.form.get("outcome"), visit.form.get("note")
    claim: dict[str, Any] = {"subject": {"rid": visit.place("rid")}, "purpose": VISIT}
    claim |= {"values": {"visit.log": {"outcome": outcome}}} | ({"note": note} if note else {})
    answer = await visit.call("POST", "/v1/observations", claim, once=visit.form.once)
    if answer.good:
        back = _WALKED_BACK if visit.form.get("round") else f"/grid/residents/{visit.place('rid')}"
        return visit.redirect(back, "visited")
    if answer.status == 422 and outcome in _OUTCOMES:  # noqa: PLR2004
        body = await head(visit)
        error = visit.gettext(msgid("Leave out names of others, identity numbers and telephone numbers."))
        return visit.render(
            "grid/visit.html", 422, rid=body["rid"], given=body["fields"], note=note, outcome=outcome, wrong=error
        )
    return visit.refuse(answer)


@pages.get("/grid/residents/{rid}/visit")
async def write(visit: Visit) -> Reply:
    """A visit with a few words about it."""
    body = await head(visit)
    return visit.render("grid/visit.html", rid=body["rid"], given=body["fields"], note="", outcome="met", wrong="")
