"""Breaking the glass: somebody is in danger, and their emergency fields are needed now."""

from typing import Any

from hub.api.reply import Reply
from hub.errors import Reason
from hub.web.catalogue import msgid
from hub.web.disclosed import named, shown, withheld
from hub.web.pages.grid import GRID
from hub.web.pages.grid.matters import EMERGENCY, head
from hub.web.routing import Pages
from hub.web.visit import Visit

pages = Pages(GRID)
_TRIGGERS = ("alarm", "call", "order")
_NOT_OPEN = Reason.EMERGENCY_NOT_OPEN.value


@pages.get("/grid/emergencies", msgid("Emergencies"), order=50)
async def emergencies(visit: Visit) -> Reply:
    """Those the worker opened, and whether they were reviewed."""
    body = await visit.ask("GET", "/v1/emergencies")
    return visit.render("grid/emergencies.html", items=body["items"])


@pages.get("/grid/residents/{rid}/emergency")
async def ask(visit: Visit) -> Reply:
    """What has happened?"""
    body = await head(visit)
    return visit.render("grid/emergency.html", rid=body["rid"], given=body["fields"], form=visit.form, wrong="")


@pages.post("/grid/residents/{rid}/emergency")
async def open_(visit: Visit) -> Reply:
    """Open it and show at once what it opens: in an emergency nobody presses twice."""
    form, subject = visit.form, {"rid": visit.place("rid")}
    claim: dict[str, Any] = {"subject": subject, "reason": form.get("reason")}
    if (kind := form.get("trigger")) in _TRIGGERS:
        claim |= {"trigger": {kind: form.get("number")}}
    answer = await visit.call("POST", "/v1/emergencies", claim, once=form.once)
    if answer.status == 422:  # noqa: PLR2004
        body = await head(visit)
        wrong = visit.gettext(msgid("Say in a few words what has happened; an alarm or a call needs its number."))
        return visit.render("grid/emergency.html", 422, rid=body["rid"], given=body["fields"], form=form, wrong=wrong)
    return await _opened(visit, answer.body) if answer.good else visit.refuse(answer)


@pages.post("/grid/residents/{rid}/emergency/read")
async def read(visit: Visit) -> Reply:
    """Look again while it is open."""
    return await _opened(visit, None)


async def _opened(visit: Visit, opened: Any) -> Reply:
    claim = {"subject": {"rid": visit.place("rid")}, "purpose": EMERGENCY}
    body = await visit.ask("POST", "/v1/disclosures", claim)
    # A mere claim opens less than an alarm, a call or an order does.
    unproven = [each["field"] for each in body["withheld"] if each["reason"] == _NOT_OPEN]
    return visit.render(
        "grid/opened.html",
        rid=body["rid"],
        opened=opened,
        shown=shown(visit, body["fields"]),
        contact=body["fields"].get("ec"),
        unproven=named(visit, unproven),
        withheld=withheld(visit, (each for each in body["withheld"] if each["field"] not in unproven)),
    )
