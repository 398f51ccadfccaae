"""What I have asked for and how it stands; freezing my file, and asking to be erased."""

import asyncio

from hub.api.reply import Reply
from hub.schema.fields import fields
from hub.web.catalogue import msgid
from hub.web.pages.resident import RESIDENT
from hub.web.routing import Pages
from hub.web.values import Values
from hub.web.visit import Visit

pages = Pages(RESIDENT)
STATES = {
    "open": msgid("waits for an answer"),
    "pending": msgid("waits for an answer"),
    "confirmed": msgid("confirmed and changed"),
    "refused": msgid("refused"),
    "denied": msgid("refused"),
    "approved": msgid("agreed to"),
    "upheld": msgid("your objection was right"),
    "dismissed": msgid("your objection was not upheld"),
    "in_force": msgid("in force"),
    "withdrawn": msgid("ended by you"),
    "ended": msgid("ended"),
    "done": msgid("done"),
}
KINDS = {
    "dispute": msgid("You objected to an access"),
    "freeze": msgid("Your file is frozen"),
    "erasure_request": msgid("You asked to be erased"),
}


@pages.get("/me/requests", msgid("What I asked for"), order=60)
async def requests(visit: Visit) -> Reply:
    """Objections, freezes, erasures and corrections, the newest first."""
    asked, corrected = await asyncio.gather(
        visit.ask("GET", "/v1/me/requests", query={"limit": "200"}),
        visit.ask("GET", "/v1/me/corrections", query={"limit": "100"}),
    )
    return visit.render(
        "resident/requests.html",
        asked=list(reversed(asked["items"])),
        corrected=corrected["items"],
        states=STATES,
        kinds=KINDS,
        title=lambda key: fields()[key].title if key in fields() else key,
        say=Values(visit.language, visit.today).say,
    )


@pages.get("/me/stop", msgid("Freeze or erase"), order=70)
async def stop(visit: Visit) -> Reply:
    """What freezing and erasing do, and the ways to ask for them."""
    body = await visit.ask("GET", "/v1/me/requests", query={"limit": "200"})
    frozen = [each for each in body["items"] if each["kind"] == "freeze" and each["state"] == "in_force"]
    return visit.render("resident/stop.html", frozen=frozen, error="")


@pages.post("/me/freezes")
async def freeze(visit: Visit) -> Reply:
    """Freeze the file."""
    await visit.ask("POST", "/v1/me/freezes", {"reason": visit.form.get("reason") or None}, once=visit.form.once)
    return visit.redirect("/me/requests", "frozen")


@pages.post("/me/freezes/withdrawal")
async def thaw(visit: Visit) -> Reply:
    """End one's own freeze."""
    await visit.ask("POST", "/v1/me/freezes/{id}/withdrawal", {}, id=visit.form.get("id"))
    return visit.redirect("/me/requests", "thawed")


@pages.post("/me/erasure")
async def erase(visit: Visit) -> Reply:
    """Ask to be erased, once a box says that it is meant."""
    if "sure" not in visit.form:
        body = await visit.ask("GET", "/v1/me/requests", query={"limit": "200"})
        frozen = [each for each in body["items"] if each["kind"] == "freeze" and each["state"] == "in_force"]
        error = visit.gettext(msgid("Tick the box if you really mean it."))
        return visit.render("resident/stop.html", 422, frozen=frozen, error=error)
    await visit.ask("POST", "/v1/me/erasure", {"reason": visit.form.get("reason") or None}, once=visit.form.once)
    return visit.redirect("/me/requests", "erasure")
